// SPDX-License-Identifier: Apache-2.0
/**
 * Golomb-compressed sets (Putze, Sanders, Singler: "Cache-, Hash- and Space-Efficient Bloom Filters", 2007): each hash
 * becomes a whole number below n * 2^b, the numbers are sorted, and their differences written in a Golomb-Rice code with
 * parameter b: the quotient by 2^b in unary, the remainder in b bits.
 *
 * A number of n * 2^b holds up to 64 bits, so it is kept as two: its quotient by 2^b, below n <= 2^24, and its remainder,
 * below 2^b <= 2^40.
 */

import { BitReader, BitWriter } from './bits.js';
import {
  checkHash,
  encodeFilter,
  FILTER_HASH_BYTES,
  type Filter,
  type FilterFormat,
  malformed,
} from './filter.js';

const CODE = 1;
/** Every 64th value is noted when a filter is read, so that a look-up need not begin at the first. */
const STRIDE = 64;

export const golomb: FilterFormat = {
  code: CODE,
  roundBits: (bits) => bits,

  build(hashes, bits) {
    const size = hashes.length / FILTER_HASH_BYTES;
    // The quotients of the differences add up to less than n.
    const writer = new BitWriter(size * (bits + 2));
    let previous: Value = { high: 0, low: 0 };
    for (let i = 0; i < size; i++) {
      const value = numberOf(hashes.subarray(i * FILTER_HASH_BYTES), size, bits);
      const borrow = value.low < previous.low ? 1 : 0;
      writer.writeUnary(value.high - previous.high - borrow);
      writer.write(value.low - previous.low + borrow * 2 ** bits, bits);
      previous = value;
    }
    return new GolombFilter(size, bits, writer.finish());
  },

  parse: (body, size, bits) => new GolombFilter(size, bits, body),
};

/** A whole number, high * 2^b + low. */
interface Value {
  readonly high: number;
  readonly low: number;
}

/**
 * floor(h * n * 2^b / 2^96), where h is the first 12 bytes as a number: long multiplication with digits of 24 bits. It
 * keeps the order of the hashes.
 */
function numberOf(hash: Uint8Array, size: number, bits: number): Value {
  const digits = [0, 0, 0, 0];
  let carry = 0;
  for (let i = 3; i >= 0; i--) {
    const digit = (hash[3 * i]! << 16) | (hash[3 * i + 1]! << 8) | hash[3 * i + 2]!;
    const product = digit * size + carry;
    digits[i] = product % 2 ** 24;
    carry = Math.floor(product / 2 ** 24);
  }
  return { high: carry, low: Math.floor((digits[0]! * 2 ** 24 + digits[1]!) / 2 ** (48 - bits)) };
}

class GolombFilter implements Filter {
  readonly kind = 'golomb';
  readonly size: number;
  readonly bits: number;
  readonly falsePositiveRate: number;
  readonly #body: Uint8Array;
  /** Values 0, 64, 128 and so on, and the bit behind each. */
  readonly #high: Uint32Array;
  readonly #low: Float64Array;
  readonly #after: Float64Array;

  /** @throws {VeilmatchError} `bad-message` for what `build` would not have written */
  constructor(size: number, bits: number, body: Uint8Array) {
    this.size = size;
    this.falsePositiveRate = size === 0 ? 0 : 2 ** -bits;
    this.bits = bits;
    this.#body = body;
    const marks = Math.ceil(size / STRIDE);
    // No value takes less than b + 1 bits: a size that was made up is noticed before memory is taken for it.
    if (size * (bits + 1) > body.length * 8) throw malformed('The filter is too short for its size.', 20);
    this.#high = new Uint32Array(marks);
    this.#low = new Float64Array(marks);
    this.#after = new Float64Array(marks);
    const reader = new BitReader(body);
    const values = new Values(reader, bits, { high: 0, low: 0 });
    for (let i = 0; i < size; i++) {
      values.next();
      if (values.high >= size) throw malformed(`Value ${i} of the filter is out of range.`, reader.at >>> 3);
      if (i % STRIDE !== 0) continue;
      this.#high[i / STRIDE] = values.high;
      this.#low[i / STRIDE] = values.low;
      this.#after[i / STRIDE] = reader.at;
    }
    if (!reader.atEnd) throw malformed('The filter goes on behind its last value.', reader.at >>> 3);
  }

  has(hash: Uint8Array): boolean {
    checkHash(hash);
    const wanted = numberOf(hash, this.size, this.bits);
    // The last mark that is not above the value; equal ones may stand before it and it does not matter.
    let from = 0;
    let to = this.#high.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (compare({ high: this.#high[middle]!, low: this.#low[middle]! }, wanted) <= 0) from = middle + 1;
      else to = middle;
    }
    const mark = from - 1;
    if (mark < 0) return false;
    const first: Value = { high: this.#high[mark]!, low: this.#low[mark]! };
    const values = new Values(new BitReader(this.#body, this.#after[mark]!), this.bits, first);
    const end = Math.min(this.size, (mark + 1) * STRIDE);
    for (let i = mark * STRIDE + 1; i < end && compare(values, wanted) < 0; i++) values.next();
    return compare(values, wanted) === 0;
  }

  toBytes(): Uint8Array {
    return encodeFilter(CODE, this.bits, this.size, this.#body);
  }
}

/** The values of a filter one after another, without an object for each. */
class Values implements Value {
  high: number;
  low: number;
  readonly #reader: BitReader;
  readonly #bits: number;
  readonly #limit: number;

  /** @param reader stands behind the value `first` */
  constructor(reader: BitReader, bits: number, first: Value) {
    this.high = first.high;
    this.low = first.low;
    this.#reader = reader;
    this.#bits = bits;
    this.#limit = 2 ** bits;
  }

  /** @throws {VeilmatchError} `bad-message` at the end */
  next(): void {
    let high = this.high + this.#reader.readUnary();
    let low = this.low + this.#reader.read(this.#bits);
    if (low >= this.#limit) {
      low -= this.#limit;
      high++;
    }
    this.high = high;
    this.low = low;
  }
}

function compare(a: Value, b: Value): number {
  return a.high - b.high || a.low - b.low;
}
