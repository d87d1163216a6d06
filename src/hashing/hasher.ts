// SPDX-License-Identifier: Apache-2.0
/** What every way of hashing an identifier has in common: text in, token out, the same token for the same text. */

import { bytesToBase64, bytesToHex, utf8 } from '../bytes.js';

/** How a digest is written: lowercase hexadecimal, or standard base64 with padding. */
export type TokenEncoding = 'hex' | 'base64';

/** A way of making tokens. */
export interface Hasher {
  /** Bytes of a digest. */
  readonly digestBytes: number;
  /**
   * The digest of some bytes.
   * @param message any bytes; identifiers are hashed as the UTF-8 of their normalised text, without a label
   */
  digest(message: Uint8Array): Uint8Array;
  /**
   * The digest of a text's UTF-8, encoded.
   * @throws {VeilmatchError} `argument` for a text with half of a surrogate pair
   */
  token(text: string): string;
}

export function hasherOf(
  digestBytes: number,
  encoding: TokenEncoding,
  digest: (message: Uint8Array) => Uint8Array,
): Hasher {
  const encode = encoding === 'hex' ? bytesToHex : bytesToBase64;
  return { digestBytes, digest, token: (text) => encode(digest(utf8(text))) };
}
