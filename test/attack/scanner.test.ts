// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { specOf } from '../../src/attack/candidates.js';
import type { NumberFormat } from '../../src/attack/format.js';
import { NumberList, numberingPlan } from '../../src/attack/index.js';
import type { Hit, ScanSpec } from '../../src/attack/scan-spec.js';
import { KernelScanner, MessageScanner, usesKernel } from '../../src/attack/scanner.js';
import { concatBytes, utf8 } from '../../src/bytes.js';
import { type HashingScheme, hasherFor } from '../../src/hashing/scheme.js';
import { times } from '../support/effort.js';

const plans = [
  numberingPlan('US', { areaCodes: ['415555', '6282345'] }),
  numberingPlan('NU'),
  numberingPlan('TK'),
  numberingPlan('SH'),
  numberingPlan('AT', { areaCodes: ['66412', '1'], types: ['MOBILE'] }),
];
const algorithm = fc.constantFrom('sha256' as const, 'sha1' as const, 'md5' as const);
const scheme: fc.Arbitrary<HashingScheme> = fc.oneof(
  fc.record({ hash: fc.constant('plain' as const), algorithm }),
  fc.record({
    hash: fc.constant('salted' as const),
    algorithm,
    saltPosition: fc.constantFrom('prefix' as const, 'suffix' as const),
    salt: fc.uint8Array({ minLength: 1, maxLength: 150 }),
  }),
  fc.record({ hash: fc.constant('keyed' as const), key: fc.uint8Array({ minLength: 32, maxLength: 80 }) }),
);
const format = fc.constantFrom<NumberFormat>(
  'e164',
  'digits',
  'national',
  '(###) ###-####',
  '##-##',
  '#### ##',
);

const sorted = (hits: readonly Hit[]): string[] =>
  hits.map((hit) => `${hit.identifier} ${hit.target}`).sort();

/** The message as anybody would write it. */
function written(number: string, callingCode: string, format: NumberFormat): string {
  if (format === 'e164') return number;
  const national = [...number.slice(1 + callingCode.length)];
  if (format === 'digits') return number.slice(1);
  if (format === 'national') return national.join('');
  return format.replaceAll('#', () => national.shift() ?? '');
}

describe('scanner', () => {
  it('kernel and messages find the same, in any range of any plan, whatever the scheme, the format and the length of targets', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...plans),
        scheme,
        format,
        fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
        fc.integer({ min: 1, max: 1_500 }),
        fc.constantFrom(1, 4, 5, 60),
        fc.constantFrom(undefined, 4, 5, 8, 15),
        async (plan, scheme, format, share, length, planted, cut) => {
          const from = Math.floor(share * plan.size);
          const to = Math.min(plan.size, from + length);
          const { digest, digestBytes: whole } = hasherFor(scheme);
          const digestBytes = cut ?? whole;
          const numbers = Array.from({ length: planted }, (_, i) =>
            plan.at(
              Math.max(0, Math.min(plan.size - 1, from - 3 + Math.floor((i * (length + 6)) / planted))),
            ),
          );
          const messages = numbers.map((number) => utf8(written(number, plan.callingCode, format)));
          const targets = concatBytes(...messages.map((message) => digest(message).subarray(0, digestBytes)));
          const spec: ScanSpec = { candidates: specOf(plan), format, scheme, targets, digestBytes };
          const slow = await new MessageScanner(spec).scan(from, to);
          const fast = await new KernelScanner(spec, plan).scan(from, to);
          expect(sorted(fast.hits)).toEqual(sorted(slow.hits));
          expect(fast.tried).toBe(slow.tried);
          if (format === 'e164') {
            const inside = numbers.filter(
              (number) => plan.indexOf(number) >= from && plan.indexOf(number) < to,
            );
            expect(new Set(fast.hits.map((hit) => hit.identifier))).toEqual(new Set(inside));
          }
        },
      ),
      { numRuns: times(80) },
    );
  });

  it.each([1, 4, 5, 1_000, times(100_000)])(
    '%i targets: all that are in the plan, and no other',
    async (count) => {
      const plan = numberingPlan('US', { areaCodes: ['41555', '41523'] });
      const { digest, digestBytes } = hasherFor({ hash: 'plain', algorithm: 'sha1' });
      // Every other one is a number of another area.
      const inside = Array.from({ length: Math.ceil(count / 2) }, (_, i) =>
        plan.at(Math.floor((i * plan.size) / Math.ceil(count / 2))),
      );
      const outside = inside
        .map((number) => number.replace('+1415', '+1212'))
        .slice(0, count - inside.length);
      const targets = concatBytes(...[...inside, ...outside].map((number) => digest(utf8(number))));
      const spec: ScanSpec = {
        candidates: specOf(plan),
        format: 'e164',
        scheme: { hash: 'plain', algorithm: 'sha1' },
        targets,
        digestBytes,
      };
      const { hits, tried } = await new KernelScanner(spec, plan).scan(0, plan.size);
      expect(tried).toBe(plan.size);
      expect(hits.map((hit) => hit.identifier)).toEqual(inside);
      expect(hits.map((hit) => hit.target)).toEqual(inside.map((_, i) => i));
    },
  );

  it('a kernel is used for plans, wherever a message fits into one', () => {
    const plan = plans[0]!;
    const salted = (saltPosition: 'prefix' | 'suffix', length: number): HashingScheme => ({
      hash: 'salted',
      algorithm: 'sha256',
      saltPosition,
      salt: new Uint8Array(length),
    });
    const cost = { function: 'scrypt', logN: 1, r: 1, p: 1 } as const;
    const cases: readonly [HashingScheme, NumberFormat, boolean][] = [
      [{ hash: 'plain', algorithm: 'md5' }, 'e164', true],
      [{ hash: 'keyed', key: new Uint8Array(32) }, 'national', true],
      [salted('prefix', 43), 'e164', true],
      [salted('prefix', 44), 'e164', false],
      [salted('prefix', 64), 'e164', true],
      [salted('suffix', 43), 'e164', true],
      [salted('suffix', 44), 'e164', false],
      [{ hash: 'slow', cost, salt: new Uint8Array(16) }, 'e164', false],
    ];
    for (const [scheme, format, expected] of cases)
      expect(usesKernel(plan, { scheme, format })).toBe(expected);
  });

  it('lists of numbers are written in every format, whatever their country', async () => {
    const numbers = ['+14155550123', '+442079460958', '+390612345678'];
    const nationals = ['4155550123', '2079460958', '0612345678'];
    const { digest, digestBytes } = hasherFor({ hash: 'plain', algorithm: 'md5' });
    const spec: ScanSpec = {
      candidates: specOf(NumberList.from(numbers)),
      format: 'national',
      scheme: { hash: 'plain', algorithm: 'md5' },
      targets: concatBytes(...nationals.map((text) => digest(utf8(text)))),
      digestBytes,
    };
    expect(usesKernel(NumberList.from(numbers), spec)).toBe(false);
    const { hits } = await new MessageScanner(spec).scan(0, 3);
    expect(hits).toEqual(numbers.map((identifier, target) => ({ target, identifier })));
  });
});
