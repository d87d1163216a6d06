// SPDX-License-Identifier: Apache-2.0
/**
 * The group through a WASM kernel, on the caller's thread. Every chunk is one uninterrupted run that brings its own
 * scalar along, so calls that overlap in time do not see each other.
 *
 * It trusts its caller; `checked.ts` stands in front of it.
 *
 * The kernel's instructions have no branch and no address that depends on a scalar or on a point; what an engine makes
 * of them is measured (`bench/timing`), not guaranteed.
 */

import { sha512 } from '@noble/hashes/sha2.js';
import { throwIfAborted } from '../abort.js';
import { type ByteList, concatBytes, equalBytes, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { compile, ElementStatus, Kernel } from '../kernel/kernel.js';
import { nextTurn } from '../workers/turn.js';
import {
  aboutBase,
  type BackendName,
  type BatchOptions,
  badElement,
  countRecords,
  ELEMENT_BYTES,
  GENERATOR,
  identityElement,
  SCALAR_BYTES,
  type TrustingBackend,
  UNIFORM_BYTES,
} from './group.js';

/** 1/2 modulo L, little-endian. */
const HALF: Uint8Array = Uint8Array.of(
  ...[0xf7, 0xe9, 0x7a, 0x2e, 0x8d, 0x31, 0x09, 0x2c, 0x6b, 0xce, 0x7b, 0x51, 0xef, 0x7c, 0x6f, 0x0a],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x08],
);

const ZERO: Uint8Array = new Uint8Array(SCALAR_BYTES);

/** Filling the tables of a base costs about as much as multiplying so many elements. */
const BASE_TABLE_WORTH = 8;

/** Longest message chunk that is copied into the kernel at once; a longer single message goes alone. */
const MESSAGE_CHUNK_BYTES = 1 << 20;

/** DST_prime: the tag, hashed where it is longer than 255 bytes, and its length (RFC 9380, section 5.3.3). */
function primed(dst: Uint8Array): Uint8Array {
  const tag = dst.length > 255 ? sha512(concatBytes(utf8('H2C-OVERSIZE-DST-'), dst)) : dst;
  return concatBytes(tag, Uint8Array.of(tag.length));
}

/** Signed digits of four bits that a scalar has in the kernel. */
const DIGITS = 63;

/** Index of the highest signed digit that may not be zero in some weight. Weights are public. */
function topDigit(weights: Uint8Array): number {
  for (let byte = SCALAR_BYTES - 1; byte >= 0; byte--) {
    for (let at = byte; at < weights.length; at += SCALAR_BYTES) {
      // A carry can reach one digit further; above (L - 1) / 2 it is the negative that is recoded, with all digits.
      if (weights[at] !== 0) return byte > 30 ? DIGITS - 1 : Math.min(2 * byte + 2, DIGITS - 1);
    }
  }
  return 0;
}

export class WasmBackend implements TrustingBackend {
  readonly name: BackendName;
  readonly constantTime: boolean = true;
  readonly concurrency: number = 1;
  #kernel: Kernel | undefined;
  /** The base whose tables the kernel holds. */
  #base: Uint8Array | undefined;

  constructor(name: BackendName, kernel: Kernel) {
    this.name = name;
    this.#kernel = kernel;
  }

  async hashAndMultiply(
    messages: ByteList,
    dst: Uint8Array,
    scalar: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    return this.#eachMessage(messages, dst, options, (kernel, from, to) => {
      kernel.write('SCALARS', scalar);
      kernel.exports.recodeShared();
      kernel.exports.multiplyMapped(to - from, false);
    });
  }

  async hashAndMultiplyEach(
    messages: ByteList,
    dst: Uint8Array,
    scalars: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    return this.#eachMessage(messages, dst, options, (kernel, from, to) => {
      kernel.write('SCALARS', scalars.subarray(from * SCALAR_BYTES, to * SCALAR_BYTES));
      kernel.exports.recodeEach(to - from, true);
      kernel.exports.multiplyMapped(to - from, true);
    });
  }

  async mapAndMultiply(
    uniform: Uint8Array,
    scalar: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    return this.#eachElement(uniform.length / UNIFORM_BYTES, options, (kernel, from, to) => {
      kernel.write('SCALARS', scalar);
      kernel.exports.recodeShared();
      kernel.write('UNIFORM', uniform.subarray(from * UNIFORM_BYTES, to * UNIFORM_BYTES));
      kernel.exports.multiplyMapped(to - from, false);
    });
  }

  async hashAndAddBase(
    messages: ByteList,
    dst: Uint8Array,
    scalars: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    return this.#eachMessage(messages, dst, options, (kernel, from, to) => {
      this.#useBase(kernel, GENERATOR);
      kernel.write('SCALARS', scalars.subarray(from * SCALAR_BYTES, to * SCALAR_BYTES));
      kernel.exports.recodeEach(to - from, false);
      kernel.exports.addBaseToMapped(to - from);
    });
  }

  async subtractBase(
    elements: Uint8Array,
    scalars: Uint8Array,
    base: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const count = elements.length / ELEMENT_BYTES;
    return this.#eachElement(count, options, (kernel, from, to) => {
      try {
        this.#useBase(kernel, base);
      } catch (error) {
        throw aboutBase(error);
      }
      kernel.write('SCALARS', scalars.subarray(from * SCALAR_BYTES, to * SCALAR_BYTES));
      kernel.exports.recodeEach(to - from, false);
      kernel.write('ELEMENTS', elements.subarray(from * ELEMENT_BYTES, to * ELEMENT_BYTES));
      kernel.exports.subtractBase(to - from);
      checkStatus(kernel, 0, from, to, false);
    });
  }

  async subtractHashAndMultiply(
    elements: Uint8Array,
    messages: ByteList,
    dst: Uint8Array,
    scalar: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    return this.#eachMessage(messages, dst, options, (kernel, from, to) => {
      kernel.write('SCALARS', scalar);
      kernel.exports.recodeShared();
      kernel.write('ELEMENTS', elements.subarray(from * ELEMENT_BYTES, to * ELEMENT_BYTES));
      kernel.exports.multiplyDifference(to - from);
      checkStatus(kernel, 0, from, to, false);
    });
  }

  async multiply(elements: Uint8Array, scalar: Uint8Array, options: BatchOptions = {}): Promise<Uint8Array> {
    const count = elements.length / ELEMENT_BYTES;
    return this.#eachElement(count, options, (kernel, from, to) => {
      kernel.write('SCALARS', scalar);
      kernel.exports.recodeShared();
      kernel.write('ELEMENTS', elements.subarray(from * ELEMENT_BYTES, to * ELEMENT_BYTES));
      kernel.exports.multiply(to - from, false);
      checkStatus(kernel, 0, from, to, false);
    });
  }

  async multiplyEach(
    elements: Uint8Array,
    scalars: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const count = elements.length / ELEMENT_BYTES;
    return this.#eachElement(count, options, (kernel, from, to) => {
      kernel.write('SCALARS', scalars.subarray(from * SCALAR_BYTES, to * SCALAR_BYTES));
      kernel.exports.recodeEach(to - from, true);
      kernel.write('ELEMENTS', elements.subarray(from * ELEMENT_BYTES, to * ELEMENT_BYTES));
      kernel.exports.multiply(to - from, true);
      checkStatus(kernel, 0, from, to, false);
    });
  }

  async multiplyBase(
    scalars: Uint8Array,
    base: Uint8Array = GENERATOR,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const count = scalars.length / SCALAR_BYTES;
    if (count < BASE_TABLE_WORTH && !(this.#base && equalBytes(base, this.#base))) {
      const bases = concatBytes(...Array.from({ length: count }, () => base));
      return this.multiplyEach(bases, scalars, options);
    }
    return this.#eachElement(count, options, (kernel, from, to) => {
      this.#useBase(kernel, base);
      kernel.write('SCALARS', scalars.subarray(from * SCALAR_BYTES, to * SCALAR_BYTES));
      kernel.exports.recodeEach(to - from, true);
      kernel.exports.multiplyBase(to - from);
    });
  }

  add(a: Uint8Array, b: Uint8Array, options: BatchOptions = {}): Promise<Uint8Array> {
    return this.#combine(a, b, false, options);
  }

  subtract(a: Uint8Array, b: Uint8Array, options: BatchOptions = {}): Promise<Uint8Array> {
    return this.#combine(a, b, true, options);
  }

  async progression(
    start: Uint8Array,
    step: Uint8Array,
    count: number,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const { signal } = options;
    // Doubles are encoded without a square root, so what goes in is halves: the first two, then what the kernel leaves.
    const first = await this.weightedSum(concatBytes(start, step), concatBytes(HALF, ZERO), { signal });
    const second = await this.weightedSum(concatBytes(start, step), concatBytes(HALF, HALF), { signal });
    let halves: Uint8Array = concatBytes(first, second);
    return this.#eachElement(count, options, (kernel, from, to) => {
      kernel.write('ELEMENTS', halves);
      kernel.write('OTHERS', concatBytes(step, step));
      kernel.exports.progression(to - from);
      halves = kernel.read('ELEMENTS', halves.length);
    });
  }

  async weightedSum(
    elements: Uint8Array,
    weights: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    const count = elements.length / ELEMENT_BYTES;
    let sum: Uint8Array = new Uint8Array(ELEMENT_BYTES);
    await this.#inChunks(count, options, (kernel, from, to) => {
      const size = to - from;
      const chunk = weights.subarray(from * SCALAR_BYTES, to * SCALAR_BYTES);
      // The identity and a zero weight behind them make the number even.
      kernel.write('ELEMENTS', elements.subarray(from * ELEMENT_BYTES, to * ELEMENT_BYTES));
      kernel.view('ELEMENTS', kernel.capacity * ELEMENT_BYTES).fill(0, size * ELEMENT_BYTES);
      kernel.write('SCALARS', chunk);
      kernel.view('SCALARS', kernel.capacity * SCALAR_BYTES).fill(0, size * SCALAR_BYTES);
      const even = size + (size % 2);
      kernel.exports.recodeEach(even, false);
      kernel.exports.weightedSum(even, topDigit(chunk));
      checkStatus(kernel, 0, from, to, true);
      kernel.write('ELEMENTS', kernel.read('RESULTS', ELEMENT_BYTES));
      kernel.write('OTHERS', sum);
      kernel.exports.combine(1, false);
      sum = kernel.read('RESULTS', ELEMENT_BYTES);
      return to;
    });
    return sum;
  }

  /** n x 64 uniform bytes to n elements (RFC 9496, section 4.3.4): the one-way map below the hash, for its vectors. */
  fromUniformBytes(uniform: Uint8Array): Promise<Uint8Array> {
    const count = countRecords(uniform, UNIFORM_BYTES, 'Uniform strings');
    return this.#eachElement(count, {}, (kernel, from, to) => {
      kernel.write('UNIFORM', uniform.subarray(from * UNIFORM_BYTES, to * UNIFORM_BYTES));
      kernel.exports.encodeMapped(to - from);
    });
  }

  async dispose(): Promise<void> {
    this.#kernel?.wipe();
    this.#kernel = undefined;
    this.#base = undefined;
  }

  async #combine(a: Uint8Array, b: Uint8Array, negate: boolean, options: BatchOptions): Promise<Uint8Array> {
    const count = a.length / ELEMENT_BYTES;
    return this.#eachElement(count, options, (kernel, from, to) => {
      kernel.write('ELEMENTS', a.subarray(from * ELEMENT_BYTES, to * ELEMENT_BYTES));
      kernel.write('OTHERS', b.subarray(from * ELEMENT_BYTES, to * ELEMENT_BYTES));
      kernel.exports.combine(to - from, negate);
      checkStatus(kernel, 0, from, to, true);
      checkStatus(kernel, kernel.capacity, from, to, true);
    });
  }

  #useBase(kernel: Kernel, base: Uint8Array): void {
    if (this.#base && equalBytes(base, this.#base)) return;
    this.#base = undefined;
    kernel.write('ELEMENTS', concatBytes(base, base));
    kernel.exports.setBase();
    checkStatus(kernel, 0, 0, 1, false);
    // Not by `slice`: that of Node's `Buffer` copies nothing.
    this.#base = new Uint8Array(base);
  }

  #messagesThatFit(messages: ByteList, from: number, end: number): number {
    let to = from + 1;
    const start = messages.offsets[from]!;
    while (to < end && messages.offsets[to + 1]! - start <= MESSAGE_CHUNK_BYTES) to++;
    return to;
  }

  /** Runs with the chunk's messages expanded into UNIFORM. */
  async #eachMessage(
    messages: ByteList,
    dst: Uint8Array,
    options: BatchOptions,
    run: (kernel: Kernel, from: number, to: number) => void,
  ): Promise<Uint8Array> {
    const tag = primed(dst);
    const result = new Uint8Array(messages.length * ELEMENT_BYTES);
    await this.#inChunks(messages.length, options, (kernel, from, end) => {
      const to = this.#messagesThatFit(messages, from, end);
      kernel.write('TAG', tag);
      kernel.writeMessages(
        messages.bytes.subarray(messages.offsets[from]!, messages.offsets[to]!),
        messages.offsets.subarray(from, to + 1),
      );
      kernel.exports.expand(to - from, tag.length);
      run(kernel, from, to);
      result.set(kernel.view('RESULTS', (to - from) * ELEMENT_BYTES), from * ELEMENT_BYTES);
      return to;
    });
    return result;
  }

  async #eachElement(
    count: number,
    options: BatchOptions,
    run: (kernel: Kernel, from: number, to: number) => void,
  ): Promise<Uint8Array> {
    const result = new Uint8Array(count * ELEMENT_BYTES);
    await this.#inChunks(count, options, (kernel, from, to) => {
      run(kernel, from, to);
      result.set(kernel.view('RESULTS', (to - from) * ELEMENT_BYTES), from * ELEMENT_BYTES);
      return to;
    });
    return result;
  }

  /**
   * Runs [from, to) after [from, to), each no larger than the kernel's capacity, some 10 ms of work, with a turn of the event
   * loop between two of them; `run` says how far it came.
   */
  async #inChunks(
    count: number,
    options: BatchOptions,
    run: (kernel: Kernel, from: number, to: number) => number,
  ): Promise<void> {
    let done = 0;
    for (;;) {
      throwIfAborted(options.signal);
      const kernel = this.#kernel;
      if (kernel === undefined) throw disposedError();
      if (done === count) return;
      try {
        done = run(kernel, done, Math.min(done + kernel.capacity, count));
      } finally {
        kernel.wipeSecrets();
      }
      options.onProgress?.(done, count);
      if (done < count) await nextTurn();
    }
  }
}

/** @throws {VeilmatchError} for the first of the elements `from` to `to` that decoding found unfit */
function checkStatus(kernel: Kernel, at: number, from: number, to: number, identityAllowed: boolean): void {
  const status = kernel.view('STATUS', 2 * kernel.capacity).subarray(at, at + to - from);
  for (const [i, value] of status.entries()) {
    if (value === ElementStatus.bad) throw badElement(from + i);
    if (value === ElementStatus.identity && !identityAllowed) throw identityElement(from + i);
  }
}

/**
 * A backend of a kernel's code.
 * @param code the module, base64
 * @throws {VeilmatchError} `unsupported` when it cannot run here
 */
export async function wasmBackend(name: BackendName, code: string): Promise<WasmBackend> {
  try {
    return new WasmBackend(name, new Kernel(await compile(code)));
  } catch (error) {
    throw unsupported(name, 'this engine has no WebAssembly SIMD, or a policy forbids WebAssembly', error);
  }
}

export function unsupported(name: BackendName, reason: string, cause?: unknown): VeilmatchError {
  const message = `The backend '${name}' cannot run here: ${reason}. Ask for 'auto'.`;
  return new VeilmatchError('unsupported', message, { cause });
}

function disposedError(): VeilmatchError {
  return new VeilmatchError('argument', 'This backend was disposed of. Create another one.');
}
