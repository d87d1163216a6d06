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
import { pathName } from '../../path-name.js';
import { type Accounts, type Charge, checkedAccounts, parseCharge } from '../../policy/charges.js';
import { lockFile } from './file-lock.js';
import { readIfThere, replaceFile } from './files.js';
import { ledgerGone, noLedger, realPlace } from './ledger-place.js';
import { type KeptLedger, queuedLedger } from './queued-ledger.js';

const FORMAT = 'veilmatch-ledger-v2';
/** Its charges have no work. It is read, and becomes a file of this version with the next update. */
const FORMER = 'veilmatch-ledger-v1';
/** How long an update waits for those of other processes, each of which takes a few milliseconds. */
const PATIENCE = 10_000;
/** Some millions of charges; more is no ledger of partners. */
const MAX_LEDGER_BYTES = 268_435_456;

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
export async function openFileLedger(path: string): Promise<KeptLedger> {
  requirePath(path, 'The path');
  const place = await realPlace(path);
  // What stands in the way of an update is found out before the first run.
  await exclusively(place, async (check) => {
    if ((await read(place)) !== undefined) return;
    await check();
    await replaceFile(place, encodeLedger(new Map()));
  });
  return queuedLedger(
    (accounts, decide) => update(place, accounts, decide),
    () => undefined,
  );
}

function update(
  path: string,
  accounts: readonly string[],
  decide: (charges: Accounts) => Accounts,
): Promise<void> {
  return exclusively(path, async (check) => {
    const charges = await read(path);
    if (charges === undefined) throw ledgerGone(pathName(path));
    const before = accounts.map((account) => charges.get(account) ?? []);
    const decided = decide(before);
    const after = checkedAccounts(decided, accounts.length);
    if (accounts.every((_, i) => decided[i] === before[i])) return;
    for (const [i, account] of accounts.entries()) {
      const own = after[i]!;
      if (own.length === 0) charges.delete(account);
      else charges.set(account, own);
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

function encodeLedger(charges: ReadonlyMap<string, readonly Charge[]>): Uint8Array {
  const accounts = Array.from(charges, ([account, own]) => [
    account,
    own.map(({ at, elements, work, run, runs }) => {
      if (runs !== undefined) return [at, elements, work, null, runs];
      return run === undefined ? [at, elements, work] : [at, elements, work, run];
    }),
  ]);
  return utf8(`${JSON.stringify({ format: FORMAT, accounts })}\n`);
}

/** @throws {VeilmatchError} `bad-file` */
function parseLedger(bytes: Uint8Array, path: string): Map<string, readonly Charge[]> {
  try {
    const { format, accounts, peers } = JSON.parse(fromUtf8(bytes));
    if (format === FORMAT) return parseAccounts(accounts, parseCurrent);
    if (format === FORMER) return parseAccounts(peers, parseFormer);
    throw new TypeError('another format');
  } catch (error) {
    throw noLedger(pathName(path), error);
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

/** JSON has no place for a name that is not there, but before a number of runs. */
function parseCurrent([at, elements, work, run, runs]: unknown[]): Charge {
  return parseCharge([at, elements, work, runs === undefined ? run : (run ?? undefined), runs]);
}

/** How large this party's list was is not known; it was worked on as well. */
function parseFormer([at, elements, run]: unknown[]): Charge {
  return parseCharge([at, elements, elements, run]);
}
