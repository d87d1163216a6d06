// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend } from '../../src/group/noble.js';
import { createBackend } from '../../src/group/select.js';
import { LOGARITHM_LIMIT, Logarithms } from '../../src/psi/sum/logarithm.js';
import { randomScalar } from '../../src/random.js';
import { expectCode } from '../suites/errors.js';
import { QUICK, SLOW, times } from '../support/effort.js';

const IDENTITY = new Uint8Array(32);

describe('Logarithms', () => {
  let backend: GroupBackend;
  let prepared: Logarithms;

  beforeAll(async () => {
    backend = await createBackend({ concurrency: 1 });
    prepared = new Logarithms(backend);
    await prepared.prepare();
  });

  const elementOf = (x: number): Promise<Uint8Array> => backend.multiplyBase(backend.group.scalars.of(x));

  it('finds 0', async () => {
    expect(await prepared.solve(IDENTITY)).toBe(0);
    expect(await new Logarithms(backend).solve(IDENTITY)).toBe(0);
  });

  it.each([
    1,
    2,
    127,
    128,
    2 ** 14 - 1,
    2 ** 14,
    2 ** 18 + 1,
    2 ** 21,
    2 ** 36 - 1,
    2 ** 39 + 12_345,
    LOGARITHM_LIMIT - 1,
  ])('finds %d, with the whole table and with one that grows', async (x) => {
    const element = await elementOf(x);
    expect(await prepared.solve(element)).toBe(x);
    // To the limit a table grows to its full size, as it does in a run with the largest sum (sum.test.ts).
    if (x < (QUICK ? 2 ** 22 : 2 ** 39) || (SLOW && x === LOGARITHM_LIMIT - 1))
      expect(await new Logarithms(backend).solve(element)).toBe(x);
  });

  it.skipIf(QUICK)('finds random ones of every length, one after the other', async () => {
    const growing = new Logarithms(backend);
    const lengths = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(
        lengths,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        async (bits, share) => {
          const x = Math.floor(2 ** (bits - 1) * (1 + share));
          const element = await elementOf(x);
          expect(await growing.solve(element)).toBe(x);
          expect(await prepared.solve(element)).toBe(x);
        },
      ),
      { numRuns: times(12) },
    );
  });

  it.each([
    ['2^40', () => elementOf(LOGARITHM_LIMIT)],
    ['a random element', () => backend.multiplyBase(randomScalar())],
    ['-1', async () => backend.subtract(IDENTITY, await elementOf(1))],
  ])('says that %s is out of range', async (_, element) => {
    const value = await element();
    await expectCode('overflow', () => prepared.solve(value));
  });

  it('refuses what is no element, and stops when the signal fires', async () => {
    await expectCode('bad-element', () => prepared.solve(new Uint8Array(32).fill(0xff)));
    const element = await elementOf(5);
    await expectCode('aborted', () => prepared.solve(element, { signal: AbortSignal.abort() }));
    await expectCode('aborted', () => new Logarithms(backend).prepare({ signal: AbortSignal.abort() }));
    expect(await prepared.solve(element)).toBe(5);
  });

  it('works on any backend', async () => {
    const small = new Logarithms(nobleBackend);
    for (const x of [0, 5, 1000, 20_000]) {
      expect(await small.solve(x === 0 ? IDENTITY : await elementOf(x))).toBe(x);
    }
  });
});
