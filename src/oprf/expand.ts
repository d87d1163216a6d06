// SPDX-License-Identifier: Apache-2.0
/**
 * expand_message_xmd with SHA-512 to 64 bytes (RFC 9380, section 5.3.1), for many messages under one tag: the block of
 * zeros that every message begins with is hashed once. A proof needs one such hash for each element.
 */

import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes, u16 } from '../bytes.js';

/** Bytes of an output, and of SHA-512. */
const WIDTH = 64;
const BLOCK_BYTES = 128;

/**
 * @param dst the whole domain separation tag, at most 255 bytes
 * @returns what makes 64 uniform bytes of a message
 */
export function messageExpander(dst: Uint8Array): (message: Uint8Array) => Uint8Array {
  const tag = concatBytes(dst, Uint8Array.of(dst.length));
  const begun = sha512.create().update(new Uint8Array(BLOCK_BYTES));
  const end = concatBytes(u16(WIDTH), Uint8Array.of(0), tag);
  // b_0, which each message fills in, and what follows it in b_1, the only block of the output.
  const second = concatBytes(new Uint8Array(WIDTH), Uint8Array.of(1), tag);
  return (message) => {
    begun.clone().update(message).update(end).digestInto(second.subarray(0, WIDTH));
    return sha512(second);
  };
}
