// SPDX-License-Identifier: Apache-2.0
/** What a run finds on this machine: the runtime, the kernel, processors, memory, packages, the clock, a place for ledgers. */

import { access, constants, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { getHeapStatistics } from 'node:v8';
import { type BackendName, createBackend, fmaSupport, randomScalar } from '../../group/index.js';
import { duckDbVersion, INSTALL } from '../../lists/duckdb.js';
import { MANIFEST, manifest } from '../manifest.js';
import { count } from '../report/comparison.js';
import { type Finding, finding } from '../report/findings.js';
import { defaultLedger } from '../secrets/state-folder.js';

/** What is looked at, so that a test can show another machine. */
interface Machine {
  /** As Node says it: `24.1.0`. */
  readonly node: string;
  /** What runs in Node's place, and says so: `bun`, `deno`. */
  readonly other: string | undefined;
  readonly now: number;
  readonly cores: number;
  /** Bytes that this process may have. */
  readonly memory: number;
  readonly free: number;
}

export function thisMachine(): Machine {
  const { versions } = process;
  const { bun, deno } = versions as Readonly<Record<string, string | undefined>>;
  // What a container may have; 0 or more than there is where nothing limits it.
  const limit = process.constrainedMemory();
  return {
    node: versions.node,
    other: bun === undefined ? deno && `Deno ${deno}` : `Bun ${bun}`,
    now: Date.now(),
    cores: availableParallelism(),
    memory: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    free: freemem(),
  };
}

export async function machineFindings(machine: Machine): Promise<Finding[]> {
  return [
    runtime(machine),
    await kernel(),
    cores(machine),
    memory(machine),
    await duckDb(),
    postgres(),
    await clock(machine),
    await ledger(),
  ];
}

function runtime({ node, other }: Machine): Finding {
  const { engines, version } = manifest();
  const least = engines.node.replace(/^>=/, '');
  const where = `${other ?? `Node ${node}`} on ${process.platform} ${process.arch}; veilmatch ${version}`;
  if (!isOlder(node, least)) return finding('runtime', 'ok', where);
  return finding('runtime', 'wrong', `${where} needs Node ${least} or newer: install that.`);
}

/** Of versions of numbers. */
function isOlder(version: string, than: string): boolean {
  const [own, other] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const at = other.findIndex((part, i) => part !== (own[i] ?? 0));
  return at >= 0 && (own[at] ?? 0) < other[at]!;
}

/** Why the backend is the one that it is. */
const WHY: Readonly<Record<BackendName, string>> = {
  fma: 'WebAssembly here multiplies and adds with one rounding, so the fastest kernel is right',
  integer: '',
  noble:
    'WebAssembly SIMD is missing here. It is far slower, and not constant time: do not serve partners from this machine',
};

const SLOWER = {
  missing:
    'relaxed SIMD is missing here (newer engines have it), so integers take the place of fused multiply-adds',
  unfused: 'this processor multiplies and adds with two roundings, so integers take their place',
  fused: '',
} as const;

async function kernel(): Promise<Finding> {
  const backend = await createBackend({ concurrency: 1 });
  try {
    // What cannot be run would end every run.
    await backend.multiplyBase(randomScalar());
    const { name } = backend;
    const why = name === 'integer' ? SLOWER[fmaSupport()] : WHY[name];
    return finding('kernel', name === 'noble' ? 'note' : 'ok', `${name}: ${why}`);
  } catch {
    return finding(
      'kernel',
      'wrong',
      'The group cannot be computed in here: WebAssembly is there and does not run.',
    );
  } finally {
    await backend.dispose();
  }
}

function cores({ cores: usable }: Machine): Finding {
  const all = cpus().length;
  const of = all > usable ? ` of the ${count(all)} that this machine has` : '';
  return finding('cores', 'ok', `${count(usable)}${of}; runs take all of them`);
}

/** Below it even short lists end in an error of the engine. */
const LEAST_MEMORY = 256 * 2 ** 20;

function memory({ memory: own, free }: Machine): Finding {
  const heap = getHeapStatistics().heap_size_limit;
  const says = `${size(own)} for this process, ${size(free)} of the machine are free; JavaScript's own heap ends at ${size(heap)}`;
  if (own >= LEAST_MEMORY) return finding('memory', 'ok', says);
  return finding('memory', 'note', `${says}. That is little: give a container more before long lists.`);
}

function size(bytes: number): string {
  const gigabytes = bytes / 2 ** 30;
  return gigabytes >= 1 ? `${gigabytes.toFixed(1)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
}

async function duckDb(): Promise<Finding> {
  const version = await duckDbVersion();
  if (version !== undefined)
    return finding('DuckDB', 'ok', `${version}: Parquet, databases, object stores and rows on disk`);
  return finding(
    'DuckDB',
    'note',
    `not installed: files of text do without, Parquet and databases do not. ${INSTALL}`,
  );
}

function postgres(): Finding {
  const require = createRequire(import.meta.url);
  try {
    require.resolve('pg');
    return finding('pg', 'ok', 'installed: ledgers in PostgreSQL');
  } catch {
    return finding('pg', 'note', 'not installed: only ledgers in PostgreSQL need it. npm install pg');
  }
}

/** Milliseconds by which two file systems and a clock may differ without anything being wrong. */
const TOLERANCE = 86_400_000;

/** A clock that is behind the files of the package is wrong by as much at least: budgets and certificates go by it. */
async function clock({ now }: Machine): Promise<Finding> {
  const time = new Date(now)
    .toISOString()
    .replace(/\.\d+Z$/, ' UTC')
    .replace('T', ' ');
  const installed = await stat(MANIFEST).then(({ ctimeMs }) => ctimeMs);
  if (now < installed - TOLERANCE) {
    return finding(
      'clock',
      'wrong',
      `${time} is before this package was installed. Certificates, budgets and the age of keys go by the clock: set it.`,
    );
  }
  const synchronized = await stat('/run/systemd/timesync/synchronized').then(
    () => ', synchronized by systemd-timesyncd',
    () => '',
  );
  return finding('clock', 'ok', `${time}${synchronized}`);
}

/** Where budgets are kept unless a command names another place. */
async function ledger(): Promise<Finding> {
  const place = defaultLedger();
  for (let folder = dirname(place); ; folder = dirname(folder)) {
    const found = await stat(folder).catch(() => undefined);
    if (found === undefined && folder !== dirname(folder)) continue;
    const writable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (writable) return finding('ledger', 'ok', `${place}, unless --ledger names another`);
    return finding('ledger', 'note', `${place} cannot be written: connect and serve need --ledger here`);
  }
}
