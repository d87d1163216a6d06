// SPDX-License-Identifier: Apache-2.0
/**
 * A ledger in PostgreSQL, for several servers behind one address. An update is one transaction that begins by locking the one
 * row of the ledger, so updates of all servers come one after another, as those of a file do; each charges the account of all
 * peers besides that of one, so locks on accounts would let no more of them through at a time.
 *
 * A charge whose COMMIT was sent and not answered counts as made: the run is refused, and is charged or not. Nothing is
 * tried again by itself then, for a second try could charge twice.
 */

import { requireNumber, requireOptions, requireText } from '../../arguments.js';
import { bytesToHex } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import { secureRandom } from '../../random.js';
import type { KeptLedger } from '../files/queued-ledger.js';
import { batchedLedger } from './batched-ledger.js';
import {
  AccountNames,
  accountsOf,
  type Changes,
  type ChargeRow,
  changesBy,
  checkLedger,
  type DatabaseLedgerOptions,
  type LedgerRow,
  type Update,
  VERSION,
} from './charge-rows.js';
import {
  type Client,
  type Connect,
  connector,
  type PostgresServer,
  postgresRefusal,
  type Result,
} from './postgres-client.js';

/** Where a ledger in PostgreSQL is. */
export interface PostgresLedgerOptions extends PostgresServer, DatabaseLedgerOptions {
  /** The schema that the tables are in, which must be there. Default `public`. */
  readonly schema?: string | undefined;
}

/** Only so that two servers do not make the tables at a time: the first bytes of "veilmatch" as a number. */
const MAKING = 0x7665_696c;

/**
 * The transaction is on the disk when it is over, whatever the usual setting of this user is; nobody waits for ever, and a
 * server that stops in the middle does not make the others wait.
 */
const BEGIN = `BEGIN;
  SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off';
  SET LOCAL lock_timeout = '10s';
  SET LOCAL statement_timeout = '10s';
  SET LOCAL idle_in_transaction_session_timeout = '10s'`;

const NOTHING_CHARGED = 'Nothing was charged.';
const PERHAPS_CHARGED = 'Whether the run was charged is not known; it counts as charged, and is refused.';

/**
 * Opens a ledger in PostgreSQL by the package `pg`, an optional peer, and makes its tables `veilmatch_ledger` and
 * `veilmatch_charges` where there are none. A connection that is lost is made again with the next update.
 * @throws {VeilmatchError} `unsupported` without the package; `io` where the server cannot be reached, or does not let this user
 * read and write; `bad-file` where the tables are others; `argument` for another key than before. An update: `io` where the
 * connection is lost, whether it was charged or not; `bad-file` where the ledger is gone
 * @example
 * ```ts
 * import { openPostgresLedger } from 'veilmatch/transport';
 *
 * const nobody = { host: '127.0.0.1', port: 1, database: 'crm' };
 * console.log(await openPostgresLedger(nobody).catch(({ message }) => /pg|nothing answers/.test(message))); // → true
 * ```
 */
export async function openPostgresLedger(options: PostgresLedgerOptions = {}): Promise<KeptLedger> {
  requireOptions(options, {
    ...{ host: true, port: true, database: true, user: true, sslmode: true, sslrootcert: true },
    ...{ schema: true, accountKey: true, source: true },
  });
  const { host, port, database, user, sslmode, sslrootcert, schema, source: name } = options;
  for (const text of [host, database, user, sslmode, sslrootcert, schema, name]) {
    if (text !== undefined) requireText(text, 'An option of the ledger');
  }
  if (port !== undefined) requireNumber(port, 'The port');
  const names = new AccountNames(options.accountKey);
  const source = name ?? pathName(`postgres://${host ?? ''}/${database ?? ''}`);
  const ledger = new PostgresLedger(await connector(options), schema ?? 'public', names, source);
  try {
    await ledger.open();
  } catch (error) {
    await ledger.release();
    throw error;
  }
  return batchedLedger(
    names,
    (updates) => ledger.update(updates),
    () => ledger.release(),
  );
}

class PostgresLedger {
  readonly #connect: Connect;
  readonly #ledger: string;
  readonly #charges: string;
  readonly #names: AccountNames;
  readonly #source: string;
  #client: Client | undefined;
  #id: string | undefined;

  constructor(connect: Connect, schema: string, names: AccountNames, source: string) {
    this.#connect = connect;
    const [ledger, charges] = ['veilmatch_ledger', 'veilmatch_charges'].map(
      (table) => `"${schema.replaceAll('"', '""')}".${table}`,
    );
    this.#ledger = ledger!;
    this.#charges = charges!;
    this.#names = names;
    this.#source = source;
  }

  async open(): Promise<void> {
    await this.#inTransaction(async (client) => {
      await client.query('SELECT pg_advisory_xact_lock($1)', [MAKING]);
      // Who may not make tables may use those that are there.
      const { rows } = await client.query('SELECT to_regclass($1) IS NOT NULL AS there', [this.#ledger]);
      const isThere = (rows[0] as { there: boolean }).there;
      if (!isThere) await this.#make(client);
      const result = await client.query(this.#lockStatement());
      this.#id = checkLedger(result.rows[0] as LedgerRow | undefined, this.#names, this.#source);
      return !isThere;
    });
  }

  async update(updates: readonly Update[]): Promise<ReadonlyMap<Update, unknown>> {
    let refusals: ReadonlyMap<Update, unknown> = new Map();
    await this.#inTransaction(async (client) => {
      const locked = await client.query(this.#lockStatement());
      checkLedger(locked.rows[0] as LedgerRow | undefined, this.#names, this.#source, this.#id);
      const { rows } = await client.query(
        `SELECT account, seq, at, elements, work, run, runs FROM ${this.#charges} WHERE account = ANY($1) ORDER BY seq`,
        [accountsOf(updates)],
      );
      const changes = changesBy(updates, rows as readonly ChargeRow[], this.#source);
      refusals = changes.refusals;
      return this.#write(client, changes);
    });
    return refusals;
  }

  async release(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  /** Held until the transaction is over. */
  #lockStatement(): string {
    return `SELECT version, id, key_check FROM ${this.#ledger} FOR UPDATE`;
  }

  async #make(client: Client): Promise<void> {
    await client.query(`
      CREATE TABLE ${this.#ledger} (version integer NOT NULL, id text NOT NULL, key_check text NOT NULL);
      CREATE TABLE ${this.#charges} (
        account text COLLATE "C" NOT NULL, seq bigint NOT NULL,
        at bigint NOT NULL, elements bigint NOT NULL, work bigint NOT NULL, run text, runs bigint NOT NULL,
        PRIMARY KEY (account, seq)
      )`);
    await client.query(`INSERT INTO ${this.#ledger} (version, id, key_check) VALUES ($1, $2, $3)`, [
      VERSION,
      bytesToHex(secureRandom(16)),
      this.#names.check,
    ]);
  }

  /** @returns whether there was anything to write */
  async #write(client: Client, { removed, added }: Changes): Promise<boolean> {
    if (removed.length > 0) {
      await client.query(
        `DELETE FROM ${this.#charges} AS charge USING unnest($1::text[], $2::bigint[]) AS gone (account, seq)
         WHERE charge.account = gone.account AND charge.seq = gone.seq`,
        [removed.map(({ account }) => account), removed.map(({ seq }) => seq)],
      );
    }
    if (added.length > 0) {
      const rows = added.map((charge) => ({ ...charge, runs: charge.runs ?? 1 }));
      const names = ['account', 'seq', 'at', 'elements', 'work', 'run', 'runs'] as const;
      const columns = names.map((name) => rows.map((row) => row[name] ?? null));
      await client.query(
        `INSERT INTO ${this.#charges} (account, seq, at, elements, work, run, runs)
         SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::text[], $7::bigint[])`,
        columns,
      );
    }
    return removed.length + added.length > 0;
  }

  /**
   * @param work returns whether there is anything to keep
   * @throws {VeilmatchError} `io`, which says whether it may have been charged; what `work` throws
   */
  async #inTransaction(work: (client: Client) => Promise<boolean>): Promise<void> {
    let committing = false;
    try {
      const client = await this.#begin();
      if (!(await work(client))) {
        await client.query('ROLLBACK');
        return;
      }
      committing = true;
      const { command } = await client.query('COMMIT');
      // What PostgreSQL answers where an earlier statement has failed.
      if (command !== 'COMMIT')
        throw new VeilmatchError(
          'io',
          `The ledger ${this.#source} cannot be used: the server gave the update up. ${NOTHING_CHARGED}`,
        );
    } catch (error) {
      await this.#undo(committing);
      throw postgresRefusal(error, this.#source, committing ? PERHAPS_CHARGED : NOTHING_CHARGED);
    }
  }

  /** On the connection that there is, or on another where that was lost without a word: nothing has been asked of it yet. */
  async #begin(): Promise<Client> {
    const old = this.#client;
    if (old !== undefined) {
      try {
        await old.query(BEGIN);
        return old;
      } catch {
        await this.release();
      }
    }
    const client = await this.#connect((lost) => {
      if (this.#client === lost) this.#client = undefined;
    });
    this.#client = client;
    await client.query(BEGIN);
    return client;
  }

  /** A connection that does not take a ROLLBACK, or whose COMMIT was not answered, is not used again. */
  async #undo(committing: boolean): Promise<void> {
    const client = this.#client;
    if (client === undefined) return;
    const undone = committing
      ? false
      : await client.query('ROLLBACK').then(
          (_: Result) => true,
          () => false,
        );
    if (!undone) await this.release();
  }
}
