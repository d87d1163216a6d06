// SPDX-License-Identifier: Apache-2.0
/** Hashes messages of varying lengths: a kernel for each number of words that they take. */

import type { HashingScheme } from '../../hashing/scheme.js';
import { BLOCK_WORDS } from './algorithm.js';
import { Bucket, Filters } from './bucket.js';
import { type Shape, shapeOf } from './shape.js';

const BLOCK_BYTES = 4 * BLOCK_WORDS;
/** Of the words of a block, the last two are the length. */
const MOST_WORDS = BLOCK_WORDS - 2;
/** Marks the end of a message. */
const END = 0x80;

/** Messages in immediate succession that differ in one text, of a fixed length. The object is used again. */
export interface MessageRun {
  /** A message in its first `length` bytes, but for the text that differs. */
  readonly message: Uint8Array;
  length: number;
  /** Where the text stands, and its bytes. */
  offset: number;
  width: number;
  /** The texts are the records of `width` bytes from `first` on. */
  texts: Uint8Array;
  first: number;
  count: number;
  /** Index of the first message among all candidates. */
  index: number;
}

/** What all messages of a search have in common. */
interface Frame {
  /** With nothing but what stands in front of a message in its last block. */
  readonly shape: Shape;
  /** Where in that block a message begins. */
  readonly start: number;
  /** What follows the message: the salt, if it stands there, and the mark of the end. */
  readonly after: Uint8Array;
  /** Length in bits of everything but the message. */
  readonly bits: number;
  /** The word that holds the length. */
  readonly lengthWord: number;
}

/** Undefined for what fits no kernel. */
function frameOf(scheme: HashingScheme, targetBytes: number): Frame | undefined {
  const shape = shapeOf(scheme, { bytes: new Uint8Array(1), digits: [0] }, targetBytes);
  if (shape === undefined) return undefined;
  const { algorithm, block, digits } = shape;
  const start = digits[0]!;
  const lengthWord = algorithm.bigEndian ? BLOCK_WORDS - 1 : BLOCK_WORDS - 2;
  const bits = new DataView(block.buffer).getUint32(4 * lengthWord, !algorithm.bigEndian) - 8;
  const salt = scheme.hash === 'salted' && scheme.saltPosition === 'suffix' ? scheme.salt : new Uint8Array();
  const after = Uint8Array.of(...salt, END);
  const front = new Uint8Array(BLOCK_BYTES);
  front.set(block.subarray(0, start));
  return { shape: { ...shape, block: front }, start, after, bits, lengthWord };
}

/** The words that a message with everything around it takes. */
function wordsFor({ start, after }: Frame, length: number): number {
  return Math.ceil((start + length + after.length) / 4);
}

/** The shape of messages of so many words: these vary from the message's first word on, and so does the length. */
function shapeFor({ shape, start, lengthWord }: Frame, words: number): Shape {
  const first = start >> 2;
  const varying = [...Array.from({ length: words - first }, (_, i) => first + i), lengthWord];
  return {
    ...shape,
    digits: varying.flatMap((word) => [4 * word, 4 * word + 1, 4 * word + 2, 4 * word + 3]),
  };
}

export class MessageKernels {
  readonly #frame: Frame;
  /** By the number of words. */
  readonly #buckets: readonly (Bucket | undefined)[];
  /** A block as it is written, and the same memory as words. */
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  /** Exchanges the bytes of a word where the hash function reads them the other way round than the machine. */
  readonly #mirror: number;
  readonly #onMatch: (message: Uint8Array) => void;

  /**
   * @param lengths - of the shortest and the longest message in bytes
   * @param targets - digests or their first bytes, `targetBytes` of each, concatenated
   * @param onMatch - is called for messages that may be targets: all that are, and in 2^32 others about one for each
   *   target
   * @returns undefined where no message fits a kernel
   */
  static async create(
    scheme: HashingScheme,
    lengths: { readonly shortest: number; readonly longest: number },
    targets: Uint8Array,
    targetBytes: number,
    onMatch: (message: Uint8Array) => void,
  ): Promise<MessageKernels | undefined> {
    const frame = frameOf(scheme, targetBytes);
    if (frame === undefined) return undefined;
    const filters = new Filters();
    const buckets: Bucket[] = [];
    const most = Math.min(MOST_WORDS, wordsFor(frame, lengths.longest));
    for (let words = wordsFor(frame, lengths.shortest); words <= most; words++) {
      buckets[words] = await Bucket.create(shapeFor(frame, words), targets, filters);
    }
    return buckets.length === 0 ? undefined : new MessageKernels(frame, buckets, onMatch);
  }

  private constructor(
    frame: Frame,
    buckets: readonly (Bucket | undefined)[],
    onMatch: (message: Uint8Array) => void,
  ) {
    this.#frame = frame;
    this.#buckets = buckets;
    this.#bytes = new Uint8Array(BLOCK_BYTES);
    this.#words = new Uint32Array(this.#bytes.buffer);
    this.#mirror = frame.shape.algorithm.bigEndian ? 3 : 0;
    this.#onMatch = onMatch;
    for (const [i, byte] of frame.shape.block.entries()) this.#bytes[i ^ this.#mirror] = byte;
  }

  /** Adds messages that differ in one text. @returns false for messages that are too long, which it leaves out */
  add({ message, length, offset, width, texts, first, count }: MessageRun): boolean {
    const { start, after, bits } = this.#frame;
    const number = wordsFor(this.#frame, length);
    const bucket = this.#buckets[number];
    if (bucket === undefined) return false;
    const bytes = this.#bytes;
    const words = this.#words;
    const mirror = this.#mirror;
    for (let i = 0; i < length; i++) bytes[(start + i) ^ mirror] = message[i]!;
    for (let i = 0; i < after.length; i++) bytes[(start + length + i) ^ mirror] = after[i]!;
    for (let i = start + length + after.length; i < 4 * number; i++) bytes[i ^ mirror] = 0;

    const { table, columns, capacity } = bucket;
    const firstWord = start >> 2;
    const lastColumn = columns - 1;
    const lengthBits = bits + 8 * length;
    const hole = start + offset;
    let text = first * width;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < width; j++) bytes[(hole + j) ^ mirror] = texts[text++]!;
      const lane = bucket.count & 3;
      let cell = (bucket.count - lane) * columns + lane;
      for (let column = 0; column < lastColumn; column++) {
        table[cell] = words[firstWord + column]!;
        cell += 4;
      }
      table[cell] = lengthBits;
      if (++bucket.count === capacity) this.#flush(bucket);
    }
    return true;
  }

  /** Hashes what was added and is not hashed yet. */
  flush(): void {
    for (const bucket of this.#buckets) if (bucket !== undefined && bucket.count > 0) this.#flush(bucket);
  }

  #flush(bucket: Bucket): void {
    const { start, bits } = this.#frame;
    const firstWord = start >> 2;
    const { table, columns } = bucket;
    const block = new Uint32Array(BLOCK_WORDS);
    const bytes = new Uint8Array(block.buffer);
    bucket.flush((index) => {
      const lane = index & 3;
      const cell = (index - lane) * columns + lane;
      for (let column = 0; column < columns - 1; column++)
        block[firstWord + column] = table[cell + 4 * column]!;
      const length = (table[cell + 4 * (columns - 1)]! - bits) / 8;
      this.#onMatch(Uint8Array.from({ length }, (_, i) => bytes[(start + i) ^ this.#mirror]!));
    });
  }
}
