// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isNonZeroScalar, type RandomSource, randomScalar, secureRandom } from '../src/random.js';

/** RFC 9496, section 4. */
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

function toBigint(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

describe('secureRandom', () => {
  test.each([0, 1, 65_536, 65_537, 200_000])('gives %i bytes, beyond the quota of one call too', (length) => {
    expect(secureRandom(length)).toHaveLength(length);
  });

  test('fills every part: no 64 bytes of a long draw are zero', () => {
    const bytes = secureRandom(200_000);
    for (let i = 0; i < bytes.length; i += 64)
      expect(bytes.subarray(i, i + 64).some((byte) => byte !== 0)).toBe(true);
  });

  test('gives other bytes each time', () => {
    expect(secureRandom(32)).not.toEqual(secureRandom(32));
  });
});

describe('isNonZeroScalar', () => {
  test.each([
    [0n, false],
    [1n, true],
    [ORDER - 1n, true],
    [ORDER, false],
    [ORDER + 1n, false],
    [2n ** 256n - 1n, false],
  ])('%i: %s', (value, expected) => {
    expect(isNonZeroScalar(littleEndian(value))).toBe(expected);
  });

  test('agrees with arithmetic on integers', () => {
    const near = fc.bigInt({ min: ORDER - 2n ** 64n, max: ORDER + 2n ** 64n });
    fc.assert(
      fc.property(fc.oneof(near, fc.bigInt({ min: 0n, max: 2n ** 256n - 1n })), (value) => {
        expect(isNonZeroScalar(littleEndian(value))).toBe(value > 0n && value < ORDER);
      }),
    );
  });

  test.each([0, 31, 33, 64])('%i bytes are no scalar', (length) => {
    expect(isNonZeroScalar(new Uint8Array(length).fill(1))).toBe(false);
  });
});

describe('randomScalar', () => {
  test('is a scalar, from any source', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.uint8Array({ minLength: 32, maxLength: 32 })), (stream) => {
        const source: RandomSource = () => stream.next().value as Uint8Array;
        const value = toBigint(randomScalar(source));
        expect(value > 0n && value < ORDER).toBe(true);
      }),
    );
  });

  test('draws again instead of reducing, which would favour small values', () => {
    const draws = [littleEndian(0n), littleEndian(ORDER), littleEndian(2n ** 253n - 1n), littleEndian(7n)];
    let calls = 0;
    expect(toBigint(randomScalar(() => draws[calls++]!))).toBe(7n);
    expect(calls).toBe(4);
  });

  test('is drawn from the secure source by default', () => {
    expect(randomScalar()).not.toEqual(randomScalar());
  });
});
