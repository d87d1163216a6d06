// SPDX-License-Identifier: Apache-2.0
/**
 * The table of regions and formats: assigned numbers of every region, written in each of forty ways, are read as
 * themselves. All of it, some 240,000 spellings, with SLOW; otherwise a sample, the same every time.
 */
import { expect, test } from 'vitest';
import { interpretPhone, numberOf } from '../../src/identifiers/phone.js';
import { spellings } from './spellings.js';

test('every number is read as itself, whatever the format', { timeout: 300_000 }, () => {
  const wrong: unknown[] = [];
  const refused: unknown[] = [];
  let [all, ambiguous] = [0, 0];
  for (const spelling of spellings(process.env.SLOW ? 26 : 2)) {
    const { text, reader, expected } = spelling;
    const reading = interpretPhone(text, reader, { assigned: false, international: false, strict: false });
    const number = numberOf(reading);
    all++;
    if (typeof reading === 'object' && 'ambiguous' in reading) ambiguous++;
    if (typeof number !== 'string') refused.push({ ...spelling, code: number.code });
    else if (number !== expected) wrong.push({ ...spelling, number });
  }
  expect(all).toBeGreaterThan(process.env.SLOW ? 226_000 : 15_000);
  expect(wrong).toEqual([]);
  expect(refused).toEqual([]);
  // What stays open is said: a number without a plus, or a zero, that two plans have.
  expect(ambiguous / all).toBeLessThan(0.005);
});
