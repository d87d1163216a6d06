// SPDX-License-Identifier: Apache-2.0
/**
 * Makes `characters-table.ts` from Unicode's own files of one version (https://www.unicode.org/Public/15.0.0/ucd/), which lie in one
 * folder: DerivedGeneralCategory.txt, DerivedCoreProperties.txt.
 *
 *     node src/identifiers/tables/characters-build.js FOLDER
 *
 * Runtimes know different versions of Unicode, and two parties have to agree what a cell holds. What Unicode promises never to
 * change for a character that it has (its NFC, its lower case) is the runtime's; which characters there are is the table's.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LAST = 0x10ffff;

const folder = process.argv[2] ?? '.';
const texts = Object.fromEntries(
  ['DerivedGeneralCategory.txt', 'DerivedCoreProperties.txt'].map((name) => [
    name,
    readFileSync(join(folder, name), 'utf8'),
  ]),
);
const version = /-(\d+\.\d+)\.\d+\.txt/.exec(texts['DerivedGeneralCategory.txt'] ?? '')?.[1];
if (version === undefined || !texts['DerivedCoreProperties.txt']?.includes(`-${version}.`))
  throw new Error('The files name no version in their first line, or not the same one.');

/** @param {string} file @param {...string} values */
function members(file, ...values) {
  const set = new Uint8Array(LAST + 1);
  for (const line of (texts[file] ?? '').split('\n')) {
    const [range = '', value = ''] = line
      .replace(/#.*/, '')
      .split(';')
      .map((field) => field.trim());
    if (!values.includes(value)) continue;
    const [first = 0, last = first] = range.split('..').map((hex) => Number.parseInt(hex, 16));
    set.fill(1, first, last + 1);
  }
  return set;
}

/** Lengths of runs, those that are not first. @param {(point: number) => unknown} has */
function runs(has) {
  const lengths = [];
  let from = 0;
  let inside = false;
  for (let point = 0; point <= LAST; point++) {
    if (Boolean(has(point)) === inside) continue;
    lengths.push(point - from);
    from = point;
    inside = !inside;
  }
  if (inside) lengths.push(LAST + 1 - from);
  return lengths.map((length) => length.toString(36)).join(' ');
}

const CATEGORIES = 'DerivedGeneralCategory.txt';
const format = members(CATEGORIES, 'Cf');
const ignorable = members('DerivedCoreProperties.txt', 'Default_Ignorable_Code_Point');
const digits = members(CATEGORIES, 'Nd');
const others = members(CATEGORIES, 'Cn', 'Cc', 'Cs', 'Zs', 'Zl', 'Zp');

const zeros = [];
for (let point = 0x80; point <= LAST; point++) {
  if (!digits[point]) continue;
  zeros.push(point);
  for (let value = 0; value < 10; value++)
    if (!digits[point + value]) throw new Error(`No ten digits at ${point.toString(16)}.`);
  point += 9;
}

/** @type {[string, string, string][]} */
const parts = [
  [
    'INVISIBLE',
    'Format characters (Cf) and what is to be drawn as nothing (Default_Ignorable_Code_Point): of all code points, how many in a row are not among them, are, are not ...; base 36.',
    runs((point) => format[point] || ignorable[point]),
  ],
  [
    'LOCAL_PART',
    'Characters outside ASCII that a local part may have: all that there are, but separators, controls, INVISIBLE, and U+FFFC and U+FFFD, which stand for something that is lost; as INVISIBLE.',
    runs(
      (point) =>
        point >= 0x80 &&
        !others[point] &&
        !format[point] &&
        !ignorable[point] &&
        point !== 0xfffc &&
        point !== 0xfffd,
    ),
  ],
  [
    'ZEROS',
    'The zeros of the decimal digits outside ASCII, of which each script has ten in a row; how far each is behind the one before it, base 36.',
    zeros.map((zero, i) => (zero - (zeros[i - 1] ?? 0)).toString(36)).join(' '),
  ],
];
writeFileSync(
  new URL('./characters-table.ts', import.meta.url),
  `// SPDX-License-Identifier: Apache-2.0
/**
 * Made by \`characters-build.js\` from the properties of characters of Unicode ${version}. Unicode data: (c) Unicode, Inc., under the
 * Unicode License v3 (https://www.unicode.org/license.txt).
 */

${parts.map(([name, comment, text]) => `/** ${comment} */\nexport const ${name}: string =\n  '${text}';\n`).join('\n')}`,
);
