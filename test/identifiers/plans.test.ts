// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkLength, compiledPlan } from '../../src/identifiers/plans.js';
import { anyNumber, possibleNumber } from './phone-numbers.js';

test('a compiled plan judges as libphonenumber does', () => {
  fc.assert(
    fc.property(anyNumber, (number) => {
      const plan = compiledPlan(number.countryCallingCode);
      expect(plan.valid(number.nationalNumber)).toBe(number.isValid());
    }),
    { numRuns: process.env.SLOW ? 100_000 : 5_000 },
  );
});

test('an assigned number is a plausible one, and that has a possible length', () => {
  fc.assert(
    fc.property(possibleNumber, ({ countryCallingCode, nationalNumber }) => {
      const plan = compiledPlan(countryCallingCode);
      if (plan.valid(nationalNumber)) expect(plan.possible(nationalNumber)).toBe(true);
      if (plan.possible(nationalNumber)) expect(plan.plausible(nationalNumber)).toBe(true);
      if (!plan.plausible(nationalNumber)) return;
      expect(checkLength(countryCallingCode, nationalNumber)).not.toBe('too-short');
      expect(checkLength(countryCallingCode, nationalNumber)).not.toBe('too-long');
    }),
    { numRuns: process.env.SLOW ? 100_000 : 5_000 },
  );
});
