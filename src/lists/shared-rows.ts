// SPDX-License-Identifier: Apache-2.0
/**
 * The rows of a list as they were read, until a run has told which of them are shared. A list that is large waits on disk,
 * beside the output, where DuckDB is installed.
 *
 * **What this leaks:** what waits on disk is personal data, like the list itself; the folder is only its owner's and is
 * removed when the command ends.
 */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ByteList, ByteListBuilder, fromUtf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { Field } from '../identifiers/row.js';
import { parseAddress, placeName } from './address.js';
import { type Cells, type ColumnType, Database, hasDuckDb, INSTALL, type TableWriter } from './duckdb.js';
import type { Io } from './io.js';
import type { Output } from './output.js';
import type { CustomerRow } from './record-rows.js';
import { databaseError } from './refusals.js';
import type { TableStyle } from './spreadsheet.js';
import type { Uint32List } from './uint32-list.js';

export type Spill = 'auto' | 'always' | 'never';

/** The columns of a list that is written. */
export function listColumns(kinds: readonly Field[]): Record<string, ColumnType> {
  return { line: 'integer', ...Object.fromEntries(kinds.map((kind) => [kind, 'text' as const])) };
}

/**
 * Keeps the rows for as long as `body` runs.
 * @param output the file that some of them will be written to; without one, none is kept
 */
export async function withSharedRows<T>(
  output: string | undefined,
  spill: Spill,
  io: Io,
  body: (rows: SharedRows | undefined) => Promise<T>,
): Promise<T> {
  const rows = output === undefined ? undefined : new SharedRows(output, spill, io);
  try {
    return await body(rows);
  } finally {
    await rows?.close();
  }
}

/** What is kept in memory before the rows go to disk, some eight million rows: DuckDB itself takes nearly as much. */
const MEMORY_BYTES = 256 * 2 ** 20;
/** What DuckDB may use of it. */
const DATABASE_MEGABYTES = 64;
/** Rows that are written at once. */
const BATCH = 2048;

interface KeptRows {
  add(row: CustomerRow): Promise<void>;
  /** These rows, which ascend, without their country. */
  select(rows: readonly number[]): AsyncIterable<CustomerRow>;
  close(): Promise<void>;
}

/** What is known of rows that are kept. */
export interface RowPlaces {
  /** Of each row. */
  readonly lines: Uint32List;
  /** The kinds that the list has a column for. */
  readonly kinds: readonly Field[];
}

export class SharedRows {
  readonly #spill: Spill;
  readonly #output: string;
  readonly #io: Io;
  readonly #memoryBytes: number;
  readonly #memory = new RowsInMemory();
  #kept: KeptRows = this.#memory;
  #settled = false;

  /**
   * @param output the file that will be written
   * @param memoryBytes what is kept in memory with `auto`
   */
  constructor(output: string, spill: Spill, io: Io, memoryBytes: number = MEMORY_BYTES) {
    this.#memoryBytes = memoryBytes;
    this.#output = output;
    this.#spill = spill;
    this.#io = io;
    this.#settled = spill === 'never';
  }

  /** @throws {VeilmatchError} `unsupported` where DuckDB is asked for and missing, `io` */
  async add(row: CustomerRow): Promise<void> {
    await this.#kept.add(row);
    if (!this.#settled && (this.#spill === 'always' || this.#memory.bytes > this.#memoryBytes))
      await this.#settle();
  }

  /**
   * Writes these rows, which ascend, with their lines.
   * @param beside what else stands in each, by the name of its column
   */
  async write(
    output: Output,
    rows: readonly number[],
    { lines, kinds }: RowPlaces,
    style?: TableStyle,
    beside: Readonly<Record<string, (row: number) => string | undefined>> = {},
  ): Promise<void> {
    const more = Object.keys(beside).map((name) => [name, 'text'] as const);
    const table = await output.table({ ...listColumns(kinds), ...Object.fromEntries(more) }, style);
    let batch: Cells[] = [];
    let next = 0;
    for await (const row of this.#kept.select(rows)) {
      const at = rows[next++]!;
      const cells = Object.values(beside).map((cell) => cell(at));
      batch.push([lines.at(at), ...kinds.map((kind) => row[kind]), ...cells]);
      if (batch.length < BATCH) continue;
      await table.append(batch);
      batch = [];
    }
    await table.append(batch);
  }

  async close(): Promise<void> {
    await this.#kept.close();
  }

  /** Decides once where the rows wait. */
  async #settle(): Promise<void> {
    this.#settled = true;
    if (this.#spill === 'auto' && !(await hasDuckDb())) {
      this.#io.stderr.write(
        `the list is large: its rows could wait on disk in place of memory with: ${INSTALL}\n`,
      );
      return;
    }
    const spilled = await SpilledRows.open(this.#output, this.#io);
    this.#kept = spilled;
    for (const row of this.#memory.drain()) await spilled.add(row);
  }
}

/** Packed: two items a row, empty where there is none. */
class RowsInMemory implements KeptRows {
  #cells = new ByteListBuilder();
  bytes = 0;

  async add({ phone = '', email = '' }: CustomerRow): Promise<void> {
    this.#cells.addText(phone);
    this.#cells.addText(email);
    this.bytes += phone.length + email.length;
  }

  async *select(rows: readonly number[]): AsyncGenerator<CustomerRow, void, undefined> {
    for (const row of rows) yield rowOf(this.#cells, row);
  }

  /** Gives the rows away. */
  *drain(): Generator<CustomerRow> {
    const cells = this.#cells;
    this.#cells = new ByteListBuilder();
    for (let row = 0; row < cells.length / 2; row++) yield rowOf(cells, row);
  }

  async close(): Promise<void> {}
}

function rowOf(cells: Pick<ByteList, 'at'>, row: number): CustomerRow {
  return rowFrom(fromUtf8(cells.at(2 * row)), fromUtf8(cells.at(2 * row + 1)));
}

/** @param phone, email - texts; empty or null where there is none */
function rowFrom(phone: unknown, email: unknown): CustomerRow {
  return { ...(phone ? { phone: String(phone) } : {}), ...(email ? { email: String(email) } : {}) };
}

/** In a table of DuckDB's, which brings to disk what exceeds its memory. */
class SpilledRows implements KeptRows {
  readonly #database: Database;
  readonly #rows: TableWriter;
  readonly #output: string;
  #count = 0;

  private constructor(database: Database, rows: TableWriter, output: string) {
    this.#database = database;
    this.#rows = rows;
    this.#output = output;
  }

  static async open(output: string, io: Io): Promise<SpilledRows> {
    const options = {
      purpose: 'Rows on disk need',
      beside: localPath(output),
      memoryMegabytes: DATABASE_MEGABYTES,
    };
    const database = await Database.open(options, io);
    try {
      const rows = await database.table('rows', { row: 'integer', phone: 'text', email: 'text' });
      return new SpilledRows(database, rows, output);
    } catch (error) {
      await database.close();
      throw spillError(output, error);
    }
  }

  async add({ phone, email }: CustomerRow): Promise<void> {
    try {
      await this.#rows.add([[this.#count++, phone, email]]);
    } catch (error) {
      throw spillError(this.#output, error);
    }
  }

  async *select(rows: readonly number[]): AsyncGenerator<CustomerRow, void, undefined> {
    try {
      await this.#rows.finish();
      const wanted = await this.#database.table('wanted', { row: 'integer' });
      await wanted.add(singles(rows));
      await wanted.finish();
      for await (const chunk of this.#database.columns(
        'SELECT phone, email FROM rows SEMI JOIN wanted USING (row) ORDER BY row',
      )) {
        const [phones, emails] = [chunk.getColumnValues(0), chunk.getColumnValues(1)];
        for (let i = 0; i < chunk.rowCount; i++) yield rowFrom(phones[i], emails[i]);
      }
    } catch (error) {
      throw spillError(this.#output, error);
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

/** A path on a disk that has room for rows: that of the output, if it is a file. */
function localPath(output: string): string {
  const address = parseAddress(output);
  if (address.kind === 'file' || address.kind === 'sqlite') return address.path;
  return join(tmpdir(), 'rows');
}

function* singles(rows: readonly number[]): Generator<Cells> {
  for (const row of rows) yield [row];
}

function spillError(output: string, error: unknown): unknown {
  const place = `the folder for rows beside ${placeName(localPath(output))}`;
  return databaseError('write', place, error, new VeilmatchError('io', `Cannot use ${place}.`));
}
