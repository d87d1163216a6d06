// SPDX-License-Identifier: Apache-2.0
/** Countries as programs and people write them out: by a code and a name, by a language's region. */

import { type CountryCode, getCountryCallingCode } from 'libphonenumber-js/max';
import { countryOfName } from './named-countries.js';

/** No cell that is longer is taken apart. */
const MAX_CELL = 80;
/** `de_DE`, `en-US`, `zh_Hans_CN`, `pt_BR.UTF-8`: a language, perhaps a script, and the country. */
const LOCALE = /^[a-z]{2,3}(?:[_-][A-Z][a-z]{3})?[_-]([A-Z]{2})(?:\.[\w-]{1,12})?$/;
/** What stands between two ways to name one country; in names of countries as well. */
const BETWEEN = /\s[-\u2013\u2014]\s|[()[\]|/:;,=]|\s(?=\+)/;
/** The letters of a flag. */
const FLAG = /[\u{1f1e6}-\u{1f1ff}]{2}/gu;
const FLAG_A = 0x1f1e6;

/**
 * The country of a name or a code, or of both where they agree: `US - United States`, `Germany (+49)`, `de_DE`. Where one part of it
 * names no country, or another one, none is named.
 */
export function countryWritten(cell: string): CountryCode | undefined {
  if (cell.length > MAX_CELL) return undefined;
  const text = cell.trim();
  const direct = countryOfName(text) ?? countryOfName(LOCALE.exec(text)?.[1] ?? '');
  if (direct !== undefined) return direct;
  const parts = text
    .replace(FLAG, (flag) => ` (${[...flag].map((letter) => letterOf(letter)).join('')}) `)
    .split(BETWEEN)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const [codes, names] = [parts.filter((part) => CODE.test(part)), parts.filter((part) => !CODE.test(part))];
  const named = new Set(names.map(countryOfName));
  const [country] = named;
  if (named.size !== 1 || country === undefined) return undefined;
  const callingCode = getCountryCallingCode(country);
  // +1 876 is Jamaica's, of whose numbers it is a part; no code is the beginning of another.
  const agree = codes.every((code) => code.replace(/^00|\D/g, '').startsWith(callingCode));
  return agree ? country : undefined;
}

const CODE = /^(?:\+|00)? ?\d{1,3}(?:[ -]\d{3})?$/;

function letterOf(regional: string): string {
  return String.fromCharCode(regional.codePointAt(0)! - FLAG_A + 'A'.charCodeAt(0));
}
