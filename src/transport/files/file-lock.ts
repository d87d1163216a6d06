// SPDX-License-Identifier: Apache-2.0
/**
 * A file that says which process uses another one. A lock whose process is gone is taken over; whether it is gone can only
 * be told on the same machine.
 *
 * To take one over is to remove it and make another, and several may try: so whoever removes `X` holds the lock `X.breaking`,
 * which is a lock like `X`, and is taken over in the same way where a process died with it.
 */

import { bytesToHex, fromUtf8, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import { secureRandom } from '../../random.js';
import { fileError, nodeFiles, readIfThere, systemCode } from './files.js';

const MAX_LOCK_BYTES = 4096;

export interface FileLock {
  /** @throws {VeilmatchError} `io` when the lock is no longer this one */
  check(): Promise<void>;
  release(): Promise<void>;
}

interface Holder {
  readonly host: string;
  readonly pid: number;
  readonly start?: string | undefined;
  /** Tells two locks of one process apart. */
  readonly token: string;
}

/** Between two looks at a lock that somebody holds: a random time up to this, in milliseconds. */
const LOOK_AGAIN = 20;

/**
 * @param path - of the lock itself
 * @param patience - milliseconds for which to wait while another process holds it. Default: not at all.
 * @throws {VeilmatchError} `io` when another process holds it, or when it cannot be made
 */
export async function lockFile(path: string, patience: number = 0): Promise<FileLock> {
  const files = nodeFiles();
  const end = performance.now() + patience;
  const own: Holder = {
    host: hostName(),
    pid: process.pid,
    start: await startOf(process.pid),
    token: bytesToHex(secureRandom(8)),
  };
  // A link appears with its content or not at all; on the disk, too, or a lock could be left that says nothing.
  const draft = `${path}.${own.token}.tmp`;
  try {
    await files.writeFile(draft, utf8(JSON.stringify(own)), { flag: 'wx', mode: 0o600, flush: true });
    while (!(await take(draft, path))) {
      if (performance.now() >= end) throw held(path);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LOOK_AGAIN));
    }
  } catch (error) {
    throw fileError('lock', path, error);
  } finally {
    await files.rm(draft, { force: true });
  }
  const isOwn = async (): Promise<boolean> => (await holderOf(path))?.token === own.token;
  return {
    async check() {
      if (await isOwn()) return;
      throw new VeilmatchError(
        'io',
        `${pathName(path)} was removed or taken by another process. Open the store again.`,
      );
    },
    async release() {
      if (await isOwn()) await files.rm(path, { force: true });
    },
  };
}

/**
 * Makes the draft the lock, unless another process has it.
 * @returns whether it is the lock now
 */
async function take(draft: string, path: string): Promise<boolean> {
  while (!(await link(draft, path))) if (!(await removeAbandoned(draft, path))) return false;
  return true;
}

/** Whether the link could be made: not where there is a file of that name. */
async function link(from: string, to: string): Promise<boolean> {
  try {
    await nodeFiles().link(from, to);
    return true;
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Removes a lock whose process is gone. Several processes may have found the same dead one, and one of them may have made a
 * lock of its own by now: so only one at a time removes, and it looks again before it does. What it sees then stays: its
 * owner is dead, and everybody else waits for `X.breaking`.
 * @returns whether it is worth another try at once
 */
async function removeAbandoned(draft: string, path: string): Promise<boolean> {
  const holder = await holderOf(path);
  // Gone since, or not one that can be judged.
  if (holder === undefined) return (await readIfThere(path)) === undefined;
  if (await mayRun(holder)) return false;
  const breaking = `${path}.breaking`;
  if (!(await take(draft, breaking))) return false;
  const files = nodeFiles();
  try {
    const same = (await holderOf(path))?.token === holder.token;
    if (same) await files.rm(path, { force: true });
    return true;
  } finally {
    await files.rm(breaking, { force: true });
  }
}

async function mayRun(holder: Holder): Promise<boolean> {
  return holder.host !== hostName() || isRunning(holder);
}

async function holderOf(path: string): Promise<Holder | undefined> {
  const bytes = await readIfThere(path, MAX_LOCK_BYTES, {});
  if (bytes === undefined) return undefined;
  try {
    const { host, pid, start, token } = JSON.parse(fromUtf8(bytes)) as Partial<Holder>;
    return typeof host === 'string' && Number.isInteger(pid) && typeof token === 'string'
      ? { host, pid: pid!, start, token }
      : undefined;
  } catch {
    return undefined;
  }
}

async function isRunning({ pid, start }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
    // Another process can have the number by now: in a container every one is number 1.
    return start === undefined || (await startOf(pid)) === start;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

/** When a process was started, in ticks since the machine was: only Linux says. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const text = fromUtf8(new Uint8Array(await nodeFiles().readFile(`/proc/${pid}/stat`)));
    // Number 22; the second field is a name in parentheses, which may have anything in it (proc_pid_stat(5)).
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function hostName(): string {
  return process.getBuiltinModule('node:os').hostname();
}

function held(path: string): VeilmatchError {
  return new VeilmatchError(
    'io',
    `Another process uses the store that ${pathName(path)} locks. If none does, delete that file, and the same with .breaking behind its name where it is.`,
  );
}
