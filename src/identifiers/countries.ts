// SPDX-License-Identifier: Apache-2.0
/** Countries as lists name them: by two or three letters, by name, by the code that is dialled. */

import type { CountryCode } from 'libphonenumber-js/max';
import { mainCountryOf } from './plans.js';
import { countryWritten } from './tables/written-countries.js';

/** Cells repeat; what the last thousand of them were. */
const recent = new Map<string, CountryCode | undefined>();
const MOST_RECENT = 1000;

/**
 * The country of a cell: `DE`, `DEU`, `Germany`, `Deutschland`, `+49`, `0049`, or several of these that agree. A code that countries share (+1, +44) is the
 * largest one's, which numbers of the others are read alike in.
 * @returns undefined for what names no country with a numbering plan
 */
export function countryNamed(cell: string): CountryCode | undefined {
  const known = recent.get(cell);
  if (known !== undefined || recent.has(cell)) return known;
  const country = readName(cell);
  if (recent.size === MOST_RECENT) recent.clear();
  recent.set(cell, country);
  return country;
}

function readName(cell: string): CountryCode | undefined {
  const text = cell.trim();
  const dialled = DIALLED.exec(text)?.[1];
  return dialled === undefined ? countryWritten(text) : mainCountryOf(dialled);
}

const DIALLED = /^(?:\+|00)? ?(\d{1,3})$/;
