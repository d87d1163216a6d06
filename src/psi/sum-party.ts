// SPDX-License-Identifier: Apache-2.0
/** What both parties of an intersection-sum are told. */

import { VeilmatchError } from '../errors.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { Logarithms } from './logarithm.js';
import { type CommonOptions, commonSettings, type PartySettings } from './party.js';

export interface SumOptions extends CommonOptions {
  /**
   * Who learns the sum: the receiver, which is the default, or the sender. The receiver learns the size either way. Both
   * parties must ask for the same.
   */
  readonly to?: 'receiver' | 'sender' | undefined;
  /**
   * For the party that learns the sum: one with its table made beforehand solves any sum in less than a second. By
   * default a table is made that is as large as the sum needs.
   */
  readonly logarithms?: Logarithms | undefined;
}

export interface SumSettings extends PartySettings {
  readonly to: 'receiver' | 'sender';
  readonly logarithms: Logarithms;
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function sumSettings(set: IdentifierSet, options: SumOptions): SumSettings {
  const { to = 'receiver' } = options;
  if (to !== 'receiver' && to !== 'sender') {
    throw new VeilmatchError('argument', "The option to must be 'receiver' or 'sender'.");
  }
  if (set.severalPerRow) {
    throw new VeilmatchError(
      'argument',
      'For a sum a row may have one identifier only, or people would be counted by their identifiers. ' +
        "Make the set with match: 'all', from one column, or reduce it with firstOfEachRow().",
    );
  }
  return {
    ...commonSettings(set, options, { mode: 'sum', to, verifiable: false }),
    to,
    logarithms: options.logarithms ?? new Logarithms(options.backend),
  };
}
