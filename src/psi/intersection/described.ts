// SPDX-License-Identifier: Apache-2.0
/** The ordered mode, for those who show it, ask for it or attack it. */

import type { CommandParty, ListProtocol, Whose } from '../run/command-line.js';
import { frameName } from '../run/frames.js';
import { psiLeakage } from '../run/leakage.js';
import { observeRun } from '../run/observe.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import type { IntersectionResult, SenderResult } from '../run/result.js';
import { protocolFlag, toFlag } from '../run/shared-flags.js';
import { type IntersectionOptions, intersection } from './index.js';

type Taken = Pick<SenderResult, 'size' | 'matches'>;

/** What a party learns: which of its rows. */
export const intersectionWhich = ({ own, other }: Whose): string =>
  `which of ${own} rows are in ${other} list`;

/** How an intersection is told. */
export const intersectionTold: Pick<CommandParty<object, Taken>, 'words' | 'json'> = {
  words({ size, matches }, _, { count }) {
    if (size === undefined) return [];
    const inRows =
      matches === undefined ? '' : ` (in ${count(matches.length)} ${matches.length === 1 ? 'row' : 'rows'})`;
    return [['shared', `${count(size)}${inRows}`]];
  },
  json: ({ size, matches }) => ({ shared: size, rows: matches?.length }),
};

export const describedIntersection: ListProtocol<
  ByRole<ListOwn>,
  IntersectionOptions,
  { readonly receiver: IntersectionResult; readonly sender: SenderResult }
> = {
  ...intersection,
  title: 'ECDH-PSI, the receiver learns which',
  flags: {
    to: toFlag,
    verifiable: {
      flags: '--verifiable',
      help: 'the party that answers proves that all answers are under one key; both parties say the same',
    },
  },
  commandLine: {
    reveal: 'intersection',
    choice: { ...protocolFlag, value: 'ecdh', usual: true },
    receiver: {
      ...intersectionTold,
      learns: intersectionWhich,
      rows: { when: () => true, of: ({ matches }) => ({ rows: matches }) },
    },
    sender: {
      ...intersectionTold,
      learns: (whose, { to }) => (to === 'both' ? intersectionWhich(whose) : undefined),
      reported: true,
      rows: { when: ({ to }) => to === 'both', of: ({ matches = [] }) => ({ rows: matches }) },
    },
  },
  leakage: ({ to } = {}) => psiLeakage({ reveal: 'intersection', to }),
  nameOf: frameName,
  observe: observeRun,
  draws: {
    receiver: ({ set }) => ['nonce', { kind: 'blind', count: set.size }],
    sender: () => ['nonce', { kind: 'scalar', count: 1 }],
  },
};
