// SPDX-License-Identifier: Apache-2.0
/**
 * A ledger as rows of a database, whatever the database is: one row for each charge, and one row for the ledger itself, which
 * has the version of the tables, an id, and what tells whether accounts are named under the same key.
 *
 * **What this leaks:** to whoever reads the database, who asked how much and when. The names of accounts are digests; without
 * a key, a name that can be guessed can be tried.
 */

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { requireBytes } from '../../arguments.js';
import { bytesToHex, concatBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { type Accounts, type Charge, checkedAccounts, parseCharge } from '../../policy/charges.js';
import { ledgerGone, noLedger } from '../files/ledger-place.js';

/** Of the tables. */
export const VERSION = 1;

/** Options of a ledger in a database. */
export interface DatabaseLedgerOptions {
  /** 32 bytes. The names of accounts are kept as HMAC-SHA256 under it. Default: as SHA-256 of the name. */
  readonly accountKey?: Uint8Array | undefined;
  /** What errors call the place. Default: the place itself. */
  readonly source?: string | undefined;
}

/** A row of a charge, as databases give it: 64-bit integers may come as texts. */
export interface ChargeRow {
  /** Of the account: 64 hexadecimal digits. */
  readonly account: string;
  /** Orders the charges of an account. */
  readonly seq: unknown;
  readonly at: unknown;
  readonly elements: unknown;
  readonly work: unknown;
  readonly run: unknown;
  readonly runs: unknown;
}

/** The row of the ledger itself. */
export interface LedgerRow {
  readonly version: unknown;
  readonly id: unknown;
  readonly key_check: unknown;
}

/** What names accounts in a database. */
export class AccountNames {
  readonly #key: Uint8Array | undefined;
  /** Differs from key to key. */
  readonly check: string;

  /** @throws {VeilmatchError} `argument` for a key of another length */
  constructor(key: Uint8Array | undefined) {
    if (key !== undefined) {
      requireBytes(key, 'The key of the accounts');
      if (key.length !== 32) {
        throw new VeilmatchError('argument', 'The key of the accounts must have 32 bytes.');
      }
    }
    this.#key = key;
    this.check = this.#digest('check', '');
  }

  /** @returns 64 hexadecimal digits */
  of(account: string): string {
    return this.#digest('account', account);
  }

  #digest(label: string, text: string): string {
    const message = concatBytes(utf8(`veilmatch ledger ${label}\n`), utf8(text));
    return bytesToHex(this.#key === undefined ? sha256(message) : hmac(sha256, this.#key, message));
  }
}

/**
 * That this is the ledger that was opened, in tables that are known.
 * @param id of the ledger when it was opened; undefined while it is being opened
 * @returns its id
 * @throws {VeilmatchError} `bad-file`; `argument` for another key
 */
export function checkLedger(
  row: LedgerRow | undefined,
  names: AccountNames,
  source: string,
  id?: string,
): string {
  if (row === undefined || (id !== undefined && row.id !== id)) {
    throw id === undefined ? noLedger(source) : ledgerGone(source);
  }
  if (Number(row.version) !== VERSION) {
    throw new VeilmatchError(
      'bad-file',
      `${source} holds a ledger of another version of veilmatch, and nothing is admitted by it. Use that version, or another database.`,
    );
  }
  if (row.key_check !== names.check) {
    throw new VeilmatchError(
      'argument',
      `The accounts in ${source} are named under another key, or under none: with this one all budgets would begin anew.`,
    );
  }
  return String(row.id);
}

/** What somebody wants changed. */
export interface Update {
  /** Their names in the database, each once. */
  readonly accounts: readonly string[];
  readonly decide: (charges: Accounts) => Accounts;
}

/** What updates come to. */
export interface Changes {
  readonly removed: readonly { readonly account: string; readonly seq: number }[];
  readonly added: readonly (Charge & { readonly account: string; readonly seq: number })[];
  /** What was thrown by those that change nothing. */
  readonly refusals: ReadonlyMap<Update, unknown>;
}

/**
 * What some updates, one after another, make of their accounts, as rows to take away and rows to add. Those that stay are not
 * written again.
 * @param rows of all these accounts, each account's by `seq`
 * @throws {VeilmatchError} `bad-file` for rows that are no charges
 */
export function changesBy(updates: readonly Update[], rows: readonly ChargeRow[], source: string): Changes {
  const before = keptOf(accountsOf(updates), rows, source);
  const now = new Map<string, readonly Charge[]>(
    Array.from(before, ([account, kept]) => [account, [...kept.keys()]]),
  );
  const refusals = new Map<Update, unknown>();
  for (const update of updates) {
    try {
      for (const [account, charges] of decided(update, before, now)) now.set(account, charges);
    } catch (error) {
      refusals.set(update, error);
    }
  }
  const changes = Array.from(before, ([account, kept]) => changesOf(account, kept, now.get(account)!));
  return {
    removed: changes.flatMap(({ removed }) => removed),
    added: changes.flatMap(({ added }) => added),
    refusals,
  };
}

/** Each once. */
export function accountsOf(updates: readonly Update[]): string[] {
  return [...new Set(updates.flatMap(({ accounts }) => accounts))];
}

type Kept = ReadonlyMap<Charge, number>;

/** @throws {VeilmatchError} `argument` for charges that are none; what `decide` throws */
function decided(
  { accounts, decide }: Update,
  before: ReadonlyMap<string, Kept>,
  now: ReadonlyMap<string, readonly Charge[]>,
): [string, readonly Charge[]][] {
  const given = accounts.map((account) => now.get(account)!);
  const added = new Set(given.flat());
  const isKnown = (charge: Charge): boolean =>
    added.has(charge) || accounts.some((account) => before.get(account)!.has(charge));
  const after = checkedAccounts(decide(given), accounts.length, isKnown);
  return accounts.map((account, i) => [account, after[i]!]);
}

/** Of each account its charges, in order, and the numbers of their rows. */
function keptOf(accounts: readonly string[], rows: readonly ChargeRow[], source: string): Map<string, Kept> {
  const found = new Map(accounts.map((account) => [account, new Map<Charge, number>()]));
  try {
    for (const { account, seq, at, elements, work, run, runs } of rows) {
      const counts = [Number(at), Number(elements), Number(work)];
      const charge = parseCharge([...counts, run ?? undefined, Number(runs)]);
      found.get(account)!.set(charge, Number(seq));
    }
  } catch (error) {
    throw noLedger(source, error);
  }
  return found;
}

function changesOf(
  account: string,
  before: Kept,
  after: readonly Charge[],
): Pick<Changes, 'removed' | 'added'> {
  const charges = [...before.keys()];
  const newest = charges.at(-1);
  const last = newest === undefined ? 0 : before.get(newest)!;
  const stay = staying(charges, after);
  const gone = charges.filter((charge) => !stay.has(charge));
  const added = after.slice(stay.size);
  return {
    removed: gone.map((charge) => ({ account, seq: before.get(charge)! })),
    added: added.map((charge, i) => ({ ...charge, account, seq: last + 1 + i })),
  };
}

/** The charges that begin the new list and stand in the old one in the same order. */
function staying(before: readonly Charge[], after: readonly Charge[]): ReadonlySet<Charge> {
  const stay = new Set<Charge>();
  let next = 0;
  for (const charge of after) {
    while (next < before.length && before[next] !== charge) next++;
    if (next === before.length) break;
    stay.add(charge);
    next++;
  }
  return stay;
}
