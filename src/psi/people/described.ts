// SPDX-License-Identifier: Apache-2.0
/** A count of people, for those who show it, ask for it or attack it. */

import { cardinality } from '../cardinality/index.js';
import type { ListProtocol } from '../run/command-line.js';
import { frameName } from '../run/frames.js';
import { psiLeakage } from '../run/leakage.js';
import { observeRun } from '../run/observe.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import type { CardinalityResult } from '../run/result.js';
import { COUNT_IS_EXACT, countTold, peopleFlag } from '../run/shared-flags.js';
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
  nameOf: frameName,
  observe: observeRun,
  // Dummies come first, as many as the list needs.
  draws: { receiver: () => [], sender: () => [] },
};
