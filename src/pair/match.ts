// SPDX-License-Identifier: Apache-2.0
/** The last step: what two lists of PAIR IDs share, and how much of each that is, as far as it may be told. */

import { requireBytes, requireCount } from '../arguments.js';
import { compareParts, recordAt } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { countRecords, ELEMENT_BYTES } from '../group/group.js';
import { sortedOrderInTurns, sortRecordsInTurns } from '../sorting.js';
import { requirePairSize } from './limits.js';

/** What both lists have. */
export interface PairMatch {
  /** The PAIR IDs that both lists have, sorted bytewise: n x 32 bytes. */
  readonly matched: Uint8Array;
  /** How many. **Not for either party's clients**, who are told the rates. */
  readonly size: number;
  /** The share of the advertiser's list, as `pairMatchRate` writes it. */
  readonly advertiserRate: string;
  /** The share of the publisher's list. */
  readonly publisherRate: string;
}

/** The highest rate that is told. */
const HIGHEST_RATE = 85;

/**
 * A match rate as PAIR has it told: whole per cents, and `>85%` above that (PAIR 1.1, requirements 8a and 8b of clean rooms).
 * @param matched identifiers that both lists have
 * @param total identifiers of the list
 * @throws {VeilmatchError} `argument` for counts that are none, or more matches than identifiers
 * @example
 * ```ts
 * import { pairMatchRate } from 'veilmatch/pair';
 *
 * console.log(pairMatchRate(421, 1000), pairMatchRate(851, 1000)); // → 42% >85%
 * ```
 */
export function pairMatchRate(matched: number, total: number): string {
  requireCount(matched, 'The number of matches');
  requireCount(total, 'The number of identifiers');
  if (matched > total) throw new VeilmatchError('argument', 'More identifiers match than there are.');
  // Not by the rounded rate: 85.4 % is above 85.
  if (matched * 100 > HIGHEST_RATE * total) return `>${HIGHEST_RATE}%`;
  return `${total === 0 ? 0 : Math.round((100 * matched) / total)}%`;
}

/**
 * Matches two lists of PAIR IDs, each encrypted by both parties.
 * @param advertiser the advertiser's identifiers, re-encrypted by the publisher: n x 32 bytes, in any order
 * @param publisher the publisher's identifiers, re-encrypted by the advertiser: m x 32 bytes
 * @throws {VeilmatchError} `wrong-size` for a list of less than 1,000; `repeated-element` with a position
 * @example
 * ```ts
 * import { matchPairIds } from 'veilmatch/pair';
 *
 * const ids = crypto.getRandomValues(new Uint8Array(32 * 1000));
 * const { advertiserRate } = await matchPairIds(ids, ids);
 * console.log(advertiserRate); // → >85%
 * ```
 */
export async function matchPairIds(advertiser: Uint8Array, publisher: Uint8Array): Promise<PairMatch> {
  const sizes = [advertiser, publisher].map((ids, i) => {
    const whose = i === 0 ? "The advertiser's list" : "The publisher's list";
    requireBytes(ids, whose);
    const size = countRecords(ids, ELEMENT_BYTES, 'PAIR IDs');
    requirePairSize(size, whose);
    return size;
  });
  await requireDistinct(advertiser, "The advertiser's list");
  await requireDistinct(publisher, "The publisher's list");
  const [own, theirs] = [
    await sortRecordsInTurns(advertiser, ELEMENT_BYTES),
    await sortRecordsInTurns(publisher, ELEMENT_BYTES),
  ];
  const matched = sharedIds(own, theirs);
  const size = matched.length / ELEMENT_BYTES;
  const [advertiserRate, publisherRate] = sizes.map((total) => pairMatchRate(size, total)) as [
    string,
    string,
  ];
  return { matched, size, advertiserRate, publisherRate };
}

/**
 * Whether no record of a list comes twice: a partner that repeats one counts it twice, or knows it again in what comes back.
 * @throws {VeilmatchError} `repeated-element` with the position of one that comes again
 */
export async function requireDistinct(records: Uint8Array, whose: string): Promise<void> {
  const order = await sortedOrderInTurns(records, ELEMENT_BYTES);
  for (let i = 1; i < order.length; i++) {
    const [before, here] = [order[i - 1]!, order[i]!];
    if (compareRecords(records, before, records, here) !== 0) continue;
    const position = Math.max(before, here);
    throw new VeilmatchError('repeated-element', `${whose} has element ${position} twice.`, { position });
  }
}

/** The identifiers that two sorted lists have both. */
export function sharedIds(a: Uint8Array, b: Uint8Array): Uint8Array {
  const found = new Uint8Array(Math.min(a.length, b.length));
  let size = 0;
  for (let i = 0, j = 0; i * ELEMENT_BYTES < a.length && j * ELEMENT_BYTES < b.length; ) {
    const order = compareRecords(a, i, b, j);
    if (order === 0) found.set(recordAt(a, ELEMENT_BYTES, i), ELEMENT_BYTES * size++);
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return found.slice(0, ELEMENT_BYTES * size);
}

/** The bytewise order of record i of one list and record j of another. */
function compareRecords(a: Uint8Array, i: number, b: Uint8Array, j: number): number {
  return compareParts(a, i * ELEMENT_BYTES, b, j * ELEMENT_BYTES, ELEMENT_BYTES);
}
