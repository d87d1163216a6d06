// SPDX-License-Identifier: Apache-2.0
/** The tables of the documents are those that the stored results make. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const { duration, tables } = (await import(new URL('../../bench/tables.js', import.meta.url).href)) as {
  duration: (seconds: number) => string;
  tables: Record<string, () => string>;
};

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the tables of the documents', () => {
  it.each([
    ['README.md', ['protocols']],
    ['docs/reversal.md', ['lookup']],
    ['docs/normalisation-profiles.md', ['fields-reversed']],
    ['docs/dictionary-attack.md', ['dictionary-shares', 'dictionary-rates', 'cost']],
  ])('%s has its own', (path, names) => {
    for (const name of names) expect(read(path)).toContain(`<!-- figures: ${name} -->`);
  });

  it.each(Object.keys(tables))('%s has a row for each result', (name) => {
    const rows = tables[name]!()
      .split('\n')
      .filter((line) => line.startsWith('| '));
    expect(rows.length).toBeGreaterThan(2);
    expect(new Set(rows.map((row) => row.split('|').length)).size).toBe(1);
    expect(rows.join()).not.toMatch(/undefined|NaN/);
  });

  it('tell durations in a unit of which there are two at least', () => {
    expect([0.0000004, 0.05, 1.9, 90, 3 * 3600, 86_400 * 40, 1e9].map(duration)).toEqual([
      '400 ns',
      '50 ms',
      '1,900 ms',
      '90 s',
      '3 h',
      '40 days',
      '32 years',
    ]);
  });
});
