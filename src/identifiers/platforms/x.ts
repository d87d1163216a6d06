// SPDX-License-Identifier: Apache-2.0

import { hmac } from '@noble/hashes/hmac.js';
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { VeilmatchError } from '../../errors.js';
import { sha256 } from '../../sha256.js';
import { lower } from '../fields/field.js';
import { mobileAdvertisingId } from '../fields/mobile-id.js';
import { lowercase, type PhonePlatform, trim } from './platform.js';

/** The two ways in which X takes lists. */
export interface XOptions {
  /** X's key for partner data match, 32 bytes; tokens are HMAC-SHA-256 then, plain SHA-256 without it. */
  readonly key?: Uint8Array | undefined;
}

/**
 * X: audiences and web conversions, and with a key partner data match. An address trimmed and in lower case, a number in
 * E.164; SHA-256, or HMAC-SHA-256 under the key, in hexadecimal.
 * https://github.com/xdevplatform/docs
 */
export const x: PhonePlatform<XOptions> = {
  title: 'X',
  sources: [
    {
      kind: 'own',
      url: 'https://github.com/xdevplatform/docs/blob/287132819074964da9c1c410ba02df5a06c932d3/x-ads-api/audiences.mdx',
      read: '2026-11-29',
    },
    {
      kind: 'own',
      url: 'https://github.com/xdevplatform/docs/blob/287132819074964da9c1c410ba02df5a06c932d3/x-ads-api/measurement/web-conversions.mdx',
      read: '2026-11-29',
    },
  ],
  review: '2027-05-31',
  email: [trim, lowercase],
  phone: { format: 'e164' },
  fields: {
    mobileId: { steps: [mobileAdvertisingId, lower] },
  },
  upload: {
    sources: [
      {
        kind: 'own',
        url: 'https://business.x.com/en/help/campaign-setup/campaign-targeting/custom-audiences/lists',
        read: '2026-11-29',
        states: 'CSV with a column for each kind, which is asked for at the upload',
      },
    ],
    files: [
      {
        columns: [
          { header: 'email', kind: 'email' },
          { header: 'phone', kind: 'phone' },
          { header: 'device_id', kind: 'mobileId' },
        ],
        header: false,
      },
    ],
  },
  options: ['key'],
  hash: ({ key }) => (key === undefined ? sha256 : partnerDataMatch(key)),
};

function partnerDataMatch(key: Uint8Array): (message: Uint8Array) => Uint8Array {
  if (!(key instanceof Uint8Array) || key.length !== 32) {
    throw new VeilmatchError('argument', "X's key for partner data match must be a Uint8Array of 32 bytes.");
  }
  return (message) => hmac(nobleSha256, key, message);
}
