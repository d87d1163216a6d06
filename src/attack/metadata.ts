// SPDX-License-Identifier: Apache-2.0
/** What libphonenumber knows of a country's numbers, as far as a numbering plan needs it. */

import { type CountryCode, isSupportedCountry, Metadata } from 'libphonenumber-js/max';
import { VeilmatchError } from '../errors.js';
import { type Automaton, compile, intersection } from './automaton.js';

/** The types that a person's number can have. Prepaid, mobile and fixed lines share one pattern in some plans. */
export type LineType = 'FIXED_LINE' | 'MOBILE' | 'VOIP' | 'PERSONAL_NUMBER';

/** The exchange of a North American number is no service code such as 411 or 911. */
const NANP_EXCHANGE = '\\d{3}[2-9](?:0\\d|1[02-9]|[2-9]\\d)\\d{4}';

/** The part of libphonenumber's metadata that is used here; its published types leave it out. */
interface CountryMetadata {
  callingCode(): string;
  nationalPrefix(): string | undefined;
  type(type: string): { pattern(): string | undefined } | undefined;
}

/** @throws {VeilmatchError} `argument` for an unknown country */
export function metadataOf(country: string): CountryMetadata {
  if (!isSupportedCountry(country as CountryCode)) {
    throw new VeilmatchError('argument', 'The country must be an ISO 3166 code of two letters, such as US.');
  }
  const metadata = new Metadata();
  metadata.selectNumberingPlan(country as CountryCode);
  return metadata.numberingPlan as unknown as CountryMetadata;
}

/**
 * The numbers of these types.
 * @throws {VeilmatchError} `argument` where there are none
 */
export function patternOf(metadata: CountryMetadata, country: string, types: readonly LineType[]): Automaton {
  const patterns = types.map((type) => metadata.type(type)?.pattern()).filter((pattern) => pattern);
  if (patterns.length === 0) {
    throw new VeilmatchError('argument', `The plan of ${country} has no numbers of these types.`);
  }
  const automaton = compile([...new Set(patterns)].map((pattern) => `(?:${pattern})`).join('|'));
  return metadata.callingCode() === '1' ? intersection(automaton, compile(NANP_EXCHANGE)) : automaton;
}
