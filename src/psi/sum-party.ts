// SPDX-License-Identifier: Apache-2.0
/** What both parties of an intersection-sum are told. */

import { requireOptionsWithBackend, requireSet } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { secureRandom } from '../random.js';
import { Logarithms } from './logarithm.js';
import { type CommonOptions, commonSettings, type PartySettings } from './party.js';
import { type Roster, rosterOf } from './roster.js';

export interface SumOptions extends CommonOptions {
  /**
   * Who learns the sum: the receiver, which is the default, or the sender. The receiver learns the size either way. Both
   * parties must ask for the same.
   */
  readonly to?: 'receiver' | 'sender' | undefined;
  /**
   * Whether rows may have several identifiers each; both parties must agree. Rows that share one are one person, and a
   * person counts once. Default `false`.
   */
  readonly several?: boolean | undefined;
  /**
   * For the party that learns the sum: one with its table made beforehand solves any sum in less than a second. By
   * default a table is made that is as large as the sum needs.
   */
  readonly logarithms?: Logarithms | undefined;
}

export interface SumSettings extends PartySettings {
  readonly to: 'receiver' | 'sender';
  readonly logarithms: Logarithms;
  /** The party's people. */
  readonly roster: Roster;
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function sumSettings(set: IdentifierSet, options: SumOptions): SumSettings {
  requireSet(set);
  requireOptionsWithBackend(options);
  const { to = 'receiver', several = false, random = secureRandom } = options;
  if (to !== 'receiver' && to !== 'sender') {
    throw new VeilmatchError('argument', "The option to must be 'receiver' or 'sender'.");
  }
  const roster = rosterOf(set, several, random);
  return {
    ...commonSettings(roster.set, options, { mode: 'sum', to, verifiable: false }),
    to,
    logarithms: options.logarithms ?? new Logarithms(options.backend),
    roster,
  };
}
