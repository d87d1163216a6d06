// SPDX-License-Identifier: Apache-2.0
/**
 * The public sizes of a run, which follow from the sizes of the lists alone: how many bins, and of each of them how many elements
 * it has, how many places in each third of its table, and how many rows.
 *
 * Elements come to bins by a hash, 4,096 to each in the mean where there are several. That one of them gets more than 4,680 has a
 * probability below 2^-41 for up to 2^28 elements (Bernstein's bound over all bins), and that one has no table has below 2^-41 for up to
 * 2^24 (the mean number of dependent subsets of its equations): `test/psi/ot/parameters.test.ts` computes both.
 */

import { DENSE_ROWS } from '../../kernel/ot.js';

/** The most elements of a bin. */
const CAPACITY = 4680;
/** Elements of a bin in the mean, where there are several. */
const MEAN = 4096;
/** Rows are worked on in blocks of so many. */
const BLOCK_ROWS = 128;
/** What the statistical bounds allow to go wrong: 2^-41 each, so 2^-40 together. */
const FAILURE_BITS = 41;

/** The bins of a run. */
export interface BinShape {
  readonly bins: number;
  /** Elements of a bin, with those that fill it up. */
  readonly capacity: number;
  /** Places in each of the three parts of a table. */
  readonly places: number;
  /** Rows: 3 x places, 49 dense ones, and what fills them up to a multiple of 128. */
  readonly rows: number;
}

/** @param receiverSize elements of the receiver's list */
export function binShape(receiverSize: number): BinShape {
  const bins = receiverSize <= CAPACITY ? 1 : Math.ceil(receiverSize / MEAN);
  const capacity = bins === 1 ? Math.max(1, receiverSize) : CAPACITY;
  const places = Math.ceil((13 * capacity) / 30);
  const rows = Math.ceil((3 * places + DENSE_ROWS) / BLOCK_ROWS) * BLOCK_ROWS;
  return { bins, capacity, places, rows };
}

/**
 * Elements of the sender that a bin is worked on for, whatever is in it: more come with a probability below 2^-41 for the
 * whole run, by Bernstein's inequality. Its own affair.
 */
export function paddedCount(senderSize: number, bins: number): number {
  const mean = senderSize / bins;
  const exponent = Math.LN2 * (FAILURE_BITS + Math.log2(bins));
  const excess = exponent / 3 + Math.sqrt((exponent / 3) ** 2 + 2 * exponent * mean);
  return Math.min(senderSize, Math.ceil(mean + excess));
}

/** Rows that a receiver fills in all bins together: as many elements a table can hold, if it is made of others than declared. */
export function tableRows(receiverSize: number): number {
  const { bins, places } = binShape(receiverSize);
  return bins * (3 * places + DENSE_ROWS);
}
