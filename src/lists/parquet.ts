// SPDX-License-Identifier: Apache-2.0
/** Parquet files as lists: on this machine, in the web, in object stores. */

import { resolve } from 'node:path';
import { VeilmatchError } from '../errors.js';
import { Database } from './duckdb.js';
import type { Io } from './io.js';
import type { RecordSource } from './record-source.js';
import { databaseError } from './refusals.js';
import { quoted } from './sql.js';
import { TableRecords } from './table-records.js';

/** What the message says that the package is needed for. */
export const PARQUET_NEEDS = 'Parquet files need';
/** A row group is decoded in memory, compressed columns and all. */
const MEMORY_MEGABYTES = 512;

/**
 * The rows of a Parquet file below its columns' names.
 * @throws {VeilmatchError} `unsupported` without DuckDB; `bad-file`, `io`
 */
export async function openParquet(path: string, source: string, io: Io): Promise<RecordSource> {
  if (/[*?[\]]/.test(path)) {
    throw new VeilmatchError(
      'argument',
      `${source}: a Parquet file is not read from a path with *, ?, [ or ] in it. Rename it, or make a link to it.`,
    );
  }
  const file = resolve(path);
  const database = await Database.open(
    { purpose: PARQUET_NEEDS, files: [file], memoryMegabytes: MEMORY_MEGABYTES },
    io,
  );
  return parquetRecords(database, file, (error, position) =>
    databaseError('read', source, error, unreadable(source, position)),
  );
}

/**
 * @param place as DuckDB names it
 * @param explain - what an error of DuckDB's comes to
 */
export async function parquetRecords(
  database: Database,
  place: string,
  explain: (error: unknown, position?: number) => unknown,
): Promise<RecordSource> {
  try {
    // Old writers leave text unmarked. Names of folders say nothing about the rows.
    const from = `read_parquet(${quoted(place)}, binary_as_string = true, hive_partitioning = false)`;
    const [[rows] = []] = await database.rows(`SELECT count(*) FROM ${from}`);
    return await TableRecords.open(database, { format: 'Parquet', from, rows: Number(rows), explain });
  } catch (error) {
    await database.close();
    throw explain(error);
  }
}

/** What a Parquet file is that cannot be read. */
export function unreadable(source: string, position?: number): VeilmatchError {
  const where = position === undefined ? '' : ` behind row ${position}`;
  return new VeilmatchError(
    'bad-file',
    `${source} cannot be read as Parquet${where}: it is damaged, cut off, or holds text that is not UTF-8. Export it again, or as CSV.`,
    position === undefined ? {} : { position },
  );
}
