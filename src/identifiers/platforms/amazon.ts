// SPDX-License-Identifier: Apache-2.0
import { isoCountry } from '../fields/country.js';
import { type FieldRule, lower, plainLettersAndDigits } from '../fields/field.js';
import { lowercase, type PhonePlatform, unlessMore } from './platform.js';
import type { PlatformSource } from './source.js';

const keepPlainCharacters = (text: string): string => text.replace(/[^a-z0-9.@-]/g, '');

/** Of names and places. */
const WORDS: FieldRule = { steps: [lower, plainLettersAndDigits] };

const INTEGRATION: PlatformSource = {
  kind: 'third-party',
  url: 'https://github.com/segmentio/action-destinations/blob/970a17ee8d064501db7ae555f4d90f17befadfc0/packages/destination-actions/src/destinations/amazon-amc/function.ts',
  read: '2026-11-29',
};

/**
 * Amazon Ads. Its page on the format of audience files (https://advertising.amazon.com/help/GCCXMZYCK4RXWS6C) asks for a
 * login; what it says is known from those who quote it, and they agree about audiences. An address in lower case, of which
 * only letters, digits, `.`, `@` and `-` are kept: a "+" is lost, so `a+b@` and `ab@` become one. (For its Conversions API
 * the same integration keeps the "+".) A number as its digits with the country's; SHA-256 in hexadecimal.
 * Streets are not here: Amazon has a library of its own that abbreviates them by tables for nine countries,
 * https://github.com/amzn/amazon-ads-advertiser-audience-normalization-sdk-py
 */
export const amazon: PhonePlatform = {
  title: 'Amazon',
  sources: [INTEGRATION],
  review: '2027-02-28',
  email: [lowercase, unlessMore(keepPlainCharacters)],
  phone: { format: 'digits' },
  fields: {
    firstName: WORDS,
    lastName: WORDS,
    city: WORDS,
    state: WORDS,
    postalCode: WORDS,
    country: { steps: [isoCountry], plain: true },
    externalId: { steps: [], plain: true },
  },
  upload: {
    sources: [{ ...INTEGRATION, states: 'names of the hashed fields of a record' }],
    files: [
      {
        columns: [
          { header: 'externalUserId', kind: 'externalId' },
          { header: 'countryCode', kind: 'country' },
          { header: 'email', kind: 'email' },
          { header: 'phone', kind: 'phone' },
          { header: 'firstname', kind: 'firstName' },
          { header: 'lastname', kind: 'lastName' },
          { header: 'city', kind: 'city' },
          { header: 'state', kind: 'state' },
          { header: 'postal', kind: 'postalCode' },
        ],
      },
    ],
  },
};
