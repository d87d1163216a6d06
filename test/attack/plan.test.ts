// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { getCountries, getExampleNumber, Metadata } from 'libphonenumber-js/max';
import mobileExamples from 'libphonenumber-js/mobile/examples';
import { describe, expect, it } from 'vitest';
import { numberingPlan } from '../../src/attack/index.js';
import { expectCode } from '../suites/errors.js';

describe('numberingPlan', () => {
  it('of area codes 415 and 628 has 2 x 792 x 10,000 numbers: no exchange begins with 0 or 1 or is a service code', () => {
    const plan = numberingPlan('US', { areaCodes: ['415', '628'] });
    expect(plan.size).toBe(15_840_000);
    expect(plan.has('+14155550123')).toBe(true);
    expect(plan.has('+14159110123')).toBe(false);
    expect(plan.has('+14151550123')).toBe(false);
    expect(plan.has('+12125550123')).toBe(false);
    expect(plan.has('+442079460958')).toBe(false);
    expect(plan.has('14155550123')).toBe(false);
  });

  it.each(['NU', 'TK', 'SH', 'FK', 'AC'] as const)(
    '%s: the count is that of a search by brute force',
    (country) => {
      const metadata = new Metadata();
      metadata.selectNumberingPlan(country);
      const national = metadata.numberingPlan as unknown as {
        type(t: string): { pattern(): string } | undefined;
      };
      const patterns = ['MOBILE', 'FIXED_LINE']
        .map((type) => national.type(type)?.pattern())
        .filter((p) => p);
      const expression = new RegExp(`^(?:${patterns.join('|')})$`);
      let count = 0;
      for (let length = 3; length <= 6; length++) {
        for (let n = 0; n < 10 ** length; n++) if (expression.test(`${n}`.padStart(length, '0'))) count++;
      }
      const plan = numberingPlan(country);
      const inReach = [...Array(7).keys()].reduce((sum, length) => sum + countOfLength(plan, length), 0);
      expect(inReach).toBe(count);
    },
  );

  it.each(getCountries())("%s: libphonenumber's example numbers lie in the plan", (country) => {
    const example = getExampleNumber(country, mobileExamples);
    if (example === undefined) return;
    expect(numberingPlan(country).has(example.number)).toBe(true);
  });

  it('gives every number its index and every index its number, in order', () => {
    const countries = fc.constantFrom('US', 'GB', 'DE', 'IN', 'BR', 'SG', 'AT', 'IT');
    fc.assert(
      fc.property(
        countries,
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (country, share) => {
          const plan = numberingPlan(country);
          const index = Math.floor(share * plan.size);
          expect(plan.indexOf(plan.at(index))).toBe(index);
        },
      ),
    );
  });

  it('visits a range as it stands in the whole', () => {
    const plan = numberingPlan('SG', { areaCodes: ['8123', '9'] });
    fc.assert(
      fc.property(fc.nat(plan.size - 1), fc.nat(50), (from, length) => {
        const seen: string[] = [];
        plan.visit(from, from + length, (number, index) => {
          expect(index).toBe(from + seen.length);
          seen.push(String.fromCharCode(...number));
        });
        const end = Math.min(plan.size, from + length);
        expect(seen).toEqual(Array.from({ length: end - from }, (_, i) => plan.at(from + i)));
      }),
    );
  });

  it('visits a range as runs that are as long as they can be', () => {
    const plans = [numberingPlan('US', { areaCodes: ['415'] }), numberingPlan('SH'), numberingPlan('TK')];
    fc.assert(
      fc.property(
        fc.constantFrom(...plans),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        fc.nat(3_000),
        fc.integer({ min: 1, max: 6 }),
        (plan, share, length, places) => {
          const from = Math.floor(share * plan.size);
          const expected: string[] = [];
          plan.visit(from, from + length, (number) => expected.push(String.fromCharCode(...number)));
          const seen: string[] = [];
          let before: readonly [string, number] = ['', 0];
          plan.visitRuns(from, from + length, places, (leading, first, end) => {
            const front = `+${plan.callingCode}${String.fromCharCode(...leading)}`;
            expect(before).not.toEqual([front, first]);
            before = [front, end];
            const { digits } = plan.lengths.find(
              (of) => of.from <= from + seen.length && from + seen.length < of.to,
            )!;
            for (let last = first; last < end; last++) {
              seen.push(front + `${last}`.padStart(digits - leading.length, '0'));
            }
          });
          expect(seen).toEqual(expected);
        },
      ),
    );
  });

  it('refuses unknown countries, bad area codes and plans without a number', async () => {
    await expectCode('argument', () => numberingPlan('XX'));
    await expectCode('argument', () => numberingPlan('US', { areaCodes: ['4a5'] }));
    await expectCode('argument', () => numberingPlan('US', { areaCodes: ['000'] }));
    await expectCode('argument', () => numberingPlan('US', { areaCodes: ['415'] }).at(7_920_000));
  });
});

/** Numbers of this many national digits, found by looking where they end. */
function countOfLength(plan: ReturnType<typeof numberingPlan>, digits: number): number {
  const length = 1 + plan.callingCode.length + digits;
  let [low, high] = [0, plan.size];
  const firstLonger = (limit: number): number => {
    [low, high] = [0, plan.size];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (plan.at(middle).length > limit) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return firstLonger(length) - firstLonger(length - 1);
}
