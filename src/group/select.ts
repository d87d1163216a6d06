// SPDX-License-Identifier: Apache-2.0
/** Chooses a backend and how many threads it runs on. */

import { requireOptions } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import {
  type AnyWorker,
  adapt,
  canStartWorkers,
  defaultConcurrency,
  startWorker,
} from '../workers/platform.js';
import { WorkerPool } from '../workers/pool.js';
import { checked } from './checked.js';
import type { BackendJob } from './chunk.js';
import type { BackendName, GroupBackend } from './group.js';
import { ParallelBackend } from './parallel.js';
import { kernelCode, serialBackend, uncheckedSerial } from './serial.js';

/** Which backend, and on how many threads. */
export interface BackendOptions {
  /**
   * `auto`, the default, takes the fastest backend that works here: `fma` where the machine multiplies and adds with
   * one rounding, else `integer`, else `noble`, **which is not constant time**. A name forces one.
   */
  readonly backend?: 'auto' | BackendName | undefined;
  /**
   * Threads for large batches; 1 keeps everything on the caller's. By default as many as this process may use, or the
   * caller's alone where no worker can be started.
   */
  readonly concurrency?: number | undefined;
  /**
   * Whether small batches go to the threads, too, for a server of many short runs at once: one after another on the caller's thread they
   * would leave the others idle. Default false: a lone small batch is done sooner where it is.
   */
  readonly smallBatches?: boolean | undefined;
  /** Starts `veilmatch/worker`, for bundlers that do not find it by themselves. */
  readonly worker?: (() => AnyWorker) | undefined;
}

/**
 * A backend for ristretto255 in batches. Workers are started by the first large batch, and do not keep the process
 * alive while they have nothing to do.
 * @throws {VeilmatchError} `unsupported` when the backend that was asked for cannot run here, `argument` for a
 * concurrency that is not a whole number from 1
 * @example
 * ```ts
 * import { createBackend, randomScalar } from 'veilmatch/group';
 *
 * const backend = await createBackend({ concurrency: 1 });
 * const element = await backend.multiplyBase(randomScalar());
 * console.log(element.length); // → 32
 * await backend.dispose();
 * ```
 */
export async function createBackend(options: BackendOptions = {}): Promise<GroupBackend> {
  requireOptions(options);
  const { backend = 'auto', smallBatches = false, worker } = options;
  if (typeof smallBatches !== 'boolean')
    throw new VeilmatchError('argument', 'The option smallBatches must be true or false.');
  const concurrency = options.concurrency ?? (worker || canStartWorkers() ? defaultConcurrency() : 1);
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new VeilmatchError(
      'argument',
      `concurrency must be a whole number from 1; it is ${String(concurrency)}.`,
    );
  }
  if (concurrency === 1) return serialBackend(backend);
  const local = await uncheckedSerial(backend);
  const start = worker === undefined ? startOwnWorker : () => adapt(worker());
  const optional = options.concurrency === undefined && worker === undefined;
  const payload: BackendJob = { name: local.name, code: await kernelCode(local.name) };
  const pool = new WorkerPool(start, concurrency, { job: 'backend', payload });
  return checked(new ParallelBackend({ local, pool, optional, smallBatches }));
}

function startOwnWorker(): ReturnType<typeof startWorker> {
  return startWorker({
    file: './worker.js',
    base: import.meta.url,
    web: () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }),
  });
}

/**
 * Runs `body` with a backend: the one that is given, or one that is created for it and disposed of after it.
 * @throws {VeilmatchError} what `createBackend` and `body` throw
 */
export async function withBackend<Result>(
  given: GroupBackend | undefined,
  body: (backend: GroupBackend) => Promise<Result>,
): Promise<Result> {
  const backend = given ?? (await createBackend());
  try {
    return await body(backend);
  } finally {
    if (given === undefined) await backend.dispose();
  }
}
