// SPDX-License-Identifier: Apache-2.0
/** What both parties of an intersection or a count are told. */

import { type OptionNames, requireOptionsWithBackend, requireSet } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { countingTerms, namingTerms, type Terms } from '../../policy/terms.js';
import { noProofs } from '../run/ciphersuite.js';
import { COMMON_NAMES, type CommonOptions, commonSettings, type PartySettings } from '../run/party.js';
import { toBoth } from '../run/shared-options.js';
import type { Learner } from '../run/suite.js';
import type { BlindingName } from './additive.js';
import { KINDS } from './kinds.js';
import { type CoarseCount, type Reveal, type RevealSettings, revealOf } from './reveal.js';

/** Options of a party of an intersection or a count. */
export interface PartyOptions extends CommonOptions {
  /**
   * What the receiver learns; both parties must ask for the same. Default `intersection`.
   */
  readonly reveal?: Reveal | undefined;
  /**
   * With `reveal: 'cardinality'`, how the receiver makes the count coarse: its own business, which the peer cannot tell, and
   * which binds nobody but its software.
   */
  readonly coarse?: CoarseCount | undefined;
  /**
   * Who learns it. With `both` the receiver reports its result to the sender, which has to trust it not to leave anything
   * out and not to stop before. Default `receiver`.
   */
  readonly to?: Exclude<Learner, 'sender'> | undefined;
  /**
   * Whether the sender proves that it answered under the key of its Hello; in the ordered mode only. Says nothing about
   * its tags or its list. Default `false`.
   */
  readonly verifiable?: boolean | undefined;
  /**
   * How the receiver hides its elements: its own business, the sender cannot tell. Default `additive`, which is faster;
   * with `reveal: 'cardinality'` only `multiplicative` is possible.
   */
  readonly blinding?: BlindingName | undefined;
}

export const PARTY_NAMES: OptionNames<PartyOptions> = {
  ...COMMON_NAMES,
  ...{ reveal: true, coarse: true, to: true, verifiable: true, blinding: true },
};

export interface PsiSettings extends PartySettings, RevealSettings {
  readonly blinding: BlindingName;
}

/** What both modes are told, with every default filled in. */
interface ModeSettings extends RevealSettings {
  readonly to: Exclude<Learner, 'sender'>;
  readonly verifiable: boolean;
  readonly blinding: BlindingName;
}

/** @throws {VeilmatchError} `argument` for options that cannot be right, or do not go together */
function modeOf(options: Omit<PartyOptions, keyof CommonOptions>): ModeSettings {
  const { reveal, coarse } = revealOf(options);
  const { to = 'receiver', verifiable = false } = options;
  toBoth.check(to);
  if (verifiable && reveal !== 'intersection') {
    throw new VeilmatchError(
      'argument',
      "The option verifiable goes with reveal: 'intersection' only: sorted answers cannot be held against questions.",
    );
  }
  const { blinding = reveal === 'intersection' ? 'additive' : 'multiplicative' } = options;
  if (blinding !== 'multiplicative' && (blinding !== 'additive' || reveal !== 'intersection')) {
    throw new VeilmatchError(
      'argument',
      "The option blinding must be 'additive' or 'multiplicative'; with reveal: 'cardinality' only the latter, " +
        'since the answers come back sorted.',
    );
  }
  return { reveal, coarse, to, verifiable, blinding };
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function settingsOf(set: IdentifierSet, options: PartyOptions): PsiSettings {
  requireSet(set);
  requireOptionsWithBackend(options, PARTY_NAMES);
  const { reveal, coarse, to, verifiable, blinding } = modeOf(options);
  if (reveal === 'cardinality' && set.severalPerRow) {
    throw new VeilmatchError(
      'argument',
      "With reveal: 'cardinality' a row may have one identifier only, or people would be counted by their identifiers. " +
        "The protocol people counts people, where the peer runs it, too; or make the set with match: 'all', or from one column, the " +
        'same at both parties. What firstOfEachRow() leaves misses whoever the other list knows by something else.',
    );
  }
  const settings = commonSettings(set, options, { protocol: KINDS[reveal], to, verifiable });
  if (verifiable && settings.suite.proofs === undefined) throw noProofs(settings.suite);
  return { ...settings, blinding, reveal, coarse };
}

/** The options of a caller who names a mode by `reveal`, as the protocol of that mode takes them. */
type Revealing<Options> = Omit<Options, 'reveal'> & RevealSettings;

/** @throws {VeilmatchError} `argument` for options that cannot be right, or do not go together */
export function revealing<Options extends Omit<PartyOptions, keyof CommonOptions>>(
  options: Options,
): Revealing<Options> {
  const { reveal, coarse } = modeOf(options);
  const { reveal: _, coarse: __, verifiable, blinding, ...rest } = options;
  if (reveal === 'cardinality') return { ...rest, reveal, coarse } as unknown as Revealing<Options>;
  return { ...rest, verifiable, blinding, reveal, coarse } as unknown as Revealing<Options>;
}

/** What a run of the ordered or the shuffled mode means for a policy. */
export function termsOf({ reveal }: PsiSettings): Terms {
  return reveal === 'intersection' ? namingTerms : countingTerms;
}
