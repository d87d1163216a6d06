// SPDX-License-Identifier: Apache-2.0
import { compactDate } from '../fields/birth-date.js';
import { isoCountry } from '../fields/country.js';
import { digitsOnly, lower, withoutPunctuation, withoutSpaces } from '../fields/field.js';
import { genderLetter } from '../fields/gender.js';
import { mobileAdvertisingId } from '../fields/mobile-id.js';
import { withoutZipExtension } from '../fields/postal-code.js';
import { stateCode } from '../fields/state.js';
import { lowercase, type PhonePlatform } from './platform.js';

/**
 * Pinterest. "Lowercase" is all it says of addresses: white space stays, and makes the address one that cannot match. A
 * number as its digits with the country's; SHA-256 in hexadecimal.
 * https://github.com/pinterest/api-description/blob/main/v5/openapi.yaml
 * What it does not say of the other fields is the case of advertising ids, which integrations put in small letters.
 */
export const pinterest: PhonePlatform = {
  title: 'Pinterest',
  sources: [
    {
      kind: 'own',
      url: 'https://github.com/pinterest/api-description/blob/c05b18971472342ebdf4bafc15fea8a91c78bf79/v5/openapi.yaml',
      read: '2026-11-29',
    },
  ],
  review: '2027-05-31',
  email: [lowercase],
  phone: { format: 'digits' },
  fields: {
    firstName: { steps: [lower] },
    lastName: { steps: [lower] },
    city: { steps: [lower, withoutPunctuation, withoutSpaces] },
    state: { steps: [stateCode] },
    postalCode: { steps: [withoutZipExtension, digitsOnly] },
    country: { steps: [isoCountry, lower] },
    birthDate: { steps: [compactDate] },
    gender: { steps: [genderLetter] },
    mobileId: { steps: [mobileAdvertisingId, lower] },
    externalId: { steps: [] },
  },
  upload: {
    sources: [
      {
        kind: 'own',
        url: 'https://github.com/pinterest/api-description/blob/c05b18971472342ebdf4bafc15fea8a91c78bf79/v5/openapi.yaml',
        read: '2026-11-29',
        states: 'a list of one kind, addresses or advertising ids, and no telephone numbers',
      },
    ],
    files: [
      { name: 'email', columns: [{ header: 'EMAIL', kind: 'email' }], header: false },
      { name: 'mobile-id', columns: [{ header: 'MAID', kind: 'mobileId' }], header: false },
    ],
  },
};
