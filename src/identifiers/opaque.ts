// SPDX-License-Identifier: Apache-2.0
/**
 * Cells that are taken as they are: customer numbers, the ids of devices, and hashes that somebody has made before. What two parties
 * hold of one thing has to be the same to a byte, so nothing is read into a text; a hash has several spellings and is one value.
 */

import { md5, sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import type { CHash } from '@noble/hashes/utils.js';
import { base64ToBytes, bytesToBase64, concatBytes, equalBytes, hexToBytes, utf8 } from '../bytes.js';
import type { IdentifierErrorCode } from '../errors.js';
import { LABELS, opaqueBytes } from './identifier.js';
import { standsForNothing } from './placeholders.js';

/** How hashes were made that a list holds: both parties have to say the same. */
export interface HashRule {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512';
  /** What was hashed: a platform's name, or whatever the parties have agreed to call it. */
  readonly rule: string;
}

const HASHES: Readonly<Record<HashRule['algorithm'], CHash>> = { md5, sha1, sha256, sha512 };

export const HASH_ALGORITHMS: readonly HashRule['algorithm'][] = ['md5', 'sha1', 'sha256', 'sha512'];

/** Before a hash. In no text in UTF-8 there is such a byte, so that no text is a hash. */
const HASHED = 0xff;
/** What a record of the protocols may have. */
const MAX_BYTES = 65_535;

const HEX = /^[\da-f]+$/i;
/** Of a surrogate pair: no text that has a form in UTF-8. */
const HALF_A_PAIR = /\p{Surrogate}/u;
/** A whole number that a spreadsheet has rounded: many become one. */
const ROUNDED = /^\d(?:[.,]\d+)?e\+\d+$/i;

/**
 * The canonical bytes of a cell.
 * @param hashed how it was made, where it holds a hash
 * @returns bytes; or why it is none: `not-valid` for what is no hash of this algorithm, `placeholder` also for the hash of nothing
 */
export function readOpaque(cell: string, hashed?: HashRule): Uint8Array | IdentifierErrorCode {
  const text = cell.trim();
  if (text === '') return 'empty';
  if (standsForNothing(text)) return 'placeholder';
  if (hashed !== undefined) return readHash(text, hashed);
  if (ROUNDED.test(text)) return 'spreadsheet-damage';
  if (text.length > MAX_BYTES) return 'too-long';
  if (HALF_A_PAIR.test(text)) return 'not-valid';
  const bytes = opaqueBytes(text);
  return bytes.length > MAX_BYTES ? 'too-long' : bytes;
}

function readHash(text: string, { algorithm, rule }: HashRule): Uint8Array | IdentifierErrorCode {
  const hash = HASHES[algorithm];
  const digest = digestOf(text, hash.outputLen);
  if (digest === undefined) return 'not-valid';
  // Of an empty cell, which strangers share.
  if (equalBytes(digest, hash(new Uint8Array()))) return 'placeholder';
  return concatBytes(utf8(LABELS.opaque), Uint8Array.of(HASHED), utf8(`${algorithm}:${rule}:`), digest);
}

/** From hexadecimal in either case, from base64 or base64url, with padding or without. */
function digestOf(text: string, length: number): Uint8Array | undefined {
  if (text.length === 2 * length && HEX.test(text)) return hexToBytes(text.toLowerCase());
  const padded = 4 * Math.ceil(length / 3);
  const bare = Math.ceil((4 * length) / 3);
  if (text.length !== padded && text.length !== bare) return undefined;
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/').padEnd(padded, '=');
  const bytes = base64ToBytes(base64);
  // Bits behind the last byte would make several spellings of what is none.
  return bytes?.length === length && bytesToBase64(bytes) === base64 ? bytes : undefined;
}

/** Whether a text looks like a hash. In base64 a short one looks like any other id. */
export function looksHashed(text: string): boolean {
  return HASH_ALGORITHMS.some((algorithm) => {
    const { outputLen } = HASHES[algorithm];
    return digestOf(text, outputLen) !== undefined && (text.length === 2 * outputLen || outputLen >= 32);
  });
}
