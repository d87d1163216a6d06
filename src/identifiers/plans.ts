// SPDX-License-Identifier: Apache-2.0
/** What libphonenumber's metadata says about countries and country calling codes. */

import { type CountryCode, Metadata, type NumberingPlan } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';

export type LengthCheck = 'possible' | 'too-short' | 'too-long' | 'not-valid';

/** Those of countries, and those like 800 that belong to none. */
const CALLING_CODES: ReadonlySet<string> = new Set([
  ...Object.keys(metadata.country_calling_codes),
  ...Object.keys(metadata.nonGeographic),
]);

/** The plan of a country, or of a calling code: that of its main country. */
export function planOf(countryOrCallingCode: string): NumberingPlan {
  const selector = new Metadata();
  selector.selectNumberingPlan(countryOrCallingCode as CountryCode);
  return selector.numberingPlan!;
}

/** The country calling code that E.164 digits start with. No code is the beginning of another. */
export function callingCodeOf(digits: string): string | undefined {
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    if (CALLING_CODES.has(code)) return code;
  }
  return undefined;
}

/** The digits behind the country calling code. */
export function nationalNumberOf(e164: string): string {
  return e164.slice(1 + callingCodeOf(e164.slice(1))!.length);
}

/** By the lengths of the plan; `not-valid` is a length between possible ones. */
export function checkLength(countryOrCallingCode: string, nationalNumber: string): LengthCheck {
  const lengths = planOf(countryOrCallingCode).possibleLengths();
  const { length } = nationalNumber;
  if (lengths.includes(length)) return 'possible';
  if (length < Math.min(...lengths)) return 'too-short';
  return length > Math.max(...lengths) ? 'too-long' : 'not-valid';
}
