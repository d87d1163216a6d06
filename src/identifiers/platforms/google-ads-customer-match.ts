// SPDX-License-Identifier: Apache-2.0
import { isoCountry } from '../fields/country.js';
import { lower } from '../fields/field.js';
import { dropDotsAndTags, lowercase, type PhonePlatform, removeWhitespace } from './platform.js';

/**
 * Google Ads: Customer Match. Since August 2026 the rule of enhanced conversions: an address without white space and in
 * lower case, at gmail.com and googlemail.com also without dots and tags; a number in E.164; SHA-256 in hexadecimal. Lists
 * that were uploaded before, by the rule that kept dots and tags, match by that rule only.
 * Its file has several columns of a name for people with several addresses, numbers or postal codes; how many it does not say. Mobile
 * advertising ids go into a file of their own, in the clear, which is not made here.
 */
export const googleAdsCustomerMatch: PhonePlatform = {
  title: 'Google Ads Customer Match',
  sources: [
    {
      kind: 'own',
      url: 'https://github.com/googleads/google-ads-java/blob/77e21d43021220f81b7cf47c7386d6590ced58f1/google-ads-examples/src/main/java/com/google/ads/googleads/examples/remarketing/AddCustomerMatchUserList.java',
      read: '2026-11-29',
    },
    { kind: 'own', url: 'https://support.google.com/google-ads/answer/7659867', read: '2026-11-29' },
  ],
  review: '2027-05-31',
  email: [removeWhitespace, lowercase, dropDotsAndTags('gmail.com', 'googlemail.com')],
  phone: { format: 'e164' },
  fields: {
    firstName: { steps: [lower] },
    lastName: { steps: [lower] },
    postalCode: { steps: [], plain: true },
    country: { steps: [isoCountry], plain: true },
  },
  upload: {
    sources: [
      {
        kind: 'own',
        url: 'https://support.google.com/google-ads/answer/7659867',
        read: '2026-11-29',
      },
    ],
    files: [
      {
        columns: [
          { header: 'Email', kind: 'email', most: 5 },
          { header: 'Phone', kind: 'phone', most: 5 },
          { header: 'First Name', kind: 'firstName' },
          { header: 'Last Name', kind: 'lastName' },
          { header: 'Country', kind: 'country' },
          { header: 'Zip', kind: 'postalCode', most: 5 },
        ],
        together: ['firstName', 'lastName', 'country', 'postalCode'],
      },
    ],
  },
};
