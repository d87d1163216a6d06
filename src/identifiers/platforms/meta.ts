// SPDX-License-Identifier: Apache-2.0
import { compactDate, yearOf } from '../fields/birth-date.js';
import { isoCountry } from '../fields/country.js';
import { lettersAndDigits, lower, withoutPunctuation, withoutSpaces } from '../fields/field.js';
import { binaryGender, genderLetter } from '../fields/gender.js';
import { mobileAdvertisingId } from '../fields/mobile-id.js';
import { withoutZipExtension } from '../fields/postal-code.js';
import { stateOrLetters } from '../fields/state.js';
import { lowercase, type PhonePlatform, trim } from './platform.js';

/**
 * Meta: Custom Audiences and the Conversions API. An address trimmed and in lower case, a number as its digits with the
 * country's, without the plus; SHA-256 in hexadecimal.
 * https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters
 * What else it takes is by the page; where that leaves spaces in names and the case of an external id open, by its SDK. The
 * SDK drops accents from cities, which the page keeps.
 * How a whole date is hashed in its upload file it does not say, so the file has the year alone.
 */
export const meta: PhonePlatform = {
  title: 'Meta',
  sources: [
    {
      kind: 'own',
      url: 'https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters',
      read: '2026-11-29',
    },
    {
      kind: 'own',
      url: 'https://github.com/facebook/capi-param-builder/tree/b0b6f0b19e042ff0ae723f684495dde8935a6ff0/nodejs/capi-param-builder/src/piiUtil',
      read: '2026-11-29',
    },
  ],
  review: '2027-05-31',
  email: [trim, lowercase],
  phone: { format: 'digits' },
  fields: {
    firstName: { steps: [lower, withoutPunctuation, withoutSpaces] },
    lastName: { steps: [lower, withoutPunctuation, withoutSpaces] },
    city: { steps: [lower, lettersAndDigits] },
    state: { steps: [stateOrLetters] },
    postalCode: { steps: [withoutZipExtension, lower, lettersAndDigits] },
    country: { steps: [isoCountry, lower] },
    birthDate: { steps: [compactDate] },
    gender: { steps: [genderLetter, binaryGender] },
    mobileId: { steps: [mobileAdvertisingId], plain: true },
    externalId: { steps: [lower, withoutSpaces] },
  },
  upload: {
    sources: [
      {
        kind: 'own',
        url: 'https://www.facebook.com/business/help/2082575038703844',
        read: '2026-11-29',
        as: 'excerpt',
        states: 'column names; three addresses and three numbers a person',
      },
    ],
    files: [
      {
        columns: [
          { header: 'email', kind: 'email', most: 3 },
          { header: 'phone', kind: 'phone', most: 3 },
          { header: 'madid', kind: 'mobileId' },
          { header: 'fn', kind: 'firstName' },
          { header: 'ln', kind: 'lastName' },
          { header: 'zip', kind: 'postalCode' },
          { header: 'ct', kind: 'city' },
          { header: 'st', kind: 'state' },
          { header: 'country', kind: 'country' },
          { header: 'doby', kind: 'birthDate', rule: { steps: [compactDate, yearOf] } },
          { header: 'gen', kind: 'gender' },
        ],
      },
    ],
  },
};
