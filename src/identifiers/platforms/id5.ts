// SPDX-License-Identifier: Apache-2.0
import { lower } from '../fields/field.js';
import { mobileAdvertisingId } from '../fields/mobile-id.js';
import { dropDotsAndTags, lowercase, type PhonePlatform, trim } from './platform.js';

const googlemailIsGmail = (text: string): string => text.replace(/@googlemail\.com$/, '@gmail.com');

/**
 * ID5: `hem` and `phone` of partner data. An address trimmed and in lower case, at gmail.com and googlemail.com without dots
 * and tags and always under gmail.com; a number as its digits with the country's, as its page says (its script hashes a
 * number as it was written, so whoever relies on that must write it so); SHA-256 in hexadecimal.
 */
export const id5: PhonePlatform = {
  title: 'ID5',
  sources: [
    {
      kind: 'own',
      url: 'https://github.com/id5io/id5-api.js/blob/e782e8a05429e116379900f0256a25b522991a0e/lib/partnerDataConfig.js',
      read: '2026-11-29',
      states: 'addresses',
    },
    {
      kind: 'own',
      url: 'https://wiki.id5.io/docs/passing-partner-data-to-id5',
      read: '2026-11-29',
      states: 'telephone numbers',
    },
  ],
  review: '2027-05-31',
  email: [trim, lowercase, dropDotsAndTags('gmail.com', 'googlemail.com'), googlemailIsGmail],
  phone: { format: 'digits' },
  fields: {
    mobileId: { steps: [mobileAdvertisingId, lower], plain: true },
  },
};
