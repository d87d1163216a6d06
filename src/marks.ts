// SPDX-License-Identifier: Apache-2.0
/** Which of n things are marked, a bit each: a `Set` of numbers ends at 2^24 of them. */
export class Marks {
  #bits: Uint8Array;

  /** @param count of the things, which are numbered from 0; where it is not known, there is room for more as they come */
  constructor(count: number = 0) {
    this.#bits = new Uint8Array(Math.ceil(count / 8));
  }

  /** The marks of these things, and no others. */
  static of(indices: Iterable<number>, count?: number): Marks {
    const marks = new Marks(count);
    for (const index of indices) marks.add(index);
    return marks;
  }

  /** Marks a thing, and says whether it was not marked before. */
  add(index: number): boolean {
    if (this.has(index)) return false;
    const at = Math.floor(index / 8);
    if (at >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(at + 1, 2 * this.#bits.length));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[at]! |= 1 << (index % 8);
    return true;
  }

  has(index: number): boolean {
    const byte = this.#bits[Math.floor(index / 8)];
    return byte !== undefined && ((byte >> (index % 8)) & 1) === 1;
  }
}
