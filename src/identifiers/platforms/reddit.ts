// SPDX-License-Identifier: Apache-2.0
import { mobileAdvertisingId, oneCase } from '../fields/mobile-id.js';
import { dropTag, lowercase, onLocalPart, type PhonePlatform, unlessMore } from './platform.js';

/** White space is no character of an address, and stays to be refused. */
const keepLettersAndDigits = (local: string): string => local.replace(/[^a-z0-9\s]/g, '');

/**
 * Reddit. An address in lower case, without its tag and with letters and digits alone before the @, whatever the domain; a
 * number in E.164; SHA-256 in hexadecimal. (Before 2026 its page named dots alone, and integrations still do.)
 * https://business.reddithelp.com/s/article/advanced-matching-for-developers
 */
export const reddit: PhonePlatform = {
  title: 'Reddit',
  sources: [
    {
      kind: 'own',
      url: 'https://business.reddithelp.com/s/article/advanced-matching-for-developers',
      read: '2026-11-29',
      as: 'copy',
    },
  ],
  review: '2027-05-31',
  email: [lowercase, unlessMore(onLocalPart((local) => keepLettersAndDigits(dropTag(local))))],
  phone: { format: 'e164' },
  fields: {
    mobileId: { steps: [mobileAdvertisingId, oneCase] },
    externalId: { steps: [] },
  },
  upload: {
    sources: [
      {
        kind: 'third-party',
        url: 'https://github.com/segmentio/action-destinations/blob/970a17ee8d064501db7ae555f4d90f17befadfc0/packages/destination-actions/src/destinations/reddit-audiences/const.ts',
        read: '2026-11-29',
        states: 'the columns of its API, after https://ads-api.reddit.com/docs/v3/',
      },
    ],
    files: [
      {
        columns: [
          { header: 'EMAIL_SHA256', kind: 'email' },
          { header: 'MAID_SHA256', kind: 'mobileId' },
        ],
      },
    ],
  },
};
