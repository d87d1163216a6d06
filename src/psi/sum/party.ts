// SPDX-License-Identifier: Apache-2.0
/** What both parties of an intersection-sum are told. */

import { type OptionNames, requireOptionsWithBackend, requireSet } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { secureRandom } from '../../random.js';
import type { RunKind } from '../run/kind.js';
import { COMMON_NAMES, type CommonOptions, commonSettings, type PartySettings } from '../run/party.js';
import type { Learner } from '../run/suite.js';
import { MERGE_NAMES, type MergeOptions } from '../shuffled/merge-limits.js';
import { type Roster, rosterOf } from '../shuffled/roster.js';
import { Logarithms } from './logarithm.js';

export const SUM: RunKind = { id: 'ecdh-psi-sum', mode: 3 };

/** Options of a sum. */
export interface SumOptions extends MergeOptions {
  /**
   * Who learns the sum: the receiver, which is the default, or the sender, which then learns of up to forty people of its
   * choice who is shared (see `acceptChosenValues`). The receiver learns the size either way. Both parties must ask for the
   * same.
   */
  readonly to?: Exclude<Learner, 'both'> | undefined;
  /**
   * The receiver's, with `to: 'sender'`: that it accepts a sum of values which the party that learns the sum
   * has chosen itself. With powers of two for values, such a sum says of forty people of the sender's choice whether each
   * of them is on the receiver's list, and the receiver cannot see it. Without it a receiver refuses to begin. Default
   * `false`.
   */
  readonly acceptChosenValues?: boolean | undefined;
  /**
   * Whether rows may have several identifiers each; both parties must agree. Rows that share one are one person, and a
   * person counts once; the limits on who is one person hold only then. Default `false`.
   */
  readonly people?: boolean | undefined;
  /**
   * For the party that learns the sum: one with its table made beforehand solves any sum in less than a second. By
   * default a table is made that is as large as the sum needs. Its time depends on the sum, which is why a machine leaves
   * it to `OpenedSum`.
   */
  readonly logarithms?: Logarithms | undefined;
}

/** Options of a party of a sum. */
export interface SumPartyOptions extends CommonOptions, SumOptions {}

export const SUM_NAMES: OptionNames<SumPartyOptions> = {
  ...COMMON_NAMES,
  ...MERGE_NAMES,
  ...{ to: true, acceptChosenValues: true, people: true, logarithms: true },
};

export interface SumSettings extends PartySettings {
  readonly to: Exclude<Learner, 'both'>;
  readonly logarithms: Logarithms;
  /** The party's people. */
  readonly roster: Roster;
}

/** @throws {VeilmatchError} `argument` where the sender is to learn the sum and the receiver has not accepted it */
export function checkChosenValues({ to, acceptChosenValues }: SumPartyOptions): void {
  if (to !== 'sender' || acceptChosenValues === true) return;
  throw new VeilmatchError(
    'argument',
    "With to: 'sender' the party that learns the sum has chosen the values: with powers of two it reads off the sum who is " +
      "on the receiver's list. A receiver that accepts that says acceptChosenValues: true; otherwise let the receiver learn " +
      'the sum.',
  );
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function sumSettings(set: IdentifierSet, options: SumPartyOptions): SumSettings {
  requireSet(set);
  requireOptionsWithBackend(options, SUM_NAMES);
  const { to = 'receiver', people = false, random = secureRandom } = options;
  if (to !== 'receiver' && to !== 'sender') {
    throw new VeilmatchError('argument', "The option to must be 'receiver' or 'sender'.");
  }
  const roster = rosterOf(set, people, random, options);
  return {
    ...commonSettings(roster.set, options, { protocol: SUM, to, verifiable: false }),
    to,
    logarithms: options.logarithms ?? new Logarithms(options.backend),
    roster,
  };
}
