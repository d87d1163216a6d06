// SPDX-License-Identifier: Apache-2.0
import { dropDotsAndTags, ENCODINGS, type PhonePlatform } from './platform.js';

const stripAsciiSpaces = (text: string): string => {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === ' ') start++;
  while (end > start && text[end - 1] === ' ') end--;
  return text.slice(start, end);
};
const lowercaseAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/**
 * Unified ID 2.0 and European Unified ID. An address without spaces around it and with A to Z in lower case, at gmail.com
 * also without dots and tags; a number in E.164, of 10 to 15 digits; SHA-256 in base64.
 * https://unifiedid.com/docs/getting-started/gs-normalization-encoding
 */
export const uid2: PhonePlatform = {
  title: 'Unified ID 2.0',
  sources: [
    {
      kind: 'own',
      url: 'https://unifiedid.com/docs/getting-started/gs-normalization-encoding',
      read: '2026-11-30',
    },
    {
      kind: 'own',
      url: 'https://github.com/IABTechLab/uid2-web-integrations/blob/6048b60a249bd6baca439b6c6607b54e49bc5d09/src/diiNormalization.ts',
      read: '2026-11-29',
    },
  ],
  review: '2027-05-31',
  email: [stripAsciiSpaces, lowercaseAscii, dropDotsAndTags('gmail.com')],
  phone: { format: 'e164', digits: [10, 15] },
  upload: {
    sources: [
      {
        kind: 'third-party',
        url: 'https://github.com/segmentio/action-destinations/blob/970a17ee8d064501db7ae555f4d90f17befadfc0/packages/destination-actions/src/destinations/the-trade-desk-crm/functions.ts',
        read: '2026-11-29',
        states: 'CRM data of The Trade Desk: an address a line',
      },
    ],
    files: [{ columns: [{ header: 'email', kind: 'email' }], header: false }],
  },
  encoding: () => ENCODINGS.base64,
};
