// SPDX-License-Identifier: Apache-2.0
/** What the parties take home, told in their own rows. */

import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';

/** How many identifiers are shared. */
export interface CardinalityResult {
  /** Distinct identifiers that both parties have; coarse where that was asked for. People, where rows may have several. */
  readonly size: number;
  /** Elements in the other party's set; people, where rows may have several identifiers. */
  readonly peerSize: number;
}

/** Which of the party's rows are shared. */
export interface IntersectionResult extends CardinalityResult {
  /** The party's rows with a shared identifier, ascending, all duplicates included. */
  readonly matches: readonly number[];
  /**
   * The matching ones of the party's rows.
   * @throws {VeilmatchError} `argument` when these are not as many rows as the set was made from
   */
  select<Row>(rows: readonly Row[]): Row[];
}

/** What the sender takes home. */
export interface SenderResult {
  /** Elements in the receiver's set; people, where rows may have several identifiers. */
  readonly peerSize: number;
  /**
   * With `to: 'both'`, how many distinct identifiers the receiver says it has too; coarse where the receiver makes it so.
   * Undefined otherwise.
   */
  readonly size: number | undefined;
  /** With `to: 'both'`, the sender's rows with a shared identifier, ascending; undefined where only the cardinality is revealed. */
  readonly matches: readonly number[] | undefined;
}

/** The rows of a set that some of its elements stand in. */
export function rowsWith(
  set: IdentifierSet,
  elements: readonly number[],
): Pick<IntersectionResult, 'matches' | 'select'> {
  const matches = set.rowsOf(elements);
  return {
    matches,
    select(rows) {
      if (rows.length === set.rowCount) return matches.map((row) => rows[row]!);
      throw new VeilmatchError(
        'argument',
        `select needs the ${set.rowCount} rows that the party's set was made from; these are ${rows.length}.`,
      );
    },
  };
}
