// SPDX-License-Identifier: Apache-2.0
/** Countries as lists write them: two letters of ISO 3166-1, or the name in English. */

import { getCountries } from 'libphonenumber-js/max';
import type { FieldRefusal, FieldStep } from './field.js';

/** What is written as often as the code or the name. */
const OTHERS: Readonly<Record<string, string>> = {
  uk: 'GB',
  greatbritain: 'GB',
  england: 'GB',
  scotland: 'GB',
  wales: 'GB',
  usa: 'US',
  unitedstatesofamerica: 'US',
  america: 'US',
  deutschland: 'DE',
  espana: 'ES',
  españa: 'ES',
  italia: 'IT',
  österreich: 'AT',
  osterreich: 'AT',
  schweiz: 'CH',
  suisse: 'CH',
  nederland: 'NL',
  holland: 'NL',
  brasil: 'BR',
  méxico: 'MX',
  czechrepublic: 'CZ',
  turkey: 'TR',
  korea: 'KR',
  russia: 'RU',
};

const UNKNOWN: FieldRefusal = {
  code: 'not-valid',
  message: 'The text names no country: give two letters of ISO 3166-1, or the name in English.',
};

const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}]+/gu, '');

let names: ReadonlyMap<string, string> | undefined;

/** Codes by what is written for them; made when it is asked for first. */
function codesByName(): ReadonlyMap<string, string> {
  if (names !== undefined) return names;
  const english = new Intl.DisplayNames(['en'], { type: 'region' });
  const codes = getCountries().flatMap((code): [string, string][] => [
    [code.toLowerCase(), code],
    [plain(english.of(code) ?? code), code],
  ]);
  names = new Map([...codes, ...Object.entries(OTHERS)]);
  return names;
}

/** @returns two capital letters, or undefined for what names no country */
export function countryCode(text: string): string | undefined {
  return text.length > 64 ? undefined : codesByName().get(plain(text));
}

/** Two capital letters of ISO 3166-1. */
export const isoCountry: FieldStep = (text) => countryCode(text) ?? UNKNOWN;
