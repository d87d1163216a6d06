// SPDX-License-Identifier: Apache-2.0
/**
 * The header of a published set, and how a client knows that it is the right one. Every number is big-endian:
 *
 * | bytes | field |
 * |---|---|
 * | 17 | `veilmatch-contact` in ASCII |
 * | 2 | version, 1 |
 * | 1 | suite, 1 |
 * | 1 | version of the identifiers' canonical bytes |
 * | 1 | kinds of identifiers, one bit each: 1 phone, 2 e-mail, 4 composite, 8 opaque |
 * | 1 + L | length of the set id, 1 to 64, and the set id in UTF-8 |
 * | 4 | epoch |
 * | 32 | B = k * G |
 * | 2 | segments |
 * | 41 each | a segment: u32 elements, u32 bytes of its filter, u8 b where its rate is 2^-b, 32 bytes of SHA-512 of its filter |
 * | 64 | Ed25519 signature of "veilmatch-contact-v1 header" and all bytes before it |
 *
 * **What it leaks, to everybody**: how many elements the set has and when how many were added, and the kinds in it.
 */

import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { requireBytes, requireObject, requireText } from '../arguments.js';
import { concatBytes, equalBytes, fromUtf8, u16, u32, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { MAX_FILTER_BITS } from '../filter/filter.js';
import { IDENTIFIER_FORMAT, type IdentifierKind } from '../identifiers/identifier.js';
import { CONTACT_GROUP, CONTACT_SUITE, CONTACT_VERSION, HEADER_LABEL, type SetName } from './suite.js';

/** Elements that were published together. */
export interface Segment {
  /** How many elements. */
  readonly size: number;
  /** Bytes of the filter. */
  readonly filterBytes: number;
  /** b, where the filter's rate of false positives is 2^-b. */
  readonly bits: number;
  /** Of the filter, 32 bytes. */
  readonly digest: Uint8Array;
}

/** What a header says. */
export interface PublishedHeader extends SetName {
  /** The kinds of identifiers in the set. */
  readonly kinds: ReadonlySet<IdentifierKind>;
  /** B, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Each has a filter. */
  readonly segments: readonly Segment[];
}

/** How a client knows the header: whose signature it bears, or which one it is. */
export type HeaderPin =
  | {
      /** An Ed25519 public key, 32 bytes, from elsewhere than the header. */
      readonly signer: Uint8Array;
    }
  | {
      /** `headerDigest` of the one header that is accepted: its B, and all of its filters. */
      readonly digest: Uint8Array;
    };

const MAGIC = utf8('veilmatch-contact');
const KIND_BITS: Readonly<Record<IdentifierKind, number>> = { phone: 1, email: 2, composite: 4, opaque: 8 };
const DIGEST_BYTES = 32;
const SIGNATURE_BYTES = 64;
const MAX_ID_BYTES = 64;
const MAX_SEGMENTS = 65_535;
const SEGMENT_BYTES = 9 + DIGEST_BYTES;

/** Longer is no header. */
export const MAX_HEADER_BYTES: number =
  MAGIC.length +
  6 +
  MAX_ID_BYTES +
  4 +
  CONTACT_GROUP.elementBytes +
  2 +
  MAX_SEGMENTS * SEGMENT_BYTES +
  SIGNATURE_BYTES;

/** SHA-512 of a filter, cut to 32 bytes: by the platform where it can, because filters have megabytes. */
export async function filterDigest(filter: Uint8Array): Promise<Uint8Array> {
  // Web pages without TLS have no `subtle`. What it hashes must lie in memory that is not shared between threads.
  const subtle = filter.buffer instanceof ArrayBuffer ? globalThis.crypto?.subtle : undefined;
  const digest =
    subtle === undefined
      ? sha512(filter)
      : new Uint8Array(await subtle.digest('SHA-512', filter as Uint8Array<ArrayBuffer>));
  return digest.slice(0, DIGEST_BYTES);
}

/**
 * What a client pins that wants this header and no other: SHA-512 of the signed header without its signature, cut to 32
 * bytes.
 * @example
 * ```ts
 * import { generateContactKeys, headerDigest, openPublishedSet, publishSet } from 'veilmatch/contact';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 *
 * const name = { setId: 'members', epoch: 1 };
 * const keys = await generateContactKeys();
 * const published = await publishSet(IdentifierSet.ofStrings(['ada', 'grace']), { ...name, keys });
 * const pin = { digest: headerDigest(published.header) };
 * console.log((await openPublishedSet(published, { setId: 'members', pin })).epoch); // → 1
 * ```
 */
export function headerDigest(signed: Uint8Array): Uint8Array {
  requireBytes(signed, 'The signed header');
  return sha512(concatBytes(HEADER_LABEL, signed.subarray(0, -SIGNATURE_BYTES))).slice(0, DIGEST_BYTES);
}

/**
 * @param signingKey Ed25519 private key, 32 bytes
 * @throws {VeilmatchError} `argument` for a name out of range or a key of another length
 */
export function signHeader(header: PublishedHeader, signingKey: Uint8Array): Uint8Array {
  checkName(header);
  if (signingKey.length !== 32) throw new VeilmatchError('argument', 'An Ed25519 private key has 32 bytes.');
  if (header.segments.length > MAX_SEGMENTS) {
    throw new VeilmatchError('argument', `A set has ${MAX_SEGMENTS} segments at most. Publish a new epoch.`);
  }
  let kinds = 0;
  for (const kind of header.kinds) kinds |= KIND_BITS[kind];
  const id = utf8(header.setId);
  const body = concatBytes(
    MAGIC,
    u16(CONTACT_VERSION),
    Uint8Array.of(CONTACT_SUITE, IDENTIFIER_FORMAT, kinds, id.length),
    id,
    u32(header.epoch),
    header.publicKey,
    u16(header.segments.length),
    ...header.segments.flatMap(({ size, filterBytes, bits, digest }) => [
      u32(size),
      u32(filterBytes),
      Uint8Array.of(bits),
      digest,
    ]),
  );
  return concatBytes(body, ed25519.sign(concatBytes(HEADER_LABEL, body), signingKey));
}

/** @throws {VeilmatchError} `argument` */
export function checkName({ setId, epoch }: SetName): void {
  requireText(setId, 'The set id');
  const { length } = utf8(setId);
  if (length < 1 || length > MAX_ID_BYTES) {
    throw new VeilmatchError(
      'argument',
      `A set id has 1 to ${MAX_ID_BYTES} bytes in UTF-8; this one has ${length}.`,
    );
  }
  if (!Number.isInteger(epoch) || epoch < 0 || epoch > 0xffffffff) {
    throw new VeilmatchError('argument', 'An epoch is a whole number from 0 to 2^32 - 1.');
  }
}

/**
 * Checks a signed header against a pin, and reads it: for what its filters are called, before they are fetched.
 * @throws {VeilmatchError} `wrong-pin` where it is signed by nobody that was pinned, or is not the one that was pinned;
 * `bad-message` for what is no header; `incompatible-peer` for another version, suite or format; `argument` for a pin of
 * another length
 * @example
 * ```ts
 * import { headerDigest, generateContactKeys, openHeader, publishSet } from 'veilmatch/contact';
 * import { IdentifierSet } from 'veilmatch/identifiers';
 *
 * const name = { setId: 'members', epoch: 1 };
 * const keys = await generateContactKeys();
 * const published = await publishSet(IdentifierSet.ofStrings(['ada', 'grace']), { ...name, keys });
 * const { segments } = openHeader(published.header, { digest: headerDigest(published.header) });
 * console.log(segments.map(({ size }) => size)); // → [ 2 ]
 * ```
 */
export function openHeader(signed: Uint8Array, pin: HeaderPin): PublishedHeader {
  requireBytes(signed, 'The signed header');
  requireObject(pin, 'The pin');
  const body = signed.subarray(0, Math.max(0, signed.length - SIGNATURE_BYTES));
  if (!equalBytes(body.subarray(0, MAGIC.length), MAGIC)) throw malformed('its beginning', 0);
  checkPin(signed, body, pin);
  return decodeBody(body);
}

function checkPin(signed: Uint8Array, body: Uint8Array, pin: HeaderPin): void {
  if ('digest' in pin) {
    checkLength(pin.digest, 'The digest of a header');
    if (equalBytes(headerDigest(signed), pin.digest)) return;
    throw wrongPin('It is another one than the pinned one.');
  }
  checkLength(pin.signer, 'An Ed25519 public key');
  const signature = signed.subarray(body.length);
  if (verifies(signature, concatBytes(HEADER_LABEL, body), pin.signer)) return;
  throw wrongPin('It does not bear the signature of the pinned key.');
}

/** RFC 8032's strict rules: one signature for each message and key, no keys of small order. */
function verifies(signature: Uint8Array, message: Uint8Array, signer: Uint8Array): boolean {
  try {
    return ed25519.verify(signature, message, signer, { zip215: false });
  } catch {
    return false;
  }
}

function checkLength(bytes: Uint8Array, what: string): void {
  requireBytes(bytes, what);
  if (bytes.length !== 32)
    throw new VeilmatchError('argument', `${what} has 32 bytes; this one has ${bytes.length}.`);
}

function decodeBody(body: Uint8Array): PublishedHeader {
  let at = MAGIC.length;
  const take = (length: number): Uint8Array => {
    if (at + length > body.length) throw malformed('its length: it was cut off', body.length);
    at += length;
    return body.subarray(at - length, at);
  };
  const number = (length: number): number => take(length).reduce((value, byte) => value * 256 + byte, 0);

  const version = number(2);
  if (version !== CONTACT_VERSION) throw incompatible(`version ${version} of veilmatch-contact`);
  const suite = number(1);
  if (suite !== CONTACT_SUITE) throw incompatible(`suite ${suite}`);
  const format = number(1);
  if (format !== IDENTIFIER_FORMAT) throw incompatible(`format ${format} of identifiers`);
  const kindBits = number(1);
  if (kindBits > 15) throw malformed('the kinds of identifiers', at - 1);
  const idLength = number(1);
  if (idLength < 1 || idLength > MAX_ID_BYTES) throw malformed('the length of the set id', at - 1);
  const setId = textOf(take(idLength), at - idLength);
  const epoch = number(4);
  const publicKey = take(CONTACT_GROUP.elementBytes).slice();
  const count = number(2);
  const segments = Array.from({ length: count }, (): Segment => {
    const segment = {
      size: number(4),
      filterBytes: number(4),
      bits: number(1),
      digest: take(DIGEST_BYTES).slice(),
    };
    if (segment.bits < 1 || segment.bits > MAX_FILTER_BITS) throw malformed('the rate of a segment', at - 33);
    return segment;
  });
  if (at !== body.length) throw malformed('its length: it goes on behind its last segment', at);
  const kinds = new Set(
    (Object.keys(KIND_BITS) as IdentifierKind[]).filter((kind) => kindBits & KIND_BITS[kind]),
  );
  return { setId, epoch, kinds, publicKey, segments };
}

function textOf(bytes: Uint8Array, offset: number): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw malformed('the set id, which is not UTF-8', offset);
  }
}

function malformed(what: string, offset: number): VeilmatchError {
  return new VeilmatchError(
    'bad-message',
    `The header of the published set is malformed in ${what} (offset ${offset}).`,
    {
      offset,
    },
  );
}

function incompatible(what: string): VeilmatchError {
  return new VeilmatchError(
    'incompatible-peer',
    `The set was published in ${what}, which this package does not know.`,
  );
}

function wrongPin(reason: string): VeilmatchError {
  return new VeilmatchError(
    'wrong-pin',
    `The header of the published set is not trusted. ${reason} With a key of its own for each client, a server could tell its clients apart; ask nothing under this one.`,
  );
}
