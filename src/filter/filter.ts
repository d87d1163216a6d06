// SPDX-License-Identifier: Apache-2.0
/**
 * Filters: sets of hashes in little more than the space that a chosen rate of false positives needs. Whoever has one can
 * ask for a hash, and is told "no" only for what is not in it.
 *
 * They are static, and say nothing that the hashes themselves do not say. What is put in must be hashes that nobody can
 * choose: the rates hold for uniform ones.
 *
 * | kind | bytes an element at 2^-b | a look-up |
 * |---|---|---|
 * | `golomb` | (b + 1.6) / 8 | up to 64 steps |
 * | `binary-fuse` | 1.13 x b / 8 for a million, 1.2 x b / 8 for a hundred thousand; b in whole bytes | three reads |
 */

import { concatBytes, equalBytes, sortRecords, u32, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';

/** Bytes of a hash: 12 say where it lies, the others tell it from its neighbours. */
export const FILTER_HASH_BYTES = 20;
/** Distinct hashes in one filter. */
export const MAX_FILTER_SIZE: number = 2 ** 24;
/** The smallest rate is 2^-40. */
export const MAX_FILTER_BITS = 40;

/** Golomb-coded, the smaller one, or binary fuse, the one that is read faster. */
export type FilterKind = 'golomb' | 'binary-fuse';

/** A static set of hashes with a stated rate of false positives. */
export interface Filter {
  /** How it is made. */
  readonly kind: FilterKind;
  /** Distinct hashes in it. */
  readonly size: number;
  /** b of the rate 2^-b that it was made for. */
  readonly bits: number;
  /** At most this share of the hashes that are not in it are taken for ones that are: 2^-b, and none for an empty set. */
  readonly falsePositiveRate: number;
  /**
   * Whether a hash is in the set: never false for one that is.
   * @param hash 20 bytes
   * @throws {VeilmatchError} `argument` for another length
   */
  has(hash: Uint8Array): boolean;
  /** What `parseFilter` reads: the same bytes for the same set of hashes, kind and rate. */
  toBytes(): Uint8Array;
}

/** One kind: how it is made and read. `bits` is -log2 of its rate. */
export interface FilterFormat {
  readonly code: number;
  /** The smallest number of bits, from this one on, that the kind can have. */
  roundBits(bits: number): number;
  /** @param hashes n x 20 bytes, ascending, distinct */
  build(hashes: Uint8Array, bits: number): Filter;
  /** @throws {VeilmatchError} `bad-message` */
  parse(body: Uint8Array, size: number, bits: number): Filter;
}

const MAGIC = utf8('veilmatch-filter');
const VERSION = 1;
/** Magic, version, kind, bits, zero, size. */
const FILTER_HEADER_BYTES = 24;

/**
 * | offset | bytes | field |
 * |---|---|---|
 * | 0 | 16 | `veilmatch-filter` in ASCII |
 * | 16 | 1 | version, 1 |
 * | 17 | 1 | kind: 1 Golomb, 2 binary fuse |
 * | 18 | 1 | b, where the rate is 2^-b |
 * | 19 | 1 | zero |
 * | 20 | 4 | distinct hashes, big-endian |
 * | 24 | | as the kind has it |
 */
export function encodeFilter(code: number, bits: number, size: number, body: Uint8Array): Uint8Array {
  return concatBytes(MAGIC, Uint8Array.of(VERSION, code, bits, 0), u32(size), body);
}

interface FilterHeader {
  readonly code: number;
  readonly bits: number;
  readonly size: number;
  readonly body: Uint8Array;
}

/** @throws {VeilmatchError} `bad-message` */
export function decodeFilterHeader(bytes: Uint8Array): FilterHeader {
  if (bytes.length < FILTER_HEADER_BYTES || !equalBytes(bytes.subarray(0, MAGIC.length), MAGIC)) {
    throw malformed('These bytes are no filter of veilmatch.', 0);
  }
  if (bytes[16] !== VERSION) {
    throw malformed(`The filter has version ${bytes[16]}; this package reads version ${VERSION}.`, 16);
  }
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(20);
  const bits = bytes[18]!;
  if (bits < 1 || bits > MAX_FILTER_BITS)
    throw malformed('The filter states no rate from 2^-40 to 2^-1.', 18);
  if (bytes[19] !== 0) throw malformed('The reserved byte of the filter is not zero.', 19);
  if (size > MAX_FILTER_SIZE)
    throw malformed(`The filter states ${size} hashes; ${MAX_FILTER_SIZE} are allowed.`, 20);
  return { code: bytes[17]!, bits, size, body: bytes.subarray(FILTER_HEADER_BYTES) };
}

/** The distinct ones of n x 20 bytes, ascending. */
export function distinctHashes(hashes: Uint8Array): Uint8Array {
  const sorted = sortRecords(hashes, FILTER_HASH_BYTES);
  let kept = 0;
  for (let start = 0; start < sorted.length; start += FILTER_HASH_BYTES) {
    const hash = sorted.subarray(start, start + FILTER_HASH_BYTES);
    if (kept > 0 && equalBytes(hash, sorted.subarray(kept - FILTER_HASH_BYTES, kept))) continue;
    sorted.copyWithin(kept, start, start + FILTER_HASH_BYTES);
    kept += FILTER_HASH_BYTES;
  }
  return sorted.subarray(0, kept);
}

/** @throws {VeilmatchError} `argument` */
export function checkHash(hash: Uint8Array): void {
  if (hash.length === FILTER_HASH_BYTES) return;
  throw new VeilmatchError(
    'argument',
    `A filter holds hashes of ${FILTER_HASH_BYTES} bytes; this one has ${hash.length}.`,
  );
}

export function malformed(message: string, offset: number): VeilmatchError {
  return new VeilmatchError('bad-message', message, { offset });
}
