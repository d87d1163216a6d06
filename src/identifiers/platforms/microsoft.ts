// SPDX-License-Identifier: Apache-2.0
import {
  dropDots,
  dropTag,
  lowercase,
  onLocalPart,
  type PhonePlatform,
  removeWhitespace,
} from './platform.js';

const dropAccents = (text: string): string => text.normalize('NFD').replace(/\p{Mn}/gu, '');

/**
 * Microsoft Advertising: enhanced conversions. An address in lower case without spaces and accents, and without dots and tags
 * before the @, whatever the domain; a number in E.164; SHA-256 in hexadecimal. Its customer lists are `microsoftCustomerMatch`.
 * There is no file of customers to upload here: what Microsoft takes are conversions, with their goal and time.
 */
export const microsoft: PhonePlatform = {
  title: 'Microsoft',
  sources: [
    {
      kind: 'own',
      url: 'https://help.ads.microsoft.com/apex/index/3/en/60178',
      read: '2026-11-29',
    },
  ],
  review: '2027-05-31',
  email: [removeWhitespace, lowercase, dropAccents, onLocalPart((local) => dropDots(dropTag(local)))],
  phone: { format: 'e164' },
};
