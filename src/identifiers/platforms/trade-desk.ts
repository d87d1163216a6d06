// SPDX-License-Identifier: Apache-2.0
import type { PhonePlatform } from './platform.js';
import { uid2 } from './uid2.js';

/**
 * The Trade Desk: as UID2, in its own client.
 * https://github.com/thetradedesk/ttd-data-python
 */
export const tradeDesk: PhonePlatform = {
  ...uid2,
  title: 'The Trade Desk',
  sources: [
    {
      kind: 'own',
      url: 'https://github.com/thetradedesk/ttd-data-python/blob/43cecba40d64fb1e9c6e65475a1ab822b4ef34a9/README.md',
      read: '2026-11-29',
      states: 'E.164 and base64',
    },
    {
      kind: 'third-party',
      url: 'https://github.com/segmentio/action-destinations/blob/970a17ee8d064501db7ae555f4d90f17befadfc0/packages/destination-actions/src/destinations/the-trade-desk-crm/functions.ts',
      read: '2026-11-29',
      states: 'addresses, as UID2',
    },
  ],
  review: '2027-05-31',
};
