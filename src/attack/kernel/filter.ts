// SPDX-License-Identifier: Apache-2.0
/**
 * Which of very many words are those of targets. A small bitmap goes first because it stays in the processor's cache; a
 * second, sparser one looks at what is left; what passes that is looked up.
 */

import { type FilterExports, filterModule, shiftFor } from './filter-module.js';

/** A bitmap of this many bits, 512 KiB, stays in a processor core's own cache. */
const CACHED_BITS = 22;
/** Targets beyond which even the small bitmap must be larger to be of use. */
const VERY_MANY = 2 ** 22;

/** Sizes of one or two bitmaps as powers of two; a few words in a hundred pass them. */
function bitmapSizes(targets: number): number[] {
  const bits = Math.max(10, Math.ceil(Math.log2(targets)) + 6);
  if (bits < CACHED_BITS) return [bits];
  return [targets > VERY_MANY ? CACHED_BITS + 2 : CACHED_BITS, Math.min(bits - 1, 27)];
}

/** A word of list space for every word that is filtered, and one that may be overwritten. */
const listBytes = (words: number): number => 4 * words + 16;

export class Filter {
  readonly #memory: WebAssembly.Memory;
  readonly #lists: readonly [number, number];
  readonly #bitmaps: ReadonlyArray<{ readonly address: number; readonly shift: number }>;
  readonly #known: WordSet;
  readonly #module: FilterExports;

  /** How much memory it needs to filter `words` words at a time. */
  static bytes(targets: number, words: number): number {
    return 2 * listBytes(words) + bitmapSizes(targets).reduce((sum, bits) => sum + 2 ** (bits - 3), 0);
  }

  /**
   * @param address - of memory of its own, a multiple of 4 bytes, zero
   * @param targets - the words to be found, in any order
   */
  static async create(
    memory: WebAssembly.Memory,
    address: number,
    targets: Uint32Array,
    words: number,
  ): Promise<Filter> {
    const { instance } = await WebAssembly.instantiate(filterModule(), { env: { memory } });
    return new Filter(memory, address, targets, words, instance.exports as unknown as FilterExports);
  }

  private constructor(
    memory: WebAssembly.Memory,
    address: number,
    targets: Uint32Array,
    words: number,
    module: FilterExports,
  ) {
    this.#memory = memory;
    this.#module = module;
    this.#known = new WordSet(targets);
    this.#lists = [address, address + listBytes(words)];
    let end = address + 2 * listBytes(words);
    this.#bitmaps = bitmapSizes(targets.length).map((bits) => {
      const shift = shiftFor(bits);
      const bitmap = { address: end, shift };
      const view = new Uint32Array(memory.buffer, end, 2 ** (bits - 5));
      for (const word of targets) view[word >>> shift]! |= 1 << (word & 31);
      end += 2 ** (bits - 3);
      return bitmap;
    });
  }

  /**
   * Calls back for every word that is a target's.
   * @param words - their address
   * @param bytes - 4 x their number, which is a multiple of four and not zero
   */
  visit(words: number, bytes: number, visit: (index: number) => void): void {
    const [small, sparse] = this.#bitmaps;
    const [first, second] = this.#lists;
    let list = first;
    let listed = this.#module.all(words, bytes, small!.address, small!.shift, first);
    if (sparse !== undefined && listed > 0) {
      list = second;
      listed = this.#module.listed(words, listed, sparse.address, sparse.shift, second, first);
    }
    const memory = new Uint32Array(this.#memory.buffer);
    for (let i = list >>> 2; i < (list + listed) >>> 2; i++) {
      const offset = memory[i]!;
      if (this.#known.has(memory[(words + offset) >>> 2]!)) visit(offset >>> 2);
    }
  }
}

/**
 * A set of words: sorted, with the place where each value of the highest bits begins. A list of tokens can be made so that all
 * lie in one place; what is looked up are words of digests, which come to that place so much the more rarely.
 */
class WordSet {
  readonly #words: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #shift: number;

  constructor(words: Uint32Array) {
    this.#words = words.toSorted();
    // Two words a bucket, or one; a shift by 32 would be none.
    const bits = Math.max(1, Math.floor(Math.log2(Math.max(2, words.length))));
    this.#shift = 32 - bits;
    this.#starts = new Uint32Array(2 ** bits + 1);
    for (const word of words) this.#starts[(word >>> this.#shift) + 1]!++;
    for (let i = 0; i < 2 ** bits; i++) this.#starts[i + 1]! += this.#starts[i]!;
  }

  has(word: number): boolean {
    const bucket = word >>> this.#shift;
    for (let i = this.#starts[bucket]!; i < this.#starts[bucket + 1]!; i++) {
      if (this.#words[i] === word) return true;
    }
    return false;
  }
}
