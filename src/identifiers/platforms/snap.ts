// SPDX-License-Identifier: Apache-2.0
import { compactDate } from '../fields/birth-date.js';
import { isoCountry } from '../fields/country.js';
import { lower, withoutPunctuation, withoutSpaces } from '../fields/field.js';
import { binaryGender, genderLetter } from '../fields/gender.js';
import { mobileAdvertisingId } from '../fields/mobile-id.js';
import { withoutZipExtension } from '../fields/postal-code.js';
import { stateCode } from '../fields/state.js';
import { lowercase, type PhonePlatform, trim } from './platform.js';

/**
 * Snap. An address trimmed and in lower case, a number as its digits with the country's, where "if the number itself begins
 * with a 0, this should be removed", Italy's too; SHA-256 in hexadecimal.
 * https://developers.snap.com/api/marketing-api/Conversions-API/Parameters
 */
export const snap: PhonePlatform = {
  title: 'Snap',
  sources: [
    {
      kind: 'own',
      url: 'https://developers.snap.com/api/marketing-api/Conversions-API/Parameters',
      read: '2026-11-29',
    },
    {
      kind: 'own',
      url: 'https://developers.snap.com/api/marketing-api/Conversions-API/BestPractices',
      read: '2026-11-29',
    },
    {
      kind: 'third-party',
      url: 'https://schemas.apis.io/schemas/snapchat/snapchat-userdata/',
      read: '2026-11-29',
      states: 'city, state, postal code, country, birth date, gender',
    },
  ],
  review: '2027-05-31',
  email: [trim, lowercase],
  phone: { format: 'digits', dropsZero: true },
  fields: {
    firstName: { steps: [lower, withoutPunctuation, withoutSpaces] },
    lastName: { steps: [lower, withoutPunctuation, withoutSpaces] },
    city: { steps: [lower] },
    state: { steps: [stateCode] },
    postalCode: { steps: [withoutZipExtension, lower] },
    country: { steps: [isoCountry, lower] },
    birthDate: { steps: [compactDate] },
    gender: { steps: [genderLetter, binaryGender] },
    mobileId: { steps: [mobileAdvertisingId, lower] },
  },
  upload: {
    sources: [
      {
        kind: 'own',
        url: 'https://developers.snap.com/api/marketing-api/Ads-API/customer-lists',
        read: '2026-11-29',
        states: 'one kind an upload',
      },
      {
        kind: 'third-party',
        url: 'https://www.rudderstack.com/docs/destinations/reverse-etl-destinations/snapchat-custom-audience/setup-guide/',
        read: '2026-11-29',
        states: 'a hundred thousand identifiers an upload',
      },
    ],
    files: [
      { name: 'email', columns: [{ header: 'EMAIL_SHA256', kind: 'email' }], header: false, rows: 100_000 },
      { name: 'phone', columns: [{ header: 'PHONE_SHA256', kind: 'phone' }], header: false, rows: 100_000 },
      {
        name: 'mobile-id',
        columns: [{ header: 'MOBILE_AD_ID_SHA256', kind: 'mobileId' }],
        header: false,
        rows: 100_000,
      },
    ],
  },
};
