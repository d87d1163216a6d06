// SPDX-License-Identifier: Apache-2.0
/** Postal codes. */

import type { FieldStep } from './field.js';

/** Of the United States the first five digits: "94035-1234" says itself whose it is. */
export const withoutZipExtension: FieldStep = (text, { country }) => {
  const extended = /^(\d{5})(-?)\d{4}$/.exec(text.replace(/\s+/g, ''));
  if (extended === null) return text;
  const american = country === 'US' || (country === undefined && extended[2] === '-');
  return american ? extended[1]! : text;
};
