// SPDX-License-Identifier: Apache-2.0
/** Countries by two or three letters, or by name. */

import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/max';
import { COUNTRY_NAMES } from './country-names.js';

/** The country of two letters that libphonenumber knows, or undefined. */
export function knownCountry(country: string): CountryCode | undefined {
  const upper = country.trim().toUpperCase();
  return isSupportedCountry(upper) ? upper : undefined;
}

/** No name of a country is longer; nor is a longer text looked at. */
const MAX_NAME = 80;

let names: Map<string, CountryCode> | undefined;

/** @returns undefined for what names no country with a numbering plan */
export function countryOfName(cell: string): CountryCode | undefined {
  if (cell.length > MAX_NAME) return undefined;
  const code = knownCountry(cell);
  if (code !== undefined) return code;
  names ??= new Map(
    COUNTRY_NAMES.split(',').flatMap((part) => {
      const [owner, ...keys] = part.split(' ');
      return keys.map((key) => [key, owner as CountryCode] as const);
    }),
  );
  return names.get(nameKey(cell));
}

/** A name as far as it tells countries apart: letters, in lower case, without marks. */
export function nameKey(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/ß/g, 'ss')
    .replace(/^the /, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}
