// SPDX-License-Identifier: Apache-2.0
/** Tokens by which a party that connects is known. The listening party keeps only their hashes. */

import { sha256 } from '@noble/hashes/sha2.js';
import { requireText } from '../../arguments.js';
import { bytesToBase64, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { secureRandom } from '../../random.js';

const PREFIX = 'vmt_';
/** 32 bytes in base64url without padding. */
const TOKEN = /^vmt_[A-Za-z0-9_-]{43}$/;

/**
 * A new token of 256 random bits: `vmt_` and 43 characters.
 * @example
 * ```ts
 * import { createToken } from 'veilmatch/transport';
 *
 * console.log(createToken().slice(0, 4)); // → vmt_
 * ```
 */
export function createToken(): string {
  const text = bytesToBase64(secureRandom(32));
  return PREFIX + text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Whether this is the text of a token, known or not. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Three parts in base64url, as RFC 7515 writes what is signed, the first of them JSON; no longer than the first message has room for. */
const SIGNED = /^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/;
const MAX_SIGNED = 3500;

/** Whether this may be a JSON Web Token, by which a service that signs them says who somebody is. */
export function isSignedToken(text: string): boolean {
  return text.length <= MAX_SIGNED && SIGNED.test(text);
}

/** Whether this begins as a token does: a part of one, or one with something after it, is no name of anybody either. */
export function resemblesToken(text: string): boolean {
  return text.startsWith(PREFIX);
}

/**
 * What to store of a token: the SHA-256 of its text, 32 bytes. A token has 256 random bits, so nothing slower is needed.
 * @throws {VeilmatchError} `argument` for what is none
 * @example
 * ```ts
 * import { createToken, hashToken } from 'veilmatch/transport';
 *
 * const partner = { name: 'acme', tokens: [hashToken(createToken())] };
 * console.log(partner.tokens[0]?.length); // → 32
 * ```
 */
export function hashToken(token: string): Uint8Array {
  requireText(token, 'The token');
  if (!isToken(token)) {
    throw new VeilmatchError(
      'argument',
      'This is no token. A token is "vmt_" and 43 letters, digits, - or _.',
    );
  }
  return sha256(utf8(token));
}
