// SPDX-License-Identifier: Apache-2.0
/**
 * Keyed hashing: HMAC-SHA-256 (RFC 2104) under a key that the two parties, or a broker, share.
 *
 * **Leaks everything to everybody who holds the key**: to the partner, to the broker, to whoever takes it from either
 * of them. An outsider without the key learns which tokens are equal, and nothing about what they stand for.
 */

import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { requireBytes, requireOptions, requireText } from '../arguments.js';
import { utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type Hasher, hasherOf, type TokenEncoding } from './hasher.js';

/** A key of fewer bytes could be guessed, and is refused. */
export const MIN_KEY_BYTES = 32;

/** How keyed tokens are made. */
export interface KeyedOptions {
  /** At least 32 bytes, random. */
  readonly key: Uint8Array;
  /** Default `hex`. */
  readonly encoding?: TokenEncoding | undefined;
}

/**
 * Tokens that whoever holds the key reverses.
 * @throws {VeilmatchError} `argument` for a key of fewer than 32 bytes
 * @example
 * ```ts
 * import { keyed } from 'veilmatch/hashing';
 *
 * const { token } = keyed({ key: crypto.getRandomValues(new Uint8Array(32)) });
 * console.log(token('+14155550123').length, token('a') === token('a')); // → 64 true
 * ```
 */
export function keyed(options: KeyedOptions): Hasher {
  requireOptions(options);
  const { key, encoding = 'hex' } = options;
  checkKey(key);
  return hasherOf(32, encoding, (message) => hmac(sha256, key, message));
}

/**
 * A key for one campaign (HKDF-SHA-256, RFC 5869): tokens of two campaigns cannot be joined, and losing one
 * campaign's key opens no other.
 * @param key at least 32 bytes
 * @param campaign any name, not empty
 * @returns 32 bytes
 * @throws {VeilmatchError} `argument` for a key of fewer than 32 bytes, and for a campaign without a name
 * @example
 * ```ts
 * import { campaignKey, keyed } from 'veilmatch/hashing';
 *
 * const key = crypto.getRandomValues(new Uint8Array(32));
 * const tokens = ['spring', 'autumn'].map((name) => keyed({ key: campaignKey(key, name) }).token('+14155550123'));
 * console.log(tokens[0] === tokens[1]); // → false
 * ```
 */
export function campaignKey(key: Uint8Array, campaign: string): Uint8Array {
  checkKey(key);
  requireText(campaign, 'The campaign');
  if (campaign === '') throw new VeilmatchError('argument', 'The campaign has no name. Give it one.');
  return hkdf(sha256, key, undefined, utf8(`veilmatch campaign key v1:${campaign}`), 32);
}

function checkKey(key: Uint8Array): void {
  requireBytes(key, 'The key');
  if (key.length < MIN_KEY_BYTES) {
    throw new VeilmatchError(
      'argument',
      `The key has ${key.length} bytes; at least ${MIN_KEY_BYTES} random ones are needed, or it can be guessed.`,
    );
  }
}
