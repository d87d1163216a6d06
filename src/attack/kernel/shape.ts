// SPDX-License-Identifier: Apache-2.0
/**
 * What all messages of a search with the same number of digits have in common: everything but the digits, down to the
 * padding. Whole blocks in front of the first digit are hashed beforehand.
 */

import { sha256 as digestSha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '../../bytes.js';
import type { DigestAlgorithm } from '../../hashing/index.js';
import type { HashingScheme } from '../../hashing/scheme.js';
import { type Algorithm, BLOCK_WORDS, type Constants } from './algorithm.js';
import { md5 } from './md5.js';
import { sha1 } from './sha1.js';
import { hmacSha256, sha256, twiceSha256 } from './sha256.js';

/** A message, but for its digits. */
export interface Template {
  /** The whole message, with `#` for each digit of the national number. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` these digits stand. */
  readonly digits: readonly number[];
}

const BLOCK_BYTES = 4 * BLOCK_WORDS;
/** The padding takes nine bytes at least: one to mark the end, eight for the length. */
const MOST_BYTES = BLOCK_BYTES - 9;

/** Without SHA-512, whose words have 64 bits. */
const ALGORITHMS: Readonly<Partial<Record<DigestAlgorithm, Algorithm>>> = { sha256, sha1, md5 };

export interface Shape {
  readonly algorithm: Algorithm;
  /** After everything in front of the last block. */
  readonly state: readonly number[];
  /** The last block; its digits are zero bytes. */
  readonly block: Uint8Array;
  /** Where its digits stand. */
  readonly digits: readonly number[];
  /** Bytes that are known of each target. */
  readonly targetBytes: number;
}

/**
 * Undefined for what takes more than one block from the first digit on, for slow hashes, for SHA-512, for most of what is
 * hashed twice, and for less than a word of a digest.
 * @param targetBytes - bytes that are known of each target; those of whole digests unless given
 */
export function shapeOf(scheme: HashingScheme, template: Template, targetBytes?: number): Shape | undefined {
  const last = lastBlockOf(scheme, template);
  if (last === undefined) return undefined;
  const wholeBytes = 4 * last.algorithm.digestWords;
  const known = targetBytes ?? wholeBytes;
  if (known < 4) return undefined;
  const { truncated } = last.algorithm;
  const algorithm = known < wholeBytes ? { ...last.algorithm, ...truncated } : last.algorithm;
  return { ...last, algorithm, targetBytes: known };
}

type LastBlock = Omit<Shape, 'targetBytes'>;

function lastBlockOf(scheme: HashingScheme, template: Template): LastBlock | undefined {
  if (scheme.hash === 'slow') return undefined;
  const none = new Uint8Array();
  if (scheme.hash === 'keyed') {
    const key = new Uint8Array(BLOCK_BYTES);
    key.set(scheme.key.length > BLOCK_BYTES ? digestSha256(scheme.key) : scheme.key);
    const outer = sha256.compress(
      wordsOfBlock(
        sha256,
        key.map((byte) => byte ^ 0x5c),
      ),
      sha256.initial,
    );
    return lastBlock(
      hmacSha256(outer),
      key.map((byte) => byte ^ 0x36),
      template,
      none,
    );
  }
  if (scheme.hash === 'twice') {
    const { algorithm, inner, written } = scheme;
    if (algorithm !== 'sha256' || inner !== 'sha256' || written === 'base64') return undefined;
    return lastBlock(twiceSha256(written), none, template, none);
  }
  const algorithm = ALGORITHMS[scheme.algorithm];
  if (algorithm === undefined) return undefined;
  const salt = scheme.hash === 'salted' ? scheme.salt : none;
  const first = scheme.hash === 'salted' && scheme.saltPosition === 'prefix';
  return lastBlock(algorithm, first ? salt : none, template, first ? none : salt);
}

function lastBlock(
  algorithm: Algorithm,
  before: Uint8Array,
  template: Template,
  after: Uint8Array,
): LastBlock | undefined {
  const message = concatBytes(before, template.bytes, after);
  const digits = template.digits.map((offset) => before.length + offset);
  const start = Math.floor(digits[0]! / BLOCK_BYTES) * BLOCK_BYTES;
  if (message.length - start > MOST_BYTES) return undefined;

  let state = algorithm.initial;
  for (let offset = 0; offset < start; offset += BLOCK_BYTES) {
    state = algorithm.compress(
      wordsOfBlock(algorithm, message.subarray(offset, offset + BLOCK_BYTES)),
      state,
    );
  }
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(message.subarray(start));
  block[message.length - start] = 0x80;
  // A message of 2^29 bytes, whose length in bits takes more than 32 of them, does not come from a salt.
  const length = 8 * message.length;
  new DataView(block.buffer).setUint32(algorithm.bigEndian ? 60 : 56, length, !algorithm.bigEndian);
  for (const offset of digits) block[offset - start] = 0;
  return { algorithm, state, block, digits: digits.map((offset) => offset - start) };
}

export function wordsOfBlock({ bigEndian }: Algorithm, block: Uint8Array): number[] {
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength);
  return Array.from({ length: BLOCK_WORDS }, (_, i) => view.getUint32(4 * i, !bigEndian));
}

/** The block's words that hold none of these digits; without them, no digit at all. */
export function constantsOf(
  { algorithm, block, digits }: Shape,
  among: readonly number[] = digits,
): Constants {
  const others = new Set(among.map((offset) => offset >> 2));
  return wordsOfBlock(algorithm, block).map((word, i) => (others.has(i) ? undefined : word));
}

/** The words that hold the last digits. */
export function varyingWords({ digits }: Shape, places: number): number[] {
  return [...new Set(digits.slice(-places).map((offset) => offset >> 2))];
}
