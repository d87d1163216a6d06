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

export class BitReader {
  readonly #bytes: Uint8Array;
  /** In bits. */
  at: number;

  constructor(bytes: Uint8Array, at: number = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** @throws {VeilmatchError} `bad-message` at the end */
  read(width: number): number {
    let value = 0;
    for (let left = width; left > 0; ) {
      const byte = this.#bytes[this.at >>> 3] ?? cutOff();
      const room = 8 - (this.at & 7);
      const taken = Math.min(room, left);
      value = value * 2 ** taken + ((byte >> (room - taken)) & ((1 << taken) - 1));
      left -= taken;
      this.at += taken;
    }
    return value;
  }

  /** @throws {VeilmatchError} `bad-message` at the end */
  readUnary(): number {
    let count = 0;
    while (this.read(1) === 1) count++;
    return count;
  }

  /** Whether nothing is left but zeros that fill up the last byte. */
  get atEnd(): boolean {
    const left = this.#bytes.length * 8 - this.at;
    return left >= 0 && left < 8 && new BitReader(this.#bytes, this.at).read(left) === 0;
  }
}

function cutOff(): never {
  throw new VeilmatchError('bad-message', 'The filter ends within a value: it was cut off.');
}
