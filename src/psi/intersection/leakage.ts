// SPDX-License-Identifier: Apache-2.0
/** What an intersection or a count gives away, in sentences: for a program that asks before it starts one, and for comparisons. */

import { requireOptions } from '../../arguments.js';
import type { Leakage } from '../described/described.js';
import { LIMITS, OFFLINE, ONE_BY_ONE, OUTSIDER } from '../described/leakage.js';
import type { Learner } from '../run/suite.js';
import { type CoarseCount, type Reveal, revealOf } from './reveal.js';

/** The options that decide who learns what. */
interface LeakageOptions {
  /** As in `PartyOptions`. */
  readonly reveal?: Reveal | undefined;
  /** As in `PartyOptions`. */
  readonly coarse?: CoarseCount | undefined;
  /** As in `PartyOptions`. */
  readonly to?: Exclude<Learner, 'sender'> | undefined;
}

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
