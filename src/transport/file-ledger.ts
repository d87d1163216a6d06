// SPDX-License-Identifier: Apache-2.0
/**
 * A ledger in a file, for one process at a time. Every update writes the whole file anew, flushed to the disk before the
 * run is admitted: meant for partners, not for millions of accounts.
 *
 * The names of peers stand in it as they are: use account numbers, not telephone numbers.
 */

import { fromUtf8, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { Charge, Ledger } from '../psi/index.js';
import { lockFile } from './file-lock.js';
import { readIfThere, replaceFile } from './files.js';

const FORMAT = 'veilmatch-ledger-v1';
/** Some millions of charges; more is no ledger of partners. */
const MAX_LEDGER_BYTES = 268_435_456;

/** A ledger in a file. */
export interface FileLedger extends Ledger {
  /** Waits for updates that are under way, and lets another process have the file. */
  close(): Promise<void>;
}

/**
 * Opens a ledger, or begins an empty one, and locks it: `PATH.lock` says which process has it.
 * @throws {VeilmatchError} `io` where another process has it, `bad-file` where the file is none, `unsupported` where there
 * are no files
 */
export async function openFileLedger(path: string): Promise<FileLedger> {
  const lock = await lockFile(`${path}.lock`);
  let peers: Map<string, readonly Charge[]>;
  try {
    const bytes = await readIfThere(path, MAX_LEDGER_BYTES);
    peers = bytes === undefined ? new Map() : parseLedger(bytes, path);
  } catch (error) {
    await lock.release();
    throw error;
  }
  let open = true;
  /** Fulfilled when the updates that were begun are over, whatever became of them. */
  let idle: Promise<void> = Promise.resolve();

  const update = async (
    peer: string,
    decide: (charges: readonly Charge[]) => readonly Charge[],
  ): Promise<void> => {
    const before = peers.get(peer) ?? [];
    const after = decide(before);
    if (after === before) return;
    const changed = new Map(peers).set(peer, after);
    if (after.length === 0) changed.delete(peer);
    await lock.check();
    await replaceFile(path, encodeLedger(changed));
    peers = changed;
  };

  return {
    update(peer, decide) {
      if (!open) return Promise.reject(new VeilmatchError('argument', 'This ledger has been closed.'));
      const done = idle.then(() => update(peer, decide));
      idle = done.catch(() => undefined);
      return done;
    },
    async close() {
      open = false;
      await idle;
      await lock.release();
    },
  };
}

function encodeLedger(peers: ReadonlyMap<string, readonly Charge[]>): Uint8Array {
  const entries = Array.from(peers, ([peer, charges]) => [
    peer,
    charges.map(({ at, elements, run }) => (run === undefined ? [at, elements] : [at, elements, run])),
  ]);
  return utf8(`${JSON.stringify({ format: FORMAT, peers: entries })}\n`);
}

/** @throws {VeilmatchError} `bad-file` */
function parseLedger(bytes: Uint8Array, path: string): Map<string, readonly Charge[]> {
  try {
    const { format, peers } = JSON.parse(fromUtf8(bytes));
    if (format !== FORMAT) throw new TypeError('another format');
    return new Map(
      peers.map(([peer, charges]: [unknown, unknown[][]]) => {
        if (typeof peer !== 'string') throw new TypeError('no name');
        return [peer, charges.map(parseCharge)];
      }),
    );
  } catch (error) {
    throw new VeilmatchError(
      'bad-file',
      `${path} is no ledger of veilmatch. Without it budgets would begin anew, so nothing is admitted: restore it.`,
      { cause: error },
    );
  }
}

function parseCharge([at, elements, run]: unknown[]): Charge {
  if (run !== undefined && typeof run !== 'string') throw new TypeError('no name');
  return { at: count(at), elements: count(elements), ...(run !== undefined && { run }) };
}

function count(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new TypeError('no count');
}
