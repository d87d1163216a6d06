// SPDX-License-Identifier: Apache-2.0
/**
 * Cleaning that telephone numbers and e-mail addresses share. A cell of a list may hold a megabyte: what is done to a text
 * before its length is looked at goes over it once.
 */

/** A longer text, invisible characters and white space at the ends left away, is no telephone number: libphonenumber's own limit. */
export const MAX_PHONE_TEXT = 250;

/** A longer text, cleaned in the same way, is no address, with a name before it or fields behind it. */
export const MAX_EMAIL_TEXT = 2048;

export const NOT_ASCII: RegExp = /[^\0-\x7f]/;

/**
 * What nobody sees: format characters (Cf: zero-width spaces, bidi marks, soft hyphens, byte-order marks) and what
 * Unicode says to draw as nothing (variation selectors, fillers, grapheme joiners).
 */
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * Without invisible characters, and without white space at the ends. Lists copied from web pages and contact books are
 * full of them.
 */
export function withoutInvisibles(text: string): string {
  return (NOT_ASCII.test(text) ? text.replace(INVISIBLE, '') : text).trim();
}

/** As `withoutInvisibles`, but for the two joiners (U+200C, U+200D), which tell some domains apart. */
export function withoutInvisiblesButJoiners(text: string): string {
  if (!NOT_ASCII.test(text)) return text.trim();
  return text.replace(INVISIBLE, (c) => (c === '\u200c' || c === '\u200d' ? c : '')).trim();
}

/** Fullwidth letters, digits and signs, as East Asian keyboards write them, in their ASCII form. */
export function withAsciiWidth(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  return text.replace(/[\uff01-\uff5e]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
}

/** The text from its first character to its last that is not one of these. */
export function withoutEnds(text: string, before: string, behind: string): string {
  let [from, to] = [0, text.length];
  while (from < to && before.includes(text[from]!)) from++;
  while (to > from && behind.includes(text[to - 1]!)) to--;
  return text.slice(from, to);
}

/** Quotes of all kinds, and the accents and primes that stand for them; a spreadsheet's apostrophe is one. */
export const QUOTES = '"\'`´‘’‚‛“”„‟«»‹›′″‴‵‶‷〝〞〟「」『』';
export const SPACES = ' \t\n\v\f\r\u00a0\u2009\u202f\u3000';

/** Every decimal digit of Unicode as the ASCII digit of its value. */
export function withAsciiDigits(text: string): string {
  return NOT_ASCII.test(text) ? text.replace(/\p{Nd}/gu, asciiDigit) : text;
}

/** Unicode lays decimal digits out in runs of ten from zero to nine, some of them back to back. */
function asciiDigit(digit: string): string {
  const codePoint = digit.codePointAt(0)!;
  let first = codePoint;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
  return String((codePoint - first) % 10);
}
