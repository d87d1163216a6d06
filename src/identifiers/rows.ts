// SPDX-License-Identifier: Apache-2.0
/** A table of customers as the set of identifiers that the protocols take. */

import { throwIfAborted, VeilmatchError } from '../errors.js';
import { defaultConcurrency, startWorker, type WorkerScript } from '../workers/platform.js';
import { WorkerPool } from '../workers/pool.js';
import { mergeRows, type ParsedRows, type ParseOptions, parseRows } from './parse-rows.js';
import { type PhoneOptions, requireCountry } from './phone.js';
import { addRow, type RejectedRow, type Row, type RowColumns } from './row.js';
import { type IdentifierSet, SetBuilder } from './set.js';
import type { ParseJob } from './worker.js';

/** How rows become identifiers. */
export interface RowsOptions extends PhoneOptions {
  /**
   * With `any`, the default, each identifier of a row is an element of its own: rows match when they share one of them,
   * and a bad one does not take the good one with it. With `all` a row is one element that matches only rows with the
   * very same identifiers, and any bad one rejects the row.
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
 * @param rows - read once, ahead of the workers by no more than they need
 * @throws {VeilmatchError} `argument` for an unknown country or a row that is no row; `aborted`; `worker-failed`
 */
export async function identifiersFromRows(
  rows: Iterable<Row>,
  options: RowsOptions = {},
): Promise<IdentifiersFromRows> {
  const { concurrency = defaultConcurrency(), signal } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new VeilmatchError('argument', 'concurrency must be a whole number from 1.');
  }
  const parsing = parseOptions(options);
  const merger = new Merger(Array.isArray(rows) ? rows.length : undefined, options.onProgress);
  const chunks = chunksOf(rows);
  const head = [...take(chunks, WORKER_THRESHOLD / CHUNK + 1)];
  const all = chain(head, chunks);
  if (concurrency === 1 || head.length <= WORKER_THRESHOLD / CHUNK)
    await readHere(all, parsing, merger, signal);
  else await readOnWorkers(all, parsing, merger, signal, concurrency);
  return merger.result();
}

function parseOptions({ country, strict = false, match = 'any' }: RowsOptions): ParseOptions {
  if (match !== 'any' && match !== 'all') {
    throw new VeilmatchError('argument', "match must be 'any' or 'all'.");
  }
  return { country: requireCountry(country), strict, match };
}

function* chunksOf(rows: Iterable<Row>): Generator<RowColumns, undefined> {
  let columns: RowColumns = { phone: [], email: [], country: [] };
  let position = 0;
  for (const row of rows) {
    addRow(columns, row, position++);
    if (columns.phone.length < CHUNK) continue;
    yield columns;
    columns = { phone: [], email: [], country: [] };
  }
  if (columns.phone.length > 0) yield columns;
}

function* take<T>(items: Iterator<T>, count: number): Generator<T, undefined> {
  for (let i = 0; i < count; i++) {
    const { done, value } = items.next();
    if (done) return;
    yield value;
  }
}

function* chain<T>(first: Iterable<T>, second: Iterable<T>): Generator<T, undefined> {
  yield* first;
  yield* second;
}

/** Puts parsed chunks together in the order of the rows, whichever is ready first. */
class Merger {
  readonly #builder = new SetBuilder();
  readonly #rejected: RejectedRow[] = [];
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
      mergeRows(ready, this.#builder, this.#rejected);
      this.#onProgress?.(this.#builder.rowCount, this.#total);
    }
  }

  result(): IdentifiersFromRows {
    return { set: this.#builder.build(), rejected: this.#rejected };
  }
}

async function readHere(
  chunks: Iterable<RowColumns>,
  options: ParseOptions,
  merger: Merger,
  signal: AbortSignal | undefined,
): Promise<void> {
  throwIfAborted(signal);
  let index = 0;
  for (const columns of chunks) {
    merger.add(index++, parseRows(columns, options));
    // A page stays alive, and a signal gets its chance to fire.
    await new Promise((resume) => setTimeout(resume));
    throwIfAborted(signal);
  }
}

async function readOnWorkers(
  chunks: Iterator<RowColumns>,
  options: ParseOptions,
  merger: Merger,
  signal: AbortSignal | undefined,
  concurrency: number,
): Promise<void> {
  throwIfAborted(signal);
  const pool = new WorkerPool(() => startWorker(SCRIPT), concurrency);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let { done, value } = chunks.next(); !done; { done, value } = chunks.next()) {
      const index = next++;
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
