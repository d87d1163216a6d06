// SPDX-License-Identifier: Apache-2.0
/** Both parties of an intersection-sum in one process. */

import { type OptionNames, requireOptions } from '../../arguments.js';
import { checkComparable, type SetInput, toSet } from '../../identifiers/set.js';
import { type BothOptions, runBoth } from '../run/both.js';
import { leftOutByRole, type MergeBothOptions } from '../shuffled/merge-limits.js';
import { sum } from './index.js';
import { SUM_NAMES, type SumOptions } from './party.js';
import { type SumResult, sumResult } from './values.js';

/** Options of both parties in one process. */
export type IntersectionSumOptions = BothOptions & Omit<SumOptions, 'onLeftOut'> & MergeBothOptions;

const NAMES: OptionNames<IntersectionSumOptions> = { ...SUM_NAMES, onFrame: true };

/**
 * The sum of the sender's values over the identifiers that both have, in one process.
 * @param receiverSet an `IdentifierSet`, or strings to compare byte for byte
 * @param senderSet of the same sort
 * @param values of each of the sender's rows: whole numbers from 0, together below 2^40
 * @returns what the party learns that the option `to` names
 * @throws {VeilmatchError} `overflow` when the values add up to 2^40 or more; `argument` for values that cannot be right, and
 * with `to: 'sender'` where `acceptChosenValues` is not given; `incompatible-lists`
 * @example
 * ```ts
 * import { intersectionSum } from 'veilmatch/psi';
 *
 * const { size, sum, mean } = await intersectionSum(['ada', 'grace'], ['grace', 'ada', 'hedy'], [10, 20, 40]);
 * console.log(size, sum, mean); // → 2 30 15
 * ```
 */
export async function intersectionSum(
  receiverSet: SetInput,
  senderSet: SetInput,
  values: ArrayLike<number>,
  options: IntersectionSumOptions = {},
): Promise<SumResult> {
  requireOptions(options, NAMES);
  const own = {
    receiver: { set: toSet(receiverSet) },
    sender: { set: toSet(senderSet), values },
  };
  checkComparable(own.receiver.set.kinds, own.sender.set.kinds);
  const { receiver, sender } = await runBoth(
    sum,
    own,
    { ...options, onLeftOut: undefined },
    leftOutByRole(options),
  );
  return sumResult(receiver.size!, receiver.sum ?? sender.sum!);
}
