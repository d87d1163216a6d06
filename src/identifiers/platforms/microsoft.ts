// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform, trim } from './platform.js';

/**
 * Microsoft Ads, which publishes the hash alone, SHA-256 in hexadecimal: trimming and lower case are what every other
 * platform agrees on, and a number is its digits with the country's.
 * https://github.com/MicrosoftDocs/BingAds-docs
 */
export const microsoft: PhonePlatform = {
  title: 'Microsoft',
  source: 'https://github.com/MicrosoftDocs/BingAds-docs',
  email: [trim, lowercase],
  phone: { format: 'digits' },
};
