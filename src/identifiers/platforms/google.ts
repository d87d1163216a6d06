// SPDX-License-Identifier: Apache-2.0
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
  source: 'https://github.com/googleads/data-manager-node/blob/main/util/src/formatter.ts',
  email: [removeWhitespace, lowercase, dropDotsAndTags('gmail.com', 'googlemail.com')],
  phone: { format: 'e164' },
  options: ['encoding'],
  encoding: ({ encoding = 'hex' }) => choice(ENCODINGS, encoding, 'encoding'),
};
