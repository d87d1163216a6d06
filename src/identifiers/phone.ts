// SPDX-License-Identifier: Apache-2.0
/**
 * Telephone numbers in one spelling, E.164 (`+14155550123`), read by libphonenumber's rules with its full metadata.
 * What libphonenumber leaves open is decided here: which characters are dropped, when `00` means "international", and
 * that a number which a spreadsheet has mangled is refused instead of repaired by guessing.
 */

import {
  type CountryCode,
  isSupportedCountry,
  ParseError,
  type PhoneNumber,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max';
import { requireOptions } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { LENGTH_REFUSED, REFUSED } from './phone-refusals.js';
import { checkLength, type LengthCheck } from './plans.js';
import { isRefusal, orThrow, type Refusal, requireString } from './refusal.js';
import { shortcut } from './shortcut.js';
import { MAX_PHONE_TEXT, withAsciiDigits, withoutInvisibles } from './text.js';

/** How telephone numbers are read. */
export interface PhoneOptions {
  /** ISO 3166-1 alpha-2, in either case: where numbers without a country code are read. */
  readonly country?: string | undefined;
  /**
   * Demand a number in a range that is assigned. By default a possible length is enough: metadata ages, and a refused
   * new range is a lost match.
   */
  readonly assigned?: boolean | undefined;
}

/**
 * A telephone number in its one spelling.
 * @returns E.164, `+` and digits; a fixed point of this function in every country. An extension is dropped.
 * @throws {VeilmatchError} `empty`, `not-a-number`, `no-country`, `too-short`, `too-long`, `not-valid` (a length between
 * possible ones, an unknown country code, and with `assigned` an unassigned range), `spreadsheet-damage`; `argument` for a
 * country that libphonenumber does not know and for anything but a string
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
  return orThrow(readPhone(text, requireCountry(options.country), options.assigned ?? false), 'phone');
}

/** The country code that libphonenumber knows, or undefined. */
export function knownCountry(country: string): CountryCode | undefined {
  const upper = country.trim().toUpperCase();
  return isSupportedCountry(upper) ? upper : undefined;
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

/** `normalizePhone` without exceptions. */
export function readPhone(
  text: string,
  country: CountryCode | undefined,
  assigned: boolean,
): string | Refusal {
  const cleaned = withoutInvisibles(text);
  if (cleaned === '') return REFUSED.empty;
  if (cleaned.length > MAX_PHONE_TEXT) return REFUSED.tooLong;
  const plain = assigned || FLOAT.test(cleaned) ? undefined : shortcut(cleaned, country);
  return plain ?? readFully(cleaned, country, assigned);
}

/** The reading by libphonenumber itself. */
export function readFully(
  cleaned: string,
  country: CountryCode | undefined,
  assigned: boolean,
): string | Refusal {
  const text = numberIn(withAsciiDigits(cleaned));
  if (isSpreadsheetDamage(text)) return REFUSED.spreadsheetDamage;
  if (!/\d/.test(text)) return REFUSED.notANumber;
  const number = read(text, country);
  if (isRefusal(number)) return number;
  const length = lengthOf(number);
  if (length !== 'possible') return LENGTH_REFUSED[length];
  return assigned && !number.isValid() ? REFUSED.notValid : number.number;
}

/** The number inside a `tel:` URI (RFC 3966) or behind the apostrophe that makes a spreadsheet keep a text. */
function numberIn(text: string): string {
  const number = text
    .replace(/^(?:tel:|')\s*/i, '')
    .replace(/\s/g, ' ')
    .replaceAll('＋', '+')
    // "(+44) 20 ...": libphonenumber wants the plus first.
    .replace(/^[([（［ ]+\+/, '+');
  const parameters = /;[a-z][a-z0-9-]*(?:=.*)?$/is.exec(number);
  if (parameters === null) return number;
  const local = number.slice(0, parameters.index);
  const context = /;phone-context=(\+[^;]*)/i.exec(parameters[0])?.[1];
  return context === undefined || local.startsWith('+') ? local : context + local;
}

/**
 * One decimal point with a float's tail behind it, one digit or two zeros: `030 1234567.0` must not become
 * +493012345670, and `01.23.45.67.00` is plain French.
 */
const FLOAT = /^[^.]*\d\.(?:\d|00)$/;

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

/** 00 at the start of the digits, where a country code can follow. */
const DOUBLE_ZERO = /^[^\d+]*0[^\d+]*0[^\d+]*([1-9])/;

/**
 * `00` is read as the international prefix even where it is another one, or no country is given, if that makes a better
 * number.
 */
function read(text: string, country: CountryCode | undefined): PhoneNumber | Refusal {
  const asWritten = settled(text, country);
  if (!DOUBLE_ZERO.test(text)) return asWritten;
  const international = settled(text.replace(DOUBLE_ZERO, '+$1'), undefined);
  return quality(international) > quality(asWritten) ? international : asWritten;
}

function quality(number: PhoneNumber | Refusal): number {
  if (isRefusal(number)) return 0;
  if (number.isValid()) return 2;
  return lengthOf(number) === 'possible' ? 1 : 0;
}

/** Whether some number of that length exists in the country that the number itself points to. */
function lengthOf(number: PhoneNumber): LengthCheck {
  return checkLength(number.country ?? number.countryCallingCode, number.nationalNumber);
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
