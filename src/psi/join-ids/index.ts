// SPDX-License-Identifier: Apache-2.0
/**
 * Join ids as a value: both parties get pseudonyms by which a third party joins the two tables.
 *
 * **What it leaks** besides: the sizes of the sets, the kinds of identifiers in them, and to both how many are shared. A
 * party that gets hold of the other's table under its pseudonyms reads with its own map whose rows those are.
 */

import { countingTerms } from '../../policy/terms.js';
import type { CardinalityResult } from '../intersection/result.js';
import { listIdentity } from '../run/list-digest.js';
import type { ByRole, ListOwn, Party, Protocol } from '../run/protocol.js';
import { JOIN_IDS, type JoinIdsEnd, joinIdsReceiver, joinIdsSender, pseudonymsOfRows } from './join-ids.js';

/** What either party takes home. */
export interface JoinIdsTaken extends CardinalityResult {
  /**
   * The pseudonym of each row in hexadecimal, undefined for a row without an identifier. **Keep it from whoever sees the
   * other party's table**: with it, that table's rows have names again.
   */
  readonly pseudonyms: ReadonlyArray<string | undefined>;
}

/** The same on both sides, but for who begins. */
const party: Omit<Party<ListOwn, object, JoinIdsTaken, JoinIdsEnd>, 'machine'> = {
  async result({ set }, end) {
    return { size: end.size, peerSize: end.peerSize, pseudonyms: pseudonymsOfRows(set, end) };
  },
  identity: ({ set }) => listIdentity(set),
};

/** Pseudonyms for a third party. */
export const joinIds: Protocol<ByRole<ListOwn>, object, ByRole<JoinIdsTaken>> = {
  ...JOIN_IDS,
  options: {},
  receiver: { ...party, machine: ({ set }, options) => joinIdsReceiver(set, options) },
  sender: { ...party, machine: ({ set }, options) => joinIdsSender(set, options) },
  terms: countingTerms,
  files: () => 5,
};
