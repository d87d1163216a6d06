// SPDX-License-Identifier: Apache-2.0
/**
 * Salted hashing: one salt for a whole list, known to both parties, before or after the identifier.
 *
 * **Leaks everything to everybody who knows the salt**, and both parties must know it, or their tokens would not
 * match. The salt rules out tables made beforehand; it leaves the number of guesses as it was.
 */

import { requireBytes, requireOptions } from '../arguments.js';
import { concatBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type Hasher, hasherOf, type TokenEncoding } from './hasher.js';
import { type DigestAlgorithm, digestBytes, digests } from './plain.js';

/** How salted tokens are made. */
export interface SaltedOptions {
  /** One salt for the whole list; not empty. */
  readonly salt: Uint8Array;
  /** `prefix`, the default, hashes salt || identifier; `suffix` hashes identifier || salt. */
  readonly saltPosition?: 'prefix' | 'suffix' | undefined;
  /** Default `sha256`. */
  readonly algorithm?: DigestAlgorithm | undefined;
  /** Default `hex`. */
  readonly encoding?: TokenEncoding | undefined;
}

/**
 * Tokens that whoever knows the salt reverses.
 * @throws {VeilmatchError} `argument` for an empty salt
 * @example
 * ```ts
 * import { reversibleSalted } from 'veilmatch/hashing';
 *
 * const salt = new TextEncoder().encode('pepper');
 * const { token } = reversibleSalted({ salt, saltPosition: 'suffix', encoding: 'base64' });
 * console.log(token('+14155550123').length); // → 44
 * ```
 */
export function reversibleSalted(options: SaltedOptions): Hasher {
  requireOptions(options);
  requireBytes(options.salt, 'The salt');
  const { salt, saltPosition = 'prefix', algorithm = 'sha256', encoding = 'hex' } = options;
  if (salt.length === 0) {
    throw new VeilmatchError(
      'argument',
      'The salt is empty, which makes salted tokens plain ones. Give a salt.',
    );
  }
  const digest = digests[algorithm];
  return hasherOf(digestBytes[algorithm], encoding, (message) =>
    digest(saltPosition === 'prefix' ? concatBytes(salt, message) : concatBytes(message, salt)),
  );
}
