// SPDX-License-Identifier: Apache-2.0
/**
 * What happens to a text on its way to a token besides the hash that was meant. Each accident is data: what stood around the
 * text, how it was encoded or spelled, or what was done to its digest. Of two at once the usual pairs have entries of their own, so
 * that what is tried stays this list; other pairs are not tried.
 */

import { utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { DigestAlgorithm } from '../hashing/index.js';
import { digestBytes } from '../hashing/plain.js';
import type { HashingScheme, WrittenDigest } from '../hashing/scheme.js';

/** One thing that can have happened. */
export interface Accident {
  /** As people are told. */
  readonly title: string;
  /** What it happens to; both unless given. */
  readonly to?: 'numbers' | 'addresses';
  /** Hashed along in front of the text, and behind it. */
  readonly before?: string;
  readonly after?: string;
  /** UTF-8 unless given. */
  readonly encoding?: 'utf-16le' | 'utf-16be';
  /** The text in place of the one that was meant. Digits stay where they are, as many. */
  readonly spelled?: (text: string) => string;
  /** One zero at the beginning of the national number is left out. */
  readonly dropsZero?: true;
  /** The digest was hashed again; with the hash of the tokens first unless `inner` is given. */
  readonly twice?: { readonly inner?: DigestAlgorithm; readonly written: WrittenDigest };
  /** The tokens are the first bytes of this longer digest. */
  readonly cut?: DigestAlgorithm;
}

/** Everything that is tried, likeliest first, by the names that `accident` takes. */
export const ACCIDENTS: Readonly<Record<string, Accident>> = {
  newline: { title: 'a line break at the end was hashed along', after: '\n' },
  crlf: { title: 'a line break of Windows at the end was hashed along', after: '\r\n' },
  'utf-16le': { title: 'the text was hashed in UTF-16LE, as nvarchar', encoding: 'utf-16le' },
  'space-after': { title: 'a space behind the text was hashed along', after: ' ' },
  'space-before': { title: 'a space before the text was hashed along', before: ' ' },
  'twice-hex': { title: 'the hexadecimal digest was hashed again', twice: { written: 'hex' } },
  'twice-upper-hex': {
    title: 'the digest in capital hexadecimal was hashed again',
    twice: { written: 'upper-hex' },
  },
  'twice-bytes': { title: "the digest's bytes were hashed again", twice: { written: 'bytes' } },
  'upper-case': {
    title: 'capitals: the whole text',
    to: 'addresses',
    spelled: (text) => text.toUpperCase(),
  },
  capitalized: {
    title: 'capitals: the first letter of each name before the @',
    to: 'addresses',
    spelled: (text) => capitalized(text, text.indexOf('@')),
  },
  'capitalized-all': {
    title: 'capitals: the first letter of each part',
    to: 'addresses',
    spelled: (text) => capitalized(text, text.length),
  },
  'first-capital': {
    title: 'capitals: the first letter',
    to: 'addresses',
    spelled: (text) => text.slice(0, 1).toUpperCase() + text.slice(1),
  },
  'zero-lost': {
    title: 'the zero that the national number begins with was left out',
    to: 'numbers',
    dropsZero: true,
  },
  decimal: { title: 'the number had .0 at its end', to: 'numbers', after: '.0' },
  apostrophe: { title: 'the apostrophe of a spreadsheet was hashed along', before: "'" },
  quotes: { title: 'quotes were hashed along', before: '"', after: '"' },
  'single-quotes': { title: 'single quotes were hashed along', before: "'", after: "'" },
  'angle-brackets': { title: 'angle brackets were hashed along', to: 'addresses', before: '<', after: '>' },
  tel: { title: 'tel: was hashed along', to: 'numbers', before: 'tel:' },
  'lead-export': { title: 'the p: of a lead export was hashed along', to: 'numbers', before: 'p:' },
  whatsapp: { title: 'whatsapp: was hashed along', to: 'numbers', before: 'whatsapp:' },
  mailto: { title: 'mailto: was hashed along', to: 'addresses', before: 'mailto:' },
  html: {
    title: 'the text was escaped for HTML',
    spelled: (text) => text.replaceAll('+', '&#43;').replaceAll('@', '&#64;'),
  },
  'html-hex': {
    title: 'the text was escaped for HTML, in hexadecimal',
    spelled: (text) => text.replaceAll('+', '&#x2B;').replaceAll('@', '&#x40;'),
  },
  url: {
    title: 'the text was encoded for a URL',
    spelled: (text) => text.replaceAll('+', '%2B').replaceAll('@', '%40').replaceAll(' ', '%20'),
  },
  'byte-order-mark': { title: 'a byte order mark was hashed along', before: '\uFEFF' },
  nul: { title: 'a zero byte at the end was hashed along', after: '\0' },
  tab: { title: 'a tab at the end was hashed along', after: '\t' },
  separator: { title: 'a comma at the end was hashed along', after: ',' },
  semicolon: { title: 'a semicolon at the end was hashed along', after: ';' },
  spaces: { title: 'spaces on both sides were hashed along', before: ' ', after: ' ' },
  'utf-16be': { title: 'the text was hashed in UTF-16BE', encoding: 'utf-16be' },
  'utf-16le-newline': {
    title: 'the text with a line break was hashed in UTF-16LE',
    after: '\r\n',
    encoding: 'utf-16le',
  },
  cr: { title: 'a carriage return at the end was hashed along', after: '\r' },
  'utf-16le-lf': {
    title: 'the text with a line feed was hashed in UTF-16LE',
    after: '\n',
    encoding: 'utf-16le',
  },
  'utf-16le-bom': {
    title: 'the text was hashed in UTF-16LE with a byte order mark',
    before: '\uFEFF',
    encoding: 'utf-16le',
  },
  'utf-16be-bom': {
    title: 'the text was hashed in UTF-16BE with a byte order mark',
    before: '\uFEFF',
    encoding: 'utf-16be',
  },
  'space-newline': { title: 'a space and a line break at the end were hashed along', after: ' \n' },
  'quotes-newline': {
    title: 'quotes, and a line break behind them, were hashed along',
    before: '"',
    after: '"\n',
  },
  'upper-case-newline': {
    title: 'capitals, and a line break at the end',
    to: 'addresses',
    after: '\n',
    spelled: (text) => text.toUpperCase(),
  },
  'upper-case-crlf': {
    title: 'capitals, and a line break of Windows at the end',
    to: 'addresses',
    after: '\r\n',
    spelled: (text) => text.toUpperCase(),
  },
  'upper-case-space': {
    title: 'capitals, and a space behind the text',
    to: 'addresses',
    after: ' ',
    spelled: (text) => text.toUpperCase(),
  },
  'upper-case-utf-16le': {
    title: 'capitals, in UTF-16LE',
    to: 'addresses',
    encoding: 'utf-16le',
    spelled: (text) => text.toUpperCase(),
  },
  'capitalized-newline': {
    title: 'capitals of names, and a line break at the end',
    to: 'addresses',
    after: '\n',
    spelled: (text) => capitalized(text, text.indexOf('@')),
  },
  'md5-hex': { title: 'its MD5 in hexadecimal was hashed', twice: { inner: 'md5', written: 'hex' } },
  'sha1-hex': { title: 'its SHA-1 in hexadecimal was hashed', twice: { inner: 'sha1', written: 'hex' } },
  'sha256-hex': {
    title: 'its SHA-256 in hexadecimal was hashed',
    twice: { inner: 'sha256', written: 'hex' },
  },
  'twice-base64': { title: 'the digest in base64 was hashed again', twice: { written: 'base64' } },
  'md5-bytes': { title: 'the bytes of its MD5 were hashed', twice: { inner: 'md5', written: 'bytes' } },
  'cut-sha256': { title: 'the tokens are the beginnings of SHA-256', cut: 'sha256' },
  'cut-sha512': { title: 'the tokens are the beginnings of SHA-512', cut: 'sha512' },
  'cut-sha1': { title: 'the tokens are the beginnings of SHA-1', cut: 'sha1' },
};

/** @throws {VeilmatchError} `argument` for a name that none of them has */
export function accidentNamed(name: string): Accident {
  if (Object.hasOwn(ACCIDENTS, name)) return ACCIDENTS[name]!;
  throw new VeilmatchError(
    'argument',
    `The accident must be none, auto, or one of ${Object.keys(ACCIDENTS).join(', ')}.`,
  );
}

function capitalized(text: string, end: number): string {
  const upper = (letter: string): string => letter.toUpperCase();
  return text.slice(0, end).replace(/(?:^|[@._-])[a-z]/g, upper) + text.slice(end);
}

/** The text as it was hashed, in the bytes that were. */
export function messageOf(
  { before = '', after = '', encoding, spelled }: Accident,
  text: string,
): Uint8Array {
  const whole = before + (spelled?.(text) ?? text) + after;
  if (encoding === undefined) return utf8(whole);
  const bytes = new Uint8Array(2 * whole.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < whole.length; i++) view.setUint16(2 * i, whole.charCodeAt(i), encoding === 'utf-16le');
  return bytes;
}

/** How an accident is searched for: under this scheme; and with the text changed, or as it is. */
interface Mishap {
  readonly scheme: HashingScheme;
  readonly changesText: boolean;
}

/** Undefined where the accident cannot happen under a scheme, or is none of it: an MD5 is not cut from an MD5. */
export function mishapOf(
  accident: Accident,
  scheme: HashingScheme,
  to: 'numbers' | 'addresses',
): Mishap | undefined {
  if (accident.to !== undefined && accident.to !== to) return undefined;
  const { twice, cut } = accident;
  if (twice === undefined && cut === undefined) return textMishap(accident, scheme, to);
  if (scheme.hash !== 'plain') return undefined;
  const { algorithm } = scheme;
  if (cut !== undefined) {
    if (digestBytes[cut] <= digestBytes[algorithm]) return undefined;
    return { scheme: { hash: 'plain', algorithm: cut }, changesText: false };
  }
  const { inner = algorithm, written } = twice!;
  // What was hashed twice with the same hash has a name of its own.
  if (twice!.inner === algorithm) return undefined;
  return { scheme: { hash: 'twice', algorithm, inner, written }, changesText: false };
}

/** What stands on one side of an address is as good as a salt, with which kernels are at home. */
function textMishap(accident: Accident, scheme: HashingScheme, to: 'numbers' | 'addresses'): Mishap {
  const { before, after, encoding, spelled } = accident;
  const oneSide =
    encoding === undefined && spelled === undefined && (before === undefined || after === undefined);
  if (to === 'numbers' || !oneSide || scheme.hash !== 'plain') return { scheme, changesText: true };
  return {
    scheme: {
      hash: 'salted',
      algorithm: scheme.algorithm,
      saltPosition: before === undefined ? 'suffix' : 'prefix',
      salt: utf8(before ?? after ?? ''),
    },
    changesText: false,
  };
}

/** A byte that stands in no text: where a digit goes. */
const PLACE = '\u0001';

/** A mask as it was hashed: the bytes, with a # for each digit, and where these stand. */
export function templateBytes(
  accident: Accident | undefined,
  mask: string,
): { readonly bytes: Uint8Array; readonly digits: readonly number[] } {
  const marked = mask.replaceAll('#', PLACE);
  const bytes = accident === undefined ? utf8(marked) : messageOf(accident, marked);
  const digits = Array.from(bytes.keys()).filter((i) => bytes[i] === PLACE.charCodeAt(0));
  for (const place of digits) bytes[place] = '#'.charCodeAt(0);
  return { bytes, digits };
}
