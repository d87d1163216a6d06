// SPDX-License-Identifier: Apache-2.0
/** What the receiver takes home, told in its own rows. */

import { VeilmatchError } from '../errors.js';
import type { IdentifierSet } from '../identifiers/set.js';
import type { ReceiverResult } from './receiver.js';

export interface CardinalityResult {
  /** Distinct identifiers that both parties have. */
  readonly size: number;
}

export interface IntersectionResult extends CardinalityResult {
  /** The receiver's rows with a shared identifier, ascending, all duplicates included. */
  readonly matches: readonly number[];
  /**
   * The matching ones of the receiver's rows.
   * @throws {VeilmatchError} `argument` when these are not as many rows as the set was made from
   */
  select<Row>(rows: readonly Row[]): Row[];
}

export function intersectionResult(set: IdentifierSet, result: ReceiverResult): IntersectionResult {
  const matches = set.rowsOf(result.matched ?? []);
  return {
    size: result.size,
    matches,
    select(rows) {
      if (rows.length !== set.rowCount) {
        throw new VeilmatchError(
          'argument',
          `select needs the ${set.rowCount} rows that the receiver's set was made from; these are ${rows.length}.`,
        );
      }
      return matches.map((row) => rows[row]!);
    },
  };
}
