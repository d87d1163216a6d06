// SPDX-License-Identifier: Apache-2.0
/** The table of regions and formats: numbers of every region, as people and programs write them there and abroad. */

import {
  type CountryCode,
  getCountryCallingCode,
  Metadata,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { allAlike, isRun } from '../../src/identifiers/placeholders.js';
import { countries, exampleNumbers } from './phone-numbers.js';

interface Spelling {
  readonly region: CountryCode;
  readonly format: string;
  readonly text: string;
  /** Where it is read. */
  readonly reader: CountryCode | undefined;
  readonly expected: string;
}

/** Mulberry32. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** Assigned numbers of a region: its example with other digits at its end, more and more of them. */
function numbersOf(region: CountryCode, count: number): PhoneNumber[] {
  const example = exampleNumbers.find(({ country }) => country === region);
  if (example === undefined) return [];
  const random = randomFrom(region.charCodeAt(0) * 256 + region.charCodeAt(1));
  const found = new Map<string, PhoneNumber>();
  for (let tries = 0; tries < count * 60 && found.size < count; tries++) {
    const { nationalNumber, countryCallingCode } = example;
    const kept = random(Math.max(1, nationalNumber.length - 3));
    const digits = Array.from({ length: nationalNumber.length - kept }, () => random(10)).join('');
    const number = parsePhoneNumberFromString(
      `+${countryCallingCode}${nationalNumber.slice(0, kept)}${digits}`,
    );
    if (number?.country !== region || !number.isValid()) continue;
    const national = number.nationalNumber;
    if (!allAlike(national) && !isRun(national) && !isRun(`0${national}`)) found.set(number.number, number);
  }
  return [...found.values()];
}

function trunkOf(region: CountryCode): string {
  const metadata = new Metadata();
  metadata.selectNumberingPlan(region);
  return (
    (metadata.numberingPlan as unknown as { nationalPrefix(): string | undefined }).nationalPrefix() ?? ''
  );
}

const wide = (text: string): string =>
  text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

/** Each format of a number that can be read without a country, and of one that is read in its own. */
const ABROAD: Readonly<Record<string, (number: PhoneNumber, trunk: string) => string>> = {
  'E.164': ({ number }) => number,
  international: (number) => number.formatInternational(),
  'international, dashes': (number) => number.formatInternational().replaceAll(' ', '-'),
  'international, dots': (number) => number.formatInternational().replaceAll(' ', '.'),
  'RFC 3966': (number) => number.getURI(),
  '00': ({ number }) => `00${number.slice(1)}`,
  '00, grouped': (number) => `00 ${number.formatInternational().slice(1)}`,
  'zero in brackets': ({ countryCallingCode, nationalNumber }) =>
    `+${countryCallingCode} (0)${nationalNumber}`,
  'trunk in brackets': ({ countryCallingCode, nationalNumber }, trunk) =>
    trunk === ''
      ? `+${countryCallingCode}${nationalNumber}`
      : `+${countryCallingCode} (${trunk}) ${nationalNumber}`,
  'code in brackets': ({ countryCallingCode, nationalNumber }) =>
    `(+${countryCallingCode}) ${nationalNumber}`,
  'full width': (number) => wide(number.formatInternational()),
  labelled: (number) => `Tel.: ${number.formatInternational()}`,
  Meta: ({ number }) => `p:${number}`,
  spreadsheet: ({ number }) => `="${number}"`,
  extension: (number) => `${number.formatInternational()} ext. 12`,
};

const AT_HOME: Readonly<Record<string, (number: PhoneNumber, trunk: string) => string>> = {
  national: (number) => number.formatNational(),
  'national, digits': (number) => number.formatNational().replace(/\D/g, ''),
  'national, dots': (number) => number.formatNational().replace(/[ -]+/g, '.'),
  'national, slash': (number) => number.formatNational().replace(/[ -]+/, '/'),
  'national, quoted': (number) => `'${number.formatNational()}`,
  'national, labelled': (number) => `${number.formatNational()} (mobile)`,
  'without trunk': ({ nationalNumber }) => nationalNumber,
  'without plus': ({ number }) => number.slice(1),
  'without plus, grouped': (number) => number.formatInternational().slice(1),
};

/** @param count - numbers of each region */
export function* spellings(count: number): Generator<Spelling> {
  for (const region of countries) {
    const trunk = trunkOf(region);
    for (const number of numbersOf(region, count)) {
      const { number: expected } = number;
      for (const [format, write] of Object.entries(ABROAD)) {
        yield { region, format, text: write(number, trunk), reader: undefined, expected };
        yield { region, format: `${format}, at home`, text: write(number, trunk), reader: region, expected };
      }
      for (const [format, write] of Object.entries(AT_HOME)) {
        yield { region, format, text: write(number, trunk), reader: region, expected };
      }
      const caller = countries[(expected.charCodeAt(expected.length - 1) * 31 + count) % countries.length]!;
      if (getCountryCallingCode(caller) === number.countryCallingCode) continue;
      const text = number.format('IDD', { fromCountry: caller });
      if (text) yield { region, format: 'dialled abroad', text, reader: caller, expected };
    }
  }
}
