// SPDX-License-Identifier: Apache-2.0
/**
 * Rows through a job, chunk by chunk: on workers where there are many, otherwise in the caller's thread. Results come in the order of
 * the chunks, so that nothing depends on how many workers there are.
 */

import { throwIfAborted } from '../abort.js';
import { inOrder } from '../workers/in-order.js';
import { defaultConcurrency, startWorker, type WorkerScript } from '../workers/platform.js';
import { WorkerPool } from '../workers/pool.js';
import { nextTurn } from '../workers/turn.js';
import type { RowColumns } from './row.js';

/** What is done with a chunk of rows. */
export interface RowJob<Options, Result> {
  /** As the worker calls it. */
  readonly name: 'parse' | 'texts';
  run(columns: RowColumns, options: Options): Result;
}

/** What a worker is sent. */
export interface RowPayload<Options> {
  readonly columns: RowColumns;
  readonly options: Options;
}

interface HasColumns {
  readonly columns: RowColumns;
}

interface ChunkOptions {
  /** How many workers; by default as many as there are processors. With 1 none is started. */
  readonly concurrency?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Rows of a chunk. */
export const CHUNK = 4_000;
/** Below so many rows a worker takes longer to start than they to read. */
const WORKER_THRESHOLD = 20_000;

const SCRIPT: WorkerScript = {
  file: './worker.js',
  base: import.meta.url,
  web: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
};

/**
 * @param chunks - of `CHUNK` rows or about so; ended when this is
 * @returns each chunk with its result; it holds no more of them than its workers need
 * @throws {VeilmatchError} `aborted`, `worker-failed`; and whatever the job or `chunks` throws
 */
export async function* throughJob<Options, Result, Chunk extends HasColumns>(
  job: RowJob<Options, Result>,
  options: Options,
  chunks: AsyncGenerator<Chunk, void, undefined>,
  { concurrency = defaultConcurrency(), signal }: ChunkOptions,
): AsyncGenerator<[Chunk, Result], void, undefined> {
  throwIfAborted(signal);
  try {
    const head: Chunk[] = [];
    let rows = 0;
    while (rows <= WORKER_THRESHOLD) {
      const next = await chunks.next();
      if (next.done) break;
      head.push(next.value);
      rows += next.value.columns.phone.length;
    }
    const all = chain(head, chunks);
    if (concurrency === 1 || rows <= WORKER_THRESHOLD) yield* here(job, options, all, signal);
    else yield* onWorkers(job.name, options, all, concurrency, signal);
  } finally {
    // Whoever gives the rows may have a file to close.
    await chunks.return();
  }
}

async function* chain<T>(first: Iterable<T>, second: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  yield* first;
  yield* second;
}

async function* here<Options, Result, Chunk extends HasColumns>(
  job: RowJob<Options, Result>,
  options: Options,
  chunks: AsyncIterable<Chunk>,
  signal: AbortSignal | undefined,
): AsyncGenerator<[Chunk, Result], void, undefined> {
  for await (const chunk of chunks) {
    yield [chunk, job.run(chunk.columns, options)];
    // A page stays alive, and a signal gets its chance to fire.
    await nextTurn();
    throwIfAborted(signal);
  }
}

async function* onWorkers<Options, Result, Chunk extends HasColumns>(
  name: RowJob<Options, Result>['name'],
  options: Options,
  chunks: AsyncIterable<Chunk>,
  concurrency: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<[Chunk, Result], void, undefined> {
  const pool = new WorkerPool(() => startWorker(SCRIPT), concurrency);
  // Stopping the pool rejects what is under way.
  const stop = (): void => pool.dispose();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const payload = ({ columns }: Chunk): RowPayload<Options> => ({ columns, options });
    yield* inOrder<Chunk, Result>(pool, name, payload, chunks[Symbol.asyncIterator]());
    // It may have fired when the last chunks were in already, and nothing was left to be rejected.
    throwIfAborted(signal);
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
    pool.dispose();
  }
}
