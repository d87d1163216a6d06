// SPDX-License-Identifier: Apache-2.0
/**
 * A ledger in a file, for several processes at a time. Every update locks the file, reads it, and writes it anew as a whole,
 * flushed to the disk before the run is admitted: meant for partners, not for millions of accounts. A file that is gone has
 * lost what was charged: nothing is admitted until it is there again, or a ledger is opened anew.
 *
 * The names of accounts stand in it as they are: use names of partners, not telephone numbers.
 */

import { requirePath } from '../../arguments.js';
import { fromUtf8, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import type { Accounts, Charge, Ledger } from '../../psi/index.js';
import { lockFile } from './file-lock.js';
import { fileError, nodeFiles, readIfThere, replaceFile, systemCode } from './files.js';

const FORMAT = 'veilmatch-ledger-v2';
/** Its charges have no work. It is read, and becomes a file of this version with the next update. */
const FORMER = 'veilmatch-ledger-v1';
/** How long an update waits for those of other processes, each of which takes a few milliseconds. */
const PATIENCE = 10_000;
/** Some millions of charges; more is no ledger of partners. */
const MAX_LEDGER_BYTES = 268_435_456;

/** A ledger in a file. */
export interface FileLedger extends Ledger {
  /** Waits for updates that are under way, and takes no more. */
  close(): Promise<void>;
}

/**
 * Opens a ledger, or writes an empty one. While an update is under way, `PATH.lock` says which process makes it; a lock
 * whose process was killed is taken over on the same machine. Where the path is a link, file and lock are those that it leads
 * to now.
 * @throws {VeilmatchError} `io` where the file cannot be read, or nothing can be written beside it; `bad-file` where it is no
 * ledger, or a link to nothing; `unsupported` where there are no files. An update: `bad-file` where the file is gone, too
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { admission } from 'veilmatch/psi';
 * import { openFileLedger } from 'veilmatch/transport';
 *
 * const ledger = await openFileLedger(join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'budgets.json'));
 * const admit = admission({ peer: 'acme', ledger, policy: { budgets: [{ hours: 24, runs: 1 }] } });
 * const run = { peerSize: 5, ownSize: 5, learns: 'cardinality' };
 * await admit(run);
 * console.log(await admit(run).catch(({ code }) => code)); // → refused
 * await ledger.close();
 * ```
 */
export async function openFileLedger(path: string): Promise<FileLedger> {
  requirePath(path, 'The path');
  const place = await realPlace(path);
  // What stands in the way of an update is found out before the first run.
  await exclusively(place, async (check) => {
    if ((await read(place)) !== undefined) return;
    await check();
    await replaceFile(place, encodeLedger(new Map()));
  });
  let open = true;
  /** Fulfilled when the updates that were begun are over, whatever became of them. */
  let idle: Promise<void> = Promise.resolve();
  return {
    update(accounts, decide) {
      if (!open) return Promise.reject(new VeilmatchError('argument', 'This ledger has been closed.'));
      const done = idle.then(() => update(place, accounts, decide));
      idle = done.catch(() => undefined);
      return done;
    },
    async close() {
      open = false;
      await idle;
    },
  };
}

function update(
  path: string,
  accounts: readonly string[],
  decide: (charges: Accounts) => Accounts,
): Promise<void> {
  return exclusively(path, async (check) => {
    const charges = await read(path);
    if (charges === undefined) throw gone(path);
    const before = accounts.map((account) => charges.get(account) ?? []);
    const after = decide(before);
    if (accounts.every((_, i) => after[i] === before[i])) return;
    for (const [i, account] of accounts.entries()) {
      const own = after[i] ?? [];
      if (own.length === 0) charges.delete(account);
      else charges.set(account, own.map(checked));
    }
    await check();
    await replaceFile(path, encodeLedger(charges));
  });
}

/** Does `work` while no other process has the file; `check` fails where one has taken it. */
async function exclusively(path: string, work: (check: () => Promise<void>) => Promise<void>): Promise<void> {
  const lock = await lockFile(`${path}.lock`, PATIENCE);
  try {
    await work(() => lock.check());
  } finally {
    await lock.release();
  }
}

/** @returns undefined where there is no file */
async function read(path: string): Promise<Map<string, readonly Charge[]> | undefined> {
  const bytes = await readIfThere(path, MAX_LEDGER_BYTES, { hardLinks: false });
  return bytes && parseLedger(bytes, path);
}

/**
 * Where a path leads. A file is replaced by another of its name: were that the name of a link, the link would become a second
 * ledger, with a lock of its own. A hard link would, too, and is told by its number of names when the ledger is read.
 */
async function realPlace(path: string): Promise<string> {
  const files = nodeFiles();
  const { basename, dirname, join } = process.getBuiltinModule('node:path');
  try {
    return await files.realpath(path).catch(async (error) => {
      if (systemCode(error) !== 'ENOENT') throw error;
      // Nothing at all, or a link: to nothing, then.
      if (await files.lstat(path).catch(() => undefined)) throw dangling(path);
      return join(await files.realpath(dirname(path)), basename(path));
    });
  } catch (error) {
    throw fileError('read', path, error);
  }
}

function dangling(path: string): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${pathName(path)} is a link to a ledger that is not there. Without it budgets would begin anew: restore it, or remove the link.`,
  );
}

function gone(path: string): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${pathName(path)} was there when the ledger was opened, and is gone. Without it budgets would begin anew, so nothing is admitted: restore it.`,
  );
}

function encodeLedger(charges: ReadonlyMap<string, readonly Charge[]>): Uint8Array {
  const accounts = Array.from(charges, ([account, own]) => [
    account,
    own.map(({ at, elements, work, run }) =>
      run === undefined ? [at, elements, work] : [at, elements, work, run],
    ),
  ]);
  return utf8(`${JSON.stringify({ format: FORMAT, accounts })}\n`);
}

/** @throws {VeilmatchError} `bad-file` */
function parseLedger(bytes: Uint8Array, path: string): Map<string, readonly Charge[]> {
  try {
    const { format, accounts, peers } = JSON.parse(fromUtf8(bytes));
    if (format === FORMAT) return parseAccounts(accounts, parseCharge);
    if (format === FORMER) return parseAccounts(peers, parseFormer);
    throw new TypeError('another format');
  } catch (error) {
    throw new VeilmatchError(
      'bad-file',
      `${pathName(path)} is no ledger of veilmatch. Without it budgets would begin anew, so nothing is admitted: restore it.`,
      { cause: error },
    );
  }
}

function parseAccounts(
  entries: [unknown, unknown[][]][],
  parse: (charge: unknown[]) => Charge,
): Map<string, readonly Charge[]> {
  return new Map(
    entries.map(([account, charges]) => {
      if (typeof account !== 'string') throw new TypeError('no name');
      return [account, charges.map(parse)];
    }),
  );
}

/** @throws {VeilmatchError} `argument` for a charge that would not be read again: nothing would be admitted any more */
function checked({ at, elements, work, run }: Charge): Charge {
  try {
    return parseCharge([at, elements, work, run]);
  } catch (error) {
    throw new VeilmatchError(
      'argument',
      'A charge has at, elements and work, whole numbers from 0, and may have run, a text. Nothing was written.',
      { cause: error },
    );
  }
}

function parseCharge([at, elements, work, run]: unknown[]): Charge {
  if (run !== undefined && typeof run !== 'string') throw new TypeError('no name');
  const counts = { at: count(at), elements: count(elements), work: count(work) };
  return { ...counts, ...(run !== undefined && { run }) };
}

/** How large this party's list was is not known; it was worked on as well. */
function parseFormer([at, elements, run]: unknown[]): Charge {
  return parseCharge([at, elements, elements, run]);
}

function count(value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new TypeError('no count');
}
