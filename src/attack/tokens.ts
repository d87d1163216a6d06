// SPDX-License-Identifier: Apache-2.0
/** Tokens as they were given, and the digests that they are. */

import { requireText } from '../arguments.js';
import { base64ToBytes, bytesToBase64, bytesToHex, DistinctBytes, hexToBytes, recordAt } from '../bytes.js';
import { VeilmatchError } from '../errors.js';

/** Bytes that must be known of a digest at least: a word, which the kernels compare. */
export const LEAST_BYTES = 4;

const HEX = /^(?:[0-9a-fA-F]{2})+$/;

/** Undefined for what is no hexadecimal. */
export function readHex(text: string): Uint8Array | undefined {
  return HEX.test(text) ? hexToBytes(text) : undefined;
}

/** Standard or URL-safe base64 (RFC 4648, sections 4 and 5), padded or not; undefined for what is neither. */
export function readBase64(text: string): Uint8Array | undefined {
  const standard = unpadded(text).replaceAll('-', '+').replaceAll('_', '/');
  return base64ToBytes(standard.padEnd(4 * Math.ceil(standard.length / 4), '='));
}

const unpadded = (text: string): string => text.replace(/={1,2}$/, '');
const urlSafe = (text: string): string => text.replaceAll('+', '-').replaceAll('/', '_');

/** The ways in which programs write digests. */
const SPELLINGS: ReadonlyArray<(digest: Uint8Array) => string> = [
  bytesToHex,
  (digest) => bytesToHex(digest).toUpperCase(),
  bytesToBase64,
  (digest) => unpadded(bytesToBase64(digest)),
  (digest) => urlSafe(unpadded(bytesToBase64(digest))),
  (digest) => urlSafe(bytesToBase64(digest)),
];

/**
 * Distinct tokens. A token is kept as its digest and the way in which that was written: ten million strings would take
 * several times the memory.
 */
export class TokenList {
  /** Digests or their first bytes, concatenated, in the order in which they came. */
  readonly digests: Uint8Array;
  /** Bytes of each. */
  readonly tokenBytes: number;
  readonly size: number;
  readonly #spellings: Uint8Array;
  /** Tokens that are written in no usual way. */
  readonly #odd: ReadonlyMap<number, string>;

  /**
   * @param wholeBytes - of a digest
   * @param truncated - whether tokens are the first bytes of digests: four or more, all of one length
   * @throws {VeilmatchError} `argument` for a token that is no digest of this kind, with its position
   */
  static read(tokens: Iterable<string>, wholeBytes: number, truncated: boolean): TokenList {
    if (!truncated) return new TokenList(tokens, wholeBytes, readerOf(wholeBytes));
    const list = [...tokens];
    return new TokenList(list, wholeBytes, readerOfTruncated(list, wholeBytes));
  }

  private constructor(tokens: Iterable<string>, wholeBytes: number, read: Reader) {
    const distinct = new DistinctBytes();
    const spellings: number[] = [];
    const odd = new Map<number, string>();
    let spelling = 0;
    let position = 0;
    for (const token of tokens) {
      if (typeof token !== 'string') requireText(token, `Token ${position}`);
      const digest = read(token, position++);
      if (distinct.add(digest) < spellings.length) continue;
      // A list is written in one way throughout.
      if (SPELLINGS[spelling]?.(digest) !== token)
        spelling = SPELLINGS.findIndex((write) => write(digest) === token);
      if (spelling < 0) odd.set(spellings.length, token);
      spellings.push(Math.max(0, spelling));
    }
    this.digests = distinct.toList().bytes;
    this.size = distinct.size;
    this.tokenBytes = this.size === 0 ? wholeBytes : this.digests.length / this.size;
    this.#spellings = Uint8Array.from(spellings);
    this.#odd = odd;
  }

  /** The digests of some of them. */
  digestsOf(indices: Uint32Array): Uint8Array {
    const { digests, tokenBytes } = this;
    const some = new Uint8Array(indices.length * tokenBytes);
    for (const [place, index] of indices.entries()) {
      some.set(recordAt(digests, tokenBytes, index), place * tokenBytes);
    }
    return some;
  }

  /** The token as it was given; the first of several that are one digest. */
  textOf(index: number): string {
    const digest = this.digests.subarray(index * this.tokenBytes, (index + 1) * this.tokenBytes);
    return this.#odd.get(index) ?? SPELLINGS[this.#spellings[index]!]!(digest);
  }
}

type Reader = (token: string, position: number) => Uint8Array;

function readerOf(bytes: number): Reader {
  return (token, position) => {
    const digest = token.length === 2 * bytes ? readHex(token) : readBase64(token);
    if (digest?.length === bytes) return digest;
    throw new VeilmatchError(
      'argument',
      `Token ${position} is no digest of ${bytes} bytes in hexadecimal or base64. Is it of another algorithm, or is it cut (truncated)?`,
      { position },
    );
  };
}

/** Hexadecimal if all tokens are, since most of what is hexadecimal is base64 as well. */
function readerOfTruncated(tokens: readonly string[], wholeBytes: number): Reader {
  const read = tokens.every((token) => typeof token !== 'string' || HEX.test(token)) ? readHex : readBase64;
  let expected: number | undefined;
  return (token, position) => {
    const digest = read(token);
    expected ??= digest?.length;
    if (
      digest !== undefined &&
      digest.length === expected &&
      expected >= LEAST_BYTES &&
      expected <= wholeBytes
    )
      return digest;
    throw new VeilmatchError(
      'argument',
      `Token ${position} is not the beginning of a digest in hexadecimal or base64: ${LEAST_BYTES} bytes or more, as many as the first token has, and at most the ${wholeBytes} of this algorithm.`,
      { position },
    );
  };
}
