// SPDX-License-Identifier: Apache-2.0
/**
 * DuckDB, where its package is installed: it reads and writes Parquet, databases and object stores, and keeps on disk what does
 * not fit into memory. It gets one place to open, a folder of its own if it needs one, and nothing else: no other file, no network
 * unless the place is there, no extension that is not built in but the one that this place needs, which somebody has installed.
 *
 * **What this leaks:** what is kept in the folder is personal data in the clear, in a folder that only its owner can
 * enter, until the command ends in whatever way but being killed outright (SIGKILL, a power cut).
 */

import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { DuckDBAppender, DuckDBConnection, DuckDBDataChunk, DuckDBInstance } from '@duckdb/node-api';
import { throwIfAborted } from '../abort.js';
import { VeilmatchError } from '../errors.js';
import { temporaryAt } from '../leftovers.js';
import { type Io, ioError } from './io.js';

type DuckDb = typeof import('@duckdb/node-api');

/** Cells of one row, as many as the table has columns; undefined and null are NULL. */
export type Cells = readonly (string | number | null | undefined)[];

/** What a column of a list that is written holds. */
export type ColumnType = 'integer' | 'text';

/** What a column of a table of our own may hold besides. */
type StoredType = ColumnType | 'bytes';
type StoredCells = readonly (Cells[number] | Uint8Array)[];

const SQL_TYPES: Readonly<Record<StoredType, string>> = {
  integer: 'UINTEGER',
  text: 'VARCHAR',
  bytes: 'BLOB',
};

/** Rows that may wait before they are written to the table: a row group of DuckDB's. */
const FLUSH_ROWS = 122_880;
/** The same for rows that are long. */
const FLUSH_LONG_ROWS = 2048;

interface DatabaseOptions {
  /** What needs DuckDB, where it is not installed: `Parquet files need`. */
  readonly purpose: string;
  /** The files or objects that it may open, as they are named to it. */
  readonly files?: readonly string[] | undefined;
  /** An extension that is installed, and what it attaches before all else is locked. */
  readonly extension?:
    | { readonly name: Extension; readonly attach?: readonly string[] | undefined }
    | undefined;
  /** A folder beside this file takes what exceeds `memoryMegabytes`; without it nothing is written to disk. */
  readonly beside?: string | undefined;
  readonly memoryMegabytes: number;
}

/** What reads a database or an object store. */
export type Extension = 'sqlite_scanner' | 'postgres_scanner' | 'httpfs';

/** How DuckDB's INSTALL calls them. */
const EXTENSION_NAMES: Readonly<Record<Extension, string>> = {
  sqlite_scanner: 'sqlite',
  postgres_scanner: 'postgres',
  httpfs: 'httpfs',
};

/** The command that brings it. */
export const INSTALL = 'npm install @duckdb/node-api';

/** Whether the package can be loaded, for what works without it as well. */
export async function hasDuckDb(): Promise<boolean> {
  return loadDuckDb('').then(
    () => true,
    () => false,
  );
}

async function loadDuckDb(purpose: string): Promise<DuckDb> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    const absent = (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
    throw new VeilmatchError(
      'unsupported',
      `${purpose} the package @duckdb/node-api, which ${absent ? 'is not installed' : 'cannot be loaded here'}. ` +
        `Install it where veilmatch is: ${INSTALL} (with -g where veilmatch was installed with -g).`,
      { cause: error },
    );
  }
}

export type Refusal =
  | ('login' | 'absent' | 'unreachable' | 'tls' | 'forbidden' | 'busy')
  | ('missing' | 'statement' | 'encoding' | 'no-parquet');

/** What DuckDB, or the database behind it, refused: the first of these of which its message has a phrase. */
const REFUSALS: Readonly<Record<Refusal, readonly string[]>> = {
  login: [
    ...['password authentication failed', 'no password supplied', 'no pg_hba.conf entry', 'fatal:  role "'],
    ...['http 401', 'http 403', 'http code 401', 'http code 403'],
  ],
  absent: ['fatal:  database "', 'http 404', 'http code 404'],
  unreachable: [
    ...[
      'connection refused',
      'could not translate host name',
      'timeout expired',
      'timed out',
      'no route to host',
    ],
    ...[
      'no such file or directory',
      'could not establish connection',
      'could not connect',
      'could not resolve',
    ],
  ],
  tls: [
    ...[
      'support ssl',
      'ssl peer',
      'ssl error',
      'ssl connection',
      'certificate verif',
      'root certificate',
      'server certificate',
    ],
  ],
  forbidden: ['permission denied', 'readonly database', 'read-only transaction'],
  busy: ['database is locked'],
  missing: ['does not exist', 'no such table', 'no such column', 'not found', 'catalog error'],
  statement: [
    'syntax error',
    'must return data',
    'failed to prepare query',
    'cannot insert multiple commands',
  ],
  encoding: ['could not convert blob to utf8', 'invalid byte sequence', 'invalid unicode'],
  'no-parquet': ['no magic bytes', 'too small to be a parquet file'],
};

/** Characters of a message that are looked at: a server may say as much as it likes. */
const MAX_MESSAGE = 2000;

/** An error of DuckDB's. Its message may quote a cell or a query, so it goes no further. */
export class DatabaseError extends Error {
  /** What it says, where that is known. */
  readonly refusal: Refusal | undefined;
  /** The disk or the memory, not the data. */
  readonly resources: boolean;
  constructor(error: unknown) {
    super('DuckDB refused.');
    const message = error instanceof Error ? error.message.slice(0, MAX_MESSAGE) : '';
    this.resources = /^(?:IO|Out of Memory) Error/.test(message);
    const said = message.toLowerCase();
    this.refusal = (Object.keys(REFUSALS) as Refusal[]).find((name) =>
      REFUSALS[name].some((phrase) => said.includes(phrase)),
    );
  }
}

export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #folder: string | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #interrupt: () => void;
  /** Whether a transaction is. */
  #isOpen = false;

  private constructor(
    instance: DuckDBInstance,
    connection: DuckDBConnection,
    folder: string | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#instance = instance;
    this.#connection = connection;
    this.#folder = folder;
    this.#signal = signal;
    this.#interrupt = () => connection.interrupt();
    signal?.addEventListener('abort', this.#interrupt);
  }

  /** @throws {VeilmatchError} `unsupported` where the package is missing, `io` */
  static async open(options: DatabaseOptions, io: Io): Promise<Database> {
    const { purpose, files, extension, beside, memoryMegabytes } = options;
    const duckdb = await loadDuckDb(purpose);
    throwIfAborted(io.signal);
    const folder = beside === undefined ? undefined : await privateFolder(beside);
    try {
      const instance = await duckdb.DuckDBInstance.create(':memory:', {
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
        // Of which only extensions have any use: keys of stores, logins of servers.
        allow_persistent_secrets: String(extension !== undefined),
        memory_limit: `${memoryMegabytes}MB`,
        temp_directory: folder ?? '',
        // The order of rows is kept, and one thread is faster than whoever takes them.
        threads: '1',
      });
      const connection = await instance.connect();
      try {
        if (extension !== undefined) await prepare(connection, extension, purpose);
        if (files !== undefined)
          await connection.run(`SET allowed_paths = [${files.map(quoted).join(', ')}]`);
        await connection.run('SET enable_external_access = false; SET lock_configuration = true');
      } catch (error) {
        connection.closeSync();
        instance.closeSync();
        throw error;
      }
      return new Database(instance, connection, folder, io.signal);
    } catch (error) {
      if (folder !== undefined) await removeFolder(folder);
      throw error;
    }
  }

  /** @throws {VeilmatchError} `aborted`; {DatabaseError} */
  async run(sql: string): Promise<void> {
    await this.#guarded(() => this.#connection.run(sql));
  }

  /** Begins a transaction, which ends with `commit`, or with the database as if it had never been. */
  async begin(kind: 'read' | 'write'): Promise<void> {
    await this.run(kind === 'read' ? 'BEGIN TRANSACTION READ ONLY' : 'BEGIN TRANSACTION');
    this.#isOpen = true;
  }

  async commit(): Promise<void> {
    await this.run('COMMIT');
    this.#isOpen = false;
  }

  /** The columns of a result, by chunks of rows. */
  async *columns(sql: string): AsyncGenerator<DuckDBDataChunk, void, undefined> {
    const result = await this.#guarded(() => this.#connection.stream(sql));
    for (;;) {
      const chunk = await this.#guarded(() => result.fetchChunk());
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  }

  /** The rows of a small result. */
  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return this.#guarded(async () => (await this.#connection.runAndReadAll(sql)).getRows());
  }

  /** Makes a table, and gives what fills it. @param columns in order, by name @param within where, if not in memory */
  async table(
    name: string,
    columns: Readonly<Record<string, StoredType>>,
    within?: { readonly catalog: string; readonly schema: string },
  ): Promise<TableWriter> {
    const types = Object.entries(columns).map(([column, type]) => `${identifier(column)} ${SQL_TYPES[type]}`);
    const place = within === undefined ? [name] : [within.catalog, within.schema, name];
    await this.run(`CREATE TABLE ${place.map(identifier).join('.')} (${types.join(', ')})`);
    const appender = await this.#guarded(() =>
      this.#connection.createAppender(name, within?.schema, within?.catalog),
    );
    return new TableWriter(appender, Object.values(columns), (action) => this.#guarded(async () => action()));
  }

  /** Gives everything back, and removes the folder. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#interrupt);
    // Left open by a connection that is lost, it would end the process with it.
    if (this.#isOpen) await this.#connection.run('ROLLBACK').catch(() => {});
    this.#isOpen = false;
    try {
      this.#connection.closeSync();
      this.#instance.closeSync();
    } finally {
      if (this.#folder !== undefined) await removeFolder(this.#folder);
    }
  }

  async #guarded<T>(action: () => Promise<T>): Promise<T> {
    throwIfAborted(this.#signal);
    try {
      return await action();
    } catch (error) {
      throwIfAborted(this.#signal);
      throw new DatabaseError(error);
    }
  }
}

/** Fills a table, row by row: chunks of rows would be no faster, and their text is not given back. */
export class TableWriter {
  readonly #appender: DuckDBAppender;
  readonly #types: readonly StoredType[];
  readonly #guarded: (action: () => void) => Promise<void>;
  readonly #flushRows: number;
  #unflushed = 0;

  constructor(
    appender: DuckDBAppender,
    types: readonly StoredType[],
    guarded: (action: () => void) => Promise<void>,
  ) {
    this.#appender = appender;
    this.#types = types;
    this.#flushRows = types.includes('bytes') ? FLUSH_LONG_ROWS : FLUSH_ROWS;
    this.#guarded = guarded;
  }

  async add(rows: Iterable<StoredCells>): Promise<void> {
    for (const cells of rows) {
      for (const [i, type] of this.#types.entries()) {
        const cell = cells[i] ?? undefined;
        if (cell === undefined) this.#appender.appendNull();
        else if (type === 'integer') this.#appender.appendUInteger(Number(cell));
        else if (type === 'bytes') this.#appender.appendBlob(cell as Uint8Array);
        else this.#appender.appendVarchar(String(cell));
      }
      this.#appender.endRow();
      if (++this.#unflushed < this.#flushRows) continue;
      this.#unflushed = 0;
      await this.#guarded(() => this.#appender.flushSync());
    }
  }

  async finish(): Promise<void> {
    await this.#guarded(() => this.#appender.closeSync());
  }

  /** Forgets what waits. Never throws. */
  abandon(): void {
    try {
      this.#appender.clear();
    } catch {
      // It is closed, and nothing waits.
    }
  }
}

/** What went wrong while something was read or written by DuckDB. @param otherwise for an error in the data */
export function databaseError(
  verb: 'read' | 'write',
  name: string,
  error: unknown,
  otherwise: VeilmatchError,
): unknown {
  if (!(error instanceof DatabaseError)) return error;
  if (!error.resources) return otherwise;
  return new VeilmatchError(
    'io',
    `Cannot ${verb} ${name}: no space is left on the disk, or too little memory.`,
  );
}

/** Loads an extension and attaches what it is for. @throws {VeilmatchError} `unsupported`; {DatabaseError} */
async function prepare(
  connection: DuckDBConnection,
  { name, attach = [] }: NonNullable<DatabaseOptions['extension']>,
  purpose: string,
): Promise<void> {
  try {
    await connection.run(`LOAD ${name}`);
  } catch (error) {
    throw new VeilmatchError(
      'unsupported',
      `${purpose} an extension of DuckDB's that is not installed for this version of it: ${EXTENSION_NAMES[name]}. Nothing is ` +
        'fetched unasked: docs/lists.md, "Where lists live", says how to install it.',
      { cause: error },
    );
  }
  try {
    if (name === 'httpfs') {
      // One of the ways that it has to the network takes any certificate unless told otherwise.
      const settings = await connection.runAndReadAll(
        "SELECT name FROM duckdb_settings() WHERE name LIKE 'enable%server_cert_verification'",
      );
      for (const [setting] of settings.getRows()) await connection.run(`SET ${setting} = true`);
      const authority = process.env.SSL_CERT_FILE;
      if (authority) await connection.run(`SET ca_cert_file = ${quoted(authority)}`);
    }
    // Secrets are read when they are first looked for, and behind the lock no more.
    await connection.run('SELECT count(*) FROM duckdb_secrets()');
    for (const statement of attach) await connection.run(statement);
  } catch (error) {
    throw new DatabaseError(error);
  }
}

/** A name as SQL writes it. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const FORGET = new Map<string, () => void>();

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  FORGET.get(folder)?.();
  FORGET.delete(folder);
}

/** Beside a file that is written: where that much personal data goes anyway, and on a disk rather than in memory. */
async function privateFolder(beside: string): Promise<string> {
  try {
    const folder = await mkdtemp(join(dirname(resolve(beside)), '.veilmatch-'));
    FORGET.set(folder, temporaryAt(folder));
    await chmod(folder, 0o700);
    return folder;
  } catch (error) {
    throw ioError('write', dirname(beside), error);
  }
}
