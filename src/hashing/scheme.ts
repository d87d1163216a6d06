// SPDX-License-Identifier: Apache-2.0
/** The ways of hashing as data: what a party knows of how tokens were made, secrets included where it has them. */

import { hmac } from '@noble/hashes/hmac.js';
import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { bytesToBase64, bytesToHex, utf8 } from '../bytes.js';
import { type Hasher, hasherOf } from './hasher.js';
import { keyed } from './keyed.js';
import { type DigestAlgorithm, digestBytes, digests, reversiblePlain } from './plain.js';
import { reversibleSalted } from './salted.js';
import { reversibleSlow, type SlowCost } from './slow.js';

export type HashingScheme =
  | { readonly hash: 'plain'; readonly algorithm: DigestAlgorithm }
  | {
      readonly hash: 'salted';
      readonly algorithm: DigestAlgorithm;
      readonly saltPosition: 'prefix' | 'suffix';
      readonly salt: Uint8Array;
    }
  | { readonly hash: 'keyed'; readonly key: Uint8Array }
  | {
      readonly hash: 'twice';
      /** Of the second hash. */
      readonly algorithm: DigestAlgorithm;
      readonly inner: DigestAlgorithm;
      readonly written: WrittenDigest;
    }
  | { readonly hash: 'slow'; readonly cost: SlowCost; readonly salt: Uint8Array };

/** Without those that only attacks meet. */
export type OwnScheme = Exclude<HashingScheme, { readonly hash: 'twice' }>;

/** How the first digest was written when it was hashed again. */
export type WrittenDigest = 'bytes' | 'hex' | 'upper-hex' | 'base64';

const WRITTEN: Readonly<Record<WrittenDigest, (digest: Uint8Array) => Uint8Array>> = {
  bytes: (digest) => digest,
  hex: (digest) => utf8(bytesToHex(digest)),
  'upper-hex': (digest) => utf8(bytesToHex(digest).toUpperCase()),
  base64: (digest) => utf8(bytesToBase64(digest)),
};

export function hasherFor(scheme: HashingScheme): Hasher {
  switch (scheme.hash) {
    case 'plain':
      return reversiblePlain(scheme);
    case 'salted':
      return reversibleSalted(scheme);
    case 'keyed':
      return keyed(scheme);
    case 'twice': {
      const { algorithm, inner, written } = scheme;
      return hasherOf(digestBytes[algorithm], 'hex', (message) =>
        digests[algorithm](WRITTEN[written](digests[inner](message))),
      );
    }
    case 'slow':
      return reversibleSlow(scheme);
  }
}

/** The part of a noble hash that lets one state serve many messages. */
interface RunningHash {
  update(bytes: Uint8Array): RunningHash;
  digestInto(out: Uint8Array): void;
  _cloneInto(to?: RunningHash): RunningHash;
}

const ALGORITHMS = { sha256, sha1, md5, sha512 } as const;

/**
 * The same digests as `hasherFor`, for very many messages: what they have in common, key or salt, is absorbed once,
 * and no object is made for a message.
 * @returns writes the digest of a message into `out`, which has the digest's length
 */
export function bulkDigest(scheme: HashingScheme): (message: Uint8Array, out: Uint8Array) => void {
  if (scheme.hash === 'slow' || scheme.hash === 'twice') {
    const { digest } = hasherFor(scheme);
    return (message, out) => out.set(digest(message));
  }
  const start =
    scheme.hash === 'keyed' ? hmac.create(sha256, scheme.key) : ALGORITHMS[scheme.algorithm].create();
  const suffix = scheme.hash === 'salted' && scheme.saltPosition === 'suffix' ? scheme.salt : undefined;
  if (scheme.hash === 'salted' && suffix === undefined) start.update(scheme.salt);
  const prepared = start as unknown as RunningHash;
  let running = prepared._cloneInto();
  return (message, out) => {
    running = prepared._cloneInto(running);
    running.update(message);
    if (suffix !== undefined) running.update(suffix);
    running.digestInto(out);
  };
}
