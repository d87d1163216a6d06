// SPDX-License-Identifier: Apache-2.0
/**
 * A list in bins: which of its elements are in each, and their digests. What is in a bin is worked on filled up with random
 * digests to a public number, so that how long it is worked on does not tell how many elements of the list are in it.
 */

import type { ByteList } from '../../bytes.js';
import { DIGEST_BYTES } from '../../kernel/ot.js';
import type { Lanes } from './lanes.js';
import type { BinShape } from './parameters.js';

const DIGEST_WORDS = DIGEST_BYTES / 4;
/** The word of a digest that gives its bin. */
const BIN_WORD = 4;

/** A list in bins. */
export class Bins {
  /** The list's elements, bin by bin. */
  readonly order: Uint32Array;
  /** Where each bin begins in that order, and one more. */
  readonly #starts: Uint32Array;
  #digests: Int32Array;
  /** What was given out and came back, to be given out again: memory that is new takes the engine's time. */
  readonly #spare: Int32Array<ArrayBuffer>[] = [];
  /** Random digests, as many as fill up a bin. */
  readonly #fillers: Int32Array;

  private constructor(digests: Int32Array, bins: number, fillers: Uint8Array) {
    const count = digests.length / DIGEST_WORDS;
    this.#digests = digests;
    this.#fillers = new Int32Array(fillers.slice().buffer);
    this.#starts = new Uint32Array(bins + 1);
    this.order = new Uint32Array(count);
    const binOf = (element: number): number =>
      Math.floor(((digests[element * DIGEST_WORDS + BIN_WORD]! >>> 0) * bins) / 2 ** 32);
    for (let i = 0; i < count; i++) this.#starts[binOf(i) + 1]!++;
    for (let b = 0; b < bins; b++) this.#starts[b + 1]! += this.#starts[b]!;
    const next = this.#starts.slice();
    for (let i = 0; i < count; i++) this.order[next[binOf(i)]!++] = i;
  }

  /**
   * Hashes the list under the key that the lanes were told.
   * @param fillers random digests, as many as a call of `digests` can ask for
   */
  static async of(
    list: ByteList,
    lanes: Lanes,
    { bins }: BinShape,
    fillers: Uint8Array,
    onProgress: (done: number) => void,
  ): Promise<Bins> {
    const digests = await lanes.digests(list, DIGEST_BYTES, onProgress);
    return new Bins(new Int32Array(digests.buffer), bins, fillers);
  }

  /** Where bin b begins in the order of the bins. */
  start(b: number): number {
    return this.#starts[b]!;
  }

  /** How many elements bin b has. */
  size(b: number): number {
    return this.#starts[b + 1]! - this.#starts[b]!;
  }

  /** How many of `count` digests of bin b, from the one with number `first` in it on, are of the list. */
  own(b: number, first: number, count: number): number {
    return Math.max(0, Math.min(count, this.size(b) - first));
  }

  /** `count` digests of bin b, from the one with number `first` in it on: those of the list, and others that fill them up. */
  digests(b: number, first: number, count: number): Uint8Array<ArrayBuffer> {
    const own = this.own(b, first, count);
    const length = count * DIGEST_WORDS;
    const spare = this.#spare.pop();
    const words = spare?.length === length ? spare : new Int32Array(length);
    copyRecords(this.#digests, this.order, this.start(b) + first, own, words);
    words.set(this.#fillers.subarray(0, (count - own) * DIGEST_WORDS), own * DIGEST_WORDS);
    return new Uint8Array(words.buffer);
  }

  /** Takes memory back that `digests` gave out, or a thread returned in its place. */
  takeBack(digests: Uint8Array): void {
    this.#spare.push(new Int32Array(digests.buffer as ArrayBuffer));
  }

  /** Wipes the digests and gives their memory back: nothing but the order is left. */
  wipe(): void {
    this.#digests.fill(0);
    this.#digests = new Int32Array();
    this.#spare.length = 0;
    this.#fillers.fill(0);
  }
}

/** Copies digests with the numbers order[start], order[start + 1], ... one after the other. */
function copyRecords(
  from: Int32Array,
  order: Uint32Array,
  start: number,
  count: number,
  to: Int32Array,
): void {
  for (let i = 0, at = 0; i < count; i++, at += 8) {
    const source = order[start + i]! * DIGEST_WORDS;
    to[at] = from[source]!;
    to[at + 1] = from[source + 1]!;
    to[at + 2] = from[source + 2]!;
    to[at + 3] = from[source + 3]!;
    to[at + 4] = from[source + 4]!;
    to[at + 5] = from[source + 5]!;
    to[at + 6] = from[source + 6]!;
    to[at + 7] = from[source + 7]!;
  }
}

/** Bytes of a tag, and of what confirms a match: the two halves of a value. */
export const HALF_VALUE_BYTES = 16;
const VALUE_WORDS = 8;
const HALF_WORDS = 4;

/** The values of a list's elements, in the order of its bins. */
export class Values {
  /** n x 16 bytes where matches will be confirmed; otherwise empty. */
  readonly confirmations: Uint8Array;
  #tags: Uint32Array;
  readonly #confirmations: Uint32Array;

  constructor(count: number, confirmed: boolean) {
    this.#tags = new Uint32Array(count * HALF_WORDS);
    this.#confirmations = new Uint32Array(confirmed ? count * HALF_WORDS : 0);
    this.confirmations = new Uint8Array(this.#confirmations.buffer);
  }

  /** Takes the first `count` values, as those from number `first` on, and wipes what it was given. @param values 32 bytes each */
  take(values: Uint8Array, first: number, count: number): void {
    const words = new Uint32Array(values.buffer, values.byteOffset, count * VALUE_WORDS);
    const confirmed = this.#confirmations.length > 0;
    for (
      let i = 0, from = 0, to = first * HALF_WORDS;
      i < count;
      i++, from += VALUE_WORDS, to += HALF_WORDS
    ) {
      for (let w = 0; w < HALF_WORDS; w++) this.#tags[to + w] = words[from + w]!;
      if (confirmed)
        for (let w = 0; w < HALF_WORDS; w++) this.#confirmations[to + w] = words[from + HALF_WORDS + w]!;
    }
    values.fill(0);
  }

  /** The tags, n x 16 bytes, which are whoever takes them from now on. */
  takeTags(): Uint8Array {
    const tags = new Uint8Array(this.#tags.buffer);
    this.#tags = new Uint32Array();
    return tags;
  }

  wipe(): void {
    this.#tags.fill(0);
    this.confirmations.fill(0);
  }
}
