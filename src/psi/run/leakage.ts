// SPDX-License-Identifier: Apache-2.0
/** What a run gives away, in sentences: for a program that asks before it starts one, and for comparisons. */

import { requireOptions } from '../../arguments.js';
import type { Leakage } from './described.js';
import { type CoarseCount, revealOf } from './reveal.js';
import type { Learner, Reveal } from './suite.js';

/** The options that decide who learns what. */
interface LeakageOptions {
  /** As in `PartyOptions`. */
  readonly reveal?: Reveal | undefined;
  /** As in `PartyOptions`. */
  readonly coarse?: CoarseCount | undefined;
  /** As in `PartyOptions`. */
  readonly to?: Exclude<Learner, 'sender'> | undefined;
}

/** The options of a sum that decide who learns what. */
interface SumLeakageOptions {
  /** As in `SumOptions`. */
  readonly to?: Exclude<Learner, 'both'> | undefined;
}

/** Of a party that sees nothing but blinded elements and tags. */
const OFFLINE = "Nothing offline but the size of the other's set and the kinds of identifiers in it.";
/** The same where how many are shared is known as well. */
export const OFFLINE_BUT_SIZE =
  "Nothing offline but the size of the other's set, the kinds of identifiers in it, and how many are shared";
const OUTSIDER = 'Nothing but the sizes of both sets and the kinds of identifiers in them.';
const ONE_BY_ONE = 'Whether the sender has an identifier,';
const LIMITS = 'limits on size and runs bind it.';

/**
 * What a run with these options gives away. Proofs (`verifiable`) change nothing about it.
 * @throws {VeilmatchError} `argument`
 */
export function psiLeakage(options: LeakageOptions = {}): Leakage {
  requireOptions(options);
  const { reveal, coarse } = revealOf(options);
  const ordered = reveal === 'intersection';
  const exact = 'How many identifiers the sender has too.';
  const rounded = `${exact} It tells a coarse number, but its software sees the exact one: that binds nobody else.`;
  const told = ordered
    ? 'Which of its own identifiers the receiver says it has too.'
    : 'How many identifiers the receiver says it has too.';
  const trust = 'The receiver can leave some out, or stop before it says anything.';
  return {
    result: ordered ? 'Which of its rows the sender has too.' : coarse === undefined ? exact : rounded,
    receiver: OFFLINE,
    sender: options.to === 'both' ? `${told} ${trust} ${OFFLINE}` : OFFLINE,
    outsider: OUTSIDER,
    enumerating: ordered
      ? `${ONE_BY_ONE} one evaluation by the sender for each: ${LIMITS}`
      : `${ONE_BY_ONE} by runs with ever smaller lists, padded or not, or by a scalar for each element and n^2 trials: ${LIMITS}`,
  };
}

/** What a sum gives away, with one identifier a row. */
export function sumLeakage(options: SumLeakageOptions = {}): Leakage {
  requireOptions(options);
  const { to = 'receiver' } = options;
  const counts = 'How many identifiers the sender has too';
  const toSender =
    'How many identifiers the receiver says it has too, and the sum of its own values over them. It chooses the values: ' +
    "with powers of two the sum says which of forty people are on the receiver's list. ";
  return {
    result: to === 'receiver' ? `${counts}, and what its values add up to over them.` : `${counts}.`,
    receiver: OFFLINE,
    sender: to === 'receiver' ? OFFLINE : `${toSender}${OFFLINE}`,
    outsider: OUTSIDER,
    enumerating:
      to === 'receiver'
        ? `${ONE_BY_ONE} and its value, by a list of one, padded or not: limits on runs bind it. One that deviates has one ` +
          'linear combination of the values opened in a run.'
        : `${ONE_BY_ONE} by a list of one, padded or not: limits on runs bind it.`,
  };
}
