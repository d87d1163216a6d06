// SPDX-License-Identifier: Apache-2.0
/** What stands in a column, judged by the readers that will read it. */

import { countryNamed } from '../identifiers/countries.js';
import { readEmail } from '../identifiers/email.js';
import { readPhone } from '../identifiers/phone.js';
import { withAsciiDigits } from '../identifiers/text.js';

/** What the cells of a column look like. */
interface ColumnContent {
  readonly filled: number;
  /** How many cells a reader takes, and how many look as if it might with other options. */
  readonly phone: { sure: number; possible: number };
  readonly email: { sure: number; possible: number };
}

/** @param countryColumn where each row has its country, if the file says so */
export function contentOf(
  rows: readonly (readonly string[])[],
  column: number,
  country: string | undefined,
  countryColumn: number | undefined,
): ColumnContent {
  const content = { filled: 0, phone: { sure: 0, possible: 0 }, email: { sure: 0, possible: 0 } };
  for (const row of rows) {
    const cell = row[column]?.trim() ?? '';
    if (cell === '') continue;
    content.filled++;
    const own = countryColumn === undefined ? country : row[countryColumn];
    const known = own === undefined ? undefined : countryNamed(own);
    if (typeof readEmail(cell) === 'string') content.email.sure++;
    if (looksLikeEmail(cell)) content.email.possible++;
    if (!looksLikePhone(cell)) continue;
    content.phone.possible++;
    if (typeof readPhone(cell, known, true) === 'string') content.phone.sure++;
  }
  return content;
}

export function looksLikeIdentifier(cell: string): boolean {
  return looksLikeEmail(cell) || looksLikePhone(cell);
}

function looksLikeEmail(cell: string): boolean {
  return /\S@\S/.test(cell);
}

/** Seven digits or more, few letters, no date. */
function looksLikePhone(cell: string): boolean {
  const text = withAsciiDigits(cell.trim());
  const digits = text.replace(/\D/g, '').length;
  const letters = text.replace(/\P{L}/gu, '').length;
  return digits >= 7 && letters * 2 <= digits && !/^\d{4}-\d\d-\d\d(?!\d)/.test(text);
}
