// SPDX-License-Identifier: Apache-2.0
/** What the parties take home, told in their own rows. */

import { requireIterable, requireObject, requireSet } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import type { ReceiverResult } from '../intersection/receiver.js';
import type { SenderResult } from '../intersection/sender.js';

/** How many identifiers are shared. */
export interface CardinalityResult {
  /** Distinct identifiers that both parties have; coarse where that was asked for. */
  readonly size: number;
  /** With `to: 'both'`, what the sender was told. */
  readonly sender?: SenderShare | undefined;
}

/** What the sender was told. */
export interface SenderShare {
  /** Distinct identifiers that the receiver says it has too; coarse where the receiver makes it so. */
  readonly size: number;
  /** The sender's rows with a shared identifier, ascending; undefined where only the cardinality is revealed. */
  readonly matches: readonly number[] | undefined;
}

/** Which of the receiver's rows are shared. */
export interface IntersectionResult extends CardinalityResult {
  /** The receiver's rows with a shared identifier, ascending, all duplicates included. */
  readonly matches: readonly number[];
  /**
   * The matching ones of the receiver's rows.
   * @throws {VeilmatchError} `argument` when these are not as many rows as the set was made from
   */
  select<Row>(rows: readonly Row[]): Row[];
}

/** What the sender's machine was told, in the rows that its set was made from. Undefined unless the run was `to: 'both'`. */
export function senderShare(set: IdentifierSet, result: SenderResult): SenderShare | undefined {
  requireSet(set);
  requireObject(result, 'The result');
  const { size, matched } = result;
  if (matched !== undefined) requireIterable(matched, 'What matched');
  return size === undefined ? undefined : { size, matches: matched && set.rowsOf(matched) };
}

/** The result of a receiver's machine in the rows that its set was made from. */
export function intersectionResult(
  set: IdentifierSet,
  result: ReceiverResult,
  sender?: SenderShare,
): IntersectionResult {
  requireSet(set);
  requireObject(result, 'The result');
  if (result.matched !== undefined) requireIterable(result.matched, 'What matched');
  const matches = set.rowsOf(result.matched ?? []);
  return {
    size: result.size,
    sender,
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
