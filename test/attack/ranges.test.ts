// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specOf } from '../../src/attack/candidates.js';
import {
  NumberingPlan,
  type NumberRange,
  numberingPlan,
  rangePlan,
  reverse,
} from '../../src/attack/index.js';
import type { ScanSpec } from '../../src/attack/scan-spec.js';
import { KernelScanner, MessageScanner } from '../../src/attack/scanner.js';
import { concatBytes, utf8 } from '../../src/bytes.js';
import { hasherFor } from '../../src/hashing/scheme.js';
import { expectCode } from '../suites/errors.js';
import { QUICK, times } from '../support/effort.js';

const prefix = (maxLength: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom('0', '1', '5', '9'), maxLength });
const range: fc.Arbitrary<NumberRange> = prefix(4).chain((start) => {
  const length = fc.integer({ min: Math.max(1, start.length), max: 5 });
  return fc.record({
    prefix: fc.constant(start),
    digits: fc.oneof(length, fc.array(length, { minLength: 1, maxLength: 3 })),
  });
});
const ranges = fc.array(range, { minLength: 1, maxLength: 6 });
const prefixes = fc.array(
  prefix(3).filter((text) => text !== ''),
  { maxLength: 3 },
);

/** Every number of one to five digits, shorter ones first, that the ranges hold and the options leave. */
function byBruteForce(own: readonly NumberRange[], areaCodes: readonly string[], exclude: readonly string[]) {
  const numbers: string[] = [];
  const begins = (text: string, among: readonly string[]): boolean =>
    among.some((start) => text.startsWith(start));
  for (let length = 1; length <= 5; length++) {
    const inReach = own.filter(({ digits }) => [digits].flat().includes(length)).map((each) => each.prefix);
    if (inReach.length === 0) continue;
    for (let n = 0; n < 10 ** length; n++) {
      const text = `${n}`.padStart(length, '0');
      if (!begins(text, inReach) || begins(text, exclude)) continue;
      if (areaCodes.length === 0 || begins(text, areaCodes)) numbers.push(`+49${text}`);
    }
  }
  return numbers;
}

describe('rangePlan', () => {
  it('holds each number of its ranges once, in order, whatever overlaps and whatever is left out', () => {
    fc.assert(
      fc.property(ranges, prefixes, prefixes, (own, areaCodes, exclude) => {
        const expected = byBruteForce(own, areaCodes, exclude);
        fc.pre(expected.length > 0);
        const plan = rangePlan('DE', own, { areaCodes, exclude });
        expect(plan.size).toBe(expected.length);
        const seen: string[] = [];
        plan.visit(0, plan.size, (number, index) => {
          expect(index).toBe(seen.length);
          seen.push(String.fromCharCode(...number));
        });
        expect(seen).toEqual(expected);
        for (let i = 0; i < plan.size; i += 1 + Math.floor(plan.size / 50)) {
          expect(plan.at(i)).toBe(expected[i]);
          expect(plan.indexOf(expected[i]!)).toBe(i);
        }
      }),
      { numRuns: times(30) },
    );
  });

  it('has the numbers of its ranges and no other', () => {
    fc.assert(
      fc.property(ranges, prefix(6), (own, national) => {
        const plan = rangePlan('DE', own);
        const within = own.some(
          (each) => national.startsWith(each.prefix) && [each.digits].flat().includes(national.length),
        );
        expect(plan.has(`+49${national}`)).toBe(within);
        expect(plan.has(`+43${national}`)).toBe(false);
      }),
    );
  });

  it('is made again from its spec, which is data', () => {
    const plan = rangePlan('GB', [{ prefix: '7400', digits: 10 }], { exclude: ['74001'] });
    const again = new NumberingPlan(structuredClone(plan.spec));
    expect(again.size).toBe(900_000);
    expect(again.fingerprint).toBe(plan.fingerprint);
    expect(rangePlan('GB', [{ prefix: '7400', digits: 10 }]).fingerprint).not.toBe(plan.fingerprint);
    expect(rangePlan('DE', [{ prefix: '7400', digits: 10 }], { exclude: ['74001'] }).fingerprint).not.toBe(
      plan.fingerprint,
    );
  });

  it.skipIf(QUICK)('takes a hundred thousand blocks, and as many that are not in use', () => {
    const blocks = Array.from({ length: 100_000 }, (_, i) => `${200_000 + 7 * i}`);
    const own = blocks.map((start) => ({ prefix: start, digits: 10 }));
    const plan = rangePlan('US', own);
    expect(plan.size).toBe(1e9);
    expect(plan.at(10_000)).toBe('+12000070000');
    expect(rangePlan('US', [{ prefix: '', digits: 10 }], { exclude: blocks }).size).toBe(1e10 - 1e9);
  });

  it('kernel and messages find the same in it', async () => {
    const scheme = { hash: 'plain', algorithm: 'sha256' } as const;
    const { digest, digestBytes } = hasherFor(scheme);
    await fc.assert(
      fc.asyncProperty(
        ranges,
        prefixes,
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        async (own, exclude, at, step) => {
          fc.pre(byBruteForce(own, [], exclude).length > 0);
          const plan = rangePlan('DE', own, { exclude });
          const planted = new Set(Array.from({ length: 7 }, (_, i) => plan.at((at + i * step) % plan.size)));
          const targets = concatBytes(...[...planted].map((number) => digest(utf8(number))));
          const spec: ScanSpec = { candidates: specOf(plan), format: 'e164', scheme, targets, digestBytes };
          const fast = await new KernelScanner(spec, plan).scan(0, plan.size);
          const slow = await new MessageScanner(spec).scan(0, plan.size);
          expect(fast.hits.map(({ identifier }) => identifier)).toEqual(
            [...planted].sort((a, b) => plan.indexOf(a) - plan.indexOf(b)),
          );
          expect(fast).toEqual(slow);
        },
      ),
      { numRuns: times(15) },
    );
  });

  it('is read back by reverse', async () => {
    const plan = rangePlan('DE', [
      { prefix: '15112', digits: [10, 11] },
      { prefix: '151123', digits: 11 },
    ]);
    expect(plan.size).toBe(1_100_000);
    const number = '+4915112345678';
    const token = hasherFor({ hash: 'plain', algorithm: 'md5' }).token(number);
    const reversal = reverse([token], { plan, algorithm: 'md5', concurrency: 1 });
    for await (const { identifier } of reversal) expect(identifier).toBe(number);
    expect(await reversal.summary).toMatchObject({ recovered: 1, candidates: 1_100_000 });
  });

  it('refuses what is no range, with its position, and what leaves no number', async () => {
    const good = { prefix: '151', digits: 11 };
    for (const bad of [
      { prefix: '+49151', digits: 11 },
      { prefix: '151', digits: 2 },
      { prefix: '151', digits: 16 },
      { prefix: '151', digits: 10.5 },
      { prefix: '151', digits: [] },
      { prefix: '', digits: 0 },
    ]) {
      expect((await expectCode('argument', () => rangePlan('DE', [good, bad]))).position).toBe(1);
    }
    await expectCode('argument', () => rangePlan('XX', [good]));
    await expectCode('argument', () => rangePlan('DE', []));
    await expectCode('argument', () => rangePlan('DE', [good], { exclude: ['15'] }));
    await expectCode('argument', () => rangePlan('DE', [good], { exclude: [''] }));
  });
});

describe('numberingPlan with exclusions', () => {
  it('is smaller by exactly the numbers that begin so', () => {
    const whole = numberingPlan('SG');
    const areaCodes = ['81', '812', '65'];
    const excluded = numberingPlan('SG', { areaCodes });
    const rest = numberingPlan('SG', { exclude: areaCodes });
    expect(rest.size).toBe(whole.size - excluded.size);
    fc.assert(
      fc.property(fc.nat(whole.size - 1), (index) => {
        const number = whole.at(index);
        expect(rest.has(number)).toBe(!excluded.has(number));
        if (rest.has(number)) expect(rest.at(rest.indexOf(number))).toBe(number);
      }),
    );
  });

  it('refuses exclusions that are no digits, and those that leave nothing', async () => {
    await expectCode('argument', () => numberingPlan('US', { exclude: ['4a'] }));
    await expectCode('argument', () => numberingPlan('US', { areaCodes: ['415'], exclude: ['41'] }));
  });
});
