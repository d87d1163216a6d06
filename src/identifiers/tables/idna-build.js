// SPDX-License-Identifier: Apache-2.0
/**
 * Makes `idna-table.ts` from Unicode's own files (https://www.unicode.org/Public/), which lie in one folder:
 * IdnaMappingTable.txt, DerivedAge.txt, DerivedJoiningType.txt, DerivedCombiningClass.txt.
 *
 *     node src/identifiers/tables/idna-build.js FOLDER
 *
 * Nearly all of the mapping is what every runtime computes alike, lower case and NFKC, as far as its characters are older
 * than the oldest runtime. So the table holds the characters that are allowed, none of them newer than `AGE`, and the few
 * whose mapping is another one. `idna.ts` reads it; `test/identifiers/idna.test.ts` compares.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Node 20.19, the oldest runtime that is supported, knows Unicode 15.1 and more. */
const AGE = 15.0;
const LAST = 0x10ffff;

const folder = process.argv[2] ?? '.';

/**
 * @param {string} file
 * @returns {{ first: number, last: number, fields: string[] }[]}
 */
function rangesOf(file) {
  return readFileSync(join(folder, file), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [range, ...fields] = line.split(';').map((field) => field.trim());
      const [first, last = first] = /** @type {string} */ (range)
        .split('..')
        .map((hex) => Number.parseInt(hex, 16));
      return { first: /** @type {number} */ (first), last: /** @type {number} */ (last), fields };
    });
}

/** What `idna.ts` makes of a character without a table. @param {string} text */
function folded(text) {
  let now = text;
  for (let before = ''; before !== now; ) {
    before = now;
    now = now.normalize('NFKC').toLowerCase();
  }
  return now.normalize('NFKC');
}

const old = new Uint8Array(LAST + 1);
for (const { first, last, fields } of rangesOf('DerivedAge.txt')) {
  if (Number(fields[0]) <= AGE) old.fill(1, first, last + 1);
}
const allowed = new Uint8Array(LAST + 1);
/** @type {[number, string][]} */
const others = [];
const idna = rangesOf('IdnaMappingTable.txt');
for (const { first, last, fields } of idna) {
  const [status, mapping = ''] = fields;
  for (let point = first; point <= last; point++) {
    if (!old[point] || status === 'disallowed') continue;
    allowed[point] = 1;
    const own = String.fromCodePoint(point);
    const target =
      status === 'mapped'
        ? String.fromCodePoint(...mapping.split(' ').map((hex) => Number.parseInt(hex, 16)))
        : status === 'ignored'
          ? ''
          : own;
    if (folded(own) !== target) others.push([point, target]);
  }
}

/** Lengths of runs, those that are not first. @param {Uint8Array} members */
function runs(members) {
  const lengths = [];
  let from = 0;
  for (let point = 1; point <= LAST + 1; point++) {
    if (point <= LAST && members[point] === members[from]) continue;
    lengths.push(point - from);
    from = point;
  }
  if (members[0] === 1) lengths.unshift(0);
  return lengths.map((length) => length.toString(36)).join(' ');
}

/** @param {string} file @param {...string} values */
function members(file, ...values) {
  const set = new Uint8Array(LAST + 1);
  for (const { first, last, fields } of rangesOf(file)) {
    if (!values.includes(/** @type {string} */ (fields[0]))) continue;
    for (let point = first; point <= last; point++) set[point] = /** @type {number} */ (old[point]);
  }
  return runs(set);
}

/** Runs of characters that map to nothing, or to as many characters in a row, are one entry. */
const entries = [];
for (let i = 0; i < others.length; ) {
  const [point, target] = /** @type {[number, string]} */ (others[i]);
  let length = 1;
  const next = () => others[i + length];
  const step = (/** @type {number} */ n) =>
    target === ''
      ? ''
      : [...target].length === 1
        ? String.fromCodePoint(/** @type {number} */ (target.codePointAt(0)) + n)
        : undefined;
  while (next()?.[0] === point + length && next()?.[1] === step(length)) length++;
  const to = [...target].map((c) => /** @type {number} */ (c.codePointAt(0)).toString(36)).join('.');
  entries.push(`${point.toString(36)}${length > 1 ? `+${length.toString(36)}` : ''}=${to}`);
  i += length;
}

const version = /\d+\.\d+\.\d+/.exec(readFileSync(join(folder, 'IdnaMappingTable.txt'), 'utf8'))?.[0];
/** @type {[string, string, string][]} */
const parts = [
  [
    'ALLOWED',
    'Of all code points, how many in a row are not allowed, are, are not ...; base 36.',
    runs(allowed),
  ],
  [
    'OTHERS',
    'Characters, or runs of them, that map to something else than lower case and NFKC would make of them; base 36.',
    entries.join(' '),
  ],
  [
    'VIRAMAS',
    'Behind these a joiner is allowed (canonical combining class 9); as ALLOWED.',
    members('DerivedCombiningClass.txt', '9'),
  ],
  ['JOINING_LEFT', 'Joining types L and D; as ALLOWED.', members('DerivedJoiningType.txt', 'L', 'D')],
  ['JOINING_RIGHT', 'Joining types R and D; as ALLOWED.', members('DerivedJoiningType.txt', 'R', 'D')],
  ['TRANSPARENT', 'Joining type T; as ALLOWED.', members('DerivedJoiningType.txt', 'T')],
];
writeFileSync(
  new URL('./idna-table.ts', import.meta.url),
  `// SPDX-License-Identifier: Apache-2.0
/**
 * Made by \`idna-build.js\` from IdnaMappingTable.txt of Unicode ${version} and the properties of characters up to Unicode
 * ${AGE.toFixed(1)}. Unicode data: (c) Unicode, Inc., under the Unicode License v3 (https://www.unicode.org/license.txt).
 */

${parts.map(([name, comment, text]) => `/** ${comment} */\nexport const ${name}: string =\n  '${text}';\n`).join('\n')}`,
);
