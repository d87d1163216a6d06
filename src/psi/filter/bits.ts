// SPDX-License-Identifier: Apache-2.0
/** Bits packed into bytes, the first one highest: what a Golomb-Rice code is written in. */

import { VeilmatchError } from '../../errors.js';

export class BitWriter {
  readonly #bytes: Uint8Array;
  #at = 0;

  /** @param room - bits at most */
  constructor(room: number) {
    this.#bytes = new Uint8Array(Math.ceil(room / 8));
  }

  /** The lowest `width` bits of a whole number below 2^width; width up to 48. */
  write(value: number, width: number): void {
    for (let left = width; left > 0; ) {
      const room = 8 - (this.#at & 7);
      const taken = Math.min(room, left);
      left -= taken;
      const part = Math.floor(value / 2 ** left) % 2 ** taken;
      this.#bytes[this.#at >>> 3]! |= part << (room - taken);
      this.#at += taken;
    }
  }

  /** `count` ones and a zero. */
  writeUnary(count: number): void {
    for (let i = 0; i < count; i++) this.write(1, 1);
    this.#at++;
  }

  /** Everything written, filled up with zeros to a whole byte. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, Math.ceil(this.#at / 8));
  }
}

/** A window holds 32 bits from the byte that a bit lies in: at least this many from the bit itself. */
const WINDOW_BITS = 25;

export class BitReader {
  readonly #bytes: Uint8Array;
  /** In bits. */
  at: number;

  constructor(bytes: Uint8Array, at: number = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  /**
   * @param width up to 48
   * @throws {VeilmatchError} `bad-message` at the end
   */
  read(width: number): number {
    let value = 0;
    let left = width;
    for (; left > WINDOW_BITS; left -= WINDOW_BITS) {
      value = value * 2 ** WINDOW_BITS + (this.#window() >>> (32 - WINDOW_BITS));
      this.#skip(WINDOW_BITS);
    }
    // A shift: a power of a variable costs more than all the rest.
    if (left > 0) value = value * (1 << left) + (this.#window() >>> (32 - left));
    this.#skip(left);
    return value;
  }

  /** @throws {VeilmatchError} `bad-message` at the end */
  readUnary(): number {
    for (let count = 0; ; count += WINDOW_BITS) {
      const ones = Math.clz32(~this.#window());
      if (ones < WINDOW_BITS) {
        this.#skip(ones + 1);
        return count + ones;
      }
      this.#skip(WINDOW_BITS);
    }
  }

  /** The next bits, highest first, and whatever stands behind them; zeros behind the last byte. */
  #window(): number {
    const bytes = this.#bytes;
    const first = this.at >>> 3;
    const word =
      first + 4 <= bytes.length
        ? (bytes[first]! << 24) | (bytes[first + 1]! << 16) | (bytes[first + 2]! << 8) | bytes[first + 3]!
        : lastWord(bytes, first);
    return word << (this.at & 7);
  }

  #skip(width: number): void {
    this.at += width;
    if (this.at > this.#bytes.length * 8) {
      throw new VeilmatchError('bad-message', 'The filter ends within a value: it was cut off.');
    }
  }

  /** Whether nothing is left but zeros that fill up the last byte. */
  get atEnd(): boolean {
    const left = this.#bytes.length * 8 - this.at;
    return left >= 0 && left < 8 && new BitReader(this.#bytes, this.at).read(left) === 0;
  }
}

function lastWord(bytes: Uint8Array, first: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word = (word << 8) | (bytes[first + i] ?? 0);
  return word;
}
