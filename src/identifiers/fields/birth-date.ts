// SPDX-License-Identifier: Apache-2.0
/**
 * Birth dates. Where the year stands first, or a number above twelve says which is the day, there is one reading; where day and
 * month could change places nobody can tell, and the date is refused unless the order is given.
 */

import type { FieldRefusal, FieldStep } from './field.js';

const NOT_A_DATE: FieldRefusal = {
  code: 'not-valid',
  message: 'The text is no date of birth with year, month and day as numbers, such as 1997-02-16.',
};
const AMBIGUOUS: FieldRefusal = {
  code: 'ambiguous',
  message: 'Day and month can be told apart by their order alone: say which, dmy or mdy.',
};

/** Also what a database or a spreadsheet writes behind the day: a time of day says nothing here. */
const PARTS = /^(\d{1,4})[-/. ]{1,2}(\d{1,2})[-/. ]{1,2}(\d{1,4})\.?(?:[T ]\d{2}:\d{2}.*)?$/s;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;

/** Year, month and day as eight digits. */
export const compactDate: FieldStep = (text, { dateOrder }) => {
  const compact = COMPACT.exec(text);
  if (compact !== null) return written(Number(compact[1]), Number(compact[2]), Number(compact[3]));
  const parts = PARTS.exec(text);
  if (parts === null) return NOT_A_DATE;
  const [first, second, third] = parts.slice(1).map(Number) as [number, number, number];
  if (parts[1]!.length === 4) return written(first, second, third);
  // Of two digits nobody knows the century.
  if (parts[3]!.length !== 4 || parts[1]!.length > 2) return NOT_A_DATE;
  if (first > 12 || first === second) return written(third, second, first);
  if (second > 12) return written(third, first, second);
  if (dateOrder === undefined) return AMBIGUOUS;
  return dateOrder === 'dmy' ? written(third, second, first) : written(third, first, second);
};

/** Behind `compactDate`: the year alone. */
export const yearOf: FieldStep = (text) => text.slice(0, 4);

function written(year: number, month: number, day: number): string | FieldRefusal {
  const date = new Date(Date.UTC(year, month - 1, day));
  // The platforms take years from 1900 on, and nobody is born in the future.
  const real = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && year >= 1900;
  if (!real || date.getTime() > Date.now()) return NOT_A_DATE;
  return `${year}${String(month).padStart(2, '0')}${String(day).padStart(2, '0')}`;
}
