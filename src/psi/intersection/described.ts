// SPDX-License-Identifier: Apache-2.0
/** The ordered mode, for those who show it, ask for it or attack it. */

import type { CommandParty, ListProtocol, Whose } from '../described/command-line.js';
import type { OptionFlag } from '../described/described.js';
import { observeRun } from '../described/observe.js';
import { toFlag } from '../described/shared-flags.js';
import { frameNames } from '../run/frames.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { INTERSECTION_FRAMES } from './frames.js';
import { type IntersectionOptions, intersection } from './index.js';
import { psiLeakage } from './leakage.js';
import type { IntersectionResult, SenderResult } from './result.js';

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

/** By what an intersection is found. */
export const protocolFlag: Pick<OptionFlag, 'flags' | 'help' | 'choices'> = {
  flags: '--protocol <NAME>',
  help:
    'how it is found: ecdh (the default), the most conservative; ot, by oblivious transfers, dozens of times faster for long ' +
    'lists; or auto, whichever the sizes of both lists say, not through files; both parties say the same',
  choices: ['ecdh', 'ot', 'auto'],
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
  nameOf: frameNames(INTERSECTION_FRAMES),
  observe: (frames, suite) => observeRun(frames, intersection, suite),
  draws: {
    receiver: ({ set }) => ['nonce', { kind: 'blind', count: set.size }],
    sender: () => ['nonce', { kind: 'scalar', count: 1 }],
  },
};
