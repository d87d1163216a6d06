// SPDX-License-Identifier: Apache-2.0
/** Signing keys, by whose public half partners know a party and clients know a publisher. */

import { ed25519 } from '@noble/curves/ed25519.js';
import { requireSigningKey } from './arguments.js';

/**
 * The Ed25519 public key of a signing key: what partners know a party by, and what clients pin of a published set.
 * @param signingKey 32 bytes
 * @returns 32 bytes
 * @throws {VeilmatchError} `argument` for a key of another length
 * @example
 * ```ts
 * import { signingPublicKey } from 'veilmatch/transport';
 *
 * const signingKey = crypto.getRandomValues(new Uint8Array(32));
 * console.log(signingPublicKey(signingKey).length); // → 32
 * ```
 */
export function signingPublicKey(signingKey: Uint8Array): Uint8Array {
  requireSigningKey(signingKey);
  return ed25519.getPublicKey(signingKey);
}
