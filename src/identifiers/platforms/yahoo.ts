// SPDX-License-Identifier: Apache-2.0
import { mobileAdvertisingId } from '../fields/mobile-id.js';
import { lowercase, type PhonePlatform } from './platform.js';

/**
 * Yahoo: DataX audiences of its DSP. Known from third parties, as its own page asks for a login. An address in lower case, a
 * number in E.164; SHA-256 in hexadecimal.
 */
export const yahoo: PhonePlatform = {
  title: 'Yahoo',
  sources: [
    {
      kind: 'third-party',
      url: 'https://github.com/segmentio/action-destinations/blob/970a17ee8d064501db7ae555f4d90f17befadfc0/packages/destination-actions/src/destinations/yahoo-audiences/utils-rt.ts',
      read: '2026-11-29',
    },
  ],
  review: '2027-02-28',
  email: [lowercase],
  phone: { format: 'e164' },
  fields: {
    mobileId: { steps: [mobileAdvertisingId], plain: true },
  },
};
