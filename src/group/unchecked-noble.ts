// SPDX-License-Identifier: Apache-2.0
/**
 * The group through @noble/curves: the readable oracle for every other backend, and the fallback where WebAssembly
 * SIMD is missing.
 *
 * It trusts its caller; `noble.ts` is the same with its arguments looked at.
 *
 * **Not constant time**: noble multiplies points other than the generator in time that can depend on the scalar.
 */

import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { throwIfAborted } from '../abort.js';
import { type ByteList, concatBytes } from '../bytes.js';
import { nextTurn } from '../workers/turn.js';
import {
  aboutBase,
  type BatchOptions,
  badElement,
  countRecords,
  ELEMENT_BYTES,
  identityElement,
  SCALAR_BYTES,
  type TrustingBackend,
  UNIFORM_BYTES,
} from './group.js';

const { Point } = ristretto255;
type Point = InstanceType<typeof Point>;

/**
 * Between two chunks of this many elements (some 20 ms) the event loop gets its turn. A list that is worked on in chunks has two
 * of them under way, so that twice as many can come together.
 */
const CHUNK = 8;

/** @throws {VeilmatchError} `bad-element` */
function decode(elements: Uint8Array, index: number): Point {
  try {
    return Point.fromBytes(elements.subarray(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES));
  } catch {
    throw badElement(index);
  }
}

/** @throws {VeilmatchError} `bad-element`, `identity-element` */
function decodeNonIdentity(elements: Uint8Array, index: number): Point {
  const point = decode(elements, index);
  if (point.is0()) throw identityElement(index);
  return point;
}

function decodeBase(base: Uint8Array): Point {
  try {
    return decodeNonIdentity(base, 0);
  } catch (error) {
    throw aboutBase(error);
  }
}

function scalarAt(scalars: Uint8Array, index: number): bigint {
  return bytesToNumberLE(scalars.subarray(index * SCALAR_BYTES, (index + 1) * SCALAR_BYTES));
}

/** Runs `step(i)` for i in [0, count), yielding to the event loop between chunks. */
export async function inChunks(
  count: number,
  options: BatchOptions,
  step: (index: number) => void,
): Promise<void> {
  for (let start = 0; start < count; start += CHUNK) {
    throwIfAborted(options.signal);
    const end = Math.min(start + CHUNK, count);
    for (let i = start; i < end; i++) step(i);
    options.onProgress?.(end, count);
    if (end < count) await nextTurn();
  }
  throwIfAborted(options.signal);
}

async function encodeEach(
  count: number,
  options: BatchOptions,
  element: (index: number) => Point,
): Promise<Uint8Array> {
  const result = new Uint8Array(count * ELEMENT_BYTES);
  await inChunks(count, options, (i) => result.set(element(i).toBytes(), i * ELEMENT_BYTES));
  return result;
}

/** n x 64 uniform bytes to n elements (RFC 9496, section 4.3.4): the one-way map below the hash, for its vectors. */
export function fromUniformBytes(uniform: Uint8Array): Uint8Array {
  const count = countRecords(uniform, UNIFORM_BYTES, 'Uniform strings');
  const result = new Uint8Array(count * ELEMENT_BYTES);
  for (let i = 0; i < count; i++) result.set(mapped(uniform, i).toBytes(), i * ELEMENT_BYTES);
  return result;
}

function mapped(uniform: Uint8Array, index: number): Point {
  return ristretto255_hasher.deriveToCurve!(
    uniform.subarray(index * UNIFORM_BYTES, (index + 1) * UNIFORM_BYTES),
  ) as Point;
}

/** Trusts its caller. */
export const uncheckedNoble: TrustingBackend = {
  name: 'noble',
  constantTime: false,
  concurrency: 1,

  async hashAndMultiply(messages: ByteList, dst, scalar, options = {}) {
    const k = scalarAt(scalar, 0);
    return encodeEach(messages.length, options, (i) =>
      ristretto255_hasher.hashToCurve(messages.at(i), { DST: dst }).multiply(k),
    );
  },

  async mapAndMultiply(uniform, scalar, options = {}) {
    const k = scalarAt(scalar, 0);
    return encodeEach(uniform.length / UNIFORM_BYTES, options, (i) => mapped(uniform, i).multiply(k));
  },

  async multiply(elements, scalar, options = {}) {
    const count = elements.length / ELEMENT_BYTES;
    const k = scalarAt(scalar, 0);
    return encodeEach(count, options, (i) => decodeNonIdentity(elements, i).multiply(k));
  },

  async multiplyEach(elements, scalars, options = {}) {
    const count = elements.length / ELEMENT_BYTES;
    return encodeEach(count, options, (i) => decodeNonIdentity(elements, i).multiply(scalarAt(scalars, i)));
  },

  async multiplyBase(scalars, base, options = {}) {
    const point = base === undefined ? Point.BASE : decodeNonIdentity(base, 0);
    return encodeEach(scalars.length / SCALAR_BYTES, options, (i) => point.multiply(scalarAt(scalars, i)));
  },

  async hashAndMultiplyEach(messages, dst, scalars, options = {}) {
    return encodeEach(messages.length, options, (i) =>
      ristretto255_hasher.hashToCurve(messages.at(i), { DST: dst }).multiply(scalarAt(scalars, i)),
    );
  },

  async hashAndAddBase(messages, dst, scalars, options = {}) {
    return encodeEach(messages.length, options, (i) =>
      ristretto255_hasher
        .hashToCurve(messages.at(i), { DST: dst })
        .add(Point.BASE.multiply(scalarAt(scalars, i))),
    );
  },

  async subtractBase(elements, scalars, base, options = {}) {
    const count = elements.length / ELEMENT_BYTES;
    if (count === 0) return new Uint8Array();
    const point = decodeBase(base);
    return encodeEach(count, options, (i) =>
      decodeNonIdentity(elements, i).subtract(point.multiply(scalarAt(scalars, i))),
    );
  },

  async subtractHashAndMultiply(elements, messages, dst, scalar, options = {}) {
    const k = scalarAt(scalar, 0);
    return encodeEach(messages.length, options, (i) =>
      decodeNonIdentity(elements, i)
        .subtract(ristretto255_hasher.hashToCurve(messages.at(i), { DST: dst }))
        .multiply(k),
    );
  },

  async add(a, b, options = {}) {
    return encodeEach(a.length / ELEMENT_BYTES, options, (i) => decode(a, i).add(decode(b, i)));
  },

  async subtract(a, b, options = {}) {
    return encodeEach(a.length / ELEMENT_BYTES, options, (i) => decode(a, i).subtract(decode(b, i)));
  },

  async progression(start, step, count, options = {}) {
    const ends = concatBytes(start, step);
    const difference = decode(ends, 1);
    let next = decode(ends, 0);
    return encodeEach(count, options, () => {
      const element = next;
      next = next.add(difference);
      return element;
    });
  },

  async weightedSum(elements, weights, options = {}) {
    const count = elements.length / ELEMENT_BYTES;
    let sum: Point = Point.ZERO;
    await inChunks(count, options, (i) => {
      sum = sum.add(decode(elements, i).multiplyUnsafe(scalarAt(weights, i)));
    });
    return sum.toBytes();
  },

  async dispose() {},
};
