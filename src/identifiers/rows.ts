// SPDX-License-Identifier: Apache-2.0
/** A table of customers as the set of identifiers that the protocols take. */

import { requireIterable, requireOptions } from '../arguments.js';
import { ByteList } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { defaultConcurrency } from '../workers/platform.js';
import { mergeRows, PARSE, type ParseOptions } from './parse-rows.js';
import { howToRead, type PhoneOptions, requireCountry } from './phone.js';
import { type AmbiguousRow, addRow, type RejectedRow, type Row, type RowColumns } from './row.js';
import { CHUNK, throughJob } from './row-chunks.js';
import { type UnpackedNotes, unpackNotes } from './row-notes.js';
import { type IdentifierSet, SetBuilder } from './set.js';

/** How rows become identifiers. */
export interface RowsOptions extends PhoneOptions {
  /**
   * With `any`, the default, each identifier of a row is an element of its own: rows match when they share one of them,
   * and a bad one does not take the good one with it. With `all` a row is one element that matches only rows with the
   * very same identifiers, and any bad one rejects the row. A cell may hold several numbers or addresses with `any`: each
   * is an element.
   */
  readonly match?: 'any' | 'all' | undefined;
  /**
   * How many workers read a list of more than 20,000 rows; by default as many as there are processors. With 1 no worker
   * is started, and the caller's thread reads, pausing between chunks.
   */
  readonly concurrency?: number | undefined;
  /** Stops the reading; the promise is rejected with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Told the rows read so far, and how many there are if `rows` is an array. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** The set, and what could not be read. */
export interface IdentifiersFromRows {
  /** Distinct identifiers, each with the rows that it came from. */
  readonly set: IdentifierSet;
  /** In the order of the rows, a row's telephone number before its e-mail address. */
  readonly rejected: readonly RejectedRow[];
  /** Which rows were read in one of two ways, in the same order; with `strict` they are rejected. */
  readonly ambiguous: readonly AmbiguousRow[];
}

/**
 * Normalises every row, removes duplicates, and keeps for each identifier the rows it came from. The result depends on
 * the rows and their order alone, not on `concurrency`.
 * @param rows - read once, ahead of the workers by no more than they need; rows that come from a file or a network may be
 * an async iterable, and are never all in memory
 * @throws {VeilmatchError} `argument` for an unknown country or a row that is no row; `aborted`; `worker-failed`; and
 * whatever `rows` throws
 * @example
 * ```ts
 * import { identifiersFromRows } from 'veilmatch/identifiers';
 *
 * const rows = [{ phone: '(415) 555-0123' }, { email: 'Ada@Example.com' }, { phone: 'n/a' }];
 * const { set, rejected } = await identifiersFromRows(rows, { country: 'US' });
 * console.log(set.size, rejected); // → 2 [ { row: 2, field: 'phone', code: 'not-a-number' } ]
 * ```
 */
export async function identifiersFromRows(
  rows: Iterable<Row> | AsyncIterable<Row>,
  options: RowsOptions = {},
): Promise<IdentifiersFromRows> {
  requireIterable(rows, 'The rows');
  requireOptions(options);
  return identifiersFromColumns(chunksOf(rows), options, Array.isArray(rows) ? rows.length : undefined);
}

/**
 * As `identifiersFromRows`, of rows that come by column.
 * @param chunks - of `CHUNK` rows or about so; ended when this is
 * @param total - rows, where that is known
 * @throws {VeilmatchError} what `identifiersFromRows` throws
 */
export async function identifiersFromColumns(
  chunks: AsyncGenerator<{ readonly columns: RowColumns }, void, undefined>,
  options: RowsOptions,
  total?: number,
): Promise<IdentifiersFromRows> {
  const { concurrency = defaultConcurrency(), signal } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new VeilmatchError('argument', 'concurrency must be a whole number from 1.');
  }
  const parsing = parseOptions(options);
  const builder = new SetBuilder();
  const notes: UnpackedNotes = { rejected: [], ambiguous: [] };
  for await (const [, parsed] of throughJob(PARSE, parsing, chunks, { concurrency, signal })) {
    mergeRows(parsed, builder, notes);
    options.onProgress?.(builder.rowCount, total);
  }
  return { set: builder.build(), ...notes };
}

/** Identifiers of rows as they are read: not distinct, and in the order of the rows. */
export interface IdentifierBatch {
  readonly elements: ByteList;
  /** Of each identifier the row that it stands in. */
  readonly rows: Uint32Array;
}

/** A batch, and what could not be read of its rows. */
export interface ReadBatch extends IdentifierBatch, UnpackedNotes {
  /** Rows that it is of, those without an identifier included. */
  readonly rowCount: number;
}

/**
 * As `identifiersFromRows`, and holds a few thousand rows at a time: for lists that are larger than memory.
 * @throws {VeilmatchError} what `identifiersFromRows` throws
 */
export async function* identifierBatches(
  rows: Iterable<Row> | AsyncIterable<Row>,
  options: RowsOptions = {},
): AsyncGenerator<ReadBatch, void, undefined> {
  const { concurrency = defaultConcurrency(), signal } = options;
  let first = 0;
  for await (const [, parsed] of throughJob(PARSE, parseOptions(options), chunksOf(rows), {
    concurrency,
    signal,
  })) {
    const notes: UnpackedNotes = { rejected: [], ambiguous: [] };
    unpackNotes(parsed, first, notes);
    const elements = new ByteList(parsed.bytes, parsed.offsets.subarray(0, parsed.rows.length + 1));
    const { rowCount } = parsed;
    yield { elements, rows: parsed.rows.map((row) => first + row), rowCount, ...notes };
    first += rowCount;
  }
}

function parseOptions(options: RowsOptions): ParseOptions {
  const { country, match = 'any' } = options;
  if (match !== 'any' && match !== 'all') {
    throw new VeilmatchError('argument', "match must be 'any' or 'all'.");
  }
  return { country: requireCountry(country), match, ...howToRead(options) };
}

async function* chunksOf(
  rows: Iterable<Row> | AsyncIterable<Row>,
): AsyncGenerator<{ readonly columns: RowColumns }, void, undefined> {
  let columns: RowColumns = { phone: [], email: [], country: [] };
  let position = 0;
  /** @returns the chunk that is full with this row */
  const add = (row: Row): RowColumns | undefined => {
    addRow(columns, row, position++);
    if (columns.phone.length < CHUNK) return undefined;
    const full = columns;
    columns = { phone: [], email: [], country: [] };
    return full;
  };
  // To wait for each row of an array would take as long as to read it.
  if (Symbol.asyncIterator in rows) {
    for await (const row of rows) {
      const full = add(row);
      if (full !== undefined) yield { columns: full };
    }
  } else {
    for (const row of rows) {
      const full = add(row);
      if (full !== undefined) yield { columns: full };
    }
  }
  if (columns.phone.length > 0) yield { columns };
}
