// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform, trim } from './platform.js';

/**
 * Snap. An address trimmed and in lower case, a number as its digits with the country's; SHA-256 in hexadecimal.
 * https://developers.snap.com/api/marketing-api/Conversions-API/Parameters
 */
export const snap: PhonePlatform = {
  title: 'Snap',
  source: 'https://developers.snap.com/api/marketing-api/Conversions-API/Parameters',
  email: [trim, lowercase],
  phone: { format: 'digits' },
};
