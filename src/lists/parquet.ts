// SPDX-License-Identifier: Apache-2.0
/** Parquet files as lists: each column as text, whatever its type. */

import { resolve } from 'node:path';
import { VeilmatchError } from '../errors.js';
import { Database, databaseError, quoted } from './duckdb.js';
import type { Io } from './io.js';
import type { FileReading, ListRecord, RecordSource } from './record-source.js';

/** What the message says that the package is needed for. */
export const PARQUET_NEEDS = 'Parquet files need';
/** A row group is decoded in memory, compressed columns and all. */
const MEMORY_MEGABYTES = 512;

/**
 * The rows of a Parquet file below its columns' names. Text is what it is, whole numbers are their digits, NULL is an
 * empty cell; floating-point numbers keep their point, so that a telephone number which went through one is noticed.
 * @throws {VeilmatchError} `unsupported` without DuckDB; `bad-file`, `io`
 */
export async function openParquet(path: string, source: string, io: Io): Promise<RecordSource> {
  if (/[*?[\]]/.test(path)) {
    throw new VeilmatchError(
      'argument',
      `${source}: a Parquet file is not read from a path with *, ?, [ or ] in it. Rename it, or make a link to it.`,
    );
  }
  const database = await Database.open(
    { purpose: PARQUET_NEEDS, file: path, memoryMegabytes: MEMORY_MEGABYTES },
    io,
  );
  try {
    return await ParquetRecords.open(database, path, source);
  } catch (error) {
    await database.close();
    throw error;
  }
}

class ParquetRecords implements RecordSource {
  readonly reading: FileReading = { format: 'Parquet' };
  readonly counts = 'row';
  readonly hasHeader = true;
  readonly #database: Database;
  readonly #source: string;
  /** What the rows are selected from, its columns named by their number. */
  readonly #from: string;
  readonly #names: readonly string[];
  readonly #rows: number;
  #read = 0;

  private constructor(
    database: Database,
    source: string,
    from: string,
    names: readonly string[],
    rows: number,
  ) {
    this.#database = database;
    this.#source = source;
    const aliases = names.map((_, i) => `c${i}`).join(', ');
    this.#from = `${from} AS list(${aliases})`;
    this.#names = names;
    this.#rows = rows;
  }

  static async open(database: Database, path: string, source: string): Promise<ParquetRecords> {
    // Old writers leave text unmarked. Names of folders say nothing about the rows.
    const file = `read_parquet(${quoted(resolve(path))}, binary_as_string = true, hive_partitioning = false)`;
    try {
      const columns = await database.rows(`DESCRIBE SELECT * FROM ${file}`);
      const [[rows] = []] = await database.rows(`SELECT count(*) FROM ${file}`);
      return new ParquetRecords(
        database,
        source,
        file,
        columns.map(([name]) => String(name)),
        Number(rows),
      );
    } catch (error) {
      throw unreadable(error, source);
    }
  }

  async sample(count: number): Promise<readonly ListRecord[]> {
    const header = { fields: this.#names, line: 0 };
    const records: ListRecord[] = [header];
    for await (const batch of this.#select([...this.#names.keys()], `LIMIT ${count - 1}`))
      records.push(...batch);
    return records;
  }

  async *records(columns: readonly number[]): AsyncGenerator<readonly ListRecord[], void, undefined> {
    yield [{ fields: this.#names, line: 0 }];
    for await (const batch of this.#select(columns, '')) {
      this.#read += batch.length;
      yield batch;
    }
  }

  share(): number {
    return this.#read / Math.max(1, this.#rows);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async *#select(
    columns: readonly number[],
    limit: string,
  ): AsyncGenerator<readonly ListRecord[], void, undefined> {
    const cells = columns.map((column) => `CAST(c${column} AS VARCHAR)`).join(', ') || 'NULL';
    let line = 1;
    try {
      for await (const chunk of this.#database.columns(`SELECT ${cells} FROM ${this.#from} ${limit}`)) {
        const values = columns.map((_, i) => chunk.getColumnValues(i));
        yield Array.from({ length: chunk.rowCount }, (_, row) => {
          const fields: string[] = Array(this.#names.length).fill('');
          for (const [i, column] of columns.entries())
            fields[column] = (values[i]![row] as string | null) ?? '';
          return { fields, line: line++ };
        });
      }
    } catch (error) {
      throw unreadable(error, this.#source, line - 1);
    }
  }
}

function unreadable(error: unknown, source: string, position?: number): unknown {
  const where = position === undefined ? '' : ` behind row ${position}`;
  const problem = new VeilmatchError(
    'bad-file',
    `${source} cannot be read as Parquet${where}: it is damaged, cut off, or holds text that is not UTF-8. Export it again, or as CSV.`,
    position === undefined ? {} : { position },
  );
  return databaseError('read', source, error, problem);
}
