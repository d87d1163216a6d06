// SPDX-License-Identifier: Apache-2.0
/**
 * DuckDB, where its package is installed: it reads and writes Parquet, and keeps on disk what does not fit into memory.
 * It gets one file to open, a folder of its own if it needs one, and nothing else: no network, no extension that is not
 * built in, no other file.
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

/** Rows that may wait before they are written to the table: a row group of DuckDB's. */
const FLUSH_ROWS = 122_880;

interface DatabaseOptions {
  /** What needs DuckDB, where it is not installed: `Parquet files need`. */
  readonly purpose: string;
  /** The one file that it may open. */
  readonly file?: string | undefined;
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

/** An error of DuckDB's. Its message may quote a cell, so it goes no further. */
class DatabaseError extends Error {
  /** The disk or the memory, not the data. */
  readonly resources: boolean;
  constructor(error: unknown) {
    super('DuckDB refused.');
    this.resources = /^(?:IO|Out of Memory) Error/.test(error instanceof Error ? error.message : '');
  }
}

export class Database {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #folder: string | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #interrupt: () => void;

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
    const { purpose, file, beside, memoryMegabytes } = options;
    const duckdb = await loadDuckDb(purpose);
    throwIfAborted(io.signal);
    const folder = beside === undefined ? undefined : await privateFolder(beside);
    try {
      const instance = await duckdb.DuckDBInstance.create(':memory:', {
        autoinstall_known_extensions: 'false',
        autoload_known_extensions: 'false',
        allow_persistent_secrets: 'false',
        memory_limit: `${memoryMegabytes}MB`,
        temp_directory: folder ?? '',
        // The order of rows is kept, and one thread is faster than whoever takes them.
        threads: '1',
      });
      const connection = await instance.connect();
      if (file !== undefined) await connection.run(`SET allowed_paths = [${quoted(resolve(file))}]`);
      await connection.run('SET enable_external_access = false; SET lock_configuration = true');
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

  /** Makes a table, and gives what fills it. @param columns in order, by name */
  async table(name: string, columns: Readonly<Record<string, ColumnType>>): Promise<TableWriter> {
    const types = Object.entries(columns).map(
      ([column, type]) => `"${column}" ${type === 'integer' ? 'UINTEGER' : 'VARCHAR'}`,
    );
    await this.run(`CREATE TABLE "${name}" (${types.join(', ')})`);
    const appender = await this.#guarded(() => this.#connection.createAppender(name));
    return new TableWriter(appender, Object.values(columns), (action) => this.#guarded(async () => action()));
  }

  /** Gives everything back, and removes the folder. */
  async close(): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#interrupt);
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
  readonly #types: readonly ColumnType[];
  readonly #guarded: (action: () => void) => Promise<void>;
  #unflushed = 0;

  constructor(
    appender: DuckDBAppender,
    types: readonly ColumnType[],
    guarded: (action: () => void) => Promise<void>,
  ) {
    this.#appender = appender;
    this.#types = types;
    this.#guarded = guarded;
  }

  async add(rows: Iterable<Cells>): Promise<void> {
    for (const cells of rows) {
      for (const [i, type] of this.#types.entries()) {
        const cell = cells[i] ?? undefined;
        if (cell === undefined) this.#appender.appendNull();
        else if (type === 'integer') this.#appender.appendUInteger(Number(cell));
        else this.#appender.appendVarchar(String(cell));
      }
      this.#appender.endRow();
      if (++this.#unflushed < FLUSH_ROWS) continue;
      this.#unflushed = 0;
      await this.#guarded(() => this.#appender.flushSync());
    }
  }

  async finish(): Promise<void> {
    await this.#guarded(() => this.#appender.closeSync());
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
