// SPDX-License-Identifier: Apache-2.0
/** Countries as lists write them: two or three letters of ISO 3166-1, or a name. */

import { countryNamed } from '../countries.js';
import type { FieldRefusal, FieldStep } from './field.js';

const UNKNOWN: FieldRefusal = {
  code: 'not-valid',
  message: 'The text names no country: give two letters of ISO 3166-1, or the name.',
};

/**
 * @returns two capital letters, or undefined for what names no country; a code that is dialled names none either, since countries
 * share some
 */
export function countryCode(text: string): string | undefined {
  return /\p{L}/u.test(text) ? countryNamed(text) : undefined;
}

/** Two capital letters of ISO 3166-1. */
export const isoCountry: FieldStep = (text) => countryCode(text) ?? UNKNOWN;
