// SPDX-License-Identifier: Apache-2.0
/**
 * Suites that the package does not have, over NIST curves through @noble/curves: elements and scalars of other widths and in
 * another order of bytes, and an identity that is not all zeros. For tests: nothing here is constant time, or fast.
 */

import { p256, p256_hasher, p384, p384_hasher } from '@noble/curves/nist.js';
import { utf8 } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import {
  type BatchOptions,
  badElement,
  type Group,
  type GroupBackend,
  identityElement,
} from '../../src/group/group.js';
import { inChunks } from '../../src/group/unchecked-noble.js';
import { p256Sha256 } from '../../src/oprf/p256.js';
import type { PsiSuite } from '../../src/psi/run/ciphersuite.js';
import { draw } from '../../src/random.js';

interface Curve {
  readonly Point: typeof p256.Point;
  readonly hasher: typeof p256_hasher;
}
type Point = InstanceType<Curve['Point']>;

function groupOf(name: string, { Point }: Curve): Group {
  const { Fn } = Point;
  const number = (bytes: Uint8Array): bigint => Fn.fromBytes(bytes);
  const identity = new Uint8Array(1 + Point.Fp.BYTES).fill(0xff);
  return {
    name,
    elementBytes: identity.length,
    scalarBytes: Fn.BYTES,
    identity,
    scalars: {
      random(random, count = 1) {
        const scalars = new Uint8Array(count * Fn.BYTES);
        for (let good = 0; good < count; ) {
          const drawn = draw(random, Fn.BYTES);
          try {
            if (number(drawn) !== 0n) scalars.set(drawn, good++ * Fn.BYTES);
          } catch {
            // Not below the order: once in 2^32 draws, and the next one will be.
          }
        }
        return scalars;
      },
      of: (value) => Fn.toBytes(BigInt(value)),
      minusOne: Fn.toBytes(Fn.ORDER - 1n),
      add: (a, b) => Fn.toBytes(Fn.add(number(a), number(b))),
      multiply: (a, b) => Fn.toBytes(Fn.mul(number(a), number(b))),
      invert(scalars) {
        const inverses = new Uint8Array(scalars.length);
        for (let at = 0; at < scalars.length; at += Fn.BYTES)
          inverses.set(Fn.toBytes(Fn.inv(number(scalars.subarray(at, at + Fn.BYTES)))), at);
        return inverses;
      },
    },
  };
}

/** A backend of a curve: elements are compressed points (SEC 1, section 2.3.3), scalars big-endian. */
function weierstrassBackend(group: Group, { Point, hasher }: Curve): GroupBackend {
  const { elementBytes, scalarBytes, identity } = group;
  const scalar = (bytes: Uint8Array, i: number): bigint =>
    Point.Fn.fromBytes(bytes.subarray(i * scalarBytes, (i + 1) * scalarBytes));
  const any = (elements: Uint8Array, i: number): Point => {
    const bytes = elements.subarray(i * elementBytes, (i + 1) * elementBytes);
    if (bytes.length === elementBytes && bytes.every((byte, at) => byte === identity[at])) return Point.ZERO;
    try {
      return Point.fromBytes(bytes);
    } catch {
      throw badElement(i);
    }
  };
  const element = (elements: Uint8Array, i: number): Point => {
    const point = any(elements, i);
    if (point.is0()) throw identityElement(i);
    return point;
  };
  const encoded = (point: Point): Uint8Array => (point.is0() ? identity : point.toBytes(true));
  const each = async (
    count: number,
    options: BatchOptions | undefined,
    point: (i: number) => Point,
  ): Promise<Uint8Array> => {
    const result = new Uint8Array(count * elementBytes);
    await inChunks(count, options ?? {}, (i) => result.set(encoded(point(i)), i * elementBytes));
    return result;
  };
  const elementsIn = (bytes: Uint8Array): number => bytes.length / elementBytes;
  const hash = (message: Uint8Array, DST: Uint8Array): Point => hasher.hashToCurve(message, { DST });
  return {
    name: 'noble',
    group,
    constantTime: false,
    concurrency: 1,
    hashAndMultiply: (messages, dst, k, options) =>
      each(messages.length, options, (i) => hash(messages.at(i), dst).multiply(scalar(k, 0))),
    hashAndMultiplyEach: (messages, dst, scalars, options) =>
      each(messages.length, options, (i) => hash(messages.at(i), dst).multiply(scalar(scalars, i))),
    hashAndAddBase: (messages, dst, scalars, options) =>
      each(messages.length, options, (i) =>
        hash(messages.at(i), dst).add(Point.BASE.multiply(scalar(scalars, i))),
      ),
    subtractHashAndMultiply: (elements, messages, dst, k, options) =>
      each(messages.length, options, (i) =>
        element(elements, i)
          .subtract(hash(messages.at(i), dst))
          .multiply(scalar(k, 0)),
      ),
    // Only ristretto255 has this map.
    mapAndMultiply: async () => {
      throw new VeilmatchError('unsupported', 'This group has no one-way map of 64 bytes.');
    },
    multiply: (elements, k, options) =>
      each(elementsIn(elements), options, (i) => element(elements, i).multiply(scalar(k, 0))),
    multiplyEach: (elements, scalars, options) =>
      each(elementsIn(elements), options, (i) => element(elements, i).multiply(scalar(scalars, i))),
    multiplyBase(scalars, base, options) {
      const point = base === undefined ? Point.BASE : element(base, 0);
      return each(scalars.length / scalarBytes, options, (i) => point.multiply(scalar(scalars, i)));
    },
    subtractBase: (elements, scalars, base, options) =>
      each(elementsIn(elements), options, (i) =>
        element(elements, i).subtract(element(base, 0).multiply(scalar(scalars, i))),
      ),
    add: (a, b, options) => each(elementsIn(a), options, (i) => any(a, i).add(any(b, i))),
    subtract: (a, b, options) => each(elementsIn(a), options, (i) => any(a, i).subtract(any(b, i))),
    progression(start, step, count, options) {
      const difference = any(step, 0);
      let next = any(start, 0);
      return each(count, options, () => {
        const point = next;
        next = next.add(difference);
        return point;
      });
    },
    async weightedSum(elements, weights, options) {
      let sum: Point = Point.ZERO;
      await inChunks(elementsIn(elements), options ?? {}, (i) => {
        sum = sum.add(any(elements, i).multiplyUnsafe(scalar(weights, i)));
      });
      return encoded(sum).slice();
    },
    async dispose() {},
  };
}

/** A suite, and a backend that computes in its group. */
export interface ForeignSuite {
  readonly suite: PsiSuite;
  readonly backend: GroupBackend;
}

function foreign(id: number, name: string, curve: Curve, proofs?: PsiSuite['proofs']): ForeignSuite {
  const group = groupOf(name, curve);
  const suite: PsiSuite = { id, name, group, dst: utf8(`veilmatch-psi-v1-with-${name}`), proofs };
  return { suite, backend: weierstrassBackend(group, curve) };
}

/** Elements of 33 bytes and scalars of 32, with proofs. */
export const P256: ForeignSuite = foreign(
  2,
  'P256_XMD:SHA-256_SSWU_RO_',
  { Point: p256.Point, hasher: p256_hasher },
  async () => p256Sha256,
);

/** Elements of 49 bytes and scalars of 48, without proofs. */
export const P384: ForeignSuite = foreign(3, 'P384_XMD:SHA-384_SSWU_RO_', {
  Point: p384.Point,
  hasher: p384_hasher,
});
