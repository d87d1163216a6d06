// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform, trim } from './platform.js';

/**
 * Nextdoor: conversions. An address trimmed and in lower case, a number in E.164; SHA-256 in hexadecimal.
 * https://developer.nextdoor.com/reference/conversion-data-types
 */
export const nextdoor: PhonePlatform = {
  title: 'Nextdoor',
  sources: [
    {
      kind: 'own',
      url: 'https://developer.nextdoor.com/reference/conversion-data-types',
      read: '2026-11-29',
      as: 'excerpt',
    },
  ],
  review: '2027-05-31',
  email: [trim, lowercase],
  phone: { format: 'e164' },
};
