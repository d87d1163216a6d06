// SPDX-License-Identifier: Apache-2.0
/**
 * SHA-256 (FIPS 180-4) of short messages, of which a list has millions: in one call to Node's own where there is one, whose
 * processor may have instructions for it; elsewhere by noble. An object for each message, as `createHash` makes one, costs more
 * than the hash.
 */

import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, requireWellFormed, utf8 } from './bytes.js';

const native = globalThis.process?.getBuiltinModule?.('node:crypto')?.hash;

/** 32 bytes. */
export function sha256(message: Uint8Array): Uint8Array {
  if (native === undefined) return nobleSha256(message);
  const { buffer, byteOffset, byteLength } = native('sha256', message, 'buffer');
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/**
 * Of a text's UTF-8, in lower-case hexadecimal.
 * @throws {VeilmatchError} `argument` for half of a surrogate pair
 */
export function sha256Hex(text: string): string {
  if (native === undefined) return bytesToHex(nobleSha256(utf8(text)));
  requireWellFormed(text);
  return native('sha256', text, 'hex');
}
