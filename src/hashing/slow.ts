// SPDX-License-Identifier: Apache-2.0
/**
 * Slow hashing: scrypt (RFC 7914), argon2id (RFC 9106) or PBKDF2 with HMAC-SHA-256 (RFC 8018) with one salt for the whole
 * list.
 *
 * **Leaks everything to everybody who knows the salt**, only later: the honest party pays the price once for each
 * record, the attacker once for each possible number, and a phone number has so few values that both can afford it.
 */

import { argon2id } from '@noble/hashes/argon2.js';
import { pbkdf2 } from '@noble/hashes/pbkdf2.js';
import { scrypt } from '@noble/hashes/scrypt.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { requireBytes, requireObject, requireOptions } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { type Hasher, hasherOf, type TokenEncoding } from './hasher.js';

/**
 * What one guess costs: memory in KiB and passes over it, one lane; log2 of N, block size r and parallelization p, which is
 * computed one after the other; or iterations of HMAC-SHA-256. The constants are OWASP's minimum (Password Storage Cheat
 * Sheet).
 */
export type SlowCost =
  | { readonly function: 'argon2id'; readonly memoryKiB: number; readonly passes: number }
  | { readonly function: 'scrypt'; readonly logN: number; readonly r: number; readonly p: number }
  | { readonly function: 'pbkdf2'; readonly iterations: number };

/** 19 MiB, two passes, one lane. */
export const ARGON2ID: SlowCost = { function: 'argon2id', memoryKiB: 19_456, passes: 2 };
/** N = 2^17, r = 8, p = 1. */
export const SCRYPT: SlowCost = { function: 'scrypt', logN: 17, r: 8, p: 1 };
/** 600,000 iterations of HMAC-SHA-256. */
export const PBKDF2: SlowCost = { function: 'pbkdf2', iterations: 600_000 };

/** RFC 9106 section 3.1 demands 8 bytes of salt; 16 are what it recommends. */
const MIN_SALT_BYTES = 8;

/** How slow tokens are made. */
export interface SlowOptions {
  /** One salt for the whole list, at least 8 bytes. */
  readonly salt: Uint8Array;
  /** Default `ARGON2ID`. */
  readonly cost?: SlowCost | undefined;
  /** Default `hex`. */
  readonly encoding?: TokenEncoding | undefined;
}

/**
 * Tokens that whoever knows the salt reverses, at some milliseconds a guess.
 * @throws {VeilmatchError} `argument` for a salt of fewer than 8 bytes
 * @example
 * ```ts
 * import { reversibleSlow } from 'veilmatch/hashing';
 *
 * const salt = crypto.getRandomValues(new Uint8Array(16));
 * const cost = { function: 'pbkdf2', iterations: 1000 } as const; // far too few, but for trying it out
 * console.log(reversibleSlow({ salt, cost }).token('+14155550123').length); // → 64
 * ```
 */
export function reversibleSlow(options: SlowOptions): Hasher {
  requireOptions(options);
  requireBytes(options.salt, 'The salt');
  requireObject(options.cost ?? ARGON2ID, 'The cost', 'function');
  const { salt, cost = ARGON2ID, encoding = 'hex' } = options;
  if (salt.length < MIN_SALT_BYTES) {
    throw new VeilmatchError(
      'argument',
      `The salt has ${salt.length} bytes; at least ${MIN_SALT_BYTES} are needed.`,
    );
  }
  return hasherOf(32, encoding, (message) => derived(message, salt, cost));
}

function derived(message: Uint8Array, salt: Uint8Array, cost: SlowCost): Uint8Array {
  switch (cost.function) {
    case 'argon2id':
      return argon2id(message, salt, { m: cost.memoryKiB, t: cost.passes, p: 1, dkLen: 32 });
    case 'scrypt':
      return scrypt(message, salt, { N: 2 ** cost.logN, r: cost.r, p: cost.p, dkLen: 32 });
    case 'pbkdf2':
      return pbkdf2(sha256, message, salt, { c: cost.iterations, dkLen: 32 });
  }
}
