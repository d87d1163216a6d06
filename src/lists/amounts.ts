// SPDX-License-Identifier: Apache-2.0
/**
 * Amounts: decimal numbers with a stated number of digits after the point, read and written as whole numbers of their
 * smallest unit. No number of theirs is ever a fraction in binary, which most amounts of money are not.
 */

/**
 * Digits, and a point before those after it. Signs, currencies, separators of thousands and exponents are nothing to be guessed
 * at; zeros at the end change nothing.
 * @param digits after the point, from 0 to 9
 * @param most the largest amount, in the smallest unit
 * @returns the amount in the smallest unit, or what is wrong, to follow "the amount"
 */
export function parseAmount(cell: string, digits: number, most: number): number | string {
  const text = cell.trim();
  if (text === '') return 'is missing: write 0 where there is none';
  const [, whole, fraction = ''] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === undefined) {
    return 'is no decimal number from 0, such as 1234.50: digits alone, and a point before those of the fraction';
  }
  const significant = withoutZeros(fraction);
  if (significant.length > digits) {
    return `has more digits after the point than --value-digits ${digits} allows`;
  }
  const units = `${whole}${significant.padEnd(digits, '0')}`;
  const value = Number(units);
  // As a number it may be rounded, and is far too large then.
  if (Number.isSafeInteger(value) && value <= most) return value;
  return `is above ${formatAmount(most, digits)}, which is the most that can be in a row`;
}

/** Without those at the end. */
function withoutZeros(fraction: string): string {
  let end = fraction.length;
  while (end > 0 && fraction[end - 1] === '0') end--;
  return fraction.slice(0, end);
}

/** @param value in the smallest unit, from 0 */
export function formatAmount(value: number, digits: number): string {
  const units = String(value).padStart(digits + 1, '0');
  const at = units.length - digits;
  return digits === 0 ? units : `${units.slice(0, at)}.${units.slice(at)}`;
}
