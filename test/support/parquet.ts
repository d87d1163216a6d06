// SPDX-License-Identifier: Apache-2.0
/** Parquet files made and read by DuckDB itself, without the tool's own code. */

import { DuckDBInstance } from '@duckdb/node-api';

async function rowsOf(sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Writes what a query gives. */
export async function writeParquet(path: string, query: string, options = ''): Promise<void> {
  await rowsOf(`COPY (${query}) TO '${path}' (FORMAT parquet${options})`);
}

interface ParquetContent {
  /** Names and types. */
  readonly columns: readonly (readonly [string, string])[];
  readonly rows: readonly (readonly unknown[])[];
}

export async function readParquet(path: string): Promise<ParquetContent> {
  const columns = await rowsOf(`DESCRIBE SELECT * FROM read_parquet('${path}')`);
  return {
    columns: columns.map(([name, type]) => [String(name), String(type)]),
    rows: await rowsOf(`SELECT * FROM read_parquet('${path}')`),
  };
}
