// SPDX-License-Identifier: Apache-2.0
/**
 * Mobile advertising ids: Apple's (IDFA, written in capitals) and Android's (GAID, in small letters), both of them UUIDs. Where
 * a user has switched it off, the id is all zeros and the same for everybody.
 */

import type { FieldRefusal, FieldStep } from './field.js';

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;

const NO_ID: FieldRefusal = {
  code: 'not-valid',
  message:
    'The text is no mobile advertising id: 32 hexadecimal digits with hyphens, in groups of 8, 4, 4, 4 and 12.',
};
const OFF: FieldRefusal = {
  code: 'not-valid',
  message: 'The id is all zeros: advertising ids are switched off on that device.',
};
const MIXED: FieldRefusal = {
  code: 'ambiguous',
  message:
    "The platform hashes Apple's ids in capitals and Android's in small letters, and this one has both.",
};

export const mobileAdvertisingId: FieldStep = (text) => {
  if (!UUID.test(text)) return NO_ID;
  return /^[0-]+$/.test(text) ? OFF : text;
};

/** Behind `mobileAdvertisingId`: the case that tells Apple's ids from Android's, if there is one. */
export const oneCase: FieldStep = (text) =>
  text === text.toLowerCase() || text === text.toUpperCase() ? text : MIXED;
