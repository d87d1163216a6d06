// SPDX-License-Identifier: Apache-2.0
/** A table of customers as the set of identifiers that the protocols take. */

import { throwIfAborted } from '../abort.js';
import { requireIterable, requireOptions } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { defaultConcurrency, startWorker, type WorkerScript } from '../workers/platform.js';
import { WorkerPool } from '../workers/pool.js';
import { mergeRows, type ParsedRows, type ParseOptions, parseRows } from './parse-rows.js';
import { howToRead, type PhoneOptions, requireCountry } from './phone.js';
import { type AmbiguousRow, addRow, type RejectedRow, type Row, type RowColumns } from './row.js';
import { type IdentifierSet, SetBuilder } from './set.js';
import type { ParseJob } from './worker.js';

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

/** Below this a worker takes longer to start than the rows to read. */
const WORKER_THRESHOLD = 20_000;
const CHUNK = 4_000;

const SCRIPT: WorkerScript = {
  file: './worker.js',
  base: import.meta.url,
  web: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
};

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
  const { concurrency = defaultConcurrency(), signal } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new VeilmatchError('argument', 'concurrency must be a whole number from 1.');
  }
  const parsing = parseOptions(options);
  const merger = new Merger(Array.isArray(rows) ? rows.length : undefined, options.onProgress);
  const chunks = chunksOf(rows);
  try {
    const head = await take(chunks, WORKER_THRESHOLD / CHUNK + 1);
    const all = chain(head, chunks);
    if (concurrency === 1 || head.length <= WORKER_THRESHOLD / CHUNK)
      await readHere(all, parsing, merger, signal);
    else await readOnWorkers(all, parsing, merger, signal, concurrency);
    return merger.result();
  } finally {
    // Whoever gives the rows may have a file to close.
    await chunks.return();
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
): AsyncGenerator<RowColumns, void, undefined> {
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
      if (full !== undefined) yield full;
    }
  } else {
    for (const row of rows) {
      const full = add(row);
      if (full !== undefined) yield full;
    }
  }
  if (columns.phone.length > 0) yield columns;
}

async function take<T>(items: AsyncIterator<T>, count: number): Promise<T[]> {
  const taken: T[] = [];
  while (taken.length < count) {
    const { done, value } = await items.next();
    if (done) break;
    taken.push(value);
  }
  return taken;
}

async function* chain<T>(first: Iterable<T>, second: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield* first;
  yield* second;
}

/** Puts parsed chunks together in the order of the rows, whichever is ready first. */
class Merger {
  readonly #builder = new SetBuilder();
  readonly #rejected: RejectedRow[] = [];
  readonly #ambiguous: AmbiguousRow[] = [];
  readonly #early = new Map<number, ParsedRows>();
  readonly #total: number | undefined;
  readonly #onProgress: RowsOptions['onProgress'];
  #next = 0;

  constructor(total: number | undefined, onProgress: RowsOptions['onProgress']) {
    this.#total = total;
    this.#onProgress = onProgress;
  }

  add(index: number, chunk: ParsedRows): void {
    this.#early.set(index, chunk);
    for (let ready = this.#early.get(this.#next); ready !== undefined; ready = this.#early.get(this.#next)) {
      this.#early.delete(this.#next++);
      mergeRows(ready, this.#builder, this.#rejected, this.#ambiguous);
      this.#onProgress?.(this.#builder.rowCount, this.#total);
    }
  }

  result(): IdentifiersFromRows {
    return { set: this.#builder.build(), rejected: this.#rejected, ambiguous: this.#ambiguous };
  }
}

async function readHere(
  chunks: AsyncIterable<RowColumns>,
  options: ParseOptions,
  merger: Merger,
  signal: AbortSignal | undefined,
): Promise<void> {
  throwIfAborted(signal);
  let index = 0;
  for await (const columns of chunks) {
    merger.add(index++, parseRows(columns, options));
    // A page stays alive, and a signal gets its chance to fire.
    await new Promise((resume) => setTimeout(resume));
    throwIfAborted(signal);
  }
}

async function readOnWorkers(
  chunks: AsyncIterable<RowColumns>,
  options: ParseOptions,
  merger: Merger,
  signal: AbortSignal | undefined,
  concurrency: number,
): Promise<void> {
  throwIfAborted(signal);
  const pool = new WorkerPool(() => startWorker(SCRIPT), concurrency);
  let next = 0;
  // Chunks are numbered in the order of the requests, which is the order in which they come.
  const source = chunks[Symbol.asyncIterator]();
  const lane = async (): Promise<void> => {
    for (;;) {
      const index = next++;
      const { done, value } = await source.next();
      if (done) return;
      const payload: ParseJob = { columns: value, options };
      merger.add(index, await pool.run<ParsedRows>('parse', () => ({ payload })));
    }
  };
  // Stopping the pool rejects every lane.
  const stop = (): void => pool.dispose();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    // Two chunks a worker: the next one is there when it comes free.
    await Promise.all(Array.from({ length: concurrency * 2 }, lane));
    // It may have fired when the last chunks were in already, and no lane was left to be rejected.
    throwIfAborted(signal);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    pool.dispose();
  }
}
