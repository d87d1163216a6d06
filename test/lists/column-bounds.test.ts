// SPDX-License-Identifier: Apache-2.0
/**
 * How long a text is that the expressions about columns are handed at most. They are exempt from the detector of
 * test/hostile-text.test.ts for these bounds, some of them look back, and names and cells are of any length.
 */

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { speaksAgainst, wordsOf } from '../../src/lists/column-names.js';
import { chooseColumns } from '../../src/lists/columns.js';

const sourceOf = (file: string): string =>
  readFileSync(new URL(`../../src/lists/${file}.ts`, import.meta.url), 'utf8');

/** The longest text that each expression was handed while this ran. */
function handed(run: () => unknown): Map<string, number> {
  const longest = new Map<string, number>();
  const { exec } = RegExp.prototype;
  // Whatever applies an expression, `test`, `replace` and the like, asks for this.
  RegExp.prototype.exec = function (text) {
    longest.set(this.source, Math.max(longest.get(this.source) ?? 0, `${text}`.length));
    return exec.call(this, text);
  };
  try {
    run();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return longest;
}

const ofFile = (file: string, longest: ReadonlyMap<string, number>): [string, number][] => {
  const text = sourceOf(file);
  return [...longest].filter(([source]) => text.includes(`/${source}/`));
};

// Letters that become eighteen each, a space wherever the case changes, marks that are composed, and what is no letter.
const NAMES = [
  'ﷺ',
  'aB',
  'e\u0301',
  '\u0316\u0301',
  'ß',
  'Mail ',
  'phone1',
  'a phone ',
  'land ',
  '-',
  'ø',
].flatMap((piece) => [199, 200, 201, 400, 100_000].map((length) => piece.repeat(length).slice(0, length)));

it('what a name is made of has 400 characters at most', () => {
  for (const name of NAMES) expect(wordsOf(name).length).toBeLessThanOrEqual(400);
  expect(wordsOf('ﷺ'.repeat(200)).length).toBeGreaterThan(350);
  expect(wordsOf('a'.repeat(200))).toHaveLength(200);
  expect(wordsOf('a'.repeat(201))).toBe('');
  // As it is for whoever reads it, and not by what it says.
  expect(speaksAgainst('phone', wordsOf(`${'x'.repeat(190)} date`))).toBe(true);
  expect(speaksAgainst('phone', wordsOf(`${'x'.repeat(200)} date`))).toBe(false);
});

it('an expression about names is handed 400 characters at most, whatever the header', () => {
  const longest = ofFile(
    'column-names',
    handed(() => {
      for (const name of NAMES) {
        const cells = ['415 555 0142', 'ada@example.com', 'Germany'];
        chooseColumns([[name, 'Mail', name], cells], { header: true }, 'x');
      }
    }),
  );
  expect(longest.length).toBeGreaterThan(9);
  for (const [source, length] of longest) expect([source, length <= 400]).toEqual([source, true]);
  expect(Math.max(...longest.map(([, length]) => length))).toBe(400);
});

it('an expression that looks back in a cell is handed 40 characters at most, whatever the cell', () => {
  const lengths = [39, 40, 41, 250, 100_000];
  const cells = ['1', '1.000', '1-', '19-1-1', '1985-10-26 ', '1/', "1'000", '+1 '].flatMap((piece) =>
    lengths.map((length) => piece.repeat(length).slice(0, length)),
  );
  // Only what is a telephone number may be an amount.
  const numbers = lengths.map((length) => `415${' '.repeat(length - 10)}5550142`);
  const rows = [...cells, ...numbers].map((cell) => [cell, 'ada@example.com']);
  const longest = ofFile(
    'column-content',
    handed(() => chooseColumns([['Phone', 'Mail'], ...rows], { country: 'US' }, 'x')),
  ).filter(([source]) => /\\[1-9]/.test(source));
  expect(longest.map(([, length]) => length)).toEqual([40, 40]);
});
