// SPDX-License-Identifier: Apache-2.0
/**
 * A ledger in a SQLite file, for several processes on one machine, by the SQLite that Node has in it. An update is one transaction
 * that begins, reads, decides and is on the disk before this process does anything else, so a process that is stopped in the
 * middle holds no lock; one that is killed is undone by whoever opens the file next.
 *
 * It is Node's own and no package, because those that need no compiler either keep the database in memory or lock it in ways
 * that outlive a process that was killed.
 */

import { requireOptions, requirePath, requireText } from '../../arguments.js';
import { bytesToHex } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import { secureRandom } from '../../random.js';
import { fileError, nodeFiles, systemCode } from '../files/files.js';
import { ledgerGone, noLedger, realPlace } from '../files/ledger-place.js';
import type { KeptLedger } from '../files/queued-ledger.js';
import { batchedLedger } from './batched-ledger.js';
import {
  AccountNames,
  accountsOf,
  type ChargeRow,
  changesBy,
  checkLedger,
  type DatabaseLedgerOptions,
  type LedgerRow,
  type Update,
  VERSION,
} from './charge-rows.js';

/** How long an update waits for those of other processes, each of which takes some milliseconds. */
const PATIENCE = 10_000;
/** The longest pause between two tries. */
const LONGEST_PAUSE = 32;

/** The parts of Node's module that are used. */
interface Statement {
  all(...values: readonly unknown[]): unknown[];
  run(...values: readonly unknown[]): unknown;
}
interface Database {
  exec(statements: string): void;
  prepare(statement: string): Statement;
  close(): void;
}
interface SqliteModule {
  readonly DatabaseSync: new (path: string) => Database;
}

const TABLES = `
  CREATE TABLE veilmatch_ledger (version INTEGER NOT NULL, id TEXT NOT NULL, key_check TEXT NOT NULL);
  CREATE TABLE veilmatch_charges (
    account TEXT NOT NULL, seq INTEGER NOT NULL,
    at INTEGER NOT NULL, elements INTEGER NOT NULL, work INTEGER NOT NULL, run TEXT, runs INTEGER NOT NULL,
    PRIMARY KEY (account, seq)
  ) WITHOUT ROWID;`;

/** Result codes: https://www.sqlite.org/rescode.html */
const ERROR = 1;
const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
const REASONS: Readonly<Record<number, string>> = {
  3: 'permission denied',
  8: 'it cannot be written',
  10: 'the disk refused',
  13: 'no space is left',
  14: 'it cannot be opened',
};

/** Which file this is: one that takes its place is another. */
interface FileId {
  readonly dev: bigint;
  readonly ino: bigint;
}

/**
 * Opens a ledger in a SQLite file, or makes one, for its owner alone; the file may hold other tables. Where the path is a link,
 * the ledger is what it leads to now. It must lie on a disk of this machine: network file systems do not lock reliably.
 * @throws {VeilmatchError} `unsupported` on a Node without SQLite, which came with 22.13; `io` where the file cannot be read or
 * written, or stays locked by another program; `bad-file` where it is no SQLite database, a link to nothing, or has a second name
 * (a hard link); `argument` for another key than before. An update: `bad-file` where the file is gone, too
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { admission, memoryLedger } from 'veilmatch/psi';
 * import { openSqliteLedger } from 'veilmatch/transport';
 *
 * const path = join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'budgets.db');
 * // Node has SQLite in it from 22.13 on.
 * const ledger = await openSqliteLedger(path).catch(() => memoryLedger());
 * await admission({ peer: 'acme', ledger })({ peerSize: 5000, ownSize: 5000, learns: 'cardinality' });
 * await ledger.update(['acme'], ([charges]) => {
 *   console.log(charges?.length); // → 1
 *   return [charges ?? []];
 * });
 * ```
 */
export async function openSqliteLedger(
  path: string,
  options: DatabaseLedgerOptions = {},
): Promise<KeptLedger> {
  requirePath(path, 'The path');
  requireOptions(options, { accountKey: true, source: true });
  if (options.source !== undefined) requireText(options.source, 'The option source');
  const names = new AccountNames(options.accountKey);
  const { DatabaseSync } = sqliteModule();
  const source = options.source ?? pathName(path);
  const place = await realPlace(path);
  await create(place);
  const file = await fileAt(place, source);
  let database: Database;
  try {
    database = new DatabaseSync(place);
  } catch (error) {
    throw refusal(error, source);
  }
  try {
    // It reads the file already, which another process may be writing.
    await patiently(source, () => database.exec('PRAGMA synchronous = EXTRA; PRAGMA trusted_schema = OFF'));
    const id = await patiently(source, () => inTransaction(database, () => opened(database, names, source)));
    return batchedLedger(
      names,
      async (updates) => {
        const found = await fileAt(place, source);
        // A file that was removed can still be written, and nobody would ever read it.
        if (found.dev !== file.dev || found.ino !== file.ino) throw ledgerGone(source);
        return patiently(source, () =>
          inTransaction(database, () => {
            checkLedger(ledgerRow(database), names, source, id);
            return update(database, updates, source);
          }),
        );
      },
      () => database.close(),
    );
  } catch (error) {
    database.close();
    throw refusal(error, source);
  }
}

/** @throws {VeilmatchError} `unsupported` */
function sqliteModule(): SqliteModule {
  const module = globalThis.process?.getBuiltinModule?.('node:sqlite' as 'node:fs') as unknown;
  if (module !== undefined) return module as SqliteModule;
  throw new VeilmatchError(
    'unsupported',
    'A ledger in SQLite needs Node 22.13 or newer, which has SQLite in it. On an older one keep the ledger in a file (openFileLedger; ' +
      '--ledger FILE) or in PostgreSQL.',
  );
}

/** The names of accounts tell who asks: nobody else is to read them. @throws {VeilmatchError} `io` */
async function create(place: string): Promise<void> {
  try {
    await (await nodeFiles().open(place, 'wx', 0o600)).close();
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw fileError('write', place, error);
  }
}

/** @throws {VeilmatchError} `bad-file` where it is gone, no file, or has another name besides; `io` */
async function fileAt(place: string, source: string): Promise<FileId> {
  try {
    const found = await nodeFiles().lstat(place, { bigint: true });
    if (!found.isFile()) throw noLedger(source);
    if (found.nlink > 1n) {
      throw new VeilmatchError(
        'bad-file',
        `${source} has another name besides (a hard link), and is not taken: SQLite would keep two journals of it.`,
      );
    }
    return { dev: found.dev, ino: found.ino };
  } catch (error) {
    throw systemCode(error) === 'ENOENT' ? ledgerGone(source) : fileError('read', place, error);
  }
}

/** @returns the id of the ledger, which is made where there is none */
function opened(database: Database, names: AccountNames, source: string): string {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE name = 'veilmatch_ledger'").all();
  if (tables.length === 0) {
    database.exec(TABLES);
    database
      .prepare('INSERT INTO veilmatch_ledger (version, id, key_check) VALUES (?, ?, ?)')
      .run(VERSION, bytesToHex(secureRandom(16)), names.check);
  }
  return checkLedger(ledgerRow(database), names, source);
}

function ledgerRow(database: Database): LedgerRow | undefined {
  const rows = database.prepare('SELECT version, id, key_check FROM veilmatch_ledger').all();
  return rows[0] as LedgerRow | undefined;
}

function update(
  database: Database,
  updates: readonly Update[],
  source: string,
): ReadonlyMap<Update, unknown> {
  const select = database.prepare(
    'SELECT account, seq, at, elements, work, run, runs FROM veilmatch_charges WHERE account = ? ORDER BY seq',
  );
  const rows = accountsOf(updates).flatMap((account) => select.all(account) as ChargeRow[]);
  const { removed, added, refusals } = changesBy(updates, rows, source);
  const remove = database.prepare('DELETE FROM veilmatch_charges WHERE account = ? AND seq = ?');
  for (const { account, seq } of removed) remove.run(account, seq);
  const add = database.prepare(
    'INSERT INTO veilmatch_charges (account, seq, at, elements, work, run, runs) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const { account, seq, at, elements, work, run, runs } of added) {
    add.run(account, seq, at, elements, work, run ?? null, runs ?? 1);
  }
  return refusals;
}

/** Nothing else writes from its beginning on. */
function inTransaction<Result>(database: Database, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // It has been rolled back already.
    }
    throw error;
  }
}

/**
 * Tries again while another process writes. SQLite could wait by itself, and nothing else of this process would go on.
 * @throws {VeilmatchError} `io`, `bad-file`; what `work` throws
 */
async function patiently<Result>(source: string, work: () => Result): Promise<Result> {
  const end = Date.now() + PATIENCE;
  for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || Date.now() > end) throw refusal(error, source);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** The primary result code; undefined for what is no error of SQLite's. */
function resultCode(error: unknown): number | undefined {
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

function isBusy(error: unknown): boolean {
  const code = resultCode(error);
  return code === BUSY || code === LOCKED;
}

/** What SQLite refused, in words; other errors pass unchanged. */
function refusal(error: unknown, source: string): unknown {
  const code = resultCode(error);
  if (code === undefined) return error;
  // The first one means tables that are not there, or others.
  if (code === ERROR || code === CORRUPT || code === NOT_A_DATABASE) return noLedger(source, error);
  const reason = isBusy(error)
    ? 'another program holds a lock on it. Try again when that has ended'
    : (REASONS[code] ?? `SQLite refuses with code ${code}`);
  return new VeilmatchError('io', `The ledger ${source} cannot be used: ${reason}. Nothing was charged.`, {
    cause: error,
  });
}
