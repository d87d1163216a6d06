// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { type CountryCode, getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, test } from 'vitest';
import {
  type HowToRead,
  interpretPhone,
  normalizePhone,
  readFully,
  readPhone,
} from '../../src/identifiers/phone.js';
import { shortcut } from '../../src/identifiers/shortcut.js';
import { times } from '../support/effort.js';
import {
  countries,
  country,
  exampleNumbers,
  numberLikeText,
  possibleNumber,
  validNumber,
} from './phone-numbers.js';

const HOW: HowToRead = { assigned: false, international: false, strict: false };
const maybeCountry: fc.Arbitrary<CountryCode | undefined> = fc.option(country, { nil: undefined });

describe('normalising is idempotent', () => {
  test.each(exampleNumbers.map((number) => [number.country, number.number]))(
    'the example of %s',
    (home, e164) => {
      expect(normalizePhone(e164, { country: home })).toBe(e164);
      expect(normalizePhone(e164)).toBe(e164);
    },
  );

  test('whatever was read is read again as itself, in every country, strictly or not', () => {
    const text = fc.oneof(numberLikeText, fc.string());
    fc.assert(
      fc.property(text, maybeCountry, maybeCountry, fc.boolean(), (written, home, elsewhere, assigned) => {
        const first = readPhone(written, home, assigned);
        if (typeof first !== 'string') return;
        expect(first).toMatch(/^\+[1-9]\d{3,18}$/);
        expect(readPhone(first, elsewhere, assigned)).toBe(first);
      }),
      { numRuns: times(3000) },
    );
  });

  test('assigned only refuses: it never reads another number', () => {
    fc.assert(
      fc.property(numberLikeText, maybeCountry, (written, home) => {
        const assigned = readPhone(written, home, true);
        if (typeof assigned === 'string') expect(readPhone(written, home, false)).toBe(assigned);
      }),
      { numRuns: times(2000) },
    );
  });
});

describe('a formatted number is read back', () => {
  test.each(['E.164', 'INTERNATIONAL', 'RFC3966'] as const)(
    '%s: every possible number, anywhere',
    (format) => {
      fc.assert(
        fc.property(possibleNumber, maybeCountry, (number, reader) => {
          // A number with a superfluous national prefix inside ("+49 0 30 ...") is formatted with it and read without.
          const settled = normalizePhone(number.number);
          const text = parsePhoneNumberFromString(settled)!.format(format);
          expect(normalizePhone(text, { country: reader })).toBe(settled);
        }),
        { numRuns: times(1000) },
      );
    },
  );

  /**
   * Only valid numbers: one that is merely possible may begin with the digits of its country's national or
   * international prefix (+49 0044... is written 0044... in Germany), and the text says then what the prefix says.
   */
  test('NATIONAL: every valid number, in its country, except for Gabon', () => {
    const belongsSomewhere = validNumber.filter(({ country: home }) => home !== undefined && home !== 'GA');
    fc.assert(
      fc.property(belongsSomewhere, (number) => {
        expect(normalizePhone(number.formatNational(), { country: number.country })).toBe(number.number);
      }),
      { numRuns: times(1000) },
    );
  });

  test('NATIONAL, Gabon: the metadata gives two valid numbers one national form, and reads it as the longer', () => {
    // The seven digits are written with a 0 in front, and eight digits that begin with this 0 are a number, too.
    const [seven, eight] = ['+2414036115', '+24104036115'].map((text) => parsePhoneNumberFromString(text)!);
    expect([seven!.isValid(), eight!.isValid()]).toEqual([true, true]);
    expect(seven!.formatNational()).toBe('04 03 61 15');
    expect(eight!.formatNational().replace(/ /g, '')).toBe('04036115');
    expect(normalizePhone('04 03 61 15', { country: 'GA' })).toBe('+24104036115');
    // Other numbers of Gabon come back.
    expect(normalizePhone('011 36 12 34', { country: 'GA' })).toBe('+24111361234');
    expect(normalizePhone('06 03 12 34 5', { country: 'GA' })).toBe('+24160312345');
  });

  test('IDD: every valid number, from every other country, except from Hong Kong', () => {
    const from = country.filter((each) => each !== 'HK');
    fc.assert(
      fc.property(validNumber, from, (number, fromCountry) => {
        const text = number.format('IDD', { fromCountry });
        // Within one calling code libphonenumber gives the national form; some countries have no single prefix to give.
        if (text === undefined || number.countryCallingCode === getCountryCallingCode(fromCountry)) return;
        expect(normalizePhone(text, { country: fromCountry })).toBe(number.number);
      }),
      { numRuns: times(1000) },
    );
  });

  test('IDD, Hong Kong: 00 93 ... is also operator 009 and 3 ...; its own rule, the longer prefix, wins', () => {
    const afghan = parsePhoneNumberFromString('+93256773006')!;
    expect(afghan.isValid()).toBe(true);
    const text = afghan.format('IDD', { fromCountry: 'HK' });
    expect(text).toBe('00 93 25 677 3006');
    // Belgium, valid as well: nothing in the digits tells which was meant.
    expect(normalizePhone(text!, { country: 'HK' })).toBe('+3256773006');
    expect(parsePhoneNumberFromString('+3256773006')!.isValid()).toBe(true);
    // Where only one reading is a number, it is found.
    expect(normalizePhone('00 44 20 7946 0958', { country: 'HK' })).toBe('+442079460958');
    expect(normalizePhone('001 44 20 7946 0958', { country: 'HK' })).toBe('+442079460958');
  });
});

describe('the shortcut', () => {
  test('gives what the full reading gives, wherever it gives anything', () => {
    let answered = 0;
    let asked = 0;
    fc.assert(
      fc.property(
        fc.oneof(numberLikeText, fc.stringMatching(/^[+0-9 ().x-]{1,20}$/)),
        maybeCountry,
        (text, home) => {
          asked++;
          if (shortcut(text.trim(), home) !== undefined) answered++;
          if (text.trim() !== '')
            expect(interpretPhone(text, home, HOW)).toEqual(readFully(text.trim(), home, HOW));
        },
      ),
      { numRuns: times(10_000) },
    );
    // Without answers the property would say nothing.
    expect(answered).toBeGreaterThan(asked / 10);
  });

  test('answers for ordinary numbers of most countries, so that it is worth having', () => {
    const answered = (format: 'E.164' | 'INTERNATIONAL' | 'NATIONAL'): number =>
      exampleNumbers.filter((number) => shortcut(number.format(format), number.country) === number.number)
        .length / exampleNumbers.length;
    expect(answered('E.164')).toBeGreaterThan(0.9);
    expect(answered('INTERNATIONAL')).toBeGreaterThan(0.9);
    expect(answered('NATIONAL')).toBeGreaterThan(0.6);
  });
});

test('every country of the metadata can be named, in either case', () => {
  for (const each of countries) {
    expect(normalizePhone('+14155550123', { country: each.toLowerCase() })).toBe('+14155550123');
  }
});
