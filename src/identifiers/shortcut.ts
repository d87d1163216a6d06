// SPDX-License-Identifier: Apache-2.0
/**
 * The plain cases of reading a telephone number, a tenth of the time. libphonenumber compiles its patterns anew for
 * every number; nineteen rows in twenty need two of them. The rule here is to answer only where the steps of the full reading
 * have a single way to go, libphonenumber's (https://github.com/google/libphonenumber, `PhoneNumberUtil.parseHelper`) and
 * those of `phone-readings`, and to leave everything else to it. A property test holds the two together.
 */

import type { CountryCode } from 'libphonenumber-js/max';
import { mayBeSomethingElse } from './look-alikes.js';
import { REFUSED } from './phone-refusals.js';
import { allAlike, isRun } from './placeholders.js';
import { type CompiledPlan, callingCodeOf, compiledPlan, judge, nationalNumberOf } from './plans.js';
import type { Refusal } from './refusal.js';

/** How many characters a plain number may have, a plus not counted. */
const LEAST = 3;
const MOST = 40;

/** Behind an area code a slash may stand inside a number, as in `030/1234567`. */
const AREA_SLASH = /^\D{0,2}\d{2,6}[ )]?\/ ?[1-9][\d .-]*$/;
/** Digits too few for a number, so that what stands behind the slash is no second one. */
const SHORT_AREA = /^\D{0,2}\d{2,4}[ )]?\//;

/** The extensions people write most; libphonenumber takes them off, and more. */
const EXTENSION = /(?:ext\.?|x) *\d{1,9}$/i;

/**
 * One decimal point with a float's tail behind it, one digit or two zeros: `030 1234567.0` must not become
 * +493012345670, and `01.23.45.67.00` is plain French.
 */
export const FLOAT: RegExp = /^[^.]*\d\.(?:\d|00)$/;

/** @returns what the full reading gives with its usual options, or undefined where it takes the full reading to know */
export function shortcut(text: string, country: CountryCode | undefined): string | Refusal | undefined {
  let number = text;
  let plain = plainNumber(text);
  if (plain === undefined) {
    number = withoutExtension(text);
    if (number === text) return undefined;
    plain = plainNumber(number);
    if (plain === undefined) return undefined;
  }
  const { digits, dot, slash } = plain;
  if (slash && !AREA_SLASH.test(number)) return undefined;
  if (dot && FLOAT.test(number)) return number === text ? float(text, country) : undefined;
  if (digits.length < LEAST || allAlike(digits) || isRun(digits)) return undefined;
  const plus = number.charCodeAt(0) === PLUS;
  if (plus && digits.charCodeAt(0) === ZERO) return undefined;
  if (mayBeSomethingElse(number, digits, dot)) return undefined;
  const reading = plus
    ? international(digits)
    : country === undefined
      ? digits.startsWith('00')
        ? onlyNumber(digits.slice(2))
        : undefined
      : within(plain, compiledPlan(country));
  if (typeof reading !== 'string') return slash && !SHORT_AREA.test(number) ? undefined : reading;
  return isClear(reading, plain) ? reading : undefined;
}

/** A text of ASCII digits and separators: no extension, no letters, nothing that needs interpretation. */
interface PlainNumber {
  readonly digits: string;
  readonly dot: boolean;
  readonly slash: boolean;
  readonly bracket: boolean;
}

const PLUS = 0x2b;
const ZERO = 0x30;
const SPACE = 0x20;
const NO_BREAK_SPACE = 0xa0;
const BRACKET = 0x28;
const CLOSING_BRACKET = 0x29;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;

const isSpace = (unit: number): boolean => unit === SPACE || unit === NO_BREAK_SPACE;

/**
 * One look at each character: a list has millions of numbers, and an expression for each question asks each of them again.
 * @returns undefined also for spaces that may stand between two numbers, and at the ends
 */
function plainNumber(text: string): PlainNumber | undefined {
  const { length } = text;
  const first = text.charCodeAt(0) === PLUS ? 1 : 0;
  if (length - first < LEAST || length - first > MOST) return undefined;
  let digits = '';
  let run = -1;
  let [dot, slash, bracket] = [false, false, false];
  let before = 0;
  for (let i = first; i < length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= ZERO && unit <= ZERO + 9) {
      if (run < 0) run = i;
    } else {
      if (run >= 0) digits += text.slice(run, i);
      run = -1;
      if (unit === DOT) dot = true;
      else if (unit === SLASH) slash = true;
      else if (unit === BRACKET) bracket = true;
      else if (isSpace(unit)) {
        const spaced = isSpace(before) || (before === HYPHEN && i > 1 && isSpace(text.charCodeAt(i - 2)));
        if (i === 0 || spaced) return undefined;
      } else if (unit !== HYPHEN && unit !== CLOSING_BRACKET) return undefined;
    }
    before = unit;
  }
  if (isSpace(before) || before === DOT) return undefined;
  if (run >= 0) digits += run === 0 ? text : text.slice(run);
  return { digits, dot, slash, bracket };
}

/** Whole numbers that pandas has written as decimal ones are read, if they are numbers. */
function float(text: string, country: CountryCode | undefined): string | Refusal | undefined {
  if (!/^\d{7,15}\.0$/.test(text)) return REFUSED.spreadsheetDamage;
  const reading = shortcut(text.slice(0, -2), country);
  if (reading === undefined || isAssigned(reading)) return reading;
  return REFUSED.spreadsheetDamage;
}

/** A zero in brackets is not dialled, unless it is part of the number; and a placeholder is none. */
function isClear(reading: string, { bracket }: PlainNumber): boolean {
  const last = reading.length - 1;
  const step = reading.charCodeAt(last) - reading.charCodeAt(last - 1);
  const before = reading.charCodeAt(last - 1) - reading.charCodeAt(last - 2);
  // Digits that are alike, or counted, end so; 0 stands behind 9.
  const suspect = step === before || Math.abs(step) === 9 || Math.abs(before) === 9;
  if (!suspect && !bracket) return true;
  const national = nationalNumberOf(reading);
  return !(bracket && national.startsWith('0')) && !(suspect && (allAlike(national) || isRun(national)));
}

/** A number as its country's people write it, or anybody there who calls another one. */
function within({ digits, bracket }: PlainNumber, plan: CompiledPlan): string | Refusal | undefined {
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
  if (national === undefined) return tooShortAnyhow(digits, plan) ? REFUSED.tooShort : undefined;
  const reading = certain(plan.callingCode, national, false) ?? impossible(plan, national);
  if (digits.startsWith(plan.callingCode)) {
    if (national === digits) return bracket ? undefined : withoutPlus(digits, reading);
    // The country code without a plus, unless taking it off gives the same number (1 is both in North America).
    if (withoutNationalPrefix(digits.slice(plan.callingCode.length), plan) !== national) return undefined;
  }
  if (typeof reading === 'string' || !digits.startsWith('0')) return reading;
  // Behind a zero too many there may be a country code.
  return digits.replace(/^0+/, '').startsWith(plan.callingCode) ? undefined : reading;
}

/** With what is dialled before it and without, where nothing takes that thing's place. */
function tooShortAnyhow(digits: string, plan: CompiledPlan): boolean {
  return digits.length < plan.shortest && !rewrites(plan.nationalPrefix?.exec(digits));
}

/** A number of the right length that its plan cannot have, as numbers read in another country than theirs are. */
function impossible(plan: CompiledPlan, national: string): Refusal | undefined {
  if (plan.nationalPrefix?.test(national) || !plan.sureLengths.has(national.length)) return undefined;
  if (plan.former !== undefined || allAlike(national) || isRun(national)) return undefined;
  return plan.possible(national) ? undefined : REFUSED.notValid;
}

/** Digits that begin with their country's code, with nothing before it. @param national - the reading of them all */
function withoutPlus(digits: string, national: string | Refusal | undefined): string | undefined {
  const direct = international(digits);
  if (direct === undefined || national === undefined) return undefined;
  if (direct === national) return direct as string;
  const [first, second] = [isAssigned(direct), isAssigned(national)];
  if (first === second) return undefined;
  return (first ? direct : national) as string;
}

function isAssigned(reading: string | Refusal): boolean {
  return typeof reading === 'string' && judge(reading).valid;
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
function certain(callingCode: string, national: string, abroad = true): string | Refusal | undefined {
  const plan = compiledPlan(callingCode);
  if (plan.nationalPrefix?.test(national)) return undefined;
  const zero = national.startsWith('0');
  if (plan.sureLengths.has(national.length)) {
    return (zero ? plan.valid(national) : plan.possible(national)) ? `+${callingCode}${national}` : undefined;
  }
  // A zero that is not dialled, or a prefix that the country has given up, may be what makes it too long.
  if ((zero && abroad) || plan.former !== undefined) return undefined;
  if (national.length < plan.shortest) return REFUSED.tooShort;
  return national.length > plan.longest ? REFUSED.tooLong : undefined;
}

/** Undefined where libphonenumber has more to decide than whether a prefix is there. */
function withoutNationalPrefix(digits: string, plan: CompiledPlan): string | undefined {
  const match = plan.nationalPrefix?.exec(digits);
  if (!match) return digits;
  const rest = digits.slice(match[0].length);
  if (rewrites(match) || plan.nationalNumber.test(digits) || !plan.sureLengths.has(rest.length))
    return undefined;
  return rest;
}

/** Whether something takes the place of what was dialled: an area code, a mobile's 9. */
function rewrites(match: RegExpExecArray | null | undefined): boolean {
  return !!match && match.length > 1 && match[match.length - 1] !== undefined;
}
