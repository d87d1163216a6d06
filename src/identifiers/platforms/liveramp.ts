// SPDX-License-Identifier: Apache-2.0
import { choice, HASHES, lowercase, type PhonePlatform, removeWhitespace } from './platform.js';

/** What LiveRamp leaves open. */
export interface LiverampOptions {
  /** For e-mail addresses; `sha256` unless told otherwise. Telephone numbers are always SHA-1. */
  readonly algorithm?: 'sha256' | 'sha1' | 'md5' | undefined;
}

/**
 * LiveRamp. An address in lower case and without white space, as SHA-256, SHA-1 or MD5; a number as the national number,
 * always as SHA-1; in hexadecimal. Files for LiveRamp in the EU may not contain hashed telephone numbers at all.
 * https://docs.liveramp.com/connect/en/hashing-identifiers.html
 */
export const liveramp: PhonePlatform<LiverampOptions> = {
  title: 'LiveRamp',
  sources: [
    {
      kind: 'own',
      url: 'https://docs.liveramp.com/connect/en/hashing-identifiers.html',
      read: '2026-11-29',
      as: 'excerpt',
    },
    {
      kind: 'own',
      url: 'https://developers.liveramp.com/authenticatedtraffic-api/docs/data-pre-processing-and-hashing',
      read: '2026-11-29',
      as: 'excerpt',
    },
  ],
  review: '2027-05-31',
  email: [lowercase, removeWhitespace],
  phone: { format: 'national' },
  options: ['algorithm'],
  hash: ({ algorithm = 'sha256' }, field) =>
    field === 'phone' ? HASHES.sha1 : choice(HASHES, algorithm, 'algorithm'),
};
