// SPDX-License-Identifier: Apache-2.0
import { withoutSpaces } from '../fields/field.js';
import { withoutZipExtension } from '../fields/postal-code.js';
import { lowercase, type PhonePlatform, removeWhitespace } from './platform.js';

/**
 * Rokt: hashed attributes. An address without spaces and in lower case; a number as ten digits without its country's, so that
 * it takes no others than those of North America and the countries whose numbers are as long; SHA-256 in hexadecimal.
 * https://docs.rokt.com/developers/integration-guides/data-and-security/hash-identifiers
 */
export const rokt: PhonePlatform = {
  title: 'Rokt',
  sources: [
    {
      kind: 'own',
      url: 'https://docs.rokt.com/developers/integration-guides/data-and-security/hash-identifiers',
      read: '2026-11-29',
    },
  ],
  review: '2027-05-31',
  email: [removeWhitespace, lowercase],
  phone: { format: 'national', digits: [10, 10] },
  fields: {
    postalCode: { steps: [withoutZipExtension, withoutSpaces] },
  },
};
