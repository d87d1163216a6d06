// SPDX-License-Identifier: Apache-2.0
/**
 * Cleaning that telephone numbers and e-mail addresses share. A cell of a list may hold a megabyte: what is done to a text
 * before its length is looked at goes over it once. What a character is the tables say, not the runtime: runtimes know different
 * versions of Unicode, and two parties have to agree.
 */

import { INVISIBLE, ZEROS } from './tables/characters-table.js';
import { PointSet } from './tables/point-set.js';

/** A longer text, invisible characters and white space at the ends left away, is no telephone number: libphonenumber's own limit. */
export const MAX_PHONE_TEXT = 250;

/** A longer text, cleaned in the same way, is no address, with a name before it or fields behind it. */
export const MAX_EMAIL_TEXT = 2048;

export const NOT_ASCII: RegExp = /[^\0-\x7f]/;

/**
 * What nobody sees: format characters (Cf: zero-width spaces, bidi marks, soft hyphens, byte-order marks) and what
 * Unicode says to draw as nothing (variation selectors, fillers, grapheme joiners).
 */
const invisible = new PointSet(INVISIBLE);
const FIRST_INVISIBLE = 0xad;
const ZWNJ = 0x200c;
const ZWJ = 0x200d;

/**
 * Without invisible characters, and without white space at the ends. Lists copied from web pages and contact books are
 * full of them.
 */
export function withoutInvisibles(text: string): string {
  return (NOT_ASCII.test(text) ? visible(text, false) : text).trim();
}

/** As `withoutInvisibles`, but for the two joiners (U+200C, U+200D), which tell some domains apart. */
export function withoutInvisiblesButJoiners(text: string): string {
  return (NOT_ASCII.test(text) ? visible(text, true) : text).trim();
}

/** @param point - a code point */
export function isInvisible(point: number): boolean {
  return invisible.has(point);
}

function visible(text: string, withJoiners: boolean): string {
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < FIRST_INVISIBLE) continue;
    const point = text.codePointAt(i)!;
    const at = i;
    if (point > 0xffff) i++;
    if (!invisible.has(point) || (withJoiners && (point === ZWNJ || point === ZWJ))) continue;
    out += text.slice(from, at);
    from = i + 1;
  }
  return from === 0 ? text : out + text.slice(from);
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

/**
 * What stands in the brackets of an array, as databases (`{a,b}`) and programs (`["a","b"]`) write one; undefined for anything else.
 * Quotes around its values are left away.
 */
export function arrayIn(text: string): string | undefined {
  const inner = /^\s*(?:\{([^{}]*)\}|\[([^[\]]*)\])\s*$/.exec(text);
  return inner === null ? undefined : (inner[1] ?? inner[2] ?? '').replaceAll('"', '');
}

/** Quotes of all kinds, and the accents and primes that stand for them; a spreadsheet's apostrophe is one. */
export const QUOTES = '"\'`´‘’‚‛“”„‟«»‹›′″‴‵‶‷〝〞〟「」『』';
export const SPACES = ' \t\n\v\f\r\u00a0\u2009\u202f\u3000';

/** Digits of a script stand in a row, from zero to nine. */
const zeros = zerosOf(ZEROS);

/** Every decimal digit of Unicode as the ASCII digit of its value. */
export function withAsciiDigits(text: string): string {
  if (!NOT_ASCII.test(text)) return text;
  let out = '';
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < zeros[0]!) continue;
    const point = text.codePointAt(i)!;
    const at = i;
    if (point > 0xffff) i++;
    const value = digitOf(point);
    if (value === undefined) continue;
    out += text.slice(from, at) + value;
    from = i + 1;
  }
  return from === 0 ? text : out + text.slice(from);
}

function digitOf(point: number): number | undefined {
  let [low, high] = [0, zeros.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (zeros[middle]! <= point) low = middle + 1;
    else high = middle;
  }
  const value = point - (zeros[low - 1] ?? Number.NEGATIVE_INFINITY);
  return value < 10 ? value : undefined;
}

function zerosOf(steps: string): Uint32Array {
  let zero = 0;
  return Uint32Array.from(steps.split(' '), (step) => (zero += Number.parseInt(step, 36)));
}
