// SPDX-License-Identifier: Apache-2.0
/**
 * The suite `P256-SHA256` (RFC 9497, section 4.3) through @noble/curves, for interoperability.
 *
 * **Not constant time**: noble multiplies points other than the generator, and calculates with scalars, in time that can
 * depend on the secret. One element after the other, on the caller's thread: some hundred a second.
 */

import { p256, p256_hasher } from '@noble/curves/nist.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type ByteList, recordAt } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type BatchOptions, countRecords } from '../group/group.js';
import { inChunks } from '../group/unchecked-noble.js';
import { draw, type RandomSource } from '../random.js';
import type { Suite, SuiteGroup, SuiteScalars } from './suite.js';

const { Point } = p256;
type Point = InstanceType<typeof Point>;
const { Fn } = Point;

/** Compressed points (SEC 1, section 2.3.3): the sign of y and x. The identity has no such encoding. */
const ELEMENT_BYTES = 33;
const SCALAR_BYTES = 32;

/** @throws {VeilmatchError} `bad-element` */
function decode(elements: Uint8Array, index: number): Point {
  const bytes = recordAt(elements, ELEMENT_BYTES, index);
  try {
    return Point.fromBytes(bytes);
  } catch {
    throw new VeilmatchError(
      'bad-element',
      `Element ${index} is not a compressed point of P-256. Whoever sent it must send it again.`,
      { position: index },
    );
  }
}

/** @throws {VeilmatchError} `identity-element`: it has no encoding of the length that elements have */
function encode(point: Point, index: number): Uint8Array {
  if (!point.is0()) return point.toBytes(true);
  throw new VeilmatchError(
    'identity-element',
    `Result ${index} is the identity, which P-256 does not send.`,
    {
      position: index,
    },
  );
}

async function encodeEach(
  count: number,
  options: BatchOptions,
  element: (index: number) => Point,
): Promise<Uint8Array> {
  const result = new Uint8Array(count * ELEMENT_BYTES);
  await inChunks(count, options, (i) => result.set(encode(element(i), i), i * ELEMENT_BYTES));
  return result;
}

/** @throws {VeilmatchError} `bad-scalar` for one that is not reduced or, where that is refused, zero */
function scalarsOf(bytes: Uint8Array, zeroAllowed = false): bigint[] {
  const count = countRecords(bytes, SCALAR_BYTES, 'Scalars');
  return Array.from({ length: count }, (_, i) => {
    const value = bytesToNumberBE(recordAt(bytes, SCALAR_BYTES, i));
    if (value < Fn.ORDER && (zeroAllowed || value > 0n)) return value;
    throw new VeilmatchError(
      'bad-scalar',
      `Scalar ${i} is zero or not reduced. A scalar of P-256 is 32 bytes big-endian, below the order.`,
      { position: i },
    );
  });
}

/** @throws {VeilmatchError} `argument` unless there is a scalar for each element */
function countPairs(elements: Uint8Array, width: number, others: Uint8Array): number {
  const count = countRecords(elements, ELEMENT_BYTES, 'Elements');
  if (others.length !== count * width) {
    throw new VeilmatchError(
      'argument',
      `The ${count} elements take ${count * width} bytes beside them; there are ${others.length}.`,
    );
  }
  return count;
}

/** @throws {VeilmatchError} `argument` unless there is a scalar for each message; `bad-scalar` */
function scalarsFor(messages: ByteList, scalars: Uint8Array): bigint[] {
  const factors = scalarsOf(scalars);
  if (factors.length === messages.length) return factors;
  throw new VeilmatchError(
    'argument',
    `Each of the ${messages.length} messages takes a scalar; these are ${factors.length}.`,
  );
}

/** @throws {VeilmatchError} `argument`, `bad-scalar` */
function scalarOf(bytes: Uint8Array): bigint {
  const [scalar, ...more] = scalarsOf(bytes);
  if (scalar === undefined || more.length > 0) {
    throw new VeilmatchError('argument', `A scalar is ${SCALAR_BYTES} bytes; this one is ${bytes.length}.`);
  }
  return scalar;
}

function toBytes(scalar: bigint): Uint8Array {
  return numberToBytesBE(scalar, SCALAR_BYTES);
}

const group: SuiteGroup = {
  constantTime: false,

  async hashAndMultiply(messages, dst, scalar, options = {}) {
    const k = scalarOf(scalar);
    return encodeEach(messages.length, options, (i) =>
      p256_hasher.hashToCurve(messages.at(i), { DST: dst }).multiply(k),
    );
  },

  async hashAndMultiplyEach(messages, dst, scalars, options = {}) {
    const factors = scalarsFor(messages, scalars);
    return encodeEach(messages.length, options, (i) =>
      p256_hasher.hashToCurve(messages.at(i), { DST: dst }).multiply(factors[i]!),
    );
  },

  async hashAndAddBase(messages, dst, scalars, options = {}) {
    const factors = scalarsFor(messages, scalars);
    return encodeEach(messages.length, options, (i) =>
      p256_hasher.hashToCurve(messages.at(i), { DST: dst }).add(Point.BASE.multiply(factors[i]!)),
    );
  },

  async subtractBase(elements, scalars, base, options = {}) {
    const count = countPairs(elements, SCALAR_BYTES, scalars);
    const factors = scalarsOf(scalars);
    const point = decode(base, 0);
    return encodeEach(count, options, (i) => decode(elements, i).subtract(point.multiply(factors[i]!)));
  },

  async multiply(elements, scalar, options = {}) {
    const count = countRecords(elements, ELEMENT_BYTES, 'Elements');
    const k = scalarOf(scalar);
    return encodeEach(count, options, (i) => decode(elements, i).multiply(k));
  },

  async multiplyEach(elements, scalars, options = {}) {
    const count = countPairs(elements, SCALAR_BYTES, scalars);
    const factors = scalarsOf(scalars);
    return encodeEach(count, options, (i) => decode(elements, i).multiply(factors[i]!));
  },

  async multiplyBase(scalars, base, options = {}) {
    const factors = scalarsOf(scalars);
    const point = base === undefined ? Point.BASE : decode(base, 0);
    return encodeEach(factors.length, options, (i) => point.multiply(factors[i]!));
  },

  async add(a, b, options = {}) {
    const count = countPairs(a, ELEMENT_BYTES, b);
    return encodeEach(count, options, (i) => decode(a, i).add(decode(b, i)));
  },

  async weightedSum(elements, weights, options = {}) {
    const count = countPairs(elements, SCALAR_BYTES, weights);
    const factors = scalarsOf(weights, true);
    let sum: Point = Point.ZERO;
    await inChunks(count, options, (i) => {
      sum = sum.add(decode(elements, i).multiplyUnsafe(factors[i]!));
    });
    return encode(sum, 0);
  },
};

const scalars: SuiteScalars = {
  random(random: RandomSource, count = 1) {
    const drawn = new Uint8Array(count * SCALAR_BYTES);
    for (let good = 0; good < count; ) {
      const scalar = draw(random, SCALAR_BYTES);
      if (scalars.isValid(scalar) && !scalars.isZero(scalar)) drawn.set(scalar, good++ * SCALAR_BYTES);
    }
    return drawn;
  },
  hasher: (dst) => (message) => toBytes(p256_hasher.hashToScalar(message, { DST: dst })),
  isValid: (bytes) => bytes.length === SCALAR_BYTES && bytesToNumberBE(bytes) < Fn.ORDER,
  isZero: (scalar) => scalar.every((byte) => byte === 0),
  add: (a, b) => toBytes(Fn.add(scalarOf(a), scalarOf(b))),
  subtractProduct: (a, b, c) => toBytes(Fn.sub(scalarOf(a), Fn.mul(scalarOf(b), scalarOf(c)))),
  invert(factors) {
    const inverses = new Uint8Array(factors.length);
    for (const [i, factor] of scalarsOf(factors).entries())
      inverses.set(toBytes(Fn.inv(factor)), i * SCALAR_BYTES);
    return inverses;
  },
};

/**
 * Elements are 33 bytes, compressed points; scalars 32 bytes big-endian; outputs 32 bytes. **Not constant time**: for peers
 * that speak nothing else, and where nobody can measure how long an evaluation takes.
 */
export const p256Sha256: Suite = {
  identifier: 'P256-SHA256',
  group,
  scalars,
  generator: Point.BASE.toBytes(true),
  elementBytes: ELEMENT_BYTES,
  scalarBytes: SCALAR_BYTES,
  hashBytes: 32,
  hash: sha256,
  isIdentity: () => false,
};
