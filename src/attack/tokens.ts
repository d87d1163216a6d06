// SPDX-License-Identifier: Apache-2.0
/** Tokens as they were given, and the digests that they are. */

import { requireText } from '../arguments.js';
import { base64ToBytes, bytesToBase64, bytesToHex, DistinctBytes, hexToBytes, recordAt } from '../bytes.js';
import { VeilmatchError } from '../errors.js';

/** Bytes that must be known of a digest at least: a word, which the kernels compare. */
export const LEAST_BYTES = 4;

const HEX = /^(?:[0-9a-fA-F]{2})+$/;
const DIGITS = /^[0-9a-fA-F]+$/;

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

/** A digest, and the salt that stands beside it where every row has its own. */
interface Token {
  readonly digest: Uint8Array;
  readonly salt?: string;
}

/** Around a token: tags of HTML, quotes, spaces, a spreadsheet's `="..."`, brackets, the letter of a database's literal. */
const FRONT = /^(?:<[a-z][a-z\d]{0,9}(?:\s[^<>]{0,64})?>|[\s"'`´“”‘’(<[{=,;]|[xXbBeE](?='))/i;
const BACK = /(?:<\/?[a-z][a-z\d]{0,9}\s?\/?>|[\s"'`´“”‘’)\]}>,;])$/i;
/** In front of a token: that hexadecimal follows, or of which hash it is. */
const HEX_SIGN = /^(?:0x|\\{1,2}x)/i;
const HASH_NAME = /^[{$]?(?:sha-?(?:[23]-)?(?:1|256|512)|md5)/i;
/** Between the bytes of a digest, or in it as in a UUID. */
const BETWEEN = /[-: ]/g;
/** Between a digest and a salt, or the name of a file. */
const SEPARATOR = /[:|$;,*\s]/;
/** A token with all around it is no longer; what is, is none. */
const MOST_TEXT = 2048;
/** Layers around it. */
const MOST_LAYERS = 8;

/** The token in a text as lists have them; undefined for what holds none of so many bytes. */
export function readToken(text: string, bytes: number): Token | undefined {
  const plain = digestIn(text, bytes);
  if (plain !== undefined) return { digest: plain };
  if (text.length > MOST_TEXT) return undefined;
  const beside = aheadOfSalt(text.trim(), bytes);
  if (beside !== undefined) return beside;
  const bare = withoutLabels(text);
  const digest = digestIn(bare, bytes) ?? digestIn(bare.replace(BETWEEN, ''), bytes) ?? shortHex(bare, bytes);
  if (digest !== undefined) return { digest };
  return besideSalt(bare, bytes);
}

function withoutLabels(text: string): string {
  let bare = text;
  for (let layer = 0; layer < MOST_LAYERS; layer++) {
    const less = withoutName(bare.replace(FRONT, '').replace(BACK, '').replace(HEX_SIGN, ''));
    if (less === bare) break;
    bare = less;
  }
  return bare;
}

/** `sha256:`, `{SHA256}`, and `SHA256 (a file) =`, as programs that sum files write it. */
function withoutName(text: string): string {
  const name = HASH_NAME.exec(text)?.[0];
  if (name === undefined) return text;
  let rest = text.slice(name.length).trimStart();
  if (rest.startsWith('(')) rest = rest.slice(rest.indexOf(')') + 1).trimStart();
  return /^[:=$}-]/.test(rest) ? rest.slice(1).trimStart() : text;
}

/** Hexadecimal, base64, or base64 of hexadecimal. */
function digestIn(text: string, bytes: number): Uint8Array | undefined {
  if (text.length === 2 * bytes) return readHex(text);
  if (text.length > 4 * bytes) return undefined;
  const decoded = readBase64(text);
  if (decoded?.length === bytes) return decoded;
  if (decoded?.length !== 2 * bytes) return undefined;
  const inner = String.fromCharCode(...decoded);
  return DIGITS.test(inner) ? readHex(inner) : undefined;
}

/**
 * A digest that was taken for a number and has lost the zeros at its beginning. An odd number of digits tells it from one that
 * was cut.
 */
function shortHex(text: string, bytes: number): Uint8Array | undefined {
  const missing = 2 * bytes - text.length;
  return (missing === 1 || missing === 3) && DIGITS.test(text)
    ? readHex(text.padStart(2 * bytes, '0'))
    : undefined;
}

/** `digest:salt`; a name of a file behind two signs, as sha256sum writes it, is no salt. */
function aheadOfSalt(text: string, bytes: number): Token | undefined {
  const end = text.search(SEPARATOR);
  const digest = end < 0 ? undefined : digestIn(text.slice(0, end), bytes);
  if (digest === undefined) return undefined;
  const salt = text.slice(end + 1);
  return salt === '' || /^\s[\s*]/.test(text.slice(end)) ? { digest } : { digest, salt };
}

/** Or `salt:digest`. */
function besideSalt(text: string, bytes: number): Token | undefined {
  const ahead = aheadOfSalt(text, bytes);
  if (ahead !== undefined) return ahead;
  let last = text.length - 1;
  while (last >= 0 && !SEPARATOR.test(text[last]!)) last--;
  const digest = last < 0 ? undefined : digestIn(text.slice(last + 1), bytes);
  return digest && { digest, salt: text.slice(0, last) };
}

/** The ways in which programs write digests. */
const SPELLINGS: ReadonlyArray<(digest: Uint8Array) => string> = [
  bytesToHex,
  (digest) => bytesToHex(digest).toUpperCase(),
  bytesToBase64,
  (digest) => unpadded(bytesToBase64(digest)),
  (digest) => urlSafe(unpadded(bytesToBase64(digest))),
  (digest) => urlSafe(bytesToBase64(digest)),
  (digest) => `0x${bytesToHex(digest)}`,
  (digest) => `0x${bytesToHex(digest).toUpperCase()}`,
  (digest) => `\\x${bytesToHex(digest)}`,
  (digest) => `sha256:${bytesToHex(digest)}`,
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
  /** The tokens that have a salt of their own, by that. */
  readonly salts: ReadonlyMap<string, Uint32Array>;
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
    const salts = new Map<string, number[]>();
    let spelling = 0;
    let position = 0;
    for (const token of tokens) {
      if (typeof token !== 'string') requireText(token, `Token ${position}`);
      const { digest, salt } = read(token, position++);
      if (distinct.add(digest) < spellings.length) continue;
      // A list is written in one way throughout.
      if (SPELLINGS[spelling]?.(digest) !== token)
        spelling = SPELLINGS.findIndex((write) => write(digest) === token);
      if (spelling < 0) odd.set(spellings.length, token);
      if (salt !== undefined) {
        const among = salts.get(salt);
        if (among === undefined) salts.set(salt, [spellings.length]);
        else among.push(spellings.length);
      }
      spellings.push(Math.max(0, spelling));
    }
    this.salts = new Map([...salts].map(([salt, among]) => [salt, Uint32Array.from(among)]));
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

type Reader = (token: string, position: number) => Token;

function readerOf(bytes: number): Reader {
  return (token, position) => {
    const read = readToken(token, bytes);
    if (read !== undefined) return read;
    throw new VeilmatchError(
      'argument',
      `Token ${position} is no digest of ${bytes} bytes in hexadecimal or base64. Is it of another algorithm, or is it cut (truncated)?`,
      { position },
    );
  };
}

/** Hexadecimal if all tokens are, since most of what is hexadecimal is base64 as well. */
function readerOfTruncated(tokens: readonly string[], wholeBytes: number): Reader {
  const read = tokens.every((token) => typeof token !== 'string' || HEX.test(withoutLabels(token)))
    ? readHex
    : readBase64;
  let expected: number | undefined;
  return (token, position) => {
    // What reads as it stands has nothing around it: base64 may begin with 0x.
    const digest = read(token) ?? read(withoutLabels(token));
    expected ??= digest?.length;
    if (
      digest !== undefined &&
      digest.length === expected &&
      expected >= LEAST_BYTES &&
      expected <= wholeBytes
    )
      return { digest };
    throw new VeilmatchError(
      'argument',
      `Token ${position} is not the beginning of a digest in hexadecimal or base64: ${LEAST_BYTES} bytes or more, as many as the first token has, and at most the ${wholeBytes} of this algorithm.`,
      { position },
    );
  };
}
