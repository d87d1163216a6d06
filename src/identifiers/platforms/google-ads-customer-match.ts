// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform, trim } from './platform.js';

/**
 * Google Ads: Customer Match. An address trimmed and in lower case, a number in E.164; SHA-256 in hexadecimal.
 * https://developers.google.com/google-ads/api/reference/rpc/v19/UserIdentifier
 */
export const googleAdsCustomerMatch: PhonePlatform = {
  title: 'Google Ads Customer Match',
  source: 'https://developers.google.com/google-ads/api/reference/rpc/v19/UserIdentifier',
  email: [trim, lowercase],
  phone: { format: 'e164' },
};
