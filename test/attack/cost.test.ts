// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CostOptions,
  costOf,
  emailDictionary,
  numberingPlan,
  PRICES,
  PUBLISHED_RATES,
  scaledRate,
} from '../../src/attack/index.js';
import { ARGON2ID, PBKDF2, SCRYPT } from '../../src/hashing/index.js';
import { expectCode } from '../suites/errors.js';

const amount = fc.double({ min: 1e-3, max: 1e15, noNaN: true });

describe('costOf', () => {
  it('is guesses over rate, in time and in money', () => {
    const { attacker, defender, timesDefender } = costOf({
      space: 7_200_000,
      rate: 1000,
      machines: 4,
      pricePerHour: 0.5,
      records: 3600,
    });
    expect(attacker).toEqual({ hashes: 7_200_000, seconds: 1800, price: 1 });
    expect(defender.seconds).toBeCloseTo(3.6);
    expect(defender.price).toBeCloseTo(0.0005);
    expect(timesDefender).toBeCloseTo(2000);
  });

  it('shows why slowness cannot save a small space: the ratio is the same for every rate', () => {
    fc.assert(
      fc.property(amount, amount, amount, amount, (space, records, rate, slower) => {
        const ratios = [rate, slower].map((rate) => costOf({ space, records, rate }).timesDefender);
        expect(ratios[0]! / ratios[1]!).toBeCloseTo(1, 6);
        expect(ratios[0]! / (space / records)).toBeCloseTo(1, 6);
      }),
    );
  });

  it('takes plans and dictionaries for spaces, and the price that goes with the rate', () => {
    const plan = numberingPlan('US', { areaCodes: ['415'] });
    expect(costOf({ space: plan, rate: 1 }).attacker.hashes).toBe(plan.size);
    expect(costOf({ space: emailDictionary({ limit: 1e6 }), rate: 1 }).attacker.hashes).toBe(1e6);
    expect(costOf({ space: 3600, rate: 1 }).attacker.price).toBeCloseTo(PRICES.core);
    const card = costOf({
      space: 3600 * PUBLISHED_RATES.sha256.hashesPerSecond,
      rate: PUBLISHED_RATES.sha256,
    });
    expect(card.attacker.price).toBeCloseTo(PRICES.rtx4090);
    const beside = costOf({ space: 1, rate: PUBLISHED_RATES.sha256, records: 7200, ownRate: 1 });
    expect(beside.defender.price).toBeCloseTo(2 * PRICES.core);
  });

  it.each<Partial<CostOptions>>([
    { space: 0 },
    { space: Number.NaN },
    { rate: 0 },
    { rate: Number.POSITIVE_INFINITY },
    { machines: -1 },
    { pricePerHour: 0 },
    { records: 0 },
    { ownRate: -5 },
    { ownPricePerHour: Number.NaN },
  ])('refuses %j', async (wrong) => {
    await expectCode('argument', () => costOf({ space: 10, rate: 10, ...wrong }));
  });
});

describe('published rates', () => {
  it('name their source and their hardware', () => {
    for (const rate of Object.values(PUBLISHED_RATES)) {
      expect(rate.source).not.toBe('');
      expect(rate.hardware).not.toBe('');
      expect(rate.pricePerHour).toBeGreaterThan(0);
    }
  });

  it('scale with the work of the same function', async () => {
    expect(scaledRate(PUBLISHED_RATES.pbkdf2, PBKDF2).hashesPerSecond).toBeCloseTo((8.87e6 * 999) / 600_000);
    expect(scaledRate(PUBLISHED_RATES.scrypt, SCRYPT).hashesPerSecond).toBeCloseTo(7126 / 8);
    expect(scaledRate(PUBLISHED_RATES.scrypt, SCRYPT).source).toContain('scaled');
    const argon2id = { ...PUBLISHED_RATES.scrypt, hash: ARGON2ID };
    const light = { function: 'argon2id', memoryKiB: 9728, passes: 1 } as const;
    expect(scaledRate(argon2id, light).hashesPerSecond).toBeCloseTo(4 * 7126);
    await expectCode('argument', () => scaledRate(PUBLISHED_RATES.scrypt, ARGON2ID));
    await expectCode('argument', () => scaledRate(PUBLISHED_RATES.sha256, SCRYPT));
  });
});
