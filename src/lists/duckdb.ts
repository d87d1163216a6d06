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
import { type Attachment, prepare } from './extensions.js';
import { type Io, ioError } from './io.js';
import { DatabaseError } from './refusals.js';
import { identifier, quoted } from './sql.js';

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
/** Characters that may wait, however few rows they are. */
const FLUSH_CHARACTERS = 2 ** 24;

interface DatabaseOptions {
  /** What needs DuckDB, where it is not installed: `Parquet files need`. */
  readonly purpose: string;
  /** The files or objects that it may open, as they are named to it. */
  readonly files?: readonly string[] | undefined;
  /** What the names of files or objects begin with that it may open: each ends with a slash. */
  readonly folders?: readonly string[] | undefined;
  /** An extension that is installed, and what it attaches before all else is locked. */
  readonly extension?: Attachment | undefined;
  /** A folder beside this file takes what exceeds `memoryMegabytes`; without it nothing is written to disk. */
  readonly beside?: string | undefined;
  readonly memoryMegabytes: number;
}

/** The command that brings it. */
export const INSTALL = 'npm install @duckdb/node-api';

/** Whether the package can be loaded, for what works without it as well. */
export async function hasDuckDb(): Promise<boolean> {
  return loadDuckDb('').then(
    () => true,
    () => false,
  );
}

/** Its version; undefined where it is not installed or cannot be loaded. */
export async function duckDbVersion(): Promise<string | undefined> {
  return loadDuckDb('').then(
    (duckdb) => duckdb.version(),
    () => undefined,
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
    const { purpose, files, folders, extension, beside, memoryMegabytes } = options;
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
        if (folders !== undefined)
          await connection.run(`SET allowed_directories = [${folders.map(quoted).join(', ')}]`);
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

  /** As `columns`, over a connection of its own: others may go on meanwhile. They do not see what an open transaction has. */
  async *columnsApart(sql: string): AsyncGenerator<DuckDBDataChunk, void, undefined> {
    const connection = await this.#guarded(() => this.#instance.connect());
    try {
      const result = await this.#guarded(() => connection.stream(sql));
      for (;;) {
        const chunk = await this.#guarded(() => result.fetchChunk());
        if (chunk === null || chunk.rowCount === 0) return;
        yield chunk;
      }
    } finally {
      connection.closeSync();
    }
  }

  /** The rows of a small result. */
  async rows(sql: string): Promise<readonly (readonly unknown[])[]> {
    return this.#guarded(async () => (await this.#connection.runAndReadAll(sql)).getRows());
  }

  /** Makes a table, and gives what fills it. @param columns in order, by name @param within where, if not in memory */
  async table(
    name: string,
    columns: ReadonlyMap<string, StoredType>,
    within?: { readonly catalog: string; readonly schema: string },
  ): Promise<TableWriter> {
    const types = [...columns].map(([column, type]) => `${identifier(column)} ${SQL_TYPES[type]}`);
    const place = within === undefined ? [name] : [within.catalog, within.schema, name];
    await this.run(`CREATE TABLE ${place.map(identifier).join('.')} (${types.join(', ')})`);
    const appender = await this.#guarded(() =>
      this.#connection.createAppender(name, within?.schema, within?.catalog),
    );
    return new TableWriter(appender, [...columns.values()], (action) => this.#guarded(async () => action()));
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
  #characters = 0;

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
        else {
          const text = String(cell);
          this.#characters += text.length;
          this.#appender.appendVarchar(text);
        }
      }
      this.#appender.endRow();
      if (++this.#unflushed < this.#flushRows && this.#characters < FLUSH_CHARACTERS) continue;
      [this.#unflushed, this.#characters] = [0, 0];
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
