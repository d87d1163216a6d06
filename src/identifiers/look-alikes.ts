// SPDX-License-Identifier: Apache-2.0
/**
 * What is no telephone number and has the digits of one: dates, addresses of machines, coordinates, numbers of books. They stand in
 * a column of telephone numbers where columns have moved, and as such a number would be a stranger's.
 */

/** Three numbers with a sign between them, and a time perhaps. */
const DATE = /^(\d{1,4})([-./])(\d{1,2})([-./])(\d{1,4})(?:[T ]\d{1,2}:\d\d.*)?$/;
const MAX_DATED = 40;

const isYear = (digits: string): boolean => /^(?:19|20)\d\d$/.test(digits);
const isUpTo = (most: number, digits: string): boolean =>
  digits.length <= 2 && Number(digits) >= 1 && Number(digits) <= most;

/**
 * Whether a text is a date, of a list whose columns have moved, say: day, month and year with one sign between them. Nobody writes
 * a telephone number so.
 */
function isDate(text: string): boolean {
  const found = text.length <= MAX_DATED ? DATE.exec(text) : null;
  if (found === null) return false;
  const [, first, sign, second, otherSign, third] = found as unknown as readonly string[];
  if (sign !== otherSign) return false;
  if (isYear(first!)) return isUpTo(12, second!) && isUpTo(31, third!);
  if (!isYear(third!)) return false;
  return (
    (isUpTo(31, first!) && isUpTo(12, second!)) || (sign !== '.' && isUpTo(12, first!) && isUpTo(31, second!))
  );
}

/** Day and hour, and what stands between them, of all that databases and cameras write in 14 digits. */
const TIME_STAMP = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/;

/** Four digits or more behind one point, of a number up to the 180 degrees there are: an area code may have a zero before it. */
const DEGREES = /^[-\u2212]?(?:\d|[1-9]\d|1[0-7]\d|180)\.\d{4,}$/;

/** Whether a text is written as a coordinate is, and as few countries group their numbers. */
export function isDegrees(text: string): boolean {
  return DEGREES.test(text);
}

/** A thirteen-digit ISBN in its five groups. */
const BOOK = /^97[89]([- ])\d{1,5}\1\d{1,7}\1\d{1,7}\1\d$/;

function isBook(text: string): boolean {
  if (text.length !== 17 || !BOOK.test(text)) return false;
  const digits = text.replace(/\D/g, '');
  if (digits.length !== 13) return false;
  let sum = 0;
  for (let i = 0; i < 13; i++) sum += (i % 2 === 0 ? 1 : 3) * Number(digits[i]);
  return sum % 10 === 0;
}

const COMPACT_DATE = /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/;

/** Whether a text is a date in eight digits, which are a telephone number in some countries. */
export function isCompactDate(text: string): boolean {
  return COMPACT_DATE.test(text);
}

/** Digits of the longest address of a machine. */
const MAX_HOST_DIGITS = 12;

/** The four numbers of an IPv4 address, as logs and shops write one beside a customer: none with a plus or a zero before it. */
export function hostParts(text: string): readonly string[] | undefined {
  if (text.length > MAX_HOST_DIGITS + 3) return undefined;
  const parts = text.split('.');
  const isByte = (part: string): boolean =>
    part !== '' && String(Number(part)) === part && Number(part) < 256;
  return parts.length === 4 && parts.every(isByte) ? parts : undefined;
}

/** Whether a cell looks like an IPv4 address, and not like a number in four pairs. */
export function looksLikeHost(text: string): boolean {
  return hostParts(text)?.some((part) => part.length !== 2) ?? false;
}

/** Whether a text is an IPv4 address for certain: telephone numbers in four groups end in two pairs (`212.245.12.34`). */
function isHost(text: string): boolean {
  const parts = hostParts(text);
  if (parts === undefined) return false;
  return parts[2]!.length !== 2 || parts[3]!.length !== 2 || text.startsWith('192.168.');
}

/** Characters of the shortest of all these, `1.2345`. */
export const LEAST_LOOK_ALIKE = 6;

/** Whether a text is something else than a telephone number, in whatever country. */
export function isSomethingElse(text: string): boolean {
  return isDate(text) || isHost(text) || isBook(text) || TIME_STAMP.test(text);
}

/**
 * Whether a text may be something else, by what takes no time to ask of each of millions of numbers.
 * @param digits - its digits
 * @param hasDot - whether it has a dot
 */
export function mayBeSomethingElse(text: string, digits: string, hasDot: boolean): boolean {
  if (hasDot && (hostParts(text) !== undefined || isDegrees(text))) return true;
  const { length } = digits;
  if (length > 8) return (length === 13 && isBook(text)) || (length === 14 && TIME_STAMP.test(text));
  return isDate(text) || (length === 8 && isCompactDate(text));
}
