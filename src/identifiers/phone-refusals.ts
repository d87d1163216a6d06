// SPDX-License-Identifier: Apache-2.0
/** Why a text is not taken as a telephone number. */

import type { LengthCheck } from './plans.js';
import type { Refusal } from './refusal.js';

interface PhoneRefusals {
  readonly empty: Refusal;
  readonly notANumber: Refusal;
  readonly noCountry: Refusal;
  readonly tooShort: Refusal;
  readonly tooLong: Refusal;
  readonly notValid: Refusal;
  readonly spreadsheetDamage: Refusal;
  readonly placeholder: Refusal;
  readonly several: Refusal;
  readonly ambiguous: Refusal;
}

export const REFUSED: PhoneRefusals = {
  empty: { code: 'empty', message: 'There is no telephone number: the text is empty.' },
  notANumber: {
    code: 'not-a-number',
    message:
      'The text is not one telephone number. Give digits with the usual separators, a + first if there is one.',
  },
  noCountry: {
    code: 'no-country',
    message:
      'A national telephone number needs a country to be read in: pass one (ISO 3166-1 alpha-2), or write + and the country code.',
  },
  tooShort: { code: 'too-short', message: 'The telephone number has too few digits for its country.' },
  tooLong: {
    code: 'too-long',
    message:
      'The telephone number has too many digits for its country, or its text more than 250 characters.',
  },
  notValid: {
    code: 'not-valid',
    message:
      'The telephone number has a length, first digits or a country code that no number of its plan has, or is in no assigned range.',
  },
  spreadsheetDamage: {
    code: 'spreadsheet-damage',
    message:
      'A spreadsheet has turned the telephone number into a decimal number or an error, and digits may be lost. Export the column as text.',
  },
  placeholder: {
    code: 'placeholder',
    message:
      'The digits are all the same, or counted up or down: written for want of a number, they would make strangers one person.',
  },
  several: {
    code: 'several',
    message:
      'The text holds several telephone numbers. Give each a row, or a cell of its own; rows of a list may hold several.',
  },
  ambiguous: {
    code: 'ambiguous',
    message:
      'The telephone number can be read in two ways, and strict was asked for. Write + and the country code, or 0 before the area.',
  },
};

export const LENGTH_REFUSED: Record<Exclude<LengthCheck, 'possible'>, Refusal> = {
  'too-short': REFUSED.tooShort,
  'too-long': REFUSED.tooLong,
  'not-valid': REFUSED.notValid,
};
