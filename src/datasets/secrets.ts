// SPDX-License-Identifier: Apache-2.0
/**
 * What a party of a run through datasets is secret about, all of it made of the seed in its journal **and of what it is bound to**. A
 * task that is done again gives the same bytes, whatever the order of its rows, and nothing is ever used with something else:
 *
 * - The receiver's secrets are bound to the digest of its list. Of two lists under one journal, the same identifier would otherwise be
 *   blinded to the same element, which links the lists; and one scalar on two identifiers hands over H(x1) - H(x2).
 * - The sender's b is bound to the digest of the request's manifest. Of another request in the place of one that was answered, the
 *   answers are under another b.
 */

import type { ByteList } from '../bytes.js';
import { bytesToHex, concatBytes, u16, utf8 } from '../bytes.js';
import { SCALAR_BYTES } from '../group/group.js';
import { reduceScalar } from '../group/scalar.js';
import { sha512 } from '../kernel/sha512.js';

const LABEL = 'veilmatch-dataset-v1 ';
const SEED_BYTES = 32;

/**
 * 32 bytes for one purpose.
 * @param seed of the journal
 * @param bound what they must never be used without: digests, each of one length
 */
export function secretFor(purpose: string, seed: Uint8Array, ...bound: readonly Uint8Array[]): Uint8Array {
  const message = concatBytes(utf8(`${LABEL}${purpose}`), Uint8Array.of(0), seed, ...bound);
  const secret = sha512(message).slice(0, SEED_BYTES);
  message.fill(0);
  return secret;
}

/** A uniform scalar of a secret; zero with a chance of 2^-252. */
export function scalarFrom(secret: Uint8Array): Uint8Array {
  const wide = sha512(concatBytes(utf8(`${LABEL}scalar`), secret)).slice();
  const scalar = reduceScalar(wide);
  wide.fill(0);
  return scalar;
}

/**
 * r(x) for each identifier: SHA-512(label || seed || u16 length || x), reduced.
 * @param secret bound to the list
 * @returns n x 32 bytes
 */
export function scalarsOf(secret: Uint8Array, identifiers: ByteList): Uint8Array {
  const prefix = concatBytes(utf8(`${LABEL}blinding`), secret);
  const scalars = new Uint8Array(identifiers.length * SCALAR_BYTES);
  for (let i = 0; i < identifiers.length; i++) {
    const identifier = identifiers.at(i);
    const wide = sha512(concatBytes(prefix, u16(identifier.length), identifier)).slice();
    scalars.set(reduceScalar(wide), i * SCALAR_BYTES);
    wide.fill(0);
  }
  prefix.fill(0);
  return scalars;
}

/** What files of a party's own are called that were made with a secret. Says nothing of it. */
export function nameOf(secret: Uint8Array): string {
  return bytesToHex(sha512(concatBytes(utf8(`${LABEL}name`), secret)).subarray(0, 8));
}
