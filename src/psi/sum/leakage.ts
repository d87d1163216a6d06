// SPDX-License-Identifier: Apache-2.0
/** What a sum gives away, in sentences. */

import { requireOptions } from '../../arguments.js';
import type { Leakage } from '../described/described.js';
import { OFFLINE, ONE_BY_ONE, OUTSIDER } from '../described/leakage.js';
import type { Learner } from '../run/suite.js';

/** The options of a sum that decide who learns what. */
interface SumLeakageOptions {
  /** As in `SumOptions`. */
  readonly to?: Exclude<Learner, 'both'> | undefined;
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
