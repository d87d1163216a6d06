// SPDX-License-Identifier: Apache-2.0
/**
 * A pool of workers that pull jobs from one queue: a slow chunk delays nobody else, a worker that dies rejects its job
 * instead of hanging it, and a pool with nothing to do does not keep the process alive.
 */

import { abortedError, throwIfAborted } from '../abort.js';
import { VeilmatchError } from '../errors.js';
import type { WorkerPort } from './platform.js';
import { fromFailure, type JobAnswer, type JobMessage } from './serve.js';

interface PoolOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** A job's payload, and the buffers of it that are moved to the worker instead of copied. */
interface JobPayload {
  readonly payload: unknown;
  readonly transfer?: readonly Transferable[];
}

interface Task {
  readonly job: string;
  /** Called when a worker is free, so that a long list of jobs is not cloned ahead of time. */
  readonly prepare: () => JobPayload;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class Lane {
  readonly port: WorkerPort;
  task: Task | undefined;
  /** Whether the answer to the preparation is still to come. */
  preparing = false;

  constructor(port: WorkerPort) {
    this.port = port;
  }
}

export class WorkerPool {
  readonly size: number;
  readonly #start: () => WorkerPort;
  readonly #preparation: JobMessage | undefined;
  readonly #lanes = new Set<Lane>();
  #queue: Task[] = [];
  #disposed = false;

  /**
   * Workers are started when there is work for them, `size` at most.
   * @param preparation - a job that each worker is given first: what all later ones have in common is sent once
   */
  constructor(start: () => WorkerPort, size: number, preparation?: JobMessage) {
    if (!Number.isInteger(size) || size < 1) {
      throw new VeilmatchError('argument', `concurrency must be a whole number from 1; it is ${size}.`);
    }
    this.#start = start;
    this.#preparation = preparation;
    this.size = size;
  }

  /**
   * Runs one job.
   * @throws {VeilmatchError} what the job threw, or `worker-failed` when the worker died over it
   */
  run<T>(job: string, prepare: () => JobPayload): Promise<T> {
    if (this.#disposed) return Promise.reject(disposedError());
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ job, prepare, resolve: resolve as (value: unknown) => void, reject });
      this.#dispatch();
    });
  }

  /**
   * Runs `count` jobs and hands over each result as it comes, in any order. After the first error, and when the signal
   * fires, jobs that have not begun are dropped.
   * @throws {VeilmatchError} `aborted`, or as `run`
   */
  async map<T>(
    job: string,
    count: number,
    prepare: (index: number) => JobPayload,
    onResult: (index: number, value: T) => void,
    options: PoolOptions = {},
  ): Promise<void> {
    throwIfAborted(options.signal);
    let next = 0;
    let done = 0;
    let stopped = false;
    const pull = async (): Promise<void> => {
      while (next < count && !stopped) {
        throwIfAborted(options.signal);
        const index = next++;
        const value = await this.run<T>(job, () => prepare(index));
        if (stopped) return;
        onResult(index, value);
        options.onProgress?.(++done, count);
      }
      throwIfAborted(options.signal);
    };
    let onAbort = (): void => {};
    // Rejects as soon as the signal fires, without waiting for the chunks that are under way.
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(abortedError(options.signal));
    });
    options.signal?.addEventListener('abort', onAbort, { once: true });
    try {
      // Two jobs a worker under way or queued: the next payload is there when a worker comes free.
      const lanes = Math.min(count, this.size * 2);
      await Promise.race([Promise.all(Array.from({ length: lanes }, pull)), aborted]);
    } finally {
      stopped = true;
      options.signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Stops every worker; jobs under way are rejected. */
  dispose(): void {
    this.#disposed = true;
    const queue = this.#queue;
    this.#queue = [];
    for (const lane of this.#lanes) {
      lane.port.terminate();
      lane.task?.reject(disposedError());
    }
    this.#lanes.clear();
    for (const task of queue) task.reject(disposedError());
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const lane = this.#idleLane();
      if (lane === undefined) return;
      const task = this.#queue.shift()!;
      lane.task = task;
      lane.port.hold(true);
      try {
        const { payload, transfer = [] } = task.prepare();
        lane.port.post({ job: task.job, payload }, transfer);
      } catch (error) {
        this.#release(lane);
        task.reject(error);
      }
    }
  }

  #idleLane(): Lane | undefined {
    for (const lane of this.#lanes) if (lane.task === undefined) return lane;
    return this.#lanes.size < this.size ? this.#open() : undefined;
  }

  #open(): Lane | undefined {
    let lane: Lane;
    try {
      lane = new Lane(this.#start());
    } catch (error) {
      const failure = new VeilmatchError('worker-failed', 'A worker could not be started.', { cause: error });
      for (const task of this.#queue.splice(0)) task.reject(failure);
      return undefined;
    }
    this.#lanes.add(lane);
    const fail = (error: VeilmatchError): void => {
      if (!this.#lanes.delete(lane)) return;
      lane.port.terminate();
      lane.task?.reject(error);
      this.#dispatch();
    };
    lane.port.listen(
      (message) => {
        const answer = message as JobAnswer;
        if (lane.preparing) {
          lane.preparing = false;
          if (!answer.ok) fail(fromFailure(answer.failure));
          return;
        }
        const { task } = lane;
        this.#release(lane);
        if (answer.ok) task?.resolve(answer.value);
        else task?.reject(fromFailure(answer.failure));
        this.#dispatch();
      },
      (reason) =>
        fail(new VeilmatchError('worker-failed', `A worker stopped in the middle of a job: ${reason}.`)),
    );
    if (this.#preparation !== undefined) {
      lane.preparing = true;
      lane.port.post(this.#preparation, []);
    }
    return lane;
  }

  #release(lane: Lane): void {
    lane.task = undefined;
    lane.port.hold(false);
  }
}

function disposedError(): VeilmatchError {
  return new VeilmatchError('worker-failed', 'The pool of workers was stopped.');
}
