// SPDX-License-Identifier: Apache-2.0
/** First and last names. */

import type { FieldStep } from './field.js';

const TITLE = /^(?:mr|mrs|ms|dr)\.(?:\s+|$)/;
const SUFFIX = /(?:,\s*|\s+)(?:jr\.?|sr\.?|2nd|3rd|ii|iii|iv|v|vi|cpa|dc|dds|vm|jd|md|phd)$/;

/** Behind lower case: without a title before the first name. */
export const withoutTitle: FieldStep = (text) => text.replace(TITLE, '').trim();

/** Behind lower case: without generations and degrees behind the last name, however many. */
export const withoutSuffixes: FieldStep = (text) => {
  let name = text;
  while (SUFFIX.test(name)) name = name.replace(SUFFIX, '').trimEnd();
  return name;
};
