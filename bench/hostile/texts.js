// SPDX-License-Identifier: Apache-2.0
/**
 * The process that measures for the case `hostile`: what long cells and keys that were chosen to collide cost, beside
 * ordinary ones of the same length.
 */

import { normalizeEmail, normalizePhone, profiles } from 'veilmatch/identifiers';
import { IdentifierSet } from 'veilmatch/psi';

/** @type {{ characters: number, keys: number }} */
const { characters, keys } = JSON.parse(process.argv[2] ?? '{"characters":20000,"keys":2000}');

/** Cells that took an earlier version time in proportion to the square of their length. @type {Record<string, () => unknown>} */
const CELLS = {
  'an address of at signs': () => normalizeEmail(`${'@'.repeat(characters)}<a@b.c>`),
  'a number of spaces': () => normalizePhone(`1${' '.repeat(characters)}1`),
  'spaces before an address, uid2': () => profiles.uid2.email(`a${' '.repeat(characters)}@b.c`),
};

/** @param {() => unknown} work */
function secondsOf(work) {
  const started = performance.now();
  try {
    work();
  } catch {}
  return (performance.now() - started) / 1000;
}

/** Strings with one 32-bit FNV-1a, from the end backwards: what a table without a key of its own puts into one place. */
function colliding(count) {
  const prime = 0x01000193;
  let inverse = 1;
  for (let i = 0; i < 6; i++) inverse = Math.imul(inverse, 2 - Math.imul(prime, inverse));
  const text = new Set();
  const letters = 'abcdefghijklmnopqrstuvwxyz234567';
  const hash = (value) => {
    let state = 0x811c9dc5;
    for (let i = 0; i < value.length; i++) state = Math.imul(state ^ value.charCodeAt(i), prime);
    return state;
  };
  // Two halves of five letters meet in the middle: states before the last five letters, by value.
  const ends = new Map();
  for (let i = 0; i < 2 ** 20; i++) {
    let state = 0x01234567;
    let end = '';
    for (let k = 0; k < 4; k++) {
      const letter = letters[(i >> (5 * k)) & 31];
      state = Math.imul(state, inverse) ^ letter.charCodeAt(0);
      end = letter + end;
    }
    ends.set(state, end);
  }
  for (let i = 0; text.size < count; i++) {
    const start = i.toString(36);
    const end = ends.get(hash(start));
    if (end !== undefined) text.add(start + end);
  }
  return [...text];
}

const cells = Object.entries(CELLS).map(([cell, work]) => ({ cell, characters, seconds: secondsOf(work) }));
const crafted = colliding(keys);
const plain = crafted.map((_, i) => `member ${i}`.padEnd(crafted[i].length, '.'));
IdentifierSet.ofStrings(plain);
const tables = [
  { strings: 'ordinary', keys, seconds: secondsOf(() => IdentifierSet.ofStrings(plain)) },
  { strings: 'crafted', keys, seconds: secondsOf(() => IdentifierSet.ofStrings(crafted)) },
];
console.log(JSON.stringify({ cells, tables }));
