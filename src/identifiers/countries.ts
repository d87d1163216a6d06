// SPDX-License-Identifier: Apache-2.0
/** Countries as lists name them: by two or three letters, by name, by the code that is dialled. */

import { type CountryCode, isSupportedCountry } from 'libphonenumber-js/max';
import { mainCountryOf } from './plans.js';
import { COUNTRY_NAMES } from './tables/country-names.js';

/** The country of two letters that libphonenumber knows, or undefined. */
export function knownCountry(country: string): CountryCode | undefined {
  const upper = country.trim().toUpperCase();
  return isSupportedCountry(upper) ? upper : undefined;
}

/** No name of a country is longer; nor is a longer text looked at. */
const MAX_NAME = 80;

let names: Map<string, CountryCode> | undefined;
/** Cells repeat; what the last thousand of them were. */
const recent = new Map<string, CountryCode | undefined>();
const MOST_RECENT = 1000;

/**
 * The country of a cell: `DE`, `DEU`, `Germany`, `Deutschland`, `+49`, `0049`. A code that countries share (+1, +44) is the
 * largest one's, which numbers of the others are read alike in.
 * @returns undefined for what names no country with a numbering plan
 */
export function countryNamed(cell: string): CountryCode | undefined {
  const known = recent.get(cell);
  if (known !== undefined || recent.has(cell)) return known;
  const country = cell.length > MAX_NAME ? undefined : readName(cell);
  if (recent.size === MOST_RECENT) recent.clear();
  recent.set(cell, country);
  return country;
}

function readName(cell: string): CountryCode | undefined {
  const code = knownCountry(cell);
  if (code !== undefined) return code;
  const dialled = /^(?:\+|00)? ?(\d{1,3})$/.exec(cell.trim())?.[1];
  if (dialled !== undefined) return mainCountryOf(dialled);
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
