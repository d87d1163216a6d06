// SPDX-License-Identifier: Apache-2.0
/**
 * Lists written into databases: a new table, in one transaction, so that it is there with all of its rows or not at all. A table
 * that is there already stays as it is. A new SQLite file appears like any other output, when it is complete.
 */

import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VeilmatchError } from '../errors.js';
import { temporaryAt } from '../leftovers.js';
import { type DatabaseAddress, type SqliteAddress, STDIN } from './address.js';
import { beginsWith, SQLITE, startOf } from './chunks.js';
import { attached, CATALOG, databaseRefusal, schemaOf } from './databases.js';
import type { Cells, ColumnType, Database, TableWriter } from './duckdb.js';
import { type Io, ioError, readBytes } from './io.js';
import { quoted } from './sql.js';
import type { OpenOutput, TableOutput } from './text-output.js';

/** Where the table goes meanwhile. */
interface Place {
  readonly address: DatabaseAddress;
  /** Gives it its name. */
  settle(): Promise<void>;
  discard(): Promise<void>;
}

/**
 * Finds out that the table can be made, before the work; it is made when there is something to write.
 * @param source how messages name it
 * @throws {VeilmatchError} `argument` for an address without a table, or one that is there; `unsupported`; `io`
 */
export async function openDatabaseOutput(
  address: DatabaseAddress,
  source: string,
  io: Io,
): Promise<OpenOutput> {
  if (address.table === undefined) {
    throw new VeilmatchError('argument', `Say which table of ${source} is to be made: ?table=NAME.`);
  }
  const place = address.kind === 'sqlite' ? await sqlitePlace(address, source, io) : standing(address);
  try {
    const database = await attached(place.address, 'write', source, io);
    try {
      await checkRoom(database, place.address, source);
    } catch (error) {
      throw databaseRefusal(error, { verb: 'write', source });
    } finally {
      // A server would wait for as long as the work takes, and hang up.
      await database.close();
    }
  } catch (error) {
    await place.discard();
    throw error;
  }
  return new DatabaseOutput(place, source, io);
}

const standing = (address: DatabaseAddress): Place => ({
  address,
  settle: async () => {},
  discard: async () => {},
});

/** @throws {VeilmatchError} `argument` where a table is there already, or no schema to make it in */
async function checkRoom(database: Database, address: DatabaseAddress, source: string): Promise<void> {
  const schema = schemaOf(address);
  const within = `catalog_name = ${quoted(CATALOG)} AND schema_name = ${quoted(schema)}`;
  const [[schemas] = []] = await database.rows(
    `SELECT count(*) FROM information_schema.schemata WHERE ${within}`,
  );
  if (Number(schemas) === 0) {
    throw new VeilmatchError(
      'argument',
      `There is no such schema for ${source}. Make it first: CREATE SCHEMA.`,
    );
  }
  // Names of SQLite are the same in any case, those of PostgreSQL are not.
  const fold = address.kind === 'sqlite' ? 'lower' : '';
  const [[tables] = []] = await database.rows(
    `SELECT count(*) FROM information_schema.tables WHERE table_catalog = ${quoted(CATALOG)} AND ` +
      `table_schema = ${quoted(schema)} AND ${fold}(table_name) = ${fold}(${quoted(address.table!)})`,
  );
  if (Number(tables) === 0) return;
  throw new VeilmatchError(
    'argument',
    `${source} is there already, and no table is overwritten. Name another one, or drop it first.`,
  );
}

/** In a file that is there, or in one beside it that gets its name at the end. */
async function sqlitePlace(address: SqliteAddress, source: string, io: Io): Promise<Place> {
  if (address.path === STDIN) {
    throw new VeilmatchError('argument', `${source} cannot be written: a database is a file, and - is none.`);
  }
  const path = await realpath(address.path).catch(() => address.path);
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) {
    const { head, iterator } = await startOf(readBytes(path, io));
    await iterator.return?.();
    if (beginsWith(head, SQLITE)) return standing({ ...address, path });
    throw new VeilmatchError(
      'argument',
      `${source} cannot be written: the file is there, and is no SQLite database.`,
    );
  }
  const written = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  const names = [written, `${written}-journal`];
  const forget = names.map(temporaryAt);
  try {
    // An empty file is an empty database. Results are personal data.
    await (await open(written, 'wx', 0o600)).close();
  } catch (error) {
    throw ioError('write', source, error);
  }
  return {
    address: { ...address, path: written },
    async settle() {
      const file = await open(written, 'r+');
      await file.sync();
      await file.close();
      await rename(written, path);
      for (const done of forget) done();
    },
    async discard() {
      for (const name of names) await rm(name, { force: true }).catch(() => {});
      for (const done of forget) done();
    },
  };
}

class DatabaseOutput implements OpenOutput {
  readonly #place: Place;
  readonly #source: string;
  readonly #io: Io;
  #database: Database | undefined;
  #writer: TableWriter | undefined;

  constructor(place: Place, source: string, io: Io) {
    this.#place = place;
    this.#source = source;
    this.#io = io;
  }

  async write(): Promise<void> {
    throw new VeilmatchError(
      'argument',
      `${this.#source} is a table, and what is to be written there is no list.`,
    );
  }

  async table(columns: ReadonlyMap<string, ColumnType>): Promise<TableOutput> {
    const { address } = this.#place;
    const database = await attached(address, 'write', this.#source, this.#io);
    this.#database = database;
    const writer = await this.#written(async () => {
      await database.begin('write');
      return database.table(address.table!, columns, { catalog: CATALOG, schema: schemaOf(address) });
    });
    this.#writer = writer;
    return { append: (rows: Iterable<Cells>) => this.#written(() => writer.add(rows)) };
  }

  async commit(): Promise<void> {
    await this.#written(async () => {
      await this.#writer?.finish();
      await this.#database?.commit();
    });
    await this.#database?.close();
    this.#database = undefined;
    await this.#place.settle().catch((error: unknown) => {
      throw ioError('write', this.#source, error);
    });
  }

  async discard(): Promise<void> {
    this.#writer?.abandon();
    // The transaction ends with the connection, and nothing of it is there.
    await this.#database?.close().catch(() => {});
    await this.#place.discard();
  }

  async #written<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw databaseRefusal(error, { verb: 'write', source: this.#source });
    }
  }
}
