// SPDX-License-Identifier: Apache-2.0
/**
 * The group on several threads. A batch is cut into chunks that workers pull from one queue; a batch of less than two
 * chunks stays on the caller's thread, where it is done before a worker would have started. A chunk is a copy that moves to
 * the worker and is wiped there: of what a caller wipes, nothing is left.
 */

import { throwIfAborted } from '../abort.js';
import { type ByteList, concatBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { WorkerPool } from '../workers/pool.js';
import { buffersOf, type ChunkArguments, type ChunkJob, type HashEach, type Pair } from './chunk.js';
import {
  type BackendName,
  type BatchOptions,
  ELEMENT_BYTES,
  SCALAR_BYTES,
  type TrustingBackend,
  UNIFORM_BYTES,
} from './group.js';
import { ristretto255 } from './ristretto255.js';

/** Some 10 to 40 ms of work each: far more than a message costs, and not too much to wait for at the end. */
const CHUNK_ELEMENTS: Readonly<Record<BackendName, number>> = { fma: 512, integer: 256, noble: 16 };

/** Of small batches, where they go to workers, too: some tenths of a millisecond, which a message costs as well. */
const SMALLEST = 32;

/** So many times as many of a progression, whose elements take so much less. */
const PROGRESSION_CHUNKS = 32;

interface ParallelOptions {
  /** Does small batches; the workers were told to run one of the same name. */
  readonly local: TrustingBackend;
  readonly pool: WorkerPool;
  /**
   * Whether large batches may stay on the caller's thread, too, where no worker can be started: a policy forbids it, or
   * a bundler has left the worker's file out.
   */
  readonly optional: boolean;
  /** Whether batches of less than two chunks go to workers, too. */
  readonly smallBatches: boolean;
}

export class ParallelBackend implements TrustingBackend {
  readonly name: BackendName;
  readonly constantTime: boolean;
  readonly #local: TrustingBackend;
  readonly #pool: WorkerPool;
  readonly #chunk: number;
  readonly #smallBatches: boolean;
  /** Whether workers are there for sure, or turned out not to be. */
  #workers: 'expected' | 'optional' | 'missing';

  constructor({ local, pool, optional, smallBatches }: ParallelOptions) {
    this.name = local.name;
    this.constantTime = local.constantTime;
    this.#local = local;
    this.#pool = pool;
    this.#chunk = CHUNK_ELEMENTS[local.name];
    this.#smallBatches = smallBatches;
    this.#workers = optional ? 'optional' : 'expected';
  }

  get concurrency(): number {
    return this.#workers === 'missing' ? 1 : this.#pool.size;
  }

  async hashAndMultiply(
    messages: ByteList,
    dst: Uint8Array,
    scalar: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const cut = (from: number, to: number): ChunkArguments => ({
      operation: 'hashAndMultiply',
      ...messagesOf(messages, from, to),
      dst: copyOf(dst),
      scalar: copyOf(scalar),
    });
    return this.#run(messages.length, options, cut, () =>
      this.#local.hashAndMultiply(messages, dst, scalar, options),
    );
  }

  async hashAndMultiplyEach(
    messages: ByteList,
    dst: Uint8Array,
    scalars: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    return this.#hashEach('hashAndMultiplyEach', messages, dst, scalars, options);
  }

  async hashAndAddBase(
    messages: ByteList,
    dst: Uint8Array,
    scalars: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    return this.#hashEach('hashAndAddBase', messages, dst, scalars, options);
  }

  async subtractBase(
    elements: Uint8Array,
    scalars: Uint8Array,
    base: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const count = elements.length / ELEMENT_BYTES;
    const cut = (from: number, to: number): ChunkArguments => ({
      operation: 'subtractBase',
      elements: recordsOf(elements, from, to),
      scalars: recordsOf(scalars, from, to),
      base: copyOf(base),
    });
    return this.#run(count, options, cut, () => this.#local.subtractBase(elements, scalars, base, options));
  }

  async subtractHashAndMultiply(
    elements: Uint8Array,
    messages: ByteList,
    dst: Uint8Array,
    scalar: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const cut = (from: number, to: number): ChunkArguments => ({
      operation: 'subtractHashAndMultiply',
      elements: recordsOf(elements, from, to),
      ...messagesOf(messages, from, to),
      dst: copyOf(dst),
      scalar: copyOf(scalar),
    });
    return this.#run(messages.length, options, cut, () =>
      this.#local.subtractHashAndMultiply(elements, messages, dst, scalar, options),
    );
  }

  async mapAndMultiply(
    uniform: Uint8Array,
    scalar: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const cut = (from: number, to: number): ChunkArguments => ({
      operation: 'mapAndMultiply',
      uniform: copyOf(uniform.subarray(from * UNIFORM_BYTES, to * UNIFORM_BYTES)),
      scalar: copyOf(scalar),
    });
    const count = uniform.length / UNIFORM_BYTES;
    return this.#run(count, options, cut, () => this.#local.mapAndMultiply(uniform, scalar, options));
  }

  async multiply(elements: Uint8Array, scalar: Uint8Array, options: BatchOptions = {}): Promise<Uint8Array> {
    const cut = (from: number, to: number): ChunkArguments => ({
      operation: 'multiply',
      elements: recordsOf(elements, from, to),
      scalar: copyOf(scalar),
    });
    const count = elements.length / ELEMENT_BYTES;
    return this.#run(count, options, cut, () => this.#local.multiply(elements, scalar, options));
  }

  async multiplyBase(
    scalars: Uint8Array,
    base?: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const cut = (from: number, to: number): ChunkArguments => ({
      operation: 'multiplyBase',
      scalars: recordsOf(scalars, from, to),
      base: base && copyOf(base),
    });
    const count = scalars.length / SCALAR_BYTES;
    return this.#run(count, options, cut, () => this.#local.multiplyBase(scalars, base, options));
  }

  async multiplyEach(
    elements: Uint8Array,
    scalars: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    return this.#pairs('multiplyEach', elements, scalars, options);
  }

  async add(a: Uint8Array, b: Uint8Array, options: BatchOptions = {}): Promise<Uint8Array> {
    return this.#pairs('add', a, b, options);
  }

  async subtract(a: Uint8Array, b: Uint8Array, options: BatchOptions = {}): Promise<Uint8Array> {
    return this.#pairs('subtract', a, b, options);
  }

  async progression(
    start: Uint8Array,
    step: Uint8Array,
    count: number,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const size = this.#chunk * PROGRESSION_CHUNKS;
    const locally = (): Promise<Uint8Array> => this.#local.progression(start, step, count, options);
    if (count < 2 * size) return locally();
    const { signal } = options;
    const stride = await this.#local.weightedSum(step, ristretto255.scalars.of(size), { signal });
    const starts = await this.#local.progression(start, stride, Math.ceil(count / size), { signal });
    const cut = (from: number, to: number): ChunkArguments => ({
      operation: 'progression',
      start: recordsOf(starts, from / size, from / size + 1),
      step: copyOf(step),
      count: to - from,
    });
    return this.#run(count, options, cut, locally, size);
  }

  async weightedSum(
    elements: Uint8Array,
    weights: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const count = elements.length / ELEMENT_BYTES;
    const cut = (from: number, to: number): ChunkArguments => ({
      operation: 'weightedSum',
      first: recordsOf(elements, from, to),
      second: recordsOf(weights, from, to),
    });
    const sums = await this.#run(count, options, cut, () =>
      this.#local.weightedSum(elements, weights, options),
    );
    if (sums.length === ELEMENT_BYTES) return sums;
    const ones = new Uint8Array(sums.length);
    for (let i = 0; i < ones.length; i += SCALAR_BYTES) ones[i] = 1;
    return this.#local.weightedSum(sums, ones, { signal: options.signal });
  }

  async dispose(): Promise<void> {
    this.#pool.dispose();
    await this.#local.dispose();
  }

  #hashEach(
    operation: HashEach,
    messages: ByteList,
    dst: Uint8Array,
    scalars: Uint8Array,
    options: BatchOptions,
  ): Promise<Uint8Array> {
    const cut = (from: number, to: number): ChunkArguments => ({
      operation,
      ...messagesOf(messages, from, to),
      dst: copyOf(dst),
      scalars: recordsOf(scalars, from, to),
    });
    return this.#run(messages.length, options, cut, () =>
      this.#local[operation](messages, dst, scalars, options),
    );
  }

  #pairs(operation: Pair, first: Uint8Array, second: Uint8Array, options: BatchOptions): Promise<Uint8Array> {
    const cut = (from: number, to: number): ChunkArguments => ({
      operation,
      first: recordsOf(first, from, to),
      second: recordsOf(second, from, to),
    });
    const count = first.length / ELEMENT_BYTES;
    return this.#run(count, options, cut, () => this.#local[operation](first, second, options));
  }

  /** On the workers, unless the batch is small or there are none. */
  async #run(
    count: number,
    options: BatchOptions,
    cut: (from: number, to: number) => ChunkArguments,
    locally: () => Promise<Uint8Array>,
    size: number = this.#chunk,
  ): Promise<Uint8Array> {
    const least = this.#smallBatches ? SMALLEST : 2 * size;
    if (count < least || this.#workers === 'missing') return locally();
    try {
      return await this.#spread(count, options, cut, size);
    } catch (error) {
      const noWorker = error instanceof VeilmatchError && error.code === 'worker-failed';
      if (!noWorker || this.#workers !== 'optional') throw error;
      this.#workers = 'missing';
      return locally();
    }
  }

  /** The results of all chunks, in order. */
  async #spread(
    count: number,
    options: BatchOptions,
    cut: (from: number, to: number) => ChunkArguments,
    size: number,
  ): Promise<Uint8Array> {
    throwIfAborted(options.signal);
    const chunks = Math.ceil(count / size);
    const end = (index: number): number => Math.min((index + 1) * size, count);
    const results = new Array<Uint8Array>(chunks);
    let done = 0;
    await this.#pool.map<Uint8Array>(
      'chunk',
      chunks,
      (index) => {
        const from = index * size;
        const chunk = cut(from, end(index));
        return { payload: { from, chunk } satisfies ChunkJob, transfer: buffersOf(chunk) };
      },
      (index, value) => {
        this.#workers = 'expected';
        results[index] = value;
        done += end(index) - index * size;
        options.onProgress?.(done, count);
      },
      { signal: options.signal },
    );
    return concatBytes(...results);
  }
}

/** Messages and their offsets from the first of them, copied. */
function messagesOf(
  messages: ByteList,
  from: number,
  to: number,
): { readonly bytes: Uint8Array; readonly offsets: Uint32Array } {
  const offsets = messages.offsets.slice(from, to + 1);
  const start = offsets[0]!;
  const bytes = copyOf(messages.bytes.subarray(start, offsets[to - from]));
  for (const [i, offset] of offsets.entries()) offsets[i] = offset - start;
  return { bytes, offsets };
}

/** Records of 32 bytes, copied. */
function recordsOf(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return copyOf(bytes.subarray(from * ELEMENT_BYTES, to * ELEMENT_BYTES));
}

/** In a buffer of its own, which can be moved to a worker. Not by `slice`: that of Node's `Buffer` copies nothing. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}
