// SPDX-License-Identifier: Apache-2.0
/**
 * Randomness that can be had again: a party that answers weeks later must draw what it drew. Block i is
 * SHA-512("veilmatch-seeded-random-v1" || seed || u32 i); whoever does not know the seed cannot tell it from fresh bits.
 * The seed itself comes from the CSPRNG and lies sealed.
 */

import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, u32, utf8 } from '../../bytes.js';
import type { RandomSource } from '../../random.js';

const LABEL = utf8('veilmatch-seeded-random-v1');
const BLOCK_BYTES = 64;

/** @param seed 32 bytes of the CSPRNG, for one run alone */
export function seededRandom(seed: Uint8Array): RandomSource {
  const prefix = concatBytes(LABEL, seed);
  let block = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    // What is left of a block is not used again.
    for (let at = 0; at < length; at += BLOCK_BYTES) {
      const stream = sha512(concatBytes(prefix, u32(block++)));
      bytes.set(stream.subarray(0, Math.min(BLOCK_BYTES, length - at)), at);
    }
    return bytes;
  };
}
