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
import { type Columns, keptNames } from './columns.js';
import { type Cells, type ColumnType, Database, hasDuckDb, INSTALL, type TableWriter } from './duckdb.js';
import type { Io } from './io.js';
import type { Output } from './output.js';
import type { CustomerRow } from './record-rows.js';
import { databaseError } from './refusals.js';
import type { TableStyle } from './spreadsheet.js';
import type { Uint32List } from './uint32-list.js';

export type Spill = 'auto' | 'always' | 'never';

/** The columns of a list that is written. */
export function listColumns(kinds: readonly Field[]): Map<string, ColumnType> {
  return new Map([['line', 'integer'], ...texts(kinds)]);
}

const texts = (names: readonly string[]): (readonly [string, ColumnType])[] =>
  names.map((name) => [name, 'text']);

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

/** Of where a cell ends, in a packed list. */
const OFFSET_BYTES = 4;
/** What is kept in memory before the rows go to disk, some eight million rows: DuckDB itself takes nearly as much. */
const MEMORY_BYTES = 256 * 2 ** 20;
/** What DuckDB may use of it. */
const DATABASE_MEGABYTES = 64;
/** Rows that are written at once. */
const BATCH = 2048;

/** A row: its telephone number, its e-mail address, and what it keeps besides, each empty where there is none; all of one length. */
type RowCells = readonly string[];
const AT: Readonly<Record<Field, number>> = { phone: 0, email: 1 };
const KEPT_FROM = 2;

interface KeptRows {
  add(row: RowCells): Promise<void>;
  /** These rows, which ascend. */
  select(rows: readonly number[]): AsyncIterable<RowCells>;
  close(): Promise<void>;
}

/** What is known of rows that are kept. */
export interface RowPlaces {
  /** Of each row. */
  readonly lines: Uint32List;
  /** The kinds that the list has a column for. */
  readonly kinds: readonly Field[];
  /** Of the list, which say what rows keep. */
  readonly columns?: Columns | undefined;
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

  /**
   * @param kept what it keeps besides, as many cells as every other row
   * @throws {VeilmatchError} `unsupported` where DuckDB is asked for and missing, `io`
   */
  async add({ phone = '', email = '' }: CustomerRow, kept: readonly string[] = []): Promise<void> {
    await this.#kept.add([phone, email, ...kept]);
    if (!this.#settled && (this.#spill === 'always' || this.#memory.bytes > this.#memoryBytes))
      await this.#settle();
  }

  /**
   * Writes these rows, which ascend, with their lines and, behind all else, what they keep.
   * @param beside what else stands in each, by the name of its column
   */
  async write(
    output: Output,
    rows: readonly number[],
    { lines, kinds, columns }: RowPlaces,
    style?: TableStyle,
    beside: Readonly<Record<string, (row: number) => string | undefined>> = {},
  ): Promise<void> {
    const told = new Map([...listColumns(kinds), ...texts(Object.keys(beside))]);
    const kept = columns === undefined ? [] : keptNames(columns, [...told.keys()]);
    const table = await output.table(new Map([...told, ...texts(kept)]), style);
    let batch: Cells[] = [];
    let next = 0;
    for await (const row of this.#kept.select(rows)) {
      const at = rows[next++]!;
      const cells = Object.values(beside).map((cell) => cell(at));
      const own = kinds.map((kind) => row[AT[kind]] || undefined);
      batch.push([lines.at(at), ...own, ...cells, ...row.slice(KEPT_FROM).map((cell) => cell || undefined)]);
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
    const spilled = await SpilledRows.open(this.#output, this.#memory.width, this.#io);
    this.#kept = spilled;
    for (const row of this.#memory.drain()) await spilled.add(row);
  }
}

/** Packed: as many items a row as it has cells. */
class RowsInMemory implements KeptRows {
  #cells = new ByteListBuilder();
  /** Cells of a row. */
  width = 0;
  bytes = 0;

  async add(row: RowCells): Promise<void> {
    this.width = row.length;
    // Columns that are kept may be many, and as good as empty.
    this.bytes += OFFSET_BYTES * (row.length - KEPT_FROM);
    for (const cell of row) {
      this.#cells.addText(cell);
      this.bytes += cell.length;
    }
  }

  async *select(rows: readonly number[]): AsyncGenerator<RowCells, void, undefined> {
    for (const row of rows) yield this.#at(this.#cells, row);
  }

  /** Gives the rows away. */
  *drain(): Generator<RowCells> {
    const cells = this.#cells;
    this.#cells = new ByteListBuilder();
    for (let row = 0; row * this.width < cells.length; row++) yield this.#at(cells, row);
  }

  async close(): Promise<void> {}

  #at(cells: Pick<ByteList, 'at'>, row: number): RowCells {
    return Array.from({ length: this.width }, (_, i) => fromUtf8(cells.at(this.width * row + i)));
  }
}

/** In a table of DuckDB's, which brings to disk what exceeds its memory. */
class SpilledRows implements KeptRows {
  readonly #database: Database;
  readonly #rows: TableWriter;
  readonly #output: string;
  /** Cells of a row. */
  readonly #width: number;
  #count = 0;

  private constructor(database: Database, rows: TableWriter, output: string, width: number) {
    this.#database = database;
    this.#rows = rows;
    this.#output = output;
    this.#width = width;
  }

  /** @param width cells of a row */
  static async open(output: string, width: number, io: Io): Promise<SpilledRows> {
    const options = {
      purpose: 'Rows on disk need',
      beside: localPath(output),
      memoryMegabytes: DATABASE_MEGABYTES,
    };
    const database = await Database.open(options, io);
    try {
      const columns = new Map<string, ColumnType>([['row', 'integer'], ...texts(cellNames(width))]);
      return new SpilledRows(database, await database.table('rows', columns), output, width);
    } catch (error) {
      await database.close();
      throw spillError(output, error);
    }
  }

  async add(row: RowCells): Promise<void> {
    try {
      await this.#rows.add([[this.#count++, ...row]]);
    } catch (error) {
      throw spillError(this.#output, error);
    }
  }

  async *select(rows: readonly number[]): AsyncGenerator<RowCells, void, undefined> {
    const cells = cellNames(this.#width);
    try {
      await this.#rows.finish();
      const wanted = await this.#database.table('wanted', new Map([['row', 'integer']]));
      await wanted.add(singles(rows));
      await wanted.finish();
      for await (const chunk of this.#database.columns(
        `SELECT ${cells.join(', ')} FROM rows SEMI JOIN wanted USING (row) ORDER BY row`,
      )) {
        const columns = cells.map((_, i) => chunk.getColumnValues(i));
        for (let i = 0; i < chunk.rowCount; i++) yield columns.map((column) => String(column[i]));
      }
    } catch (error) {
      throw spillError(this.#output, error);
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

const cellNames = (width: number): string[] => Array.from({ length: width }, (_, i) => `c${i}`);

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
