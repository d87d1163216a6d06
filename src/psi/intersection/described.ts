// SPDX-License-Identifier: Apache-2.0
/** The ordered mode, for those who show it, ask for it or attack it. */

import type { DescribedProtocol } from '../run/described.js';
import { frameName } from '../run/frames.js';
import { psiLeakage } from '../run/leakage.js';
import { observeRun } from '../run/observe.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { toFlag } from '../run/shared-flags.js';
import { type IntersectionOptions, intersection } from './index.js';

export const describedIntersection: DescribedProtocol<ByRole<ListOwn>, IntersectionOptions> = {
  ...intersection,
  title: 'ECDH-PSI, the receiver learns which',
  flags: {
    to: toFlag,
    verifiable: {
      flags: '--verifiable',
      help: 'who serves proves that all answers are under one key; both parties say the same',
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
