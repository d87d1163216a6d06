// SPDX-License-Identifier: Apache-2.0
/** The numbers that a sender holds with its rows, and what is computed of them. */

import { VeilmatchError } from '../errors.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { LOGARITHM_LIMIT } from './logarithm.js';

/**
 * The value of each element: the sum over its rows, so that a customer with several purchases is one identifier.
 * @param values of each row the set was made from; whole numbers from 0
 * @throws {VeilmatchError} `argument` for a number that cannot be right, with the row as `position`; `overflow` when the
 * values add up to 2^40 or more
 */
export function valuesOfElements(set: IdentifierSet, values: ArrayLike<number>): Float64Array {
  if (values.length !== set.rowCount) {
    throw new VeilmatchError(
      'argument',
      `The sender's set was made from ${set.rowCount} rows; there are ${values.length} values. Give one for each row.`,
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
  if (set.severalPerRow) {
    throw new VeilmatchError(
      'argument',
      'For a sum a row may have one identifier only, or its value would be counted by its identifiers. ' +
        "Make the set with match: 'all', from one column, or reduce it with firstOfEachRow().",
    );
  }
  const ofElements = new Float64Array(set.size);
  let total = 0;
  for (let element = 0; element < set.size; element++) {
    for (const row of set.rowsOf([element])) {
      ofElements[element]! += values[row]!;
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
  return ofElements;
}

/** What comes out of a run. */
export interface SumResult {
  /** Distinct identifiers that both parties have. */
  readonly size: number;
  /** The sum of the sender's values over them. */
  readonly sum: number;
  /** `sum / size`; undefined where nothing is shared. */
  readonly mean: number | undefined;
}

export function sumResult(size: number, sum: number): SumResult {
  return { size, sum, mean: size === 0 ? undefined : sum / size };
}
