// SPDX-License-Identifier: Apache-2.0
/** The tables of the documents are those that the stored results make. */

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const { documents, duration, tablesOf, tables, withTables } = (await import(
  new URL('../../bench/tables.js', import.meta.url).href
)) as {
  documents: () => string[];
  duration: (seconds: number) => string;
  tablesOf: (text: string) => string[];
  tables: Record<string, () => string>;
  withTables: (text: string) => string;
};

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the tables of the documents', () => {
  it.each(documents())('%s has them as the results do', (path) => {
    const text = read(path);
    expect(withTables(text)).toBe(text);
  });

  it('stand where a reader looks for them', () => {
    expect(tablesOf(read('README.md'))).toEqual(['protocols']);
    expect(tablesOf(read('docs/reversal.md'))).toEqual(['lookup']);
    expect(tablesOf(read('docs/dictionary-attack.md'))).toEqual([
      'dictionary-shares',
      'dictionary-rates',
      'cost',
    ]);
  });

  it.each(Object.keys(tables))('%s has a row for each result', (name) => {
    const rows = tables[name]!()
      .split('\n')
      .filter((line) => line.startsWith('| '));
    expect(rows.length).toBeGreaterThan(2);
    expect(new Set(rows.map((row) => row.split('|').length)).size).toBe(1);
    expect(rows.join()).not.toMatch(/undefined|NaN/);
  });

  it('would not be forgotten', () => {
    const text = `before\n<!-- table cost -->\n| old |\n<!-- /table -->\nafter\n`;
    const fresh = withTables(text);
    expect(fresh).not.toBe(text);
    expect(fresh).toContain(tables.cost!());
    expect(fresh.startsWith('before\n<!-- table cost -->\n')).toBe(true);
    expect(fresh.endsWith('\n<!-- /table -->\nafter\n')).toBe(true);
    expect(withTables(fresh)).toBe(fresh);
    expect(() => withTables(text.replace('table cost', 'table cots'))).toThrow('cots');
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
