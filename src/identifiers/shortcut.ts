// SPDX-License-Identifier: Apache-2.0
/**
 * The plain cases of reading a telephone number, a tenth of the time. libphonenumber compiles its patterns anew for
 * every number; nine rows in ten need two of them. The rule here is to answer only where libphonenumber's own steps
 * (https://github.com/google/libphonenumber, `PhoneNumberUtil.parseHelper`) have a single way to go, and to leave
 * everything else to it. A property test holds the two together.
 */

import type { CountryCode } from 'libphonenumber-js/max';
import { REFUSED } from './phone-refusals.js';
import { type CompiledPlan, callingCodeOf, compiledPlan } from './plans.js';
import type { Refusal } from './refusal.js';

/** ASCII digits and separators: no extension, no letters, nothing that needs interpretation. */
const PLAIN = /^\+?[\d \u00a0()./-]{3,40}$/;

/** The extensions people write most; libphonenumber takes them off, and more. */
const EXTENSION = /(?:ext\.?|x) *\d{1,9}$/i;

/** @returns what the full reading without `assigned` gives, or undefined where it takes the full reading to know */
export function shortcut(text: string, country: CountryCode | undefined): string | Refusal | undefined {
  const number = PLAIN.test(text) ? text : withoutExtension(text);
  if (!PLAIN.test(number)) return undefined;
  const digits = number.replace(/\D/g, '');
  if (digits.length < 3) return undefined;
  if (number.startsWith('+')) return international(digits);
  if (country === undefined) return digits.startsWith('00') ? onlyNumber(digits.slice(2)) : undefined;

  const plan = compiledPlan(country);
  const prefix = plan.internationalPrefix.exec(digits)?.[0];
  if (digits.startsWith('00') && prefix !== '00') {
    // Not the country's prefix, so it is read both ways, unless the national one is too long for any number.
    const tooLong =
      digits.length > plan.longest && prefix === undefined && !plan.nationalPrefix?.test(digits);
    return tooLong ? onlyNumber(digits.slice(2)) : undefined;
  }
  if (prefix !== undefined) {
    const rest = digits.slice(prefix.length);
    // No country code begins with 0: libphonenumber takes the prefix for something else then.
    return rest.length < 3 || rest.startsWith('0') ? undefined : international(rest);
  }
  const national = withoutNationalPrefix(digits, plan);
  if (national === undefined) return undefined;
  // The country code without a plus, unless taking it off gives the same number (1 is both in North America).
  if (digits.startsWith(plan.callingCode)) {
    const shorter = withoutNationalPrefix(digits.slice(plan.callingCode.length), plan);
    if (shorter !== national) return undefined;
  }
  return certain(plan.callingCode, national);
}

function withoutExtension(text: string): string {
  const extension = EXTENSION.exec(text);
  if (extension === null) return text;
  let end = extension.index;
  while (end > 0 && (text[end - 1] === ' ' || text[end - 1] === '\u00a0')) end--;
  return text.slice(0, end);
}

/** @param digits - three or more, behind the plus or the international prefix */
function international(digits: string): string | Refusal | undefined {
  const callingCode = callingCodeOf(digits);
  if (callingCode === undefined) return REFUSED.notValid;
  const national = withoutNationalPrefix(digits.slice(callingCode.length), compiledPlan(callingCode));
  return national === undefined ? undefined : certain(callingCode, national);
}

/** As `international`, where a refusal of this reading would be a refusal of the other one. */
function onlyNumber(digits: string): string | undefined {
  const reading = international(digits);
  return typeof reading === 'string' ? reading : undefined;
}

/** What holds in every country of the calling code, of a number that is read again as itself. */
function certain(callingCode: string, national: string): string | Refusal | undefined {
  const plan = compiledPlan(callingCode);
  if (plan.nationalPrefix?.test(national)) return undefined;
  if (plan.sureLengths.has(national.length)) return `+${callingCode}${national}`;
  if (national.length < plan.shortest) return REFUSED.tooShort;
  return national.length > plan.longest ? REFUSED.tooLong : undefined;
}

/** Undefined where libphonenumber has more to decide than whether a prefix is there. */
function withoutNationalPrefix(digits: string, plan: CompiledPlan): string | undefined {
  const match = plan.nationalPrefix?.exec(digits);
  if (!match) return digits;
  const rewrites = match.length > 1 && match[match.length - 1] !== undefined;
  const rest = digits.slice(match[0].length);
  if (rewrites || plan.nationalNumber.test(digits) || !plan.sureLengths.has(rest.length)) return undefined;
  return rest;
}
