// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes } from '../src/bytes.js';
import { VeilmatchError } from '../src/errors.js';
import {
  isNonZeroScalar,
  type RandomSource,
  randomScalar,
  randomScalars,
  replayedRandom,
  secureRandom,
} from '../src/random.js';

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

describe('randomScalars', () => {
  test('are scalars, as many as asked for, all different', () => {
    const scalars = randomScalars(300);
    expect(scalars).toHaveLength(9600);
    const values = Array.from({ length: 300 }, (_, i) => toBigint(scalars.subarray(32 * i, 32 * i + 32)));
    expect(values.every((value) => value > 0n && value < ORDER)).toBe(true);
    expect(new Set(values).size).toBe(300);
    expect(randomScalars(0)).toHaveLength(0);
  });

  test('what is rejected is drawn again, and leaves no gap', () => {
    const draws = [7n, ORDER, 8n, 0n, 2n ** 253n - 1n, 9n, 10n].map(littleEndian);
    const lengths: number[] = [];
    const replay = replayedRandom(draws);
    const scalars = randomScalars(4, (length) => {
      lengths.push(length);
      return replay(length);
    });
    expect(scalars).toEqual(concatBytes(...[7n, 8n, 9n, 10n].map(littleEndian)));
    expect(lengths).toEqual([128, 64, 32]);
  });
});

describe('replayedRandom', () => {
  test('gives the bytes in order, in draws of any length, and no more than there are', () => {
    const random = replayedRandom([Uint8Array.of(1, 2, 3), Uint8Array.of(4, 5)]);
    expect(random(2)).toEqual(Uint8Array.of(1, 2));
    expect(random(2)).toEqual(Uint8Array.of(3, 4));
    expect(() => random(2)).toThrow(VeilmatchError);
    expect(random(1)).toEqual(Uint8Array.of(5));
  });
});
