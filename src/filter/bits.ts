// SPDX-License-Identifier: Apache-2.0
/** Bits packed into bytes, the first one highest: what a Golomb-Rice code is written in. */

import { VeilmatchError } from '../errors.js';

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

/** Bits that are looked at in one go. */
const WINDOW_BITS = 32;

export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  /** Bits in all. */
  readonly #end: number;
  /** In bits. */
  at: number;

  constructor(bytes: Uint8Array, at: number = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#end = bytes.length * 8;
    this.at = at;
  }

  /**
   * @param width up to 48
   * @throws {VeilmatchError} `bad-message` at the end
   */
  read(width: number): number {
    if (width > WINDOW_BITS)
      return this.read(width - WINDOW_BITS) * 2 ** WINDOW_BITS + this.read(WINDOW_BITS);
    if (width === 0) return 0;
    const value = this.#window() >>> (WINDOW_BITS - width);
    this.#skip(width);
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

  /** The next 32 bits, highest first; zeros behind the last byte. */
  #window(): number {
    const first = this.at >>> 3;
    const shift = this.at & 7;
    const bytes = this.#bytes;
    return first + 5 <= bytes.length
      ? (this.#view.getUint32(first) << shift) | (bytes[first + 4]! >>> (8 - shift))
      : (lastWord(bytes, first) << shift) | ((bytes[first + 4] ?? 0) >>> (8 - shift));
  }

  #skip(width: number): void {
    this.at += width;
    if (this.at > this.#end) {
      throw new VeilmatchError('bad-message', 'The filter ends within a value: it was cut off.');
    }
  }

  /** Whether nothing is left but zeros that fill up the last byte. */
  get atEnd(): boolean {
    const left = this.#end - this.at;
    return left >= 0 && left < 8 && new BitReader(this.#bytes, this.at).read(left) === 0;
  }
}

function lastWord(bytes: Uint8Array, first: number): number {
  let word = 0;
  for (let i = 0; i < 4; i++) word = (word << 8) | (bytes[first + i] ?? 0);
  return word;
}
