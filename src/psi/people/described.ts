// SPDX-License-Identifier: Apache-2.0
/** A count of people, for those who show it, ask for it or attack it. */

import { COUNT_IS_EXACT, countTold } from '../cardinality/described.js';
import { cardinality } from '../cardinality/index.js';
import type { ListProtocol } from '../described/command-line.js';
import { observeRun } from '../described/observe.js';
import { peopleFlag } from '../described/people-flag.js';
import { psiLeakage } from '../intersection/leakage.js';
import type { CardinalityResult } from '../intersection/result.js';
import { frameNames } from '../run/frames.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { ASKING_FRAMES } from '../shuffled/frames.js';
import type { MergeOptions } from '../shuffled/merge-limits.js';
import { people } from './index.js';

export const describedPeople: ListProtocol<
  ByRole<ListOwn>,
  MergeOptions,
  { readonly receiver: CardinalityResult; readonly sender: Pick<CardinalityResult, 'peerSize'> }
> = {
  ...people,
  title: 'ECDH-PSI, the receiver learns how many people',
  variantOf: cardinality.id,
  flags: {},
  commandLine: {
    reveal: 'cardinality',
    choice: peopleFlag,
    takes: () => 'people',
    caution: COUNT_IS_EXACT,
    receiver: {
      ...countTold,
      learns: ({ own, other }) =>
        `how many of ${own} people are in ${other} list, and how many identifiers each of them shares`,
    },
    sender: { learns: () => undefined, words: () => [], json: () => ({}) },
  },
  leakage: () => ({
    ...psiLeakage({ reveal: 'cardinality' }),
    result:
      'How many people the sender has too, and how many identifiers each matched pair of people shares.',
  }),
  nameOf: frameNames(ASKING_FRAMES),
  observe: (frames, suite) => observeRun(frames, people, suite),
  // Dummies come first, as many as the list needs.
  draws: { receiver: () => [], sender: () => [] },
};
