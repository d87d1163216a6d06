// SPDX-License-Identifier: Apache-2.0
/** Both parties of a run for join ids in one process. */

import { checkComparable, type SetInput, toSet } from '../../identifiers/set.js';
import { type BothOptions, runBoth } from '../run/both.js';
import { joinIds } from './index.js';

/** Both parties' maps, and the size of the overlap. */
export interface JoinIds {
  /** Distinct identifiers that both parties have. */
  readonly size: number;
  /** The receiver's map: a pseudonym for each of its rows, undefined for a row without an identifier. */
  readonly receiver: ReadonlyArray<string | undefined>;
  /** The sender's map. */
  readonly sender: ReadonlyArray<string | undefined>;
}

/**
 * Gives both parties pseudonyms for their rows, in one process: the same for a shared person, unlinkable ones for all
 * others. On two machines each party would have its own map only.
 *
 * Whoever holds a map re-identifies the other party's table. Send the two tables, with pseudonyms in place of names, to a
 * third party that holds neither map, and take back aggregates.
 * @param receiverSet an `IdentifierSet`, or strings to compare byte for byte
 * @param senderSet of the same sort
 * @throws {VeilmatchError} `incompatible-lists`; `argument` for rows with several identifiers
 * @example
 * ```ts
 * import { createJoinIds } from 'veilmatch/psi';
 *
 * const { size, receiver, sender } = await createJoinIds(['ada', 'grace'], ['grace', 'hedy']);
 * console.log(size, receiver[1] === sender[0], receiver[0] === sender[1]); // → 1 true false
 * ```
 */
export async function createJoinIds(
  receiverSet: SetInput,
  senderSet: SetInput,
  options: BothOptions = {},
): Promise<JoinIds> {
  const own = { receiver: { set: toSet(receiverSet) }, sender: { set: toSet(senderSet) } };
  checkComparable(own.receiver.set.kinds, own.sender.set.kinds);
  const { receiver, sender } = await runBoth(joinIds, own, options);
  return { size: receiver.size, receiver: receiver.pseudonyms, sender: sender.pseudonyms };
}
