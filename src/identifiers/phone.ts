// SPDX-License-Identifier: Apache-2.0
/**
 * Telephone numbers in one spelling, E.164 (`+14155550123`), read by libphonenumber's rules with its full metadata.
 * What libphonenumber leaves open is decided here and in `phone-readings`: what is left away, which of several ways to read
 * a text is taken, and what is refused instead of repaired by guessing.
 */

import { type CountryCode, parsePhoneNumberWithError } from 'libphonenumber-js/max';
import { requireOptions } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { hostParts, isCompactDate, isDegrees, isSomethingElse, LEAST_LOOK_ALIKE } from './look-alikes.js';
import { cellParts, cellValues, looksLikeSeveral, mayHoldOthers, mayHoldSeveral } from './phone-cells.js';
import { isFax, spelledOut, withoutLabels } from './phone-labels.js';
import { type AmbiguityCode, choose, lengthOf } from './phone-readings.js';
import { LENGTH_REFUSED, REFUSED } from './phone-refusals.js';
import { allAlike, isRun } from './placeholders.js';
import { callingCodeOf, compiledPlan, judge } from './plans.js';
import { isRefusal, orThrow, type Refusal, requireString } from './refusal.js';
import { FLOAT, shortcut } from './shortcut.js';
import { knownCountry } from './tables/named-countries.js';
import { arrayIn, MAX_PHONE_TEXT, withAsciiDigits, withAsciiWidth, withoutInvisibles } from './text.js';

/** How telephone numbers are read. */
export interface PhoneOptions {
  /** ISO 3166-1 alpha-2, in either case: where numbers without a country code are read. */
  readonly country?: string | undefined;
  /**
   * Demand a number in a range that is assigned. By default it is enough that its country's plan could have it: metadata
   * ages, and a refused new range is a lost match.
   */
  readonly assigned?: boolean | undefined;
  /** All numbers begin with a country code, though some have no plus: `4917112345678` is Germany's, wherever it is read. */
  readonly international?: boolean | undefined;
  /** Refuse a number that can be read in two ways, `ambiguous`, in place of taking the likelier one. */
  readonly strict?: boolean | undefined;
}

/** Options that have been looked at. */
export interface HowToRead {
  readonly assigned: boolean;
  readonly international: boolean;
  readonly strict: boolean;
  /** A platform gets what its customer wrote: a number with its country code need not be one that a plan could have. */
  readonly asGiven?: boolean;
}

/** A number, and what else it could have been. */
interface AmbiguousNumber {
  readonly number: string;
  readonly ambiguous: AmbiguityCode;
}

export type PhoneReading = string | AmbiguousNumber | Refusal;

/**
 * A telephone number in its one spelling.
 * @returns E.164, `+` and digits; a fixed point of this function in every country. An extension is dropped.
 * @throws {VeilmatchError} `empty`, `not-a-number`, `no-country`, `too-short`, `too-long`, `not-valid` (a length, a country code
 * or first digits that no number has, and with `assigned` an unassigned range), `spreadsheet-damage`, `placeholder`, `several`;
 * with `strict` `ambiguous`; `argument` for a country that libphonenumber does not know and for anything but a string
 * @example
 * ```ts
 * import { normalizePhone } from 'veilmatch/identifiers';
 *
 * console.log(normalizePhone('(415) 555-0123', { country: 'US' })); // → +14155550123
 * ```
 */
export function normalizePhone(text: string, options: PhoneOptions = {}): string {
  requireString(text, 'phone');
  requireOptions(options);
  const reading = interpretPhone(text, requireCountry(options.country), howToRead(options));
  return orThrow(numberOf(reading), 'phone');
}

export function howToRead({ assigned, international, strict }: PhoneOptions): HowToRead {
  return { assigned: assigned ?? false, international: international ?? false, strict: strict ?? false };
}

/** @throws {VeilmatchError} `argument` */
export function requireCountry(country: string | undefined): CountryCode | undefined {
  if (country === undefined) return undefined;
  const known = typeof country === 'string' ? knownCountry(country) : undefined;
  // The value stays out of the message: in a table with mixed-up columns it is a telephone number.
  if (known !== undefined) return known;
  throw new VeilmatchError(
    'argument',
    'The country is not one with a known numbering plan. Give two letters of ISO 3166-1, such as US, GB (not UK) or DE.',
  );
}

/** The reading, with a note gone where there is one. */
export function numberOf(reading: PhoneReading): string | Refusal {
  return typeof reading === 'object' && 'number' in reading ? reading.number : reading;
}

/** `normalizePhone` without exceptions, for one country at a time. */
export function readPhone(
  text: string,
  country: CountryCode | undefined,
  assigned: boolean,
): string | Refusal {
  return numberOf(interpretPhone(text, country, { ...PLAIN_WAY, assigned }));
}

const PLAIN_WAY: HowToRead = { assigned: false, international: false, strict: false };

/** The number that a text is, or why it is none. */
export function interpretPhone(text: string, country: CountryCode | undefined, how: HowToRead): PhoneReading {
  // Nearly all are clean as they stand.
  let plain = how.international ? undefined : shortcut(text, country);
  if (plain === undefined) {
    const cleaned = withoutInvisibles(text);
    if (cleaned === '') return REFUSED.empty;
    if (cleaned.length > MAX_PHONE_TEXT) return REFUSED.tooLong;
    if (cleaned !== text && !how.international) plain = shortcut(cleaned, country);
    if (plain === undefined) return readFully(cleaned, country, how);
  }
  return how.assigned && typeof plain === 'string' && !judge(plain).valid ? REFUSED.notValid : plain;
}

/**
 * What a cell of a row holds: one number, or each of its values, those among them that cannot be read as refusals. Numbers beside
 * one that cannot be read are kept where nothing says that they are parts of it.
 */
export function readPhoneCell(
  text: string,
  country: CountryCode | undefined,
  how: HowToRead,
): PhoneReading | readonly PhoneReading[] {
  const reading = interpretPhone(text, country, how);
  const inner = isRefusal(reading) && text.length <= MAX_CELL ? arrayIn(text) : undefined;
  if (inner !== undefined) return readPhoneCell(inner, country, how);
  if (!mayHoldOthers(text) && !(isRefusal(reading) && reading.code === 'several')) return reading;
  if (text.length > MAX_CELL) return reading;
  return readSeveral(text, country, how) ?? reading;
}

/** Characters of the longest cell that is taken apart. */
const MAX_CELL = 2048;

/** @returns undefined where the cell is one value, or none of several can be kept */
function readSeveral(
  text: string,
  country: CountryCode | undefined,
  how: HowToRead,
): readonly PhoneReading[] | undefined {
  const values = cellValues(withoutLabels(foldedText(withoutInvisibles(text))), country);
  if (values.length < 2) return undefined;
  const first = beginning(values[0]!);
  const readings = values.map((value) => {
    const leans = beginning(value) !== first && !standsAlone(value, country);
    const reading = interpretPhone(value, country, how);
    return leans && !isRefusal(reading) ? REFUSED.several : reading;
  });
  if (!readings.some(isRefusal)) return readings;
  const kept = readings.map((reading, i) => (isSure(reading, values[i]!, country) ? reading : undefined));
  if (kept.every((reading) => reading === undefined)) return undefined;
  return readings.map((reading, i) => kept[i] ?? (isRefusal(reading) ? reading : REFUSED.several));
}

/** Whether a number is one by itself, and no part of another that a line break has cut. */
function isSure(reading: PhoneReading, text: string, country: CountryCode | undefined): boolean {
  if (isRefusal(reading)) return false;
  if (beginning(text) === '+') return true;
  return standsAlone(text, country) && judge(numberOf(reading) as string).valid;
}

/** Whether a number written in another way than the first one of its cell needs nothing of it, an area code say. */
function standsAlone(part: string, country: CountryCode | undefined): boolean {
  return beginning(part) !== '' || (country !== undefined && compiledPlan(country).trunk !== '0');
}

/** What a number begins with, as far as it tells how the number is written. */
function beginning(part: string): string {
  return /^\D*\+/.test(part) ? '+' : (/^\D*(0{0,2})/.exec(part)?.[1] ?? '');
}

function foldedText(text: string): string {
  return withAsciiWidth(withAsciiDigits(text));
}

/** The reading by libphonenumber itself, of each way in which the text could be a number. */
export function readFully(cleaned: string, country: CountryCode | undefined, how: HowToRead): PhoneReading {
  const folded = foldedText(cleaned);
  if (!/\d/.test(folded)) return isSpreadsheetDamage(folded) ? REFUSED.spreadsheetDamage : REFUSED.notANumber;
  // pandas writes whole numbers so in a column with blanks; no digit is lost, if it is a number without the tail.
  const float = /^\d{7,15}\.0$/.test(folded);
  if (isSpreadsheetDamage(folded) && !float) return REFUSED.spreadsheetDamage;
  const unlabelled = withoutLabels(float ? folded.slice(0, -2) : folded);
  if (isSpreadsheetDamage(unlabelled)) return REFUSED.spreadsheetDamage;
  const mayBeElse = unlabelled.length >= LEAST_LOOK_ALIKE;
  if (mayBeElse && isSomethingElse(unlabelled)) return REFUSED.notANumber;
  const perhaps = mayHoldSeveral(unlabelled);
  const parts = perhaps ? cellParts(unlabelled, country) : [unlabelled];
  if (parts.length > 1) return REFUSED.several;
  if (isFax(parts[0]!)) return REFUSED.notANumber;
  const alone = parts[0] === unlabelled ? unlabelled : withoutLabels(parts[0]!);
  const plain = readAlone(alone, country, how, float);
  const reading = mayBeElse ? readLookAlike(unlabelled, plain, how) : plain;
  // Two numbers too short to be told from one: the two of them are no number.
  return perhaps && isRefusal(reading) && looksLikeSeveral(unlabelled) ? REFUSED.several : reading;
}

/** The reading of a text that may be the address of a machine, a coordinate or a date in eight digits: a number only where it is assigned. */
function readLookAlike(text: string, reading: PhoneReading, how: HowToRead): PhoneReading {
  if (reading === REFUSED.noCountry) return reading;
  const number = numberOf(reading);
  const valid = typeof number === 'string' && judge(number).valid;
  if (isCompactDate(text)) return valid ? reading : REFUSED.notANumber;
  const host = hostParts(text);
  if (host === undefined && !isDegrees(text)) return reading;
  if (!valid) return REFUSED.notANumber;
  // By the country's own groups.
  const isGrouped = parsePhoneNumberWithError(number).formatNational().split(/\D+/).join('.') === text;
  if (host === undefined && !isGrouped) return REFUSED.notANumber;
  // Nobody's machine is more likely than a number, where all are written in four pairs.
  if (isGrouped && host?.every(({ length }) => length === 2)) return reading;
  return how.strict ? REFUSED.ambiguous : { number, ambiguous: 'other-kind' };
}

/** The reading of a text that holds one number, as far as can be seen. */
function readAlone(
  part: string,
  country: CountryCode | undefined,
  how: HowToRead,
  float: boolean,
): PhoneReading {
  const text = numberIn(part);
  const reading = readOne(text, country, how);
  if (float && (isRefusal(reading) || !judge(numberOf(reading) as string).valid))
    return reading === REFUSED.placeholder ? reading : REFUSED.spreadsheetDamage;
  if (reading !== REFUSED.notANumber) return reading;
  const digits = spelledOut(text);
  const spelled = digits === undefined ? reading : readOne(digits, country, how);
  if (isRefusal(spelled)) return reading;
  return takesLetters(numberOf(spelled) as string) ? spelled : reading;
}

/** North American numbers may be given in letters, elsewhere only those that callers do not pay for as usual. */
function takesLetters(number: string): boolean {
  const { code, national, valid } = judge(number);
  return valid && (code === '1' || compiledPlan(code).special(national));
}

/** @param text - one number and its extension */
function readOne(text: string, country: CountryCode | undefined, how: HowToRead): PhoneReading {
  const written = text.replace(/\D/g, '');
  const plus = text.includes('+');
  const behindCode = plus ? written.slice(callingCodeOf(written)?.length ?? 0) : written;
  if (allAlike(written) || allAlike(behindCode) || (!plus && isRun(written) && !written.startsWith('0')))
    return REFUSED.placeholder;
  const { number, withCode, ambiguous } = choose(text, country, how.international);
  if (isRefusal(number)) return number;
  const length = lengthOf(number);
  if (length !== 'possible') return LENGTH_REFUSED[length];
  const { nationalNumber: national } = number;
  if (allAlike(national)) return REFUSED.placeholder;
  const valid = number.isValid();
  const excused = how.asGiven === true && withCode;
  if (isRun(national) && !valid && !excused) return REFUSED.placeholder;
  if (!valid && how.assigned) return REFUSED.notValid;
  if (!excused && !compiledPlan(number.countryCallingCode).possible(national)) return REFUSED.notValid;
  // What would be read as another number, when it is read again, could not be compared.
  const again = choose(number.number, undefined, false).number;
  if (isRefusal(again) || again.number !== number.number) return REFUSED.notValid;
  if (ambiguous === undefined) return number.number;
  return how.strict ? REFUSED.ambiguous : { number: number.number, ambiguous };
}

/** The number inside a `tel:` URI (RFC 3966), its parameters read. */
function numberIn(text: string): string {
  const number = text
    .replace(/\s/g, ' ')
    // "(+44) 20 ...": libphonenumber wants the plus first.
    .replace(/^[([ ]+\+/, '+');
  const parameters = /;[a-z][a-z0-9-]*(?:=.*)?$/is.exec(number);
  if (parameters === null) return number;
  const local = number.slice(0, parameters.index);
  const context = /;phone-context=(\+[^;]*)/i.exec(parameters[0])?.[1];
  return context === undefined || local.startsWith('+') ? local : context + local;
}

/** A float, in scientific notation too, with a decimal comma, with thousands separators; or an error value. */
function isSpreadsheetDamage(text: string): boolean {
  return (
    FLOAT.test(text) ||
    /^[+-]?\d+(?:[.,]\d+)?\s*E\s*[+-]?\d+$/i.test(text) ||
    /\d,00?$/.test(text) ||
    /^\+?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/.test(text) ||
    /^#(?:#+|N\/A|NAME\?|VALUE!|REF!|NUM!|NULL!|DIV\/0!)$/i.test(text)
  );
}
