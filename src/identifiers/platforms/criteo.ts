// SPDX-License-Identifier: Apache-2.0
import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex, utf8 } from '../../bytes.js';
import { sha256 } from '../../sha256.js';
import { choice, type EmailPlatform, type Hash, lowercase, trim } from './platform.js';

/** What Criteo leaves open. */
export interface CriteoOptions {
  /** `sha256` unless told otherwise; `sha256-md5` is the SHA-256 of the MD5 in hexadecimal. */
  readonly algorithm?: 'sha256' | 'md5' | 'sha256-md5' | undefined;
}

const HASHES: Readonly<Record<'sha256' | 'md5' | 'sha256-md5', Hash>> = {
  sha256,
  md5,
  'sha256-md5': (message) => sha256(utf8(bytesToHex(md5(message)))),
};

/**
 * Criteo. An address trimmed and in lower case, as SHA-256, MD5, or SHA-256 of the MD5, in hexadecimal. It asks not to be
 * sent telephone numbers at all.
 */
export const criteo: EmailPlatform<CriteoOptions> = {
  title: 'Criteo',
  sources: [
    {
      kind: 'own',
      url: 'https://experienceleague.adobe.com/en/docs/experience-platform/destinations/catalog/advertising/criteo',
      read: '2026-11-29',
      states: 'SHA-256 of addresses, and no telephone numbers; the page is written by Criteo',
    },
    {
      kind: 'third-party',
      url: 'https://github.com/elbwalker/walkerOS/blob/dd7f5dc5979fce95605b9c63cdee0d9e151502bc/packages/server/destinations/criteo/src/hash.ts',
      read: '2026-11-29',
      states: 'trimming, lower case and the three hashes, quoting https://guides.criteotilt.com/events-api/',
    },
  ],
  review: '2027-02-28',
  email: [trim, lowercase],
  phone: undefined,
  options: ['algorithm'],
  hash: ({ algorithm = 'sha256' }) => choice(HASHES, algorithm, 'algorithm'),
};
