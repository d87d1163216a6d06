// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform } from './platform.js';

/**
 * Pinterest. "Lowercase" is all it says of addresses: white space stays, and makes the address one that cannot match. A
 * number as its digits with the country's; SHA-256 in hexadecimal.
 * https://github.com/pinterest/api-description/blob/main/v5/openapi.yaml
 */
export const pinterest: PhonePlatform = {
  title: 'Pinterest',
  source: 'https://github.com/pinterest/api-description/blob/main/v5/openapi.yaml',
  email: [lowercase],
  phone: { format: 'digits' },
};
