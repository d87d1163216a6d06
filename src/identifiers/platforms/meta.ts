// SPDX-License-Identifier: Apache-2.0
import { lowercase, type PhonePlatform, trim } from './platform.js';

/**
 * Meta: Custom Audiences and the Conversions API. An address trimmed and in lower case, a number as its digits with the
 * country's, without the plus; SHA-256 in hexadecimal.
 * https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters
 */
export const meta: PhonePlatform = {
  title: 'Meta',
  source:
    'https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters',
  email: [trim, lowercase],
  phone: { format: 'digits' },
};
