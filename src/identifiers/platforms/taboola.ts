// SPDX-License-Identifier: Apache-2.0
import { mobileAdvertisingId } from '../fields/mobile-id.js';
import { type EmailPlatform, lowercase } from './platform.js';

/**
 * Taboola. "Convert all characters to lower case" is all it says of addresses: white space stays, and makes the address one
 * that cannot match. It takes no telephone numbers. SHA-256 in hexadecimal.
 * https://developers.taboola.com/backstage-api/reference/user-id-object
 */
export const taboola: EmailPlatform = {
  title: 'Taboola',
  sources: [
    {
      kind: 'own',
      url: 'https://developers.taboola.com/backstage-api/reference/user-id-object',
      read: '2026-11-29',
    },
  ],
  review: '2027-05-31',
  email: [lowercase],
  phone: undefined,
  fields: {
    mobileId: { steps: [mobileAdvertisingId], plain: true },
  },
};
