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
import { ByteListBuilder, fromUtf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { Field, RowColumns } from '../identifiers/row.js';
import { parseAddress, placeName } from './address.js';
import { type Columns, keptNames } from './columns.js';
import { type Cells, type ColumnType, Database, hasDuckDb, INSTALL, type TableWriter } from './duckdb.js';
import type { Io } from './io.js';
import type { Output } from './output.js';
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

/** Rows by column. */
type RowFields = Pick<RowColumns, Field>;

interface KeptRows {
  /** @param kept of each row what it keeps besides */
  add(rows: RowFields, kept: readonly (readonly string[])[] | undefined): Promise<void>;
  /** These rows, which ascend, some at a time. */
  select(rows: readonly number[]): AsyncIterable<readonly RowCells[]>;
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
   * Adds rows, a few thousand at a time: as many numbers as addresses, empty where there is none.
   * @param kept what each keeps besides, as many cells as every other row
   * @throws {VeilmatchError} `unsupported` where DuckDB is asked for and missing, `io`
   */
  async add(rows: RowFields, kept?: readonly (readonly string[])[] | undefined): Promise<void> {
    await this.#kept.add(rows, kept);
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
    const besides = Object.values(beside);
    let next = 0;
    for await (const batch of this.#kept.select(rows)) {
      const cells = batch.map((row): Cells => {
        const at = rows[next++]!;
        const written: Cells[number][] = [lines.at(at)];
        for (const kind of kinds) written.push(row[AT[kind]] || undefined);
        for (const cell of besides) written.push(cell(at));
        for (let i = KEPT_FROM; i < row.length; i++) written.push(row[i] || undefined);
        return written;
      });
      await table.append(cells);
    }
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
    for (const batch of this.#memory.drain()) await spilled.addRows(batch);
  }
}

/** Packed: as many items a row as it has cells. */
class RowsInMemory implements KeptRows {
  #cells = new ByteListBuilder();
  /** Cells of a row. */
  width = 0;
  bytes = 0;

  async add({ phone, email }: RowFields, kept?: readonly (readonly string[])[]): Promise<void> {
    for (const [row, number] of phone.entries()) {
      const address = email[row]!;
      this.#cells.addText(number);
      this.#cells.addText(address);
      this.bytes += number.length + address.length;
      for (const cell of kept?.[row] ?? []) {
        this.#cells.addText(cell);
        // Columns that are kept may be many, and as good as empty.
        this.bytes += OFFSET_BYTES + cell.length;
      }
    }
    this.width = KEPT_FROM + (kept?.[0]?.length ?? 0);
  }

  async *select(rows: readonly number[]): AsyncGenerator<readonly RowCells[], void, undefined> {
    yield* this.#batches(this.#cells, rows.length, (i) => rows[i]!);
  }

  /** Gives the rows away. */
  *drain(): Generator<readonly RowCells[]> {
    const cells = this.#cells;
    this.#cells = new ByteListBuilder();
    yield* this.#batches(cells, cells.length / this.width, (i) => i);
  }

  async close(): Promise<void> {}

  /** @param rowAt which ascend */
  *#batches(cells: ByteListBuilder, count: number, rowAt: (i: number) => number): Generator<RowCells[]> {
    const texts = textsOf(cells);
    for (let from = 0; from < count; from += BATCH) {
      const batch: RowCells[] = [];
      const to = Math.min(count, from + BATCH);
      for (let i = from; i < to; i++) {
        const first = this.width * rowAt(i);
        const row: string[] = [];
        for (let cell = first; cell < first + this.width; cell++) row.push(texts(cell));
        batch.push(row);
      }
      yield batch;
    }
  }
}

/** Texts that are decoded at once. */
const TEXTS = 256;

/** Texts by their position. Whoever asks for them in order has many decoded at once; nothing may be added meanwhile. */
function textsOf(list: ByteListBuilder): (index: number) => string {
  const { length: count } = list;
  const { bytes, offsets } = list.parts();
  let [first, end, start] = [0, 0, 0];
  let block = '';
  let isAscii = false;
  return (index) => {
    if (index < first || index >= end) {
      first = index - (index % TEXTS);
      end = Math.min(count, first + TEXTS);
      start = offsets[first]!;
      const all = bytes.subarray(start, offsets[end]!);
      block = fromUtf8(all);
      // Of every other text there are fewer characters than bytes.
      isAscii = block.length === all.length;
    }
    const [from, to] = [offsets[index]!, offsets[index + 1]!];
    return isAscii ? block.slice(from - start, to - start) : fromUtf8(bytes.subarray(from, to));
  };
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

  async add({ phone, email }: RowFields, kept?: readonly (readonly string[])[]): Promise<void> {
    await this.addRows(phone.map((number, row) => [number, email[row]!, ...(kept?.[row] ?? [])]));
  }

  async addRows(rows: readonly RowCells[]): Promise<void> {
    try {
      await this.#rows.add(rows.map((row) => [this.#count++, ...row]));
    } catch (error) {
      throw spillError(this.#output, error);
    }
  }

  async *select(rows: readonly number[]): AsyncGenerator<readonly RowCells[], void, undefined> {
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
        yield Array.from({ length: chunk.rowCount }, (_, i) => columns.map((column) => String(column[i])));
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
