// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform, trim } from './platform.js';

/**
 * Meta: Custom Audiences and the Conversions API. An address trimmed and in lower case, a number as its digits with the
 * country's, without the plus; SHA-256 in hexadecimal.
 * https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters
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
};
