// SPDX-License-Identifier: Apache-2.0
/** Makes and reads filters of every kind. */

import { requireBytes, requireOptions } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { binaryFuse } from './binary-fuse.js';
import {
  decodeFilterHeader,
  distinctHashes,
  FILTER_HASH_BYTES,
  type Filter,
  type FilterFormat,
  type FilterKind,
  MAX_FILTER_BITS,
  MAX_FILTER_SIZE,
  malformed,
} from './filter.js';
import { golomb } from './golomb.js';

const FORMATS: Readonly<Record<FilterKind, FilterFormat>> = { golomb, 'binary-fuse': binaryFuse };

/** The kinds of filter. */
export const filterKinds: readonly FilterKind[] = Object.keys(FORMATS) as FilterKind[];

/** Kind and rate of a filter. */
export interface FilterOptions {
  /** Default `golomb`, the smaller one. */
  readonly kind?: FilterKind | undefined;
  /** From 2^-40 to 1/2, rounded down to a rate that the kind can have. Default 10^-9. */
  readonly falsePositiveRate?: number | undefined;
}

const DEFAULT_FALSE_POSITIVE_RATE = 1e-9;

/**
 * A filter of hashes, which says of every one of them that it is there, and of few others.
 * @param hashes n x 20 bytes, uniform; repeated ones count once
 * @throws {VeilmatchError} `argument` for a rate out of range, for more than 2^24 distinct hashes, or for what is no list
 * of hashes
 * @example
 * ```ts
 * import { buildFilter } from 'veilmatch/contact';
 *
 * const hashes = crypto.getRandomValues(new Uint8Array(100 * 20));
 * const filter = buildFilter(hashes, { falsePositiveRate: 2 ** -30 });
 * console.log(filter.size, filter.has(hashes.subarray(20, 40))); // → 100 true
 * ```
 */
export function buildFilter(hashes: Uint8Array, options: FilterOptions = {}): Filter {
  requireBytes(hashes, 'The hashes');
  requireOptions(options);
  const { kind = 'golomb', falsePositiveRate = DEFAULT_FALSE_POSITIVE_RATE } = options;
  const format = FORMATS[kind];
  if (format === undefined) {
    throw new VeilmatchError(
      'argument',
      `A filter is called ${filterKinds.map((k) => `'${k}'`).join(' or ')}.`,
    );
  }
  if (!(falsePositiveRate >= 2 ** -MAX_FILTER_BITS && falsePositiveRate <= 0.5)) {
    throw new VeilmatchError(
      'argument',
      `The rate of false positives must be from 2^-${MAX_FILTER_BITS} to 1/2; it is ${falsePositiveRate}.`,
    );
  }
  if (hashes.length % FILTER_HASH_BYTES !== 0) {
    throw new VeilmatchError(
      'argument',
      `A filter is made of hashes of ${FILTER_HASH_BYTES} bytes, concatenated.`,
    );
  }
  const distinct = distinctHashes(hashes);
  if (distinct.length / FILTER_HASH_BYTES > MAX_FILTER_SIZE) {
    throw new VeilmatchError('argument', `A filter holds ${MAX_FILTER_SIZE} hashes at most. Make several.`);
  }
  return format.build(distinct, format.roundBits(Math.ceil(-Math.log2(falsePositiveRate))));
}

/**
 * Reads what `toBytes` wrote; the filter keeps the bytes, which must not change afterwards.
 * @throws {VeilmatchError} `bad-message` for anything else
 * @example
 * ```ts
 * import { buildFilter, parseFilter } from 'veilmatch/contact';
 *
 * const hashes = crypto.getRandomValues(new Uint8Array(100 * 20));
 * const filter = parseFilter(buildFilter(hashes).toBytes());
 * console.log(filter.size); // → 100
 * ```
 */
export function parseFilter(bytes: Uint8Array): Filter {
  requireBytes(bytes, 'The filter');
  const { code, bits, size, body } = decodeFilterHeader(bytes);
  const format = Object.values(FORMATS).find((candidate) => candidate.code === code);
  if (format === undefined) throw malformed('The filter is of a kind that this package does not know.', 17);
  return format.parse(body, size, bits);
}
