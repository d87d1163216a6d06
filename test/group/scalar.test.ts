// SPDX-License-Identifier: Apache-2.0
/** Scalar arithmetic against BigInt. SLOW=1 runs many more cases. */

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addScalars,
  invertScalars,
  multiplyScalars,
  reduceScalar,
  subtractProduct,
} from '../../src/group/scalar.js';
import { randomScalar } from '../../src/random.js';
import { scalarBytes, someScalars } from '../suites/group-backend.js';
import { times } from '../support/effort.js';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const runs = { numRuns: times(1000, 100_000) };

const numberOf = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
const modulo = (value: bigint): bigint => ((value % ORDER) + ORDER) % ORDER;

function wide(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 64 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

/** Uniform scalars, and those next to powers of two and to both ends. */
const scalar: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 1n, max: ORDER - 1n }),
  fc.constantFrom(1n, 2n, 255n, 256n, ORDER - 1n, ORDER - 2n, (ORDER - 1n) / 2n),
  fc.integer({ min: 1, max: 252 }).map((bits) => 2n ** BigInt(bits) - 1n),
  fc.integer({ min: 0, max: 251 }).map((bits) => ORDER - 2n ** BigInt(bits)),
);

describe('reduceScalar', () => {
  test('any 64 bytes', () =>
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 64, maxLength: 64 }), (bytes) => {
        expect(numberOf(reduceScalar(bytes))).toBe(numberOf(bytes) % ORDER);
      }),
      runs,
    ));

  test('next to the multiples of L and to the powers of two', () => {
    const multiples = [0n, 1n, 2n, 7n, 8n, 9n, 15n, 16n, 17n, 2n ** 130n, 2n ** 259n, 2n ** 512n / ORDER];
    const powers = Array.from({ length: 512 }, (_, bits) => 2n ** BigInt(bits));
    for (const middle of [...multiples.map((times) => times * ORDER), ...powers, 2n ** 512n - 1n]) {
      for (const offset of [-(2n ** 125n), -2n, -1n, 0n, 1n, 2n, 2n ** 125n]) {
        const value = middle + offset;
        if (value < 0n || value >= 2n ** 512n) continue;
        expect(numberOf(reduceScalar(wide(value)))).toBe(value % ORDER);
      }
    }
  });

  test.each([0, 32, 63, 65])('%i bytes are refused', (length) => {
    expect(() => reduceScalar(new Uint8Array(length))).toThrow(expect.objectContaining({ code: 'argument' }));
  });
});

describe('sums and products', () => {
  test('agree with BigInt', () =>
    fc.assert(
      fc.property(scalar, scalar, scalar, (a, b, c) => {
        const [x, y, z] = [scalarBytes(a), scalarBytes(b), scalarBytes(c)];
        expect(numberOf(addScalars(x, y))).toBe(modulo(a + b));
        expect(numberOf(multiplyScalars(x, y))).toBe(modulo(a * b));
        expect(numberOf(subtractProduct(x, y, z))).toBe(modulo(a - b * c));
        expect([x, y, z].map(numberOf)).toEqual([a, b, c]);
      }),
      runs,
    ));

  test('can be zero', () => {
    const [one, last] = [scalarBytes(1n), scalarBytes(ORDER - 1n)];
    expect(numberOf(addScalars(one, last))).toBe(0n);
    expect(numberOf(subtractProduct(one, last, last))).toBe(0n);
  });
});

describe('inverses', () => {
  test('undo a multiplication', () =>
    fc.assert(
      fc.property(scalar, (a) => {
        expect(numberOf(multiplyScalars(invertScalars(scalarBytes(a)), scalarBytes(a)))).toBe(1n);
      }),
      runs,
    ));

  test.each([0, 1, 2, 3, 50])('of %i at once', (count) => {
    const scalars = someScalars(count);
    const inverses = invertScalars(scalars);
    expect(inverses).toHaveLength(scalars.length);
    for (let at = 0; at < scalars.length; at += 32) {
      expect(inverses.subarray(at, at + 32)).toEqual(invertScalars(scalars.subarray(at, at + 32)));
    }
  });
});

test('a scalar that is zero, not reduced or of another length is refused, with its position', () => {
  const good = randomScalar();
  for (const value of [0n, ORDER, ORDER + 1n, 2n ** 255n]) {
    const bad = scalarBytes(value);
    for (const attempt of [
      () => addScalars(bad, good),
      () => multiplyScalars(good, bad),
      () => subtractProduct(good, bad, good),
      () => subtractProduct(good, good, bad),
      () => invertScalars(bad),
    ]) {
      expect(attempt).toThrow(expect.objectContaining({ code: 'bad-scalar', position: 0 }));
    }
    const scalars = someScalars(3);
    scalars.set(bad, 64);
    expect(() => invertScalars(scalars)).toThrow(
      expect.objectContaining({ code: 'bad-scalar', position: 2 }),
    );
  }
  expect(() => multiplyScalars(good, good.subarray(1))).toThrow(
    expect.objectContaining({ code: 'argument' }),
  );
  expect(() => invertScalars(good.subarray(1))).toThrow(expect.objectContaining({ code: 'argument' }));
});
