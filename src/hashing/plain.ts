// SPDX-License-Identifier: Apache-2.0
/**
 * Plain hashing, as the ad platforms do it: the digest of the normalised identifier and nothing else.
 *
 * **Leaks everything, to everybody who sees the tokens.** A phone number has few possible values: hash them all,
 * compare, and the list is read (`veilmatch/attack`). It is here to be interoperable with and to be measured against.
 */

import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { requireOptions } from '../arguments.js';
import { sha256, sha256Hex } from '../sha256.js';
import { type Hasher, hasherOf, type TokenEncoding } from './hasher.js';

/** A hash that platforms and brokers use. SHA-1 and MD5 are broken as hashes; here that makes no difference. */
export type DigestAlgorithm = 'sha256' | 'sha1' | 'md5' | 'sha512';

export const digests: Readonly<Record<DigestAlgorithm, (message: Uint8Array) => Uint8Array>> = {
  sha256,
  sha1: (message) => sha1(message),
  md5: (message) => md5(message),
  sha512: (message) => sha512(message),
};

export const digestBytes: Readonly<Record<DigestAlgorithm, number>> = {
  sha256: 32,
  sha1: 20,
  md5: 16,
  sha512: 64,
};

/** How plain tokens are made. */
export interface PlainOptions {
  /** Default `sha256`. */
  readonly algorithm?: DigestAlgorithm | undefined;
  /** Default `hex`. */
  readonly encoding?: TokenEncoding | undefined;
}

/**
 * Tokens that anybody reverses who tries all phone numbers.
 * @example
 * ```ts
 * import { reversiblePlain } from 'veilmatch/hashing';
 *
 * console.log(reversiblePlain().token('+14155550123').slice(0, 8)); // → 36a2cef4
 * ```
 */
export function reversiblePlain(options: PlainOptions = {}): Hasher {
  requireOptions(options);
  const { algorithm = 'sha256', encoding = 'hex' } = options;
  const hasher = hasherOf(digestBytes[algorithm], encoding, digests[algorithm]);
  return algorithm === 'sha256' && encoding === 'hex' ? { ...hasher, token: sha256Hex } : hasher;
}
