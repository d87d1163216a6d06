// SPDX-License-Identifier: Apache-2.0
import { isoCountry } from '../fields/country.js';
import { lower } from '../fields/field.js';
import { withoutSuffixes, withoutTitle } from '../fields/person-name.js';
import { googleAdsCustomerMatch } from './google-ads-customer-match.js';
import {
  choice,
  dropDotsAndTags,
  ENCODINGS,
  lowercase,
  type PhonePlatform,
  removeWhitespace,
} from './platform.js';

/** What Google leaves open. */
export interface GoogleOptions {
  /** Google takes both; `hex` unless told otherwise. */
  readonly encoding?: 'hex' | 'base64' | undefined;
}

/**
 * Google: Data Manager and enhanced conversions. An address without white space and in lower case, at gmail.com and
 * googlemail.com also without dots and tags; a number in E.164; SHA-256 in hexadecimal or base64.
 * https://github.com/googleads/data-manager-node/blob/main/util/src/formatter.ts
 */
export const google: PhonePlatform<GoogleOptions> = {
  title: 'Google',
  sources: [
    {
      kind: 'own',
      url: 'https://github.com/googleads/data-manager-node/blob/e7987f83b55c43a5fd6efa4d6b3b2ccfb5bd62f1/util/src/formatter.ts',
      read: '2026-11-29',
    },
    {
      kind: 'own',
      url: 'https://github.com/googleads/google-ads-java/blob/77e21d43021220f81b7cf47c7386d6590ced58f1/google-ads-examples/src/main/java/com/google/ads/googleads/examples/remarketing/UploadEnhancedConversionsForWeb.java',
      read: '2026-11-29',
    },
    {
      kind: 'own',
      url: 'https://developers.google.com/doubleclick-advertisers/guides/conversions_ec',
      read: '2026-11-29',
      as: 'copy',
      states: 'streets: trimmed, in lower case, hashed',
    },
  ],
  review: '2027-05-31',
  email: [removeWhitespace, lowercase, dropDotsAndTags('gmail.com', 'googlemail.com')],
  phone: { format: 'e164' },
  fields: {
    firstName: { steps: [lower, withoutTitle] },
    lastName: { steps: [lower, withoutSuffixes] },
    street: { steps: [lower] },
    postalCode: { steps: [], plain: true },
    country: { steps: [isoCountry], plain: true },
  },
  // The file is Customer Match's, whose tokens are hexadecimal.
  upload: googleAdsCustomerMatch.upload!,
  options: ['encoding'],
  encoding: ({ encoding = 'hex' }) => choice(ENCODINGS, encoding, 'encoding'),
};
