// SPDX-License-Identifier: Apache-2.0
/** The shuffled mode, for those who show it, ask for it or attack it. */

import type { DescribedProtocol, Draw } from '../run/described.js';
import { frameName } from '../run/frames.js';
import { psiLeakage } from '../run/leakage.js';
import { observeRun } from '../run/observe.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { toFlag } from '../run/shared-flags.js';
import { type CardinalityOptions, cardinality } from './index.js';

const draws = (): readonly Draw[] => ['nonce', { kind: 'scalar', count: 1 }];

export const describedCardinality: DescribedProtocol<ByRole<ListOwn>, CardinalityOptions> = {
  ...cardinality,
  title: 'ECDH-PSI, the receiver learns how many',
  flags: {
    to: toFlag,
    coarse: {
      flags: '--coarse <STEP,LEAST>',
      help: 'tell multiples of STEP alone, and 0 below LEAST, such as 100,500; binds nobody but this program',
      of: 'receiver',
      read(text) {
        const [, step, atLeast] = /^(\d{1,9}),(\d{1,9})$/.exec(text) ?? [];
        return { step: Number(step), atLeast: Number(atLeast) };
      },
      wanted: 'Give two whole numbers, such as 100,500; the first from 1.',
    },
  },
  leakage: ({ to, coarse } = {}) => psiLeakage({ reveal: 'cardinality', coarse, to }),
  nameOf: frameName,
  observe: observeRun,
  draws: { receiver: draws, sender: draws },
};
