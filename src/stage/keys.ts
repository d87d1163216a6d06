// SPDX-License-Identifier: Apache-2.0
/**
 * The secrets of one run from a key that outlives it. A cluster has its keys from a store that hands them to every executor, and nothing
 * in it can keep what a run has drawn; so what is bound to the run is derived: with another request, or another answer to one, come other
 * scalars, and no mistake of whoever drives the workers brings an old one back.
 */

import { concatBytes, u32, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { reduceScalar } from '../group/scalar.js';
import { messageExpander } from '../oprf/expand.js';
import { SEED_BYTES } from '../psi/intersection/seeded-scalars.js';

const MIN_KEY_BYTES = 32;

const SEED = utf8('veilmatch-worker-v1 seed of a request');
const SCALAR = utf8('veilmatch-worker-v1 scalar of a response');

/**
 * The seed of a receiver's request: the first 32 bytes of expand_message_xmd with SHA-512 (RFC 9380, section 5.3.1) to 64 of
 * u32 length of the key || key || `bind`.
 * @param bind what no other request has
 * @throws {VeilmatchError} `argument` for a key of fewer than 32 bytes
 */
export function seedOfRequest(key: Uint8Array, bind: Uint8Array): Uint8Array {
  return messageExpander(SEED)(bound(key, bind)).slice(0, SEED_BYTES);
}

/**
 * The scalar of a sender's response, as above from all 64 bytes, modulo L: never zero but with a chance of 2^-252.
 * @param bind digest of the request, so that no other request meets this scalar
 * @throws {VeilmatchError} `argument` for a key of fewer than 32 bytes
 */
export function scalarOfResponse(key: Uint8Array, bind: Uint8Array): Uint8Array {
  return reduceScalar(messageExpander(SCALAR)(bound(key, bind)));
}

function bound(key: Uint8Array, bind: Uint8Array): Uint8Array {
  if (key.length < MIN_KEY_BYTES) {
    throw new VeilmatchError(
      'argument',
      `The key has ${key.length} bytes; at least ${MIN_KEY_BYTES} random ones are needed.`,
    );
  }
  return concatBytes(u32(key.length), key, bind);
}
