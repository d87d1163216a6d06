// SPDX-License-Identifier: Apache-2.0
/** Join ids, for those who show them, ask for them or attack them. */

import type { CommandParty, ListProtocol } from '../described/command-line.js';
import type { Draw, Leakage } from '../described/described.js';
import { OFFLINE_BUT_SIZE } from '../described/leakage.js';
import { observeRun } from '../described/observe.js';
import { frameNames } from '../run/frames.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { IDS, JOIN_IDS_FRAMES } from './frames.js';
import { type JoinIdsTaken, joinIds } from './index.js';

const leakage: Leakage = {
  result: 'How many identifiers both have, and a pseudonym for each of its rows; the sender likewise.',
  receiver: `${OFFLINE_BUT_SIZE}; whose rows they are, once it sees the sender's table under its pseudonyms.`,
  sender: `${OFFLINE_BUT_SIZE}; whose rows they are, once it sees the receiver's table under its pseudonyms.`,
  outsider: 'Nothing but the sizes of both sets, the kinds of identifiers in them, and how many are shared.',
  enumerating:
    'Whether the sender has an identifier, by runs with ever smaller lists: limits on size and runs bind it.',
};

const draws = (): readonly Draw[] => [{ kind: 'scalar', count: 1 }, { kind: 'scalar', count: 1 }, 'nonce'];

const party: CommandParty<object, JoinIdsTaken> = {
  learns: ({ own, other }) =>
    `how many of ${own} identifiers are in ${other} list, and a pseudonym for each of ${own} rows`,
  words: ({ size }, _, { count }) => [['shared', count(size)]],
  json: ({ size, pseudonyms }) => ({ shared: size, rows: pseudonyms.length }),
  rows: {
    when: () => true,
    of: ({ pseudonyms }) => ({ columns: { pseudonym: (row) => pseudonyms[row] } }),
  },
};

export const describedJoinIds: ListProtocol<ByRole<ListOwn>, object, ByRole<JoinIdsTaken>> = {
  ...joinIds,
  title: 'Join ids, both get pseudonyms for a third party',
  flags: {},
  commandLine: {
    reveal: 'ids',
    takes: () => 'rows',
    several:
      'A pseudonym stands for one identifier: one for a person would follow from all that both lists know of it, and neither may ' +
      'learn that. Run once for each column, and give the third party all pseudonyms of a row: it joins by any of them.',
    caution:
      'Whoever has a list with its pseudonyms reads whose the rows of the other table are: give the tables, without identifiers, to ' +
      'a third party that has neither list.',
    receiver: party,
    sender: party,
  },
  leakage: () => leakage,
  nameOf: frameNames(JOIN_IDS_FRAMES),
  observe: (frames, suite) => observeRun(frames, joinIds, suite, [{ type: IDS, list: 'evaluated' }]),
  draws: { receiver: draws, sender: draws },
};
