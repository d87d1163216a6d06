// SPDX-License-Identifier: Apache-2.0
/** What `npm run profiles:check` says is due. */
import { describe, expect, it } from 'vitest';

// Not a static path: the benches are JavaScript, and read the built package by its name.
const { due, reviewReport } = await import(new URL('../../bench/profiles-check.js', import.meta.url).href);

const platforms = {
  early: {
    title: 'Early',
    review: '2027-02-28',
    sources: [
      { kind: 'own', url: 'https://example.com/rules', read: '2026-11-29', states: 'addresses' },
      { kind: 'third-party', url: 'https://example.org/quote', read: '2026-11-28' },
    ],
  },
  late: { title: 'Late', review: '2027-05-31', sources: [] },
  earliest: { title: 'Earliest', review: '2027-01-31', sources: [] },
};

describe('what is due for review', () => {
  it('is nothing before the first day, and the report says what comes next', () => {
    expect(due(platforms, '2027-01-30')).toEqual([]);
    expect(reviewReport(platforms, '2027-01-30')).toBe('Nothing is due. Next: earliest, 2027-01-31.');
    expect(reviewReport({}, '2027-01-30')).toBe('There are no platforms.');
  });

  it('is a platform from its day on, the longest overdue first, with what to read', () => {
    expect(due(platforms, '2027-01-31').map(([name]: [string]) => name)).toEqual(['earliest']);
    expect(due(platforms, '2028-01-01').map(([name]: [string]) => name)).toEqual([
      'earliest',
      'early',
      'late',
    ]);
    expect(reviewReport(platforms, '2027-02-28').split('\n')).toEqual([
      'earliest (Earliest): due since 2027-01-31',
      'early (Early): due since 2027-02-28',
      '  its own, read 2026-11-29 (addresses): https://example.com/rules',
      '  third party, read 2026-11-28: https://example.org/quote',
    ]);
  });
});
