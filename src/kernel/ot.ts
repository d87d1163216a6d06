// SPDX-License-Identifier: Apache-2.0
/**
 * Loads the kernel of `ot-psi` and names what lies in its memory (src/kernel/assembly/ot/layout.ts). An instance is one party of
 * one run and works on one bin after the other; its memory does not grow, so views of it stay valid.
 */

import { base64ToBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';

/** Coordinates of a word of the code. */
export const CODE_LENGTH = 255;
/** Bits of Delta for each coordinate. */
export const DELTA_BITS = 3;
/** Keys of a coordinate. */
export const COORDINATE_KEYS = 8;
/** Bytes of a key, of a digest and of a value. */
export const KEY_BYTES = 32;
export const DIGEST_BYTES = 32;
/** Bytes of a row of a table: a message of 115 bits. */
export const WORD_BYTES = 16;
/** Bytes of a row of T or Q. */
export const ROW_BYTES = 96;
/** Rows that take a part of each stream. */
export const SPAN_ROWS = 2048;
/** The most elements that are decoded at once. */
export const MAX_ELEMENTS = 4736;
/** Dense rows of a bin. */
export const DENSE_ROWS = 49;
/** Rows that hide the sums of all others. */
export const HIDING_ROWS = 256;
/** Sums that are checked. */
export const CHECK_SUMS = 160;

const TEXT_BYTES = 262_144;

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly DIGESTS: WebAssembly.Global<'i32'>;
  readonly TABLE: WebAssembly.Global<'i32'>;
  readonly FRAME: WebAssembly.Global<'i32'>;
  readonly ROWS: WebAssembly.Global<'i32'>;
  readonly KEYS: WebAssembly.Global<'i32'>;
  readonly DELTA: WebAssembly.Global<'i32'>;
  readonly SUMS: WebAssembly.Global<'i32'>;
  readonly WORDS: WebAssembly.Global<'i32'>;
  readonly TEXT: WebAssembly.Global<'i32'>;
  readonly OFFSETS: WebAssembly.Global<'i32'>;
  readonly HASH_KEY: WebAssembly.Global<'i32'>;
  readonly STREAM_KEY: WebAssembly.Global<'i32'>;
  /** Elements that peeling left of the last table. */
  readonly core: WebAssembly.Global<'i32'>;
  shape(bins: number, places: number): void;
  keyDigests(): void;
  digestAll(count: number): void;
  fillTable(key: number, part: number, rows: number): void;
  makeTable(count: number, key: number, part: number, rows: number): number;
  receiverRows(span: number, rows: number): void;
  senderRows(span: number, rows: number): void;
  beginSums(): void;
  addRows(key: number, rows: number, words: boolean): void;
  endSums(): void;
  takeOffWords(): void;
  beginValues(): void;
  valuesOf(count: number, sender: boolean): void;
}

type Region = 'DIGESTS' | 'TABLE' | 'FRAME' | 'ROWS' | 'KEYS' | 'DELTA' | 'SUMS' | 'WORDS';

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * The code of the kernel, which threads can be sent.
 * @throws {VeilmatchError} `unsupported` where there is no WebAssembly with 128-bit SIMD
 */
export async function otKernelModule(): Promise<WebAssembly.Module> {
  try {
    // Loaded where the protocol is run: most pages never do.
    compiled ??= import('./ot.generated.js').then(({ otModule }) =>
      WebAssembly.compile(base64ToBytes(otModule)!),
    );
    return await compiled;
  } catch (cause) {
    compiled = undefined;
    throw new VeilmatchError(
      'unsupported',
      'The protocol ot-psi needs WebAssembly with 128-bit SIMD, which this platform lacks or forbids. Take another protocol.',
      { cause },
    );
  }
}

export class OtKernel {
  readonly exports: Exports;

  constructor(module: WebAssembly.Module) {
    this.exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  }

  /** A view of the first `bytes` bytes of a region. */
  view(region: Region, bytes: number): Uint8Array {
    return new Uint8Array(this.exports.memory.buffer, this.exports[region].value, bytes);
  }

  /** The key under which identifiers are hashed. */
  keyDigests(key: Uint8Array): void {
    this.#write(this.exports.HASH_KEY, key);
    this.exports.keyDigests();
  }

  /** How many of the identifiers from number `first` on are hashed by one call of `digests`; `offsets` as a `ByteList` has them. */
  digestible(offsets: Uint32Array, first: number): number {
    let count = 0;
    const most = Math.min(MAX_ELEMENTS, offsets.length - 1 - first);
    while (count < most && offsets[first + count + 1]! - offsets[first]! <= TEXT_BYTES) count++;
    return count;
  }

  /** Hashes the `count` identifiers from number `first` on: a view of their digests. */
  digests(bytes: Uint8Array, offsets: Uint32Array, first: number, count: number): Uint8Array {
    const { exports } = this;
    const { buffer } = exports.memory;
    const start = offsets[first]!;
    this.#write(exports.TEXT, bytes.subarray(start, offsets[first + count]!));
    const inside = new Uint32Array(buffer, exports.OFFSETS.value, count + 1);
    for (let i = 0; i <= count; i++) inside[i] = offsets[first + i]! - start;
    exports.digestAll(count);
    return this.view('DIGESTS', count * DIGEST_BYTES);
  }

  /** Fills rows of the table with what follows from a key and a number. */
  fillTable(key: Uint8Array, part: number, rows: number): void {
    this.exports.fillTable(this.#streamKey(key), part, rows);
  }

  /** Makes the table of the first `count` digests; false where there is none. */
  makeTable(count: number, key: Uint8Array, part: number, rows: number): boolean {
    return this.exports.makeTable(count, this.#streamKey(key), part, rows) === 1;
  }

  /** Adds the rows of a bin to the sums that the challenge says, and with `words` the table's rows as well. */
  addRows(challenge: Uint8Array, rows: number, words: boolean): void {
    this.exports.addRows(this.#streamKey(challenge), rows, words);
  }

  /** Overwrites everything. The instance cannot be used afterwards. */
  wipe(): void {
    new Uint8Array(this.exports.memory.buffer).fill(0);
  }

  #streamKey(key: Uint8Array): number {
    this.#write(this.exports.STREAM_KEY, key);
    return this.exports.STREAM_KEY.value;
  }

  #write({ value }: WebAssembly.Global<'i32'>, bytes: Uint8Array): void {
    new Uint8Array(this.exports.memory.buffer, value, bytes.length).set(bytes);
  }
}
