// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform } from './platform.js';

/**
 * Pinterest. "Lowercase" is all it says of addresses: white space stays, and makes the address one that cannot match. A
 * number as its digits with the country's; SHA-256 in hexadecimal.
 * https://github.com/pinterest/api-description/blob/main/v5/openapi.yaml
 */
export const pinterest: PhonePlatform = {
  title: 'Pinterest',
  sources: [
    {
      kind: 'own',
      url: 'https://github.com/pinterest/api-description/blob/c05b18971472342ebdf4bafc15fea8a91c78bf79/v5/openapi.yaml',
      read: '2026-11-29',
    },
  ],
  review: '2027-05-31',
  email: [lowercase],
  phone: { format: 'digits' },
};
