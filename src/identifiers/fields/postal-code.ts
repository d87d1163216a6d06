// SPDX-License-Identifier: Apache-2.0
/** Postal codes. */

import type { FieldStep } from './field.js';

/**
 * Of the United States the first five digits: "94035-1234" says itself whose it is. Where a spreadsheet has taken zeros off
 * ("2134", "2134-1234") they are put back: no code of that country has fewer digits.
 */
export const withoutZipExtension: FieldStep = (written, { country }) => {
  const cut = country === 'US' ? /^\s*(\d{3,4})((?:-\d{4})?)\s*$/.exec(written) : null;
  const text = cut === null ? written : `${cut[1]!.padStart(5, '0')}${cut[2]}`;
  const extended = /^(\d{5})(-?)\d{4}$/.exec(text.replace(/\s+/g, ''));
  if (extended === null) return text;
  const american = country === 'US' || (country === undefined && extended[2] === '-');
  return american ? extended[1]! : text;
};
