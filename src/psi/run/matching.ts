// SPDX-License-Identifier: Apache-2.0
/**
 * What two lists of tags have in common, in the same steps whatever that is. A hash table finds what is there in other steps than
 * what is not: it compares the bytes of the one, and of the other none. Here both are halvings of a sorted list, as many as its length
 * asks for, and then one comparison of whole records; what was found comes out of that by arithmetic, and is written in either case.
 *
 * One record is looked up at a time, and not a sorted list merged with another while its frames come in: how far a merge gets in a
 * frame says how many of the own records lie below the last of it, and the peer chooses where its frames end.
 *
 * Operations and what is read and written are the same in number. Where in memory that is follows from the records, so caches
 * may tell; and what an engine makes of it is not claimed (docs/threat-model.md).
 */

import { sortedOrderInTurns } from '../../sorting.js';
import { inTurns } from '../../workers/turn.js';

/** Bytes in a word. */
const WORD = 4;

/** Records that others are looked up among: 4 bytes for each besides its own, which are filled up to whole words. */
export class SortedRecords {
  /** How many records. */
  readonly size: number;
  /** Bytes of a record. */
  readonly width: number;
  /** Which of the records that were given stands in each place. */
  readonly #order: Uint32Array;
  /** The records in ascending order, in big-endian words: they compare as unsigned numbers do. */
  readonly #words: Int32Array;
  /** The words of the record that is looked up. */
  readonly #sought: Int32Array;
  #steps = 0;

  private constructor(order: Uint32Array, width: number) {
    this.size = order.length;
    this.width = width;
    this.#order = order;
    this.#sought = new Int32Array(Math.ceil(width / WORD));
    this.#words = new Int32Array(this.size * this.#sought.length);
  }

  /**
   * Sorts records, with turns of the event loop in between; not kept.
   * @param records n x `width` bytes, in any order
   */
  static async of(records: Uint8Array, width: number): Promise<SortedRecords> {
    const order = await sortedOrderInTurns(records, width);
    const sorted = new SortedRecords(order, width);
    const each = sorted.#sought.length;
    await inTurns(order.length, (from, to) => {
      for (let i = from; i < to; i++) readWords(records, order[i]! * width, width, sorted.#words, i * each);
    });
    return sorted;
  }

  /** Records that were compared so far. Tests hold it to depend on nothing but how many were looked up among how many. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Looks the record up that begins at `start`.
   * @returns the index of the only record that it can be, times two, and 1 more if it is that: index `found >>> 1`, hit
   * `found & 1`. Equal records stand for one of them.
   */
  find(bytes: Uint8Array, start: number = 0): number {
    if (this.size === 0) return 0;
    const [words, sought] = [this.#words, this.#sought];
    const each = sought.length;
    readWords(bytes, start, this.width, sought, 0);
    // Of the records from `first` on, the first `left` are still in question: the last one that is not above what is sought.
    let first = 0;
    let steps = 1;
    for (let left = this.size; left > 1; steps++) {
      const half = left >>> 1;
      const at = (first + half) * each;
      // Subtracted from the lowest word up, and only what is borrowed is kept: 1 where that record is above.
      let borrow = 0;
      for (let k = each - 1; k >= 0; k--) {
        const [a, b] = [sought[k]!, words[at + k]!];
        const difference = (a - b - borrow) | 0;
        borrow = ((~a & b) | (~(a ^ b) & difference)) >>> 31;
      }
      first += half & (borrow - 1);
      left -= half;
    }
    this.#steps += steps;
    let different = 0;
    for (let k = 0; k < each; k++) different |= sought[k]! ^ words[first * each + k]!;
    return 2 * this.#order[first]! + (((different | -different) >>> 31) ^ 1);
  }

  /** The index of the first record that is the same as one before it, with turns in between. */
  async firstRepeated(): Promise<number | undefined> {
    const each = this.#sought.length;
    let first = this.size;
    await inTurns(this.size, (from, to) => {
      for (let i = Math.max(1, from); i < to; i++) {
        let different = 0;
        for (let at = i * each; at < (i + 1) * each; at++) {
          different |= this.#words[at]! ^ this.#words[at - each]!;
        }
        // Equal ones stand in the order in which they were given.
        if (different === 0) first = Math.min(first, this.#order[i]!);
      }
    });
    return first < this.size ? first : undefined;
  }
}

/** A record as big-endian words, the last one filled up with zeros. */
function readWords(bytes: Uint8Array, start: number, width: number, words: Int32Array, at: number): void {
  for (let k = 0, word = at; k < width; k += WORD, word++) {
    let value = 0;
    for (let i = k; i < k + WORD; i++) value = (value << 8) | (i < width ? bytes[start + i]! : 0);
    words[word] = value;
  }
}

/**
 * How many records two lists have in common that are there as a whole, both ascending strictly: in a step for each record of either
 * list, with turns in between.
 * @param a n x `width` bytes
 * @param b m x `width` bytes
 */
export async function countCommon(a: Uint8Array, b: Uint8Array, width: number): Promise<number> {
  const [n, m] = [a.length / width, b.length / width];
  if (n === 0 || m === 0) return 0;
  let [i, j, common] = [0, 0, 0];
  await inTurns(n + m, (from, to) => {
    for (let step = from; step < to; step++) {
      // At its end a list stays at its last record, which then counts no more.
      const [inA, inB] = [(i - n) >>> 31, (j - m) >>> 31];
      const [atA, atB] = [(i + inA - 1) * width, (j + inB - 1) * width];
      let [above, different] = [0, 0];
      for (let k = width - 1; k >= 0; k--) {
        above = (b[atB + k]! - a[atA + k]! - above) >>> 31;
        different |= a[atA + k]! ^ b[atB + k]!;
      }
      common += ((different - 1) >>> 31) & inA & inB;
      // One list goes on, and never both: a where its record is not above, or nothing is left of b.
      const next = inA & ((above & inB) ^ 1);
      i += next;
      j += next ^ 1;
    }
  });
  return common;
}

/** The same memory as words, with the first byte of each in its highest bits. */
async function bigEndian(bytes: Uint8Array): Promise<Int32Array> {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length / WORD);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  await inTurns(words.length, (from, to) => {
    for (let at = from; at < to; at++) words[at] = view.getInt32(WORD * at);
  });
  return words;
}

/** The elements that are marked, ascending. */
export function markedIn(marks: Uint8Array): readonly number[] {
  const indices: number[] = [];
  for (let i = 0; i < marks.length; i++) if (marks[i] === 1) indices.push(i);
  return indices;
}

/**
 * Which records of a list another one has as well, in a step for each record of either, with turns in between: for lists that are
 * there as a whole, where `SortedRecords` would halve one for every record of the other. Both are worked on where they stand, and
 * hold something else afterwards: what is compared are big-endian words.
 * @param own n x `width` bytes, ascending; `width` is a multiple of 4, and so is where the records begin
 * @param other m x `width` bytes, ascending strictly
 * @returns a byte for each of `own`: 1 for what both have
 */
export async function markCommon(own: Uint8Array, other: Uint8Array, width: number): Promise<Uint8Array> {
  const [n, m] = [own.length / width, other.length / width];
  const marked = new Uint8Array(n);
  if (n === 0 || m === 0) return marked;
  const each = width / WORD;
  const a = await bigEndian(own);
  const b = await bigEndian(other);
  const reached = { i: 0, j: 0 };
  await inTurns(n + m, (from, to) => {
    let { i, j } = reached;
    for (let step = from; step < to; step++) {
      // At its end a list stays at its last record, which then counts no more.
      const inA = (i - n) >>> 31;
      const inB = (j - m) >>> 31;
      const last = i + inA - 1;
      const atA = last * each;
      const atB = (j + inB - 1) * each;
      let above = 0;
      let different = 0;
      for (let k = each - 1; k >= 0; k--) {
        const x = b[atB + k]! | 0;
        const y = a[atA + k]! | 0;
        // What is borrowed of x - y - above.
        const difference = (((x - y) | 0) - above) | 0;
        above = ((~x & y) | (~(x ^ y) & difference)) >>> 31;
        different |= x ^ y;
      }
      marked[last]! |= (((different | (0 - different)) >>> 31) ^ 1) & inA & inB;
      // One list goes on, and never both: a where its record is not above, or nothing is left of b.
      const next = inA & ((above & inB) ^ 1);
      i = (i + next) | 0;
      j = (j + (next ^ 1)) | 0;
    }
    reached.i = i;
    reached.j = j;
  });
  return marked;
}
