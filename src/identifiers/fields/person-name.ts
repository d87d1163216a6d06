// SPDX-License-Identifier: Apache-2.0
/** First and last names. */

import type { FieldStep } from './field.js';

const TITLE = /^(?:mr|mrs|ms|dr)\.(?:\s|$)/;

const SUFFIXES: ReadonlySet<string> = new Set(
  'jr jr. sr sr. 2nd 3rd ii iii iv v vi cpa dc dds vm jd md phd'.split(' '),
);

/** Behind lower case: without a title before the first name. */
export const withoutTitle: FieldStep = (text) => text.replace(TITLE, '').trim();

/** Behind lower case: without generations and degrees behind the last name, however many. */
export const withoutSuffixes: FieldStep = (text) => {
  let name = text.replace(/\s/g, ' ');
  for (;;) {
    const end = Math.max(name.lastIndexOf(' '), name.lastIndexOf(','));
    if (end < 1 || !SUFFIXES.has(name.slice(end + 1))) return name;
    name = name.slice(0, end).trimEnd();
    if (name.endsWith(',')) name = name.slice(0, -1).trimEnd();
  }
};
