// SPDX-License-Identifier: Apache-2.0

import { sha512 } from '@noble/hashes/sha2.js';
import { sha256 } from '../../sha256.js';
import { isoCountry } from '../fields/country.js';
import { lower } from '../fields/field.js';
import { mobileAdvertisingId } from '../fields/mobile-id.js';
import { choice, type EmailPlatform, type Hash, lowercase } from './platform.js';

/** What LinkedIn leaves open. */
export interface LinkedinOptions {
  /** `sha256` unless told otherwise. Its API takes `sha512` as well, its upload page does not say so. */
  readonly algorithm?: 'sha256' | 'sha512' | undefined;
}

const HASHES: Readonly<Record<'sha256' | 'sha512', Hash>> = { sha256, sha512 };

/**
 * LinkedIn. Its own page says SHA-256 and no more: that addresses are put in lower case, and that its API takes SHA-512, is
 * known from third-party integrations only, and for telephone numbers no rule is published. In hexadecimal.
 */
export const linkedin: EmailPlatform<LinkedinOptions> = {
  title: 'LinkedIn',
  sources: [
    {
      kind: 'third-party',
      url: 'https://github.com/segmentio/action-destinations/blob/970a17ee8d064501db7ae555f4d90f17befadfc0/packages/destination-actions/src/destinations/linkedin-conversions/api/index.ts',
      read: '2026-11-29',
      states: 'lower case',
    },
    {
      kind: 'third-party',
      url: 'https://docs.tealium.com/server-side-connectors/linkedin-matched-audiences-connector-setup-guide',
      read: '2026-11-29',
      states: 'SHA-512',
    },
    {
      kind: 'own',
      url: 'https://www.linkedin.com/help/lms/answer/a1489764',
      read: '2026-11-29',
      as: 'excerpt',
      states: 'SHA-256',
    },
  ],
  review: '2027-02-28',
  email: [lowercase],
  phone: undefined,
  fields: {
    firstName: { steps: [], plain: true },
    lastName: { steps: [], plain: true },
    country: { steps: [isoCountry], plain: true },
    mobileId: { steps: [mobileAdvertisingId, lower], plain: true },
  },
  upload: {
    sources: [
      {
        kind: 'own',
        url: 'https://learn.microsoft.com/en-us/linkedin/marketing/matched-audiences/create-and-manage-list-uploads',
        read: '2026-11-29',
      },
      {
        kind: 'own',
        url: 'https://www.linkedin.com/help/lms/answer/a1489764',
        read: '2026-11-29',
        as: 'excerpt',
        states: '300,000 records a list, and that the headers of the template stay',
      },
    ],
    files: [
      {
        columns: [
          { header: 'email', kind: 'email' },
          { header: 'firstname', kind: 'firstName' },
          { header: 'lastname', kind: 'lastName' },
          { header: 'jobtitle' },
          { header: 'employeecompany' },
          { header: 'country', kind: 'country' },
          { header: 'googleaid', kind: 'mobileId' },
        ],
        fixed: true,
        rows: 300_000,
      },
    ],
  },
  options: ['algorithm'],
  hash: ({ algorithm = 'sha256' }) => choice(HASHES, algorithm, 'algorithm'),
};
