// SPDX-License-Identifier: Apache-2.0
/** The intersection-sum, for those who show it, ask for it or attack it. */

import type { DescribedProtocol } from '../run/described.js';
import { frameName } from '../run/frames.js';
import { sumLeakage } from '../run/leakage.js';
import { observeRun } from '../run/observe.js';
import type { ListOwn } from '../run/protocol.js';
import { type SumOptions, type SumSenderOwn, sum } from './index.js';

export const describedSum: DescribedProtocol<
  { readonly receiver: ListOwn; readonly sender: SumSenderOwn },
  SumOptions
> = {
  ...sum,
  title: 'ECDH-PSI, the receiver learns a sum',
  flags: {
    to: {
      flags: '--to <WHO>',
      help: 'who learns the sum: the party that asks, or the one that holds the values; both parties say the same',
      choices: ['receiver', 'sender'],
    },
    acceptChosenValues: {
      flags: '--accept-chosen-values',
      help: 'with --to sender: accept that the party that learns the sum has chosen the values, and can read off who is shared',
      of: 'receiver',
    },
    people: {
      flags: '--people',
      help: 'rows may have several identifiers each; rows that share one are one person, who counts once',
    },
  },
  leakage: ({ to } = {}) => sumLeakage({ to }),
  nameOf: frameName,
  observe: observeRun,
  draws: {
    receiver: () => ['nonce', { kind: 'scalar', count: 1 }],
    sender: () => ['nonce', { kind: 'scalar', count: 1 }, { kind: 'scalar', count: 1 }],
  },
};
