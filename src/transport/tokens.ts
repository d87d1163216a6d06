// SPDX-License-Identifier: Apache-2.0
/** Tokens by which a party that connects is known. The listening party keeps only their hashes. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToBase64, bytesToHex, equalBytes, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { secureRandom } from '../random.js';
import type { Peer } from './channel.js';

const PREFIX = 'vmt_';
/** 32 bytes in base64url without padding. */
const TOKEN = /^vmt_[A-Za-z0-9_-]{43}$/;

/** What the listening party stores of a token. */
export interface KnownToken {
  /** What logs and budgets call the peer. */
  readonly name: string;
  /** SHA-256 of the token's text, 32 bytes. A token has 256 random bits, so nothing slower is needed. */
  readonly hash: Uint8Array;
}

/** A new token of 256 random bits: `vmt_` and 43 characters. */
export function createToken(): string {
  const text = bytesToBase64(secureRandom(32));
  return PREFIX + text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Whether this is the text of a token, known or not. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/**
 * What to store of a token.
 * @throws {VeilmatchError} `argument` for what is none
 */
export function hashToken(token: string): Uint8Array {
  if (!isToken(token)) {
    throw new VeilmatchError(
      'argument',
      'This is no token. A token is "vmt_" and 43 letters, digits, - or _.',
    );
  }
  return sha256(utf8(token));
}

/** The peer that shows this token. Takes the same time for every one of them and for none. */
export function peerOfToken(token: string, known: readonly KnownToken[]): Peer | undefined {
  if (!isToken(token)) return undefined;
  const hash = hashToken(token);
  let found: KnownToken | undefined;
  for (const entry of known) if (equalBytes(entry.hash, hash)) found = entry;
  return found && peerOf(found);
}

/** The peer that a token stands for. */
export function peerOf({ hash, name }: KnownToken): Peer {
  return { id: `token:${bytesToHex(hash.subarray(0, 8))}`, name };
}
