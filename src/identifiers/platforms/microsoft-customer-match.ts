// SPDX-License-Identifier: Apache-2.0
import { type EmailPlatform, lowercase, trim } from './platform.js';

/**
 * Microsoft Advertising: customer match lists. Its own page says SHA-256 in hexadecimal and no more, and takes no telephone
 * numbers: that an address is trimmed and in lower case is what integrations do. Dots and tags stay, as nobody says otherwise.
 */
export const microsoftCustomerMatch: EmailPlatform = {
  title: 'Microsoft Customer Match',
  sources: [
    {
      kind: 'third-party',
      url: 'https://github.com/segmentio/action-destinations/blob/970a17ee8d064501db7ae555f4d90f17befadfc0/packages/destination-actions/src/destinations/ms-bing-ads-audiences/utils.ts',
      read: '2026-11-29',
      states: 'trimming and lower case',
    },
    {
      kind: 'own',
      url: 'https://help.ads.microsoft.com/apex/index/3/en/56921',
      read: '2026-11-29',
      states: 'SHA-256, and addresses only',
    },
  ],
  review: '2027-02-28',
  email: [trim, lowercase],
  phone: undefined,
  upload: {
    sources: [
      {
        kind: 'own',
        url: 'https://help.ads.microsoft.com/apex/index/3/en/56921',
        read: '2026-11-29',
        states: 'the column, an address a cell, and four million addresses a file',
      },
    ],
    files: [
      {
        columns: [{ header: 'Email', kind: 'email' }],
        rows: 4_000_000,
      },
    ],
  },
};
