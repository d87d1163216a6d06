// SPDX-License-Identifier: Apache-2.0
import { lower } from '../fields/field.js';
import { mobileAdvertisingId } from '../fields/mobile-id.js';
import { lowercase, type PhonePlatform, removeWhitespace } from './platform.js';

/**
 * TikTok. An address without white space and in lower case, a number in E.164; SHA-256 in hexadecimal.
 * https://ads.tiktok.com/help/article/5gcDeV2ckkwNVh1BedxvSJ
 */
export const tiktok: PhonePlatform = {
  title: 'TikTok',
  sources: [
    {
      kind: 'own',
      url: 'https://ads.tiktok.com/help/article/5gcDeV2ckkwNVh1BedxvSJ',
      read: '2026-11-29',
      as: 'copy',
    },
  ],
  review: '2027-05-31',
  email: [removeWhitespace, lowercase],
  phone: { format: 'e164' },
  fields: {
    mobileId: { steps: [mobileAdvertisingId, lower] },
  },
  upload: {
    sources: [
      {
        kind: 'own',
        url: 'https://ads.tiktok.com/help/article/5gcDeV2ckkwNVh1BedxvSJ',
        read: '2026-11-29',
        as: 'copy',
        states: 'column names, and that each may stand three times',
      },
    ],
    files: [
      {
        columns: [
          { header: 'Email_SHA256', kind: 'email', most: 3 },
          { header: 'Phone_SHA256', kind: 'phone', most: 3 },
          { header: 'MAID_SHA256', kind: 'mobileId' },
        ],
      },
    ],
  },
};
