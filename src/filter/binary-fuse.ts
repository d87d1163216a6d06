// SPDX-License-Identifier: Apache-2.0
/**
 * Binary fuse filters with three cells a hash (Graf, Lemire: "Binary Fuse Filters: Fast and Smaller Than Xor Filters",
 * 2022): the three cells of a hash, in three neighbouring segments, XOR to its fingerprint. The equations are solved by
 * peeling: a cell that only one hash uses is set last. Where that fails, a new seed moves all hashes.
 *
 * Positions come from bytes 0 to 11 of a hash, its fingerprint from the bytes behind them, so a hash that is not in the
 * set meets a fingerprint that is uniform for it.
 */

import { concatBytes, u32 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import {
  checkHash,
  encodeFilter,
  FILTER_HASH_BYTES,
  type Filter,
  type FilterFormat,
  malformed,
} from './filter.js';

const CODE = 2;
const FINGERPRINT_AT = 12;
/** Seed, log2 of the segment's length, zeros, segments. */
const BODY_HEADER = 12;
const MAX_SEGMENT_BITS = 18;
/** A seed fails rarely; that a hundred fail in a row means that the hashes are none. */
const ATTEMPTS = 100;

/** How the cells lie: `segments` of them can be the first of a hash's three. */
interface Shape {
  readonly seed: number;
  readonly segmentBits: number;
  readonly segments: number;
}

export const binaryFuse: FilterFormat = {
  code: CODE,
  roundBits: (bits) => Math.ceil(bits / 8) * 8,

  build(hashes, bits) {
    const size = hashes.length / FILTER_HASH_BYTES;
    const plan = shapeFor(size);
    for (let seed = 0; seed < ATTEMPTS; seed++) {
      const shape = { ...plan, seed };
      const order = peel(hashes, shape);
      if (order !== undefined)
        return new BinaryFuseFilter(size, bits, shape, solve(hashes, shape, order, bits / 8));
    }
    throw new VeilmatchError(
      'argument',
      'No binary fuse filter can be made of these: they are no uniform hashes.',
    );
  },

  parse(body, size, bits) {
    if (bits % 8 !== 0) throw malformed('A binary fuse filter has fingerprints of whole bytes.', 18);
    if (body.length < BODY_HEADER) throw malformed('The filter is cut off.', 24);
    const view = new DataView(body.buffer, body.byteOffset);
    const shape = { seed: view.getUint32(0), segmentBits: body[4]!, segments: view.getUint32(8) };
    const cells = body.subarray(BODY_HEADER);
    const { segmentBits, segments } = shapeFor(size);
    if (shape.seed >= ATTEMPTS || body[5] !== 0 || body[6] !== 0 || body[7] !== 0) {
      throw malformed('The seed of the filter or the bytes behind it are out of range.', 24);
    }
    // The layout follows from the size; it is written out so that nobody has to round a logarithm in the same way.
    if (Math.abs(shape.segmentBits - segmentBits) > 1 || shape.segmentBits > MAX_SEGMENT_BITS) {
      throw malformed('The segments of the filter do not fit its size.', 28);
    }
    const most = ((segments + 2) << segmentBits) * 2;
    if (shape.segments < 1 || (shape.segments + 2) * 2 ** shape.segmentBits > most) {
      throw malformed('The number of segments does not fit the size of the filter.', 32);
    }
    if (cells.length !== (cellsOf(shape) * bits) / 8 || cellsOf(shape) < size) {
      throw malformed('The filter does not have as many cells as it states.', 36);
    }
    return new BinaryFuseFilter(size, bits, shape, cells);
  },
};

/** The layout that the paper's authors found to peel nearly always, with 12.5 % of spare cells for large sets. */
function shapeFor(size: number): Omit<Shape, 'seed'> {
  const log = Math.log(Math.max(2, size));
  const segmentBits = Math.min(MAX_SEGMENT_BITS, Math.floor(log / Math.log(3.33) + 2.25));
  const factor = Math.max(1.125, 0.875 + (0.25 * Math.log(1e6)) / log);
  const segments = Math.max(1, Math.ceil((size * factor) / 2 ** segmentBits) - 2);
  return { segmentBits, segments };
}

function cellsOf({ segmentBits, segments }: Shape): number {
  return (segments + 2) * 2 ** segmentBits;
}

/** The three cells of a hash. */
function positions(hash: Uint8Array, { seed, segmentBits, segments }: Shape): [number, number, number] {
  const word = (at: number): number =>
    (hash[at]! << 24) | (hash[at + 1]! << 16) | (hash[at + 2]! << 8) | hash[at + 3]!;
  const a = mix(word(0) ^ seed);
  const b = mix(word(4) ^ a);
  const c = mix(word(8) ^ b);
  const length = 2 ** segmentBits;
  const first = scaled(a >>> 0, segments * length);
  return [first, (first + length) ^ (b & (length - 1)), (first + 2 * length) ^ (c & (length - 1))];
}

/** MurmurHash3's finalizer for 32 bits: a permutation that lets a new seed reach every bit. */
function mix(word: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** floor(word * range / 2^32), in two steps because the product does not fit a double. */
function scaled(word: number, range: number): number {
  return Math.floor(((word >>> 16) * range + Math.floor(((word & 0xffff) * range) / 65536)) / 65536);
}

/** Which hash is settled by which cell, in the order in which they were peeled off. */
interface Peeling {
  readonly hashes: Uint32Array;
  readonly cells: Uint32Array;
}

/** Undefined where the hashes cannot be peeled under this seed. */
function peel(hashes: Uint8Array, shape: Shape): Peeling | undefined {
  const size = hashes.length / FILTER_HASH_BYTES;
  const at = (i: number): [number, number, number] =>
    positions(hashes.subarray(i * FILTER_HASH_BYTES), shape);
  /** How many hashes use a cell, and the XOR of their indices: the index itself where it is one. */
  const users = new Uint32Array(cellsOf(shape));
  const indices = new Uint32Array(cellsOf(shape));
  for (let i = 0; i < size; i++) {
    for (const cell of at(i)) {
      users[cell]!++;
      indices[cell]! ^= i;
    }
  }
  const order: Peeling = { hashes: new Uint32Array(size), cells: new Uint32Array(size) };
  // A cell comes to have one user at most once.
  const alone = new Uint32Array(cellsOf(shape));
  let waiting = 0;
  for (let cell = 0; cell < users.length; cell++) if (users[cell] === 1) alone[waiting++] = cell;
  let peeled = 0;
  while (waiting > 0) {
    const cell = alone[--waiting]!;
    if (users[cell] !== 1) continue;
    const i = indices[cell]!;
    order.hashes[peeled] = i;
    order.cells[peeled++] = cell;
    for (const other of at(i)) {
      indices[other]! ^= i;
      if (--users[other]! === 1) alone[waiting++] = other;
    }
  }
  return peeled === size ? order : undefined;
}

/** The cells, each 'width' bytes. */
function solve(hashes: Uint8Array, shape: Shape, order: Peeling, width: number): Uint8Array {
  const cells = new Uint8Array(cellsOf(shape) * width);
  for (let step = order.hashes.length - 1; step >= 0; step--) {
    const hash = hashes.subarray(order.hashes[step]! * FILTER_HASH_BYTES);
    const [p, q, r] = positions(hash, shape);
    for (let k = 0; k < width; k++) {
      cells[order.cells[step]! * width + k] =
        hash[FINGERPRINT_AT + k]! ^ cells[p * width + k]! ^ cells[q * width + k]! ^ cells[r * width + k]!;
    }
  }
  return cells;
}

class BinaryFuseFilter implements Filter {
  readonly kind = 'binary-fuse';
  readonly size: number;
  readonly bits: number;
  readonly falsePositiveRate: number;
  readonly #shape: Shape;
  readonly #cells: Uint8Array;

  constructor(size: number, bits: number, shape: Shape, cells: Uint8Array) {
    this.size = size;
    this.falsePositiveRate = size === 0 ? 0 : 2 ** -bits;
    this.bits = bits;
    this.#shape = shape;
    this.#cells = cells;
  }

  has(hash: Uint8Array): boolean {
    checkHash(hash);
    if (this.size === 0) return false;
    const width = this.bits / 8;
    const [p, q, r] = positions(hash, this.#shape);
    for (let k = 0; k < width; k++) {
      const sum = this.#cells[p * width + k]! ^ this.#cells[q * width + k]! ^ this.#cells[r * width + k]!;
      if (sum !== hash[FINGERPRINT_AT + k]) return false;
    }
    return true;
  }

  toBytes(): Uint8Array {
    const { seed, segmentBits, segments } = this.#shape;
    const layout = concatBytes(u32(seed), Uint8Array.of(segmentBits, 0, 0, 0), u32(segments));
    return encodeFilter(CODE, this.bits, this.size, concatBytes(layout, this.#cells));
  }
}
