// SPDX-License-Identifier: Apache-2.0
/** The numbers that a sender holds with its rows, and what is computed of them. */

import { requireNumber, requireObject } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { Roster } from '../shuffled/roster.js';
import { LOGARITHM_LIMIT } from './logarithm.js';

/**
 * The value of each person: the sum over its rows, so that a customer with several purchases is one.
 * @param values of each row the set was made from; whole numbers from 0
 * @throws {VeilmatchError} `argument` for a number that cannot be right, with the row as `position`; `overflow` when the
 * values add up to 2^40 or more
 */
export function valuesOfPeople(roster: Roster, values: ArrayLike<number>): Float64Array {
  if (values === undefined) {
    throw new VeilmatchError(
      'argument',
      "The values are missing: a list with a whole number from 0 for each of the sender's rows.",
    );
  }
  if (!Array.isArray(values)) requireObject(values, 'The values', 'length');
  const { rowCount } = roster.set;
  if (values.length !== rowCount) {
    throw new VeilmatchError(
      'argument',
      `The sender's set was made from ${rowCount} rows; there are ${values.length} values. Give one for each row.`,
    );
  }
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (!Number.isSafeInteger(value) || value! < 0) {
      throw new VeilmatchError(
        'argument',
        `The value of row ${row} is no whole number from 0. Give amounts in the smallest unit, as cents.`,
        { position: row },
      );
    }
  }
  const ofPeople = new Float64Array(roster.size);
  let total = 0;
  for (let person = 0; person < roster.size; person++) {
    for (const row of roster.rowsOf(person)) {
      ofPeople[person]! += values[row]!;
      total += values[row]!;
      if (total >= LOGARITHM_LIMIT) {
        throw new VeilmatchError(
          'overflow',
          `The values add up to 2^40 (${LOGARITHM_LIMIT}) or more, which is more than a sum can be read back from. ` +
            'Use a larger unit, or split the list.',
        );
      }
    }
  }
  return ofPeople;
}

/** What comes out of a run. */
export interface SumResult {
  /** Distinct identifiers that both parties have; people, where rows may have several. */
  readonly size: number;
  /** The sum of the sender's values over them. */
  readonly sum: number;
  /** `sum / size`; undefined where nothing is shared. */
  readonly mean: number | undefined;
}

/** Size, sum and mean. */
export function sumResult(size: number, sum: number): SumResult {
  requireNumber(size, 'The size');
  requireNumber(sum, 'The sum');
  return { size, sum, mean: size === 0 ? undefined : sum / size };
}
