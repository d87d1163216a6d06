// SPDX-License-Identifier: Apache-2.0
/**
 * Several telephone numbers in one cell. Some separators stand between numbers and nowhere else: a line break, a
 * semicolon, `:::` of Google Contacts. Others stand within numbers as well (`030/1234567`, `+49 - 171 - 1234567`); they are
 * between numbers where one is complete before them, or another begins behind them.
 */

import type { CountryCode } from 'libphonenumber-js/max';
import { isFax, withoutLabels } from './phone-labels.js';
import { standsForNothing } from './placeholders.js';
import { callingCodeOf, compiledPlan } from './plans.js';

/** A parameter of a `tel:` URI begins with a semicolon, too. */
const BETWEEN =
  /[\n\v\f\r\u0085\u2028\u2029|]|<br ?\/?>|\s:::?\s|;(?![a-z])|\s(?:&|or|and|oder|und|bzw\.?|ou|et|o)\s|\s(?=(?:tele)?fax[^\d\n]{0,12}\d)/i;
const PERHAPS = /[/,\t\\]|\s[-\u2010-\u2015]\s|\s{2}|\s(?=\(?\+\d)/;
const EACH_PERHAPS = /[/,\t\\]|\s[-\u2010-\u2015]\s|\s{2}|\s(?=\(?\+\d)/g;
/** An extension is not part of the number before it. */
const EXTENSION = /^(?:ext|x|#|доб)/i;

/** Stands between values and nowhere within one, so that what holds no digit there was meant to be a number, too. */
const SEPARATE = /[\n\v\f\r\u0085\u2028\u2029|]|<br ?\/?>|\s:::?\s|;(?![a-z])/i;

/** Whether a cell may hold values besides the number that was read. */
export function mayHoldOthers(text: string): boolean {
  return SEPARATE.test(text);
}

/**
 * All values of a cell, also those that are no numbers; those left out stand for nothing (`n/a`), are words around one, or faxes.
 * @param text - of bounded length, its digits in ASCII
 */
export function cellValues(text: string, country: CountryCode | undefined): string[] {
  return text.split(SEPARATE).flatMap((part) => {
    const value = part.trim();
    if (/\d/.test(value)) return numbersIn(value, country);
    return withoutLabels(value) === '' || standsForNothing(value) ? [] : [value];
  });
}

/** Whether it takes `cellParts` to know; nearly all cells can be told by this alone. */
export function mayHoldSeveral(text: string): boolean {
  return BETWEEN.test(text) || PERHAPS.test(text);
}

/** Whether a slash or the like stands between digits enough for two short numbers. */
export function looksLikeSeveral(text: string): boolean {
  const parts = text.split(PERHAPS).filter((part) => digitsIn(part) > 0);
  return parts.length > 1 && parts.every((part) => digitsIn(part) >= SHORT && !EXTENSION.test(part.trim()));
}

/**
 * @param text - of bounded length, its digits in ASCII
 * @returns the parts, where the text holds several numbers; else one text, without a part that holds no digit, or a fax
 */
export function cellParts(text: string, country: CountryCode | undefined): string[] {
  const parts = numbersIn(text, country);
  return parts.length === 0 ? [text] : parts;
}

/** None where all are those of faxes. */
function numbersIn(text: string, country: CountryCode | undefined): string[] {
  const certain = withDigits(text.split(BETWEEN));
  return certain.flatMap((part) => split(part, country)).filter((part) => !isFax(part));
}

function withDigits(parts: readonly string[]): string[] {
  return parts.map((part) => part.trim()).filter((part) => /\d/.test(part));
}

/** Digits of a number that has enough of them to be one without its area. */
const COMPLETE = 7;
/** Digits before the sign of another number's beginning, and behind it. */
const ENOUGH_BEFORE = 6;
const ENOUGH_BEHIND = 5;
/** Digits of the shortest numbers that are looked for. */
const SHORT = 5;

function split(text: string, country: CountryCode | undefined): string[] {
  const parts: { text: string; separator: string }[] = [];
  let from = 0;
  let separator = '';
  for (const match of text.matchAll(EACH_PERHAPS)) {
    parts.push({ text: text.slice(from, match.index).trim(), separator });
    separator = match[0].trim();
    from = match.index + match[0].length;
  }
  parts.push({ text: text.slice(from).trim(), separator });
  const numbers: string[] = [];
  let current = '';
  let before: string | undefined;
  let dropped = false;
  for (const part of parts) {
    // `{+491711234567,NULL}`
    if (standsForNothing(part.text)) {
      dropped = true;
      continue;
    }
    if (!/\d/.test(part.text)) {
      current += part.separator + part.text;
      continue;
    }
    if (before !== undefined && areTwo(before, part.text, part.separator, country)) {
      numbers.push(current);
      current = part.text;
    } else current += current === '' ? part.text : (part.separator || ' ') + part.text;
    before = part.text;
  }
  numbers.push(current);
  return numbers.length === 1 && !dropped ? [text] : numbers.map((number) => number.trim());
}

function areTwo(left: string, right: string, separator: string, country: CountryCode | undefined): boolean {
  if (EXTENSION.test(right)) return false;
  const complete = nationalDigits(left, country);
  // One space is within numbers, too.
  if (separator === '' && right.includes('+') && nationalDigits(right, country) < ENOUGH_BEFORE) return false;
  if (beginsNumber(right, country)) return complete >= ENOUGH_BEFORE && digitsIn(right) >= ENOUGH_BEHIND;
  if (complete < COMPLETE) return false;
  // `0171 1234567/68` is two numbers in short, which nobody can write out; behind a comma it is an extension.
  return separator === '/' || digitsIn(right) >= COMPLETE;
}

function beginsNumber(text: string, country: CountryCode | undefined): boolean {
  const start = /^[([\s]*(\+|00|0)/.exec(text)?.[1];
  if (start !== '0') return start !== undefined;
  return country !== undefined && compiledPlan(country).trunk === '0' && !/^[([\s]*0[)\]]/.test(text);
}

/** Digits behind the country code and what is dialled before a national number. */
function nationalDigits(text: string, country: CountryCode | undefined): number {
  const digits = text.replace(/\D/g, '');
  const international = /^[^\d]*\+/.test(text) ? digits : /^00/.test(digits) ? digits.slice(2) : undefined;
  const code = international === undefined ? undefined : callingCodeOf(international.replace(/^0+/, ''));
  if (code !== undefined)
    return international!.replace(/^0+/, '').slice(code.length).replace(/^0+/, '').length;
  const own = country === undefined ? '' : compiledPlan(country).callingCode;
  const rest = digits.replace(/^0+/, '');
  return rest.length - (own !== '' && rest.startsWith(own) && rest.length > 10 ? own.length : 0);
}

function digitsIn(text: string): number {
  return text.replace(/\D/g, '').length;
}
