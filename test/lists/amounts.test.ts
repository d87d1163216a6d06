// SPDX-License-Identifier: Apache-2.0
/** Amounts of money as whole numbers: exact, or refused. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatAmount, parseAmount } from '../../src/lists/amounts.js';
import { MOST_VALUE_DIGITS } from '../../src/psi/sum/party.js';

const MOST = 2 ** 40 - 1;

it('are what they say, to the last digit', () => {
  for (const [cell, digits, units] of [
    ['0.29', 2, 29],
    ['1.005', 3, 1005],
    ['4.35', 2, 435],
    ['1234.5', 2, 123_450],
    [' 12 ', 2, 1200],
    ['007.10', 2, 710],
    ['12.500', 1, 125],
    ['0', 0, 0],
    ['10995116277.75', 2, MOST],
  ] as const) {
    expect(parseAmount(cell, digits, MOST), cell).toBe(units);
  }
});

it.each([
  ['', 'is missing'],
  ['  ', 'is missing'],
  ['-1', 'is no decimal number'],
  ['+1', 'is no decimal number'],
  ['1,234.50', 'is no decimal number'],
  ['12,50', 'is no decimal number'],
  ['$12', 'is no decimal number'],
  ['1e3', 'is no decimal number'],
  ['.5', 'is no decimal number'],
  ['5.', 'is no decimal number'],
  ['1.2.3', 'is no decimal number'],
  ['NaN', 'is no decimal number'],
  ['٣', 'is no decimal number'],
  ['12.345', 'has more digits after the point than --value-digits 2 allows'],
  ['10995116277.76', 'is above 10995116277.75'],
  ['9'.repeat(400), 'is above 10995116277.75'],
])('are nothing that has to be guessed at: %j', (cell, fault) => {
  const found = parseAmount(cell, 2, MOST);
  expect(found).toEqual(expect.stringContaining(fault));
  const digits = cell.replace(/\D/g, '');
  if (digits.length > 2 && fault !== 'is no decimal number') expect(found).not.toContain(cell);
});

it('come back as they were written', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: MOST }),
      fc.integer({ min: 0, max: MOST_VALUE_DIGITS }),
      (units, digits) => {
        const text = formatAmount(units, digits);
        expect(text).toMatch(digits === 0 ? /^\d+$/ : new RegExp(`^\\d+\\.\\d{${digits}}$`));
        expect(parseAmount(text, digits, MOST)).toBe(units);
      },
    ),
  );
});
