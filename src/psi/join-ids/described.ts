// SPDX-License-Identifier: Apache-2.0
/** Join ids, for those who show them, ask for them or attack them. */

import type { DescribedProtocol, Draw, Leakage } from '../run/described.js';
import { frameName } from '../run/frames.js';
import { OFFLINE_BUT_SIZE } from '../run/leakage.js';
import { observeRun } from '../run/observe.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { joinIds } from './index.js';

const leakage: Leakage = {
  result: 'How many identifiers both have, and a pseudonym for each of its rows; the sender likewise.',
  receiver: `${OFFLINE_BUT_SIZE}; whose rows they are, once it sees the sender's table under its pseudonyms.`,
  sender: `${OFFLINE_BUT_SIZE}; whose rows they are, once it sees the receiver's table under its pseudonyms.`,
  outsider: 'Nothing but the sizes of both sets, the kinds of identifiers in them, and how many are shared.',
  enumerating:
    'Whether the sender has an identifier, by runs with ever smaller lists: limits on size and runs bind it.',
};

const draws = (): readonly Draw[] => [{ kind: 'scalar', count: 1 }, { kind: 'scalar', count: 1 }, 'nonce'];

export const describedJoinIds: DescribedProtocol<ByRole<ListOwn>> = {
  ...joinIds,
  title: 'Join ids, both get pseudonyms for a third party',
  flags: {},
  leakage: () => leakage,
  nameOf: frameName,
  observe: observeRun,
  draws: { receiver: draws, sender: draws },
};
