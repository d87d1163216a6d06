// SPDX-License-Identifier: Apache-2.0
/**
 * Reads the telephone numbers of a file into E.164, each line a country, a tab and a number:
 * `numbers.js veilmatch|libphonenumber-js NUMBERS`.
 */

import { readFileSync } from 'node:fs';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { fromDist } from './dist.js';

const [by, path] = /** @type {[string, string]} */ (process.argv.slice(2, 4));
const { readPhone } = await fromDist('identifiers/phone.js');
const cells = readFileSync(path, 'utf8')
  .split('\n')
  .slice(0, -1)
  .map((line) => [line.slice(0, 2), line.slice(3)]);

/** @type {(text: any, country: any) => string | undefined} */
const read =
  by === 'veilmatch'
    ? (text, country) => {
        const number = readPhone(text, country, false);
        return typeof number === 'string' ? number : undefined;
      }
    : (text, country) => {
        const number = parsePhoneNumberFromString(text, country);
        return number?.isPossible() ? number.number : undefined;
      };

const start = performance.now();
const before = process.cpuUsage();
let numbers = 0;
for (const [country, text] of cells) if (read(text, country) !== undefined) numbers++;
const { user, system } = process.cpuUsage(before);
console.log(
  JSON.stringify({ cpu: (user + system) / 1e6, seconds: (performance.now() - start) / 1000, numbers }),
);
