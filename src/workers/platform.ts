// SPDX-License-Identifier: Apache-2.0
/**
 * The two kinds of worker, `worker_threads` and Web Workers, behind one face. Node's module is asked for at run time
 * (`process.getBuiltinModule`), so that a browser bundle holds no `node:` import.
 */

import { VeilmatchError } from '../errors.js';

/** What the pool needs of a worker. */
export interface WorkerPort {
  post(message: unknown, transfer: readonly Transferable[]): void;
  /** At most one message is under way, so one listener for each direction is enough. */
  listen(onMessage: (message: unknown) => void, onFailure: (reason: string) => void): void;
  /** Whether the worker keeps the process alive. */
  hold(alive: boolean): void;
  terminate(): void;
}

type NodeWorkerThreads = typeof import('node:worker_threads');

function nodeWorkerThreads(): NodeWorkerThreads | undefined {
  return globalThis.process?.getBuiltinModule?.('node:worker_threads');
}

/**
 * A Web Worker, or a `worker_threads` Worker; what a caller's own factory may return. Described by what both have, so
 * that the declarations need neither the types of the DOM nor those of Node.
 */
export interface AnyWorker {
  /** As both kinds of worker have it. */
  postMessage(message: unknown): void;
  /** As both kinds of worker have it. */
  terminate(): unknown;
}

/**
 * How a module starts its worker. `web` must be written as `() => new Worker(new URL(..., import.meta.url), ...)`
 * in the module itself, which is the form that bundlers recognise.
 */
export interface WorkerScript {
  /** For Node: the file, relative to `base`. */
  readonly file: string;
  readonly base: string;
  readonly web: () => Worker;
}

export function startWorker(script: WorkerScript): WorkerPort {
  if (typeof Worker === 'function') return adapt(script.web());
  const threads = nodeWorkerThreads();
  if (threads === undefined) throw new Error('This platform has neither Web Workers nor worker_threads.');
  // The file is complete: flags such as --input-type or a loader are for the caller's own.
  return adapt(new threads.Worker(new URL(script.file, script.base), { execArgv: [] }));
}

/** Whether this platform knows a kind of worker. Starting one can still fail, by a content security policy for one. */
export function canStartWorkers(): boolean {
  return typeof Worker === 'function' || nodeWorkerThreads() !== undefined;
}

export function adapt(anyWorker: AnyWorker): WorkerPort {
  const worker = anyWorker as Worker | InstanceType<NodeWorkerThreads['Worker']>;
  // A Web Worker under Bun and Deno may know `ref` and `unref` as Node's does.
  const hold = (alive: boolean): void => {
    const counted = worker as { ref?: () => void; unref?: () => void };
    if (alive) counted.ref?.();
    else counted.unref?.();
  };
  if ('on' in worker) {
    return {
      post: (message, transfer) => worker.postMessage(message, transfer as never),
      listen(onMessage, onFailure) {
        worker.on('message', onMessage);
        worker.on('messageerror', () => onFailure('a message could not be read'));
        worker.on('error', (error: Error) => onFailure(error?.name ?? 'an error'));
        worker.on('exit', (status: number) => onFailure(`exit status ${status}`));
      },
      hold,
      terminate: () => void worker.terminate(),
    };
  }
  return {
    post: (message, transfer) => worker.postMessage(message, [...transfer]),
    listen(onMessage, onFailure) {
      worker.addEventListener('message', (event) => onMessage(event.data));
      worker.addEventListener('messageerror', () => onFailure('a message could not be read'));
      worker.addEventListener('error', (event) => {
        event.preventDefault();
        onFailure('an error while loading or running');
      });
    },
    hold,
    terminate: () => worker.terminate(),
  };
}

/** Whether this code runs in a worker: a window would listen to messages from anybody. */
function inWebWorker(): boolean {
  const { WorkerGlobalScope: scope } = globalThis as { WorkerGlobalScope?: new () => object };
  return (scope !== undefined && globalThis instanceof scope) || nodeWorkerThreads()?.isMainThread === false;
}

/** The worker's own end of the line. */
interface ParentPort {
  post(message: unknown, transfer: readonly Transferable[]): void;
  listen(onMessage: (message: unknown) => void): void;
}

/** @throws {VeilmatchError} `unsupported` outside a worker */
export function parentPort(): ParentPort {
  const port = nodeWorkerThreads()?.parentPort;
  if (port) {
    return {
      post: (message, transfer) => port.postMessage(message, transfer as never),
      listen: (onMessage) => void port.on('message', onMessage),
    };
  }
  if (!inWebWorker()) {
    throw new VeilmatchError('unsupported', 'This module is what a worker runs. Start a worker with it.');
  }
  const scope = globalThis as unknown as Worker;
  return {
    post: (message, transfer) => scope.postMessage(message, [...transfer]),
    listen: (onMessage) => scope.addEventListener('message', (event) => onMessage(event.data)),
  };
}

/** The processors that this process may use. */
export function defaultConcurrency(): number {
  const os = globalThis.process?.getBuiltinModule?.('node:os');
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
