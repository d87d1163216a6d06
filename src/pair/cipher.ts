// SPDX-License-Identifier: Apache-2.0
/**
 * The commutative cipher of PAIR over ristretto255, bit for bit as `pkg/pair` of github.com/optable/match computes it (mode
 * PAIRSHA256Ristretto255): E(k, x) = k * map(SHA-512(SHA-256(salt || hex(x)))), where x is a match key and `map` the element
 * derivation of RFC 9496, section 4.3.4. These are the steps alone, for lists that come in parts: what a partner may ask, and how
 * old secrets may be, is looked at by whoever calls them.
 */

import { bytesToHex, concatBytes, recordAt, utf8 } from '../bytes.js';
import {
  type BatchOptions,
  ELEMENT_BYTES,
  type GroupBackend,
  identityElement,
  UNIFORM_BYTES,
} from '../group/group.js';
import { sha512 } from '../kernel/sha512.js';
import { sha256 } from '../sha256.js';
import { inTurns } from '../workers/turn.js';
import { MATCH_KEY_BYTES } from './match-keys.js';
import type { PairSecret } from './secrets.js';

/** Match keys, hashed with the salt and encrypted: n x 32 bytes in their order, of n x 32 bytes. */
export async function encryptBatch(
  keys: Uint8Array,
  salt: PairSecret,
  key: PairSecret,
  backend: GroupBackend,
  options: BatchOptions = {},
): Promise<Uint8Array> {
  const count = keys.length / MATCH_KEY_BYTES;
  const uniform = new Uint8Array(count * UNIFORM_BYTES);
  await inTurns(count, (from, to) => {
    for (let i = from; i < to; i++) {
      const hex = utf8(bytesToHex(recordAt(keys, MATCH_KEY_BYTES, i)));
      uniform.set(sha512(sha256(concatBytes(salt.bytes, hex))), i * UNIFORM_BYTES);
    }
  });
  try {
    return await backend.mapAndMultiply(uniform, key.bytes, options);
  } finally {
    uniform.fill(0);
  }
}

/** Encrypts once more: n x 32 bytes in their order. @throws {VeilmatchError} `bad-element`, `identity-element` */
export function multiplyBatch(
  elements: Uint8Array,
  key: PairSecret,
  backend: GroupBackend,
  options: BatchOptions = {},
): Promise<Uint8Array> {
  return backend.multiply(elements, key.bytes, options);
}

/** Takes a key off again: n x 32 bytes in their order. @throws {VeilmatchError} `bad-element`, `identity-element` */
export async function divideBatch(
  elements: Uint8Array,
  key: PairSecret,
  backend: GroupBackend,
  options: BatchOptions = {},
): Promise<Uint8Array> {
  const inverse = backend.group.scalars.invert(key.bytes);
  try {
    return await backend.multiply(elements, inverse, options);
  } finally {
    inverse.fill(0);
  }
}

/**
 * Whether all are elements, and none the identity, at a tenth of what it costs to encrypt them: nothing is spent on a list before
 * all of it was looked at.
 * @throws {VeilmatchError} `bad-element`, `identity-element`, with the position of the first
 */
export async function checkBatch(
  elements: Uint8Array,
  backend: GroupBackend,
  options: BatchOptions = {},
): Promise<void> {
  // A sum in which each has the weight zero: decoding is what is left of it.
  await backend.weightedSum(elements, new Uint8Array(elements.length), options);
  for (let i = 0; i < elements.length / ELEMENT_BYTES; i++) {
    if (recordAt(elements, ELEMENT_BYTES, i).every((byte) => byte === 0)) throw identityElement(i);
  }
}
