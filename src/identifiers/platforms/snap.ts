// SPDX-License-Identifier: Apache-2.0
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
  ],
  review: '2027-05-31',
  email: [trim, lowercase],
  phone: { format: 'digits', dropsZero: true },
};
