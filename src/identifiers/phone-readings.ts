// SPDX-License-Identifier: Apache-2.0
/**
 * The ways in which a text can be a telephone number, and which of them is taken. libphonenumber knows one way for each
 * text; people also leave a plus away, write a zero that is not dialled, or the prefix of another country. Where two ways
 * are numbers, the better one wins: an assigned range before one that the plan could have, that before a mere length.
 */

import {
  type CountryCode,
  ParseError,
  type PhoneNumber,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max';
import { REFUSED } from './phone-refusals.js';
import { callingCodeOf, checkLength, compiledPlan, type LengthCheck } from './plans.js';
import { isRefusal, type Refusal } from './refusal.js';

/**
 * What another reading of a number, just as good as the one taken, turns on:
 * `country-code`: it begins with its country's code without a plus, or the digits are an area code.
 * `double-zero`: 00 leads out of the country, or the digits are part of the number.
 * `zero-in-brackets`: (0) behind a country code is not dialled, or it is part of the number.
 * `other-kind`: its groups, with dots between them, are those of a number, or an address of a machine or a coordinate.
 */
export type AmbiguityCode = 'country-code' | 'double-zero' | 'zero-in-brackets' | 'other-kind';

interface Choice {
  readonly number: PhoneNumber | Refusal;
  /** Whether the text itself has the country code. */
  readonly withCode: boolean;
  readonly ambiguous?: AmbiguityCode | undefined;
}

/** 0 no number, 1 a possible length, 2 what the plan could have, 3 an assigned range. */
type Quality = 0 | 1 | 2 | 3;

/** @param text - ASCII digits and separators, an extension perhaps; a plus first if there is one */
export function choose(text: string, country: CountryCode | undefined, international: boolean): Choice {
  const written = text.replace(/^[^\d+]*0[01]{0,2}[^\d+]*\+/, '+');
  if (written.startsWith('+')) return withPlus(written, country);
  const digits = written.replace(/\D/g, '');
  if (international && !digits.startsWith('0')) return abroad(`+${written}`);
  const here: Choice = { number: settled(written, country), withCode: false };
  if (DOUBLE_ZERO.test(written)) {
    return better(here, abroad(written.replace(DOUBLE_ZERO, '+$1')), 'double-zero');
  }
  if (country === undefined) return here;
  const prefix = compiledPlan(country).internationalPrefix.exec(digits)?.[0];
  if (prefix) {
    const behind = written.slice(indexBehind(written, prefix.length)).replace(/^\D+/, '');
    return behind.startsWith('0') ? here : better(here, abroad(`+${behind}`));
  }
  return withoutPlus(written, digits, country, here);
}

/** 00 at the start of the digits, where a country code can follow. */
const DOUBLE_ZERO = /^[^\d+]*0[^\d+]*0[^\d+]*([1-9])/;

/** No country code begins with 0: `+0044` is 0044, and `+0171 ...` in Germany 0171. */
function withPlus(text: string, country: CountryCode | undefined): Choice {
  const zeros = /^\+[^\d]*0[0\D]*/.exec(text);
  if (zeros === null) return abroad(text);
  const direct = abroad(`+${text.slice(zeros[0].length)}`);
  if (country === undefined) return direct;
  const here = settled(text.slice(1), country);
  return better(direct, { number: here, withCode: false }, 'double-zero');
}

/** @param text - a plus, and digits of which the first is not zero */
function abroad(text: string): Choice {
  const asWritten: Choice = { number: settled(text, undefined), withCode: true };
  const digits = text.replace(/\D/g, '');
  const code = callingCodeOf(digits);
  if (code === undefined) return asWritten;
  const former = compiledPlan(code).former?.exec(digits.slice(code.length))?.[1];
  if (former !== undefined && quality(asWritten.number) === 0) {
    return better(asWritten, { number: settled(`+${code}${former}`, undefined), withCode: true });
  }
  if (digits[code.length] !== '0') return asWritten;
  // A zero that is dialled within some countries only: where it is not part of any number, it goes.
  const rest = text.slice(indexBehind(text, code.length));
  const without = settled(`+${code} ${rest.replace(/^\D*0[0\s]*[)\]]?/, '')}`, undefined);
  const dropped: Choice = { number: without, withCode: true };
  const bracketed = /^\D*[([]\s*0+\s*[)\]]/.test(rest);
  return bracketed ? better(dropped, asWritten, 'zero-in-brackets') : better(asWritten, dropped);
}

/** A number as it is written within its country; it may still begin with the country's code. */
function withoutPlus(text: string, digits: string, country: CountryCode, here: Choice): Choice {
  const plan = compiledPlan(country);
  const code = plan.callingCode;
  const former = plan.former?.exec(digits)?.[1];
  if (former !== undefined && quality(here.number) === 0)
    return better(here, { number: settled(`+${code}${former}`, undefined), withCode: false });
  if (plan.nationalPrefix?.exec(digits)?.[0]) {
    // A zero in front of the country's code, where others write two.
    const behind = digits.replace(/^0+/, '');
    if (behind === digits || !behind.startsWith(code) || quality(here.number) > 1) return here;
    return better(here, abroad(`+${behind}`));
  }
  if (/^0+/.test(digits) && quality(here.number) <= 1) {
    // `01 650 ...` in the United States: the zero stands where others write two. In `0151 23456789` the groups speak against it,
    // and without groups it may be a number of a country that writes such a zero.
    const behind = text.replace(/^\D*0[0\D]*/, '');
    const group = /^\d*/.exec(behind)![0];
    const whole = group === behind.replace(/\D/g, '');
    if (group !== code && !(whole && group.startsWith(code))) return here;
    const taken = atLeast(2, abroad(`+${behind}`));
    if (taken !== undefined) return whole ? { ...taken, ambiguous: 'country-code' } : taken;
  }
  if (!digits.startsWith(code)) return here;
  const direct = abroad(`+${text.replace(/^\D+/, '')}`);
  const [national, international] = [quality(here.number), quality(direct.number)];
  // (4921) 89123: brackets stand around an area code.
  const area = /^\D*[([]\s*(\d+)/.exec(text)?.[1];
  if (area !== undefined && area.length > code.length) return international > national ? direct : here;
  if (international === 3) {
    const both = national === 3 && numberOf(here) !== numberOf(direct);
    return both ? { ...direct, ambiguous: 'country-code' } : direct;
  }
  const alone = /^\D*(\d+)\D/.exec(text)?.[1] === code;
  if (international > national || (alone && international === national && international > 0)) return direct;
  const both = international === national && international > 1 && numberOf(here) !== numberOf(direct);
  return both ? { ...here, ambiguous: 'country-code' } : here;
}

/** The second one where it is better, else the first; a note where neither is. */
function better(first: Choice, second: Choice, note?: AmbiguityCode): Choice {
  const [a, b] = [quality(first.number), quality(second.number)];
  if (b > a) return second;
  const both = note !== undefined && a === b && a > 1 && numberOf(first) !== numberOf(second);
  return both ? { ...first, ambiguous: note } : first;
}

function atLeast(least: Quality, choice: Choice): Choice | undefined {
  return quality(choice.number) >= least ? choice : undefined;
}

function numberOf({ number }: Choice): string | undefined {
  return isRefusal(number) ? undefined : number.number;
}

function quality(number: PhoneNumber | Refusal): Quality {
  if (isRefusal(number) || lengthOf(number) !== 'possible') return 0;
  if (number.isValid()) return 3;
  return compiledPlan(number.countryCallingCode).plausible(number.nationalNumber) ? 2 : 1;
}

/** Whether some number of that length exists in the country that the number itself points to. */
export function lengthOf(number: PhoneNumber): LengthCheck {
  return checkLength(number.country ?? number.countryCallingCode, number.nationalNumber);
}

/** Where the digit behind the first `count` of them begins. */
function indexBehind(text: string, count: number): number {
  let seen = 0;
  for (let i = 0; i < text.length; i++) {
    if (/\d/.test(text[i]!) && ++seen === count) return i + 1;
  }
  return text.length;
}

/**
 * The number that reading its own E.164 form gives again. One reading is not enough: libphonenumber takes a single
 * national prefix off ("+49 (0) 030 ..." has two), and judges a national number by the country it was given.
 */
function settled(text: string, country: CountryCode | undefined): PhoneNumber | Refusal {
  let number = parse(text, country);
  for (let i = 0; i < 8 && !isRefusal(number); i++) {
    const again = parse(number.number, undefined);
    if (isRefusal(again) || again.number === number.number) return again;
    number = again;
  }
  return isRefusal(number) ? number : REFUSED.notValid;
}

function parse(text: string, country: CountryCode | undefined): PhoneNumber | Refusal {
  try {
    return parsePhoneNumberWithError(text, { ...(country && { defaultCountry: country }), extract: false });
  } catch (error) {
    const reason = error instanceof ParseError ? error.message : undefined;
    if (reason === 'TOO_SHORT') return REFUSED.tooShort;
    if (reason === 'TOO_LONG') return REFUSED.tooLong;
    if (reason === 'NOT_A_NUMBER') return REFUSED.notANumber;
    if (reason !== 'INVALID_COUNTRY') throw error;
    return country === undefined && !text.startsWith('+') ? REFUSED.noCountry : REFUSED.notValid;
  }
}
