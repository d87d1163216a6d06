// SPDX-License-Identifier: Apache-2.0
/** What stands in a column, judged by the readers that will read it. */

import { countryNamed } from '../identifiers/countries.js';
import { readEmailCell } from '../identifiers/email.js';
import { looksLikeHost } from '../identifiers/look-alikes.js';
import { type HowToRead, numberOf, readPhoneCell } from '../identifiers/phone.js';
import { standsForNothing } from '../identifiers/placeholders.js';
import { isRefusal } from '../identifiers/refusal.js';
import { withAsciiDigits } from '../identifiers/text.js';

/** What the cells of a column look like. */
export interface ColumnContent {
  readonly filled: number;
  readonly phone: PhoneCells;
  readonly email: { readonly sure: number; readonly possible: number };
  /** Cells that name a country. */
  readonly country: number;
}

/** Of a column's cells. */
interface PhoneCells {
  /** How many a reader takes for numbers in ranges that are assigned. */
  readonly sure: number;
  /** How many look as if it might with other options. */
  readonly possible: number;
  /** How many of the first are written as only telephone numbers are: a plus, a zero or groups. */
  readonly written: number;
  /** How many of the first are bare digits that only a numbering plan of one length would take, or that begin with a country's code. */
  readonly planned: number;
}

const HASH = /^(?:0x)?(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i;

/** Whether a cell is a hash already, by how many hexadecimal digits it has. */
export function isHash(cell: string): boolean {
  return HASH.test(cell);
}

const ASSIGNED: HowToRead = { assigned: true, international: false, strict: false };

/** @param countryColumn where each row has its country, if the file says so */
export function contentOf(
  rows: readonly (readonly string[])[],
  column: number,
  country: string | undefined,
  countryColumn: number | undefined,
): ColumnContent {
  let filled = 0;
  let countries = 0;
  const phone = { sure: 0, possible: 0, written: 0, planned: 0 };
  const email = { sure: 0, possible: 0 };
  for (const row of rows) {
    const cell = row[column]?.trim() ?? '';
    if (cell === '' || standsForNothing(cell)) continue;
    const addresses = [readEmailCell(cell)].flat();
    if (looksLikeEmail(cell)) email.possible++;
    // Written for want of an address, as others leave the cell empty.
    if (addresses.every((each) => isRefusal(each) && each.code === 'placeholder')) continue;
    filled++;
    if (namesCountry(cell)) countries++;
    if (addresses.some((each) => typeof each === 'string')) email.sure++;
    if (!looksLikePhone(cell)) continue;
    phone.possible++;
    const own = (countryColumn === undefined ? undefined : row[countryColumn]) || country;
    const readings = [
      readPhoneCell(cell, own === undefined ? undefined : countryNamed(own), ASSIGNED),
    ].flat();
    const number = readings.map(numberOf).find((each) => typeof each === 'string');
    if (number === undefined) continue;
    phone.sure++;
    if (isWrittenAsPhone(cell)) phone.written++;
    else if (isPlanned(cell, number)) phone.planned++;
  }
  return { filled, phone, email, country: countries };
}

/** Up to three cells of words; a country's number is no name. */
function namesCountry(cell: string): boolean {
  return cell.length <= 60 && /^\p{L}/u.test(cell) && countryNamed(cell) !== undefined;
}

export function looksLikeIdentifier(cell: string): boolean {
  return looksLikeEmail(cell) || looksLikePhone(cell);
}

function looksLikeEmail(cell: string): boolean {
  return /\S[@＠﹫]\S/.test(cell);
}

/** Day, month and year in any order, whatever is between them; also written together. */
const DATE =
  /^(?:(?:19|20)\d\d([-./ ]?)(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])([-./ ])(?:0?[1-9]|1[0-2])\2(?:19|20)?\d\d|(?:0?[1-9]|1[0-2])\/(?:0?[1-9]|[12]\d|3[01])\/(?:19|20)?\d\d)(?:[T ].*)?$/;
/** A number of France, the beginning of which may be a date. */
const FIVE_PAIRS = /^\d\d \d\d \d\d \d\d \d\d$/;
/** Characters that tell a date or an amount: the two expressions look back at what they have found. */
const MAX_DATED = 40;
/** With a point or a comma, or with thousands apart by one. */
const AMOUNT = /^[-−]?(?:\d+[.,]\d+|\d{1,3}(?:([.,'])\d{3})(?:\1\d{3})*(?:[.,]\d+)?)$/;

/** Seven digits or more, few letters, no date, and no address of a machine. */
function looksLikePhone(cell: string): boolean {
  const text = withAsciiDigits(cell.trim());
  const digits = text.replace(/\D/g, '').length;
  const letters = text.replace(/\P{L}/gu, '').length;
  const isNumber = digits >= 7 && letters * 2 <= digits;
  const head = text.slice(0, MAX_DATED);
  const isDate = DATE.test(head) && !FIVE_PAIRS.test(head);
  return isNumber && !isDate && !looksLikeHost(text);
}

/** A plus, a zero in front, or digits in groups, as in nothing else that lists are full of. */
function isWrittenAsPhone(cell: string): boolean {
  const text = withAsciiDigits(cell);
  if (/[+＋]\s*\(?\d/.test(text)) return true;
  if (text.length <= MAX_DATED && AMOUNT.test(text)) return false;
  if (/^\W*(?:tel|phone|mob|cell|p:|whatsapp:)/i.test(text)) return true;
  if (/^\(?0\)?[\s./-]*[1-9]/.test(text) || /^00[1-9]/.test(text)) return true;
  return /\(\d{2,5}\)|\d[ ./–-]+\d+[ ./–-]+\d|^\d{2,5}[ /–-]\d{4,}$/.test(text);
}

/** Plans in which every number has the same length, so that seldom an arbitrary one of it is assigned. */
const ONE_LENGTH = /^\+1\d{10}$/;

/** Bare digits: a whole number with its country's code, or one of a plan of one length. */
function isPlanned(cell: string, number: string): boolean {
  const digits = withAsciiDigits(cell).replace(/\D/g, '');
  return number === `+${digits}` ? digits.length >= 11 : ONE_LENGTH.test(number) && digits.length === 10;
}
