// SPDX-License-Identifier: Apache-2.0
/**
 * expand_message_xmd with SHA-512 to 64 bytes (RFC 9380, section 5.3.1), for many messages under one tag. A proof needs
 * one for each element.
 */

import { concatBytes, u16 } from '../bytes.js';
import { sha512 } from '../kernel/sha512.js';

/** Bytes of an output, and of SHA-512. */
const WIDTH = 64;
const BLOCK_BYTES = 128;

/**
 * @param dst the whole domain separation tag, at most 255 bytes
 * @returns what makes 64 uniform bytes of a message
 */
export function messageExpander(dst: Uint8Array): (message: Uint8Array) => Uint8Array {
  const tag = concatBytes(dst, Uint8Array.of(dst.length));
  const begin = new Uint8Array(BLOCK_BYTES);
  const end = concatBytes(u16(WIDTH), Uint8Array.of(0), tag);
  const afterFirst = concatBytes(Uint8Array.of(1), tag);
  // b_1 is the only block of the output.
  return (message) => sha512(concatBytes(sha512(concatBytes(begin, message, end)), afterFirst));
}
