// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/hashing`: tokens of identifiers, from what the platforms do to what only slows an attacker down.
 *
 * **What this leaks:** everything to whoever can make the same tokens; each function says who that is.
 *
 * @module veilmatch/hashing
 */

export type { Hasher, TokenEncoding } from './hasher.js';
export { joinTokens, type TokenJoin } from './join.js';
export { campaignKey, type KeyedOptions, keyed, MIN_KEY_BYTES } from './keyed.js';
export { type DigestAlgorithm, type PlainOptions, reversiblePlain } from './plain.js';
export { reversibleSalted, type SaltedOptions } from './salted.js';
export type { WrittenDigest } from './scheme.js';
export { ARGON2ID, PBKDF2, reversibleSlow, SCRYPT, type SlowCost, type SlowOptions } from './slow.js';
