// SPDX-License-Identifier: Apache-2.0
/** Journals in files, sealed: for parties that may be killed. */

import { requireCallbacks, requireObject, requirePath } from '../../arguments.js';
import { bytesToHex, fromUtf8, hexToBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import { secureRandom } from '../../random.js';
import type { Unlock } from '../../sealed/unlock.js';
import { type FileLock, lockFile } from '../files/file-lock.js';
import { fileError, nodeFiles } from '../files/files.js';
import { type Journal, RecordJournal, type RunIdentity, requireIdentity, SEED_BYTES } from './journal.js';
import { createLog, openLog, type SealedLog } from './sealed-log.js';

const FORMAT = 'veilmatch-run-v1';

/** Which run a journal is of, and when it was begun. */
export interface JournalHead extends RunIdentity {
  /** Milliseconds since 1970. */
  readonly madeAt: number;
}

/**
 * Makes the journal of a run that begins, in a file that is not there yet, and locks it: `PATH.lock` says which process has
 * it.
 * @throws {VeilmatchError} `argument` where there is a file, or for an identity that is none; `io`; what `sealKey` throws
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { intersection } from 'veilmatch/psi';
 * import { createJournal, partyTerms } from 'veilmatch/transport';
 *
 * const path = join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'run.vm');
 * const terms = partyTerms(intersection, 'receiver', { set: IdentifierSet.ofStrings(['ada']) });
 * const unlock = { key: crypto.getRandomValues(new Uint8Array(32)) };
 * const journal = await createJournal(path, { runId: '0123456789abcdef', peer: 'partner:acme', terms }, unlock);
 * console.log(journal.held.frames); // → 0
 * await journal.close();
 * ```
 */
export async function createJournal(
  path: string,
  identity: RunIdentity,
  unlock: Unlock,
  onClosed?: (erased: boolean) => void,
): Promise<Journal> {
  requirePath(path, 'The path');
  requireIdentity(identity);
  requireObject(unlock, 'What it is sealed with');
  if (await isThere(path)) {
    throw new VeilmatchError('argument', `${pathName(path)} exists: it may be the state of another run.`);
  }
  const { runId, peer, terms } = identity;
  const seed = bytesToHex(secureRandom(SEED_BYTES));
  const head = utf8(JSON.stringify({ format: FORMAT, runId, peer, terms, seed, madeAt: Date.now() }));
  return journalOf(path, onClosed, () => createLog(path, head, unlock));
}

/**
 * Opens the journal of a run that was cut, and locks it.
 * @param onClosed - is told once when the journal is no longer in use, and whether it was erased
 * @throws {VeilmatchError} `io`, also where another process has it; `bad-file` for what is none, was damaged, or was sealed
 * with another passphrase or key
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { createJournal, openJournal } from 'veilmatch/transport';
 *
 * const path = join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'run.vm');
 * const unlock = { key: crypto.getRandomValues(new Uint8Array(32)) };
 * const identity = { runId: '0123456789abcdef', peer: 'partner:acme', terms: {} };
 * await (await createJournal(path, identity, unlock)).close();
 * const journal = await openJournal(path, unlock);
 * console.log(journal.peer); // → partner:acme
 * await journal.erase();
 * ```
 */
export function openJournal(
  path: string,
  unlock: Unlock,
  onClosed?: (erased: boolean) => void,
): Promise<Journal> {
  return journalOf(path, onClosed, async () => {
    requireObject(unlock, 'What it is opened with');
    return openLog(path, unlock);
  });
}

async function journalOf(
  path: string,
  onClosed: (erased: boolean) => void = () => {},
  open: () => Promise<SealedLog>,
): Promise<Journal> {
  requirePath(path, 'The path');
  requireCallbacks({ onClosed }, 'onClosed');
  let lock: FileLock | undefined = await lockFile(`${path}.lock`);
  let log: SealedLog | undefined;
  try {
    log = await open();
    const { seed, ...identity } = parseHead(log.head, path);
    const kept = log;
    const letGo = async (): Promise<void> => {
      seed.fill(0);
      await kept.close();
      await lock?.release();
      lock = undefined;
    };
    const journal = new RecordJournal(identity, seed, {
      append: (record) => kept.append(record),
      read: (index) => kept.read(index),
      async close() {
        if (lock === undefined) return;
        await letGo();
        onClosed(false);
      },
      async erase() {
        const used = lock !== undefined;
        // Somebody else may have opened it since it was closed.
        lock ??= await lockFile(`${path}.lock`);
        await removeFile(path);
        await letGo();
        if (used) onClosed(true);
      },
    });
    await log.scan((record, index) => journal.note(record, index));
    return journal;
  } catch (error) {
    await log?.close();
    await lock?.release();
    throw error;
  }
}

/**
 * What stands in a journal's file about its run.
 * @throws {VeilmatchError} `io`, `bad-file`
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { createJournal, readJournalHead } from 'veilmatch/transport';
 *
 * const path = join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'run.vm');
 * const unlock = { key: crypto.getRandomValues(new Uint8Array(32)) };
 * const identity = { runId: '0123456789abcdef', peer: 'partner:acme', terms: {} };
 * await (await createJournal(path, identity, unlock)).close();
 * console.log((await readJournalHead(path, unlock)).peer); // → partner:acme
 * ```
 */
export async function readJournalHead(path: string, unlock: Unlock): Promise<JournalHead> {
  requirePath(path, 'The path');
  requireObject(unlock, 'What it is opened with');
  const log = await openLog(path, unlock);
  try {
    const { seed, ...head } = parseHead(log.head, path);
    seed.fill(0);
    return head;
  } finally {
    await log.close();
  }
}

/** @throws {VeilmatchError} `io` */
export async function removeFile(path: string): Promise<void> {
  try {
    await nodeFiles().rm(path, { force: true });
  } catch (error) {
    throw fileError('write', path, error);
  }
}

/** Whether there is something of this name. */
export async function isThere(path: string): Promise<boolean> {
  return nodeFiles()
    .lstat(path)
    .then(
      () => true,
      () => false,
    );
}

/** @throws {VeilmatchError} `bad-file` for what was sealed with the right key and is no journal's head */
function parseHead(bytes: Uint8Array, path: string): JournalHead & { readonly seed: Uint8Array } {
  try {
    const { format, runId, peer, terms, seed: hex, madeAt } = JSON.parse(fromUtf8(bytes));
    if (format !== FORMAT || !Number.isSafeInteger(madeAt)) throw new TypeError('another format');
    requireIdentity({ runId, peer, terms });
    const seed = hexToBytes(hex);
    if (seed.length !== SEED_BYTES) throw new TypeError('no seed');
    return { runId, peer, terms, seed, madeAt };
  } catch {
    // The error that led here may quote what is secret.
    throw new VeilmatchError('bad-file', `${pathName(path)} is the state of something else.`);
  }
}
