// SPDX-License-Identifier: Apache-2.0
/**
 * Join ids as a value: both parties get pseudonyms by which a third party joins the two tables.
 *
 * **What it leaks** besides: the sizes of the sets, the kinds of identifiers in them, and to both how many are shared. A
 * party that gets hold of the other's table under its pseudonyms reads with its own map whose rows those are.
 */

import { countingTerms } from '../../policy/terms.js';
import { frameName } from '../run/frames.js';
import { OFFLINE_BUT_SIZE } from '../run/leakage.js';
import { listIdentity } from '../run/list-digest.js';
import { observeRun } from '../run/observe.js';
import type { ByRole, Leakage, ListOwn, Party, Protocol } from '../run/protocol.js';
import type { CardinalityResult } from '../run/result.js';
import { MODE } from '../run/suite.js';
import { type JoinIdsEnd, joinIdsReceiver, joinIdsSender, pseudonymsOfRows } from './join-ids.js';

/** What either party takes home. */
export interface JoinIdsTaken extends CardinalityResult {
  /**
   * The pseudonym of each row in hexadecimal, undefined for a row without an identifier. **Keep it from whoever sees the
   * other party's table**: with it, that table's rows have names again.
   */
  readonly pseudonyms: ReadonlyArray<string | undefined>;
}

const leakage: Leakage = {
  result: 'How many identifiers both have, and a pseudonym for each of its rows; the sender likewise.',
  receiver: `${OFFLINE_BUT_SIZE}; whose rows they are, once it sees the sender's table under its pseudonyms.`,
  sender: `${OFFLINE_BUT_SIZE}; whose rows they are, once it sees the receiver's table under its pseudonyms.`,
  outsider: 'Nothing but the sizes of both sets, the kinds of identifiers in them, and how many are shared.',
  enumerating:
    'Whether the sender has an identifier, by runs with ever smaller lists: limits on size and runs bind it.',
};

/** The same on both sides, but for who begins. */
const party: Omit<Party<ListOwn, object, JoinIdsTaken, JoinIdsEnd>, 'machine'> = {
  async result({ set }, end) {
    return { size: end.size, peerSize: end.peerSize, pseudonyms: pseudonymsOfRows(set, end) };
  },
  identity: ({ set }) => listIdentity(set),
  draws: () => [{ kind: 'scalar', count: 1 }, { kind: 'scalar', count: 1 }, 'nonce'],
};

/** Pseudonyms for a third party. */
export const joinIdsProtocol: Protocol<ByRole<ListOwn>, object, ByRole<JoinIdsTaken>> = {
  id: 'join-ids',
  mode: MODE['join-ids'],
  title: 'Join ids, both get pseudonyms for a third party',
  options: {},
  receiver: { ...party, machine: ({ set }, options) => joinIdsReceiver(set, options) },
  sender: { ...party, machine: ({ set }, options) => joinIdsSender(set, options) },
  terms: countingTerms,
  leakage: () => leakage,
  nameOf: frameName,
  observe: observeRun,
};
