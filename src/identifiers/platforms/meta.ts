// SPDX-License-Identifier: Apache-2.0
import { compactDate } from '../fields/birth-date.js';
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
};
