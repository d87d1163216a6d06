// SPDX-License-Identifier: Apache-2.0
/** Telephone numbers for properties. */

import fc from 'fast-check';
import examples from 'libphonenumber-js/examples.mobile.json' with { type: 'json' };
import {
  type CountryCode,
  type Examples,
  getCountries,
  getCountryCallingCode,
  getExampleNumber,
  Metadata,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { allAlike, isRun } from '../../src/identifiers/placeholders.js';
import { compiledPlan } from '../../src/identifiers/plans.js';

export const countries: CountryCode[] = getCountries();
export const country: fc.Arbitrary<CountryCode> = fc.constantFrom(...countries);

/** libphonenumber's example of a mobile number, one for each country that has one. */
export const exampleNumbers: PhoneNumber[] = countries.flatMap(
  (each) => getExampleNumber(each, examples as unknown as Examples) ?? [],
);

/** Digits of a possible length behind a country's calling code; few are in an assigned range. */
const randomNumber: fc.Arbitrary<PhoneNumber> = country
  .chain((each) => {
    const metadata = new Metadata();
    metadata.selectNumberingPlan(each);
    return fc
      .constantFrom(...metadata.numberingPlan!.possibleLengths())
      .chain((length) => fc.stringMatching(new RegExp(`^\\d{${length}}$`)))
      .map((digits) => parsePhoneNumberFromString(`+${getCountryCallingCode(each)}${digits}`));
  })
  .filter((number) => number !== undefined);

/** Another number of an example's range: its last digits replaced. */
const neighbour: fc.Arbitrary<PhoneNumber> = fc
  .tuple(fc.constantFrom(...exampleNumbers), fc.stringMatching(/^\d{4}$/))
  .map(([{ number }, digits]) => parsePhoneNumberFromString(number.slice(0, -4) + digits))
  .filter((number) => number !== undefined);

export const anyNumber: fc.Arbitrary<PhoneNumber> = fc.oneof(
  fc.constantFrom(...exampleNumbers),
  neighbour,
  randomNumber,
);
/** Neither counted nor all alike, which nobody's number is taken to be. */
function isSomebodys({ nationalNumber }: PhoneNumber): boolean {
  return !allAlike(nationalNumber) && !isRun(nationalNumber) && !isRun(`0${nationalNumber}`);
}

/** Of a possible length, with digits that numbers of its country can have. */
export const possibleNumber: fc.Arbitrary<PhoneNumber> = anyNumber.filter(
  (number) =>
    number.isPossible() &&
    isSomebodys(number) &&
    compiledPlan(number.countryCallingCode).possible(number.nationalNumber),
);
export const validNumber: fc.Arbitrary<PhoneNumber> = anyNumber.filter(
  (number) => number.isValid() && isSomebodys(number),
);

/** Digits with the beginnings and separators that decide how a number is read. */
export const numberLikeText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '+', '0', '00', '1', '01', '011', '8', '810', '0011', '001', '009', '+00'),
    fc.oneof(
      anyNumber.map((number) => number.nationalNumber),
      anyNumber.map((number) => number.number.slice(1)),
      fc.stringMatching(/^\d{1,16}$/),
    ),
    fc.constantFrom('', ' ', '-', '.', '/', ' (0) ', '\u00a0', ') '),
    fc.nat({ max: 6 }),
    fc.constantFrom(
      '',
      '',
      '',
      ' ',
      '.0',
      ' ext. 12',
      'x1',
      ' X 123456789',
      'ext12',
      ' x',
      ' #1',
      ',2',
      '-3#',
    ),
  )
  .map(
    ([prefix, digits, separator, at, end]) =>
      prefix + digits.slice(0, at) + separator + digits.slice(at) + end,
  );
