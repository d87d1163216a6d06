// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform, removeWhitespace } from './platform.js';

/**
 * TikTok. An address without white space and in lower case, a number in E.164; SHA-256 in hexadecimal.
 * https://ads.tiktok.com/help/article/5gcDeV2ckkwNVh1BedxvSJ
 */
export const tiktok: PhonePlatform = {
  title: 'TikTok',
  source: 'https://ads.tiktok.com/help/article/5gcDeV2ckkwNVh1BedxvSJ',
  email: [removeWhitespace, lowercase],
  phone: { format: 'e164' },
};
