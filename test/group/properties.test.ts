// SPDX-License-Identifier: Apache-2.0
/** The kernels against the oracle, on random input. SLOW=1 runs many more cases. */

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { ByteList } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend } from '../../src/group/noble.js';
import { serialBackend } from '../../src/group/serial.js';
import { randomScalar } from '../../src/random.js';
import { SLOW, times } from '../support/effort.js';
import { fmaTestable } from '../support/relaxed-simd.js';

const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const TAG = new TextEncoder().encode('properties');

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

/** Uniform scalars, and those whose digits are all alike or carry all the way. */
const scalar: fc.Arbitrary<Uint8Array> = fc
  .oneof(
    fc.bigInt({ min: 1n, max: ORDER - 1n }),
    fc.constantFrom(
      1n,
      2n,
      3n,
      7n,
      8n,
      9n,
      15n,
      16n,
      ORDER - 1n,
      ORDER - 2n,
      (ORDER + 1n) / 2n,
      (ORDER - 1n) / 2n,
    ),
    fc.integer({ min: 0, max: 251 }).map((bit) => 1n << BigInt(bit)),
    fc.integer({ min: 1, max: 252 }).map((bit) => (1n << BigInt(bit)) - 1n),
    fc.integer({ min: 1, max: 15 }).map((digit) => BigInt(`0x${digit.toString(16).repeat(62)}`)),
  )
  .map(littleEndian);

const message: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 0, maxLength: 1000 });

function elementsOf(messages: readonly Uint8Array[]): Promise<Uint8Array> {
  return nobleBackend.hashAndMultiply(ByteList.from(messages), TAG, littleEndian(1n));
}

async function randomElements(count: number): Promise<Uint8Array> {
  const scalars = new Uint8Array(count * 32);
  for (let i = 0; i < count; i++) scalars.set(randomScalar(), i * 32);
  return nobleBackend.multiplyBase(scalars);
}

describe.each(fmaTestable ? (['fma', 'integer'] as const) : (['integer'] as const))('backend %s', (name) => {
  let group: GroupBackend;
  beforeAll(async () => {
    group = await serialBackend(name);
  });
  const runs = { numRuns: times(25, 500) };

  test('hashes and multiplies like noble: messages of 0 to 1,000 bytes, tags of 1 to 600', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 5 }),
        fc.uint8Array({ minLength: 1, maxLength: 600 }),
        scalar,
        async (messages, tag, k) => {
          const list = ByteList.from(messages);
          expect(await group.hashAndMultiply(list, tag, k)).toEqual(
            await nobleBackend.hashAndMultiply(list, tag, k),
          );
        },
      ),
      runs,
    ));

  test('hashes every message length from 0 to 1,000', async () => {
    const messages = Array.from({ length: 1001 }, (_, length) => new Uint8Array(length).fill(length & 255));
    const step = SLOW ? 1 : 13;
    const some = ByteList.from(messages.filter((_, i) => i % step === 0));
    const result = await group.hashAndMultiply(some, TAG, littleEndian(1n));
    expect(result).toEqual(await nobleBackend.hashAndMultiply(some, TAG, littleEndian(1n)));
  });

  test('multiplies like noble, by one scalar, by each its own, and a base', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(message, scalar), { minLength: 1, maxLength: 12 }),
        async (pairs) => {
          const elements = await elementsOf(pairs.map(([m]) => m));
          const scalars = Uint8Array.from(pairs.flatMap(([, k]) => [...k]));
          const [k, base] = [scalars.subarray(0, 32), elements.subarray(0, 32)];
          expect(await group.multiply(elements, k)).toEqual(await nobleBackend.multiply(elements, k));
          expect(await group.multiplyEach(elements, scalars)).toEqual(
            await nobleBackend.multiplyEach(elements, scalars),
          );
          expect(await group.multiplyBase(scalars)).toEqual(await nobleBackend.multiplyBase(scalars));
          expect(await group.multiplyBase(scalars, base)).toEqual(
            await nobleBackend.multiplyBase(scalars, base),
          );
          const list = ByteList.from(pairs.map(([m]) => m));
          expect(await group.hashAndAddBase(list, TAG, scalars)).toEqual(
            await nobleBackend.hashAndAddBase(list, TAG, scalars),
          );
          expect(await group.hashAndMultiplyEach(list, TAG, scalars)).toEqual(
            await nobleBackend.hashAndMultiplyEach(list, TAG, scalars),
          );
          // Of one of its own hashes as well, which leaves nothing.
          const hashes = await nobleBackend.hashAndMultiply(list, TAG, littleEndian(1n));
          for (const each of [elements, hashes]) {
            expect(await group.subtractHashAndMultiply(each, list, TAG, k)).toEqual(
              await nobleBackend.subtractHashAndMultiply(each, list, TAG, k),
            );
          }
          expect(await group.subtractBase(elements, scalars, base)).toEqual(
            await nobleBackend.subtractBase(elements, scalars, base),
          );
        },
      ),
      runs,
    ));

  test('adds, subtracts and sums like noble', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(message, message, scalar), { minLength: 1, maxLength: 7 }),
        async (rows) => {
          const a = await elementsOf(rows.map(([m]) => m));
          const b = await elementsOf(rows.map(([, m]) => m));
          const weights = Uint8Array.from(rows.flatMap(([, , k]) => [...k]));
          expect(await group.add(a, b)).toEqual(await nobleBackend.add(a, b));
          expect(await group.subtract(a, b)).toEqual(await nobleBackend.subtract(a, b));
          expect(await group.weightedSum(a, weights)).toEqual(await nobleBackend.weightedSum(a, weights));
          for (const short of [
            weights.map((byte, i) => (i % 32 < 16 ? byte : 0)),
            weights.map((byte, i) => (i % 32 ? 0 : byte)),
          ]) {
            expect(await group.weightedSum(a, short)).toEqual(await nobleBackend.weightedSum(a, short));
          }
          const [start, step] = [a.subarray(0, 32), b.subarray(0, 32)];
          const progression = await group.progression(start, step, rows.length);
          expect(progression).toEqual(await nobleBackend.progression(start, step, rows.length));
        },
      ),
      runs,
    ));

  test('scalar multiplication is a homomorphism', () =>
    fc.assert(
      fc.asyncProperty(message, message, scalar, scalar, async (m, n, j, k) => {
        const [p, q] = [await elementsOf([m]), await elementsOf([n])];
        const sum = await group.add(await group.multiply(p, k), await group.multiply(q, k));
        expect(await group.multiply(await group.add(p, q), k)).toEqual(sum);
        const both = await group.multiply(await group.multiply(p, j), k);
        expect(await group.multiply(await group.multiply(p, k), j)).toEqual(both);
      }),
      runs,
    ));

  test('takes or rejects 32 random bytes as noble does', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 32, maxLength: 32 }), async (bytes) => {
        bytes[31]! &= 0x7f;
        bytes[0]! &= 0xfe;
        const outcome = (backend: GroupBackend): Promise<unknown> =>
          backend.multiply(bytes, littleEndian(5n)).catch(({ code, position }) => ({ code, position }));
        expect(await outcome(group)).toEqual(await outcome(nobleBackend));
      }),
      { numRuns: times(200, 5000) },
    ));

  test('batches of 1 to 20, whatever the batch before was', async () => {
    const elements = await randomElements(20);
    const k = randomScalar();
    const expected = await nobleBackend.multiply(elements, k);
    for (const count of [...Array.from({ length: 20 }, (_, i) => i + 1), 3, 17, 1]) {
      expect(await group.multiply(elements.subarray(0, 32 * count), k)).toEqual(
        expected.subarray(0, 32 * count),
      );
    }
  });

  test('batches around the capacity of the kernel', async () => {
    const elements = await randomElements(40);
    const k = randomScalar();
    const expected = await nobleBackend.multiply(elements, k);
    const repeated = (bytes: Uint8Array, count: number): Uint8Array =>
      Uint8Array.from({ length: count * 32 }, (_, i) => bytes[i % bytes.length]!);
    for (const count of [255, 256, 257, 511, 512, 513]) {
      expect(await group.multiply(repeated(elements, count), k)).toEqual(repeated(expected, count));
    }
  });

  test('a message longer than the memory of a fresh kernel', async () => {
    const long = ByteList.from([new Uint8Array(10), new Uint8Array(3_000_000).fill(7), new Uint8Array(5)]);
    const fresh = await serialBackend(name);
    const k = littleEndian(1n);
    expect(await fresh.hashAndMultiply(long, TAG, k)).toEqual(
      await nobleBackend.hashAndMultiply(long, TAG, k),
    );
  });

  test.runIf(SLOW)(
    '10,000 elements',
    async () => {
      const elements = await randomElements(10_000);
      const k = randomScalar();
      expect(await group.multiply(elements, k)).toEqual(await nobleBackend.multiply(elements, k));
    },
    600_000,
  );
});
