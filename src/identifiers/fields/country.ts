// SPDX-License-Identifier: Apache-2.0
/** Countries as lists write them: two or three letters of ISO 3166-1, or a name. */

import { countryWritten } from '../tables/written-countries.js';
import type { FieldRefusal, FieldStep } from './field.js';

const UNKNOWN: FieldRefusal = {
  code: 'not-valid',
  message: 'The text names no country: give two letters of ISO 3166-1, or the name.',
};

/** Two capital letters of ISO 3166-1. A code that is dialled names none: countries share some. */
export const isoCountry: FieldStep = (text) => countryWritten(text) ?? UNKNOWN;
