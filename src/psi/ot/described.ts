// SPDX-License-Identifier: Apache-2.0
/** The intersection by oblivious transfers, for those who show it, ask for it or attack it. */

import { CODE_LENGTH } from '../../kernel/ot.js';
import type { ListProtocol } from '../described/command-line.js';
import { toFlag } from '../described/shared-flags.js';
import { intersectionTold, intersectionWhich, protocolFlag } from '../intersection/described.js';
import { psiLeakage } from '../intersection/leakage.js';
import type { IntersectionResult, SenderResult } from '../intersection/result.js';
import { frameNames } from '../run/frames.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { OT_FRAMES } from './frames.js';
import { type OtIntersectionOptions, otIntersection } from './index.js';
import { observeOtRun } from './observe.js';

export const describedOtIntersection: ListProtocol<
  ByRole<ListOwn>,
  OtIntersectionOptions,
  { readonly receiver: IntersectionResult; readonly sender: SenderResult }
> = {
  ...otIntersection,
  title: 'PSI by oblivious transfers, the receiver learns which',
  flags: { to: toFlag },
  commandLine: {
    reveal: 'intersection',
    choice: { ...protocolFlag, value: 'ot' },
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
  leakage: ({ to } = {}) => ({
    ...psiLeakage({ reveal: 'intersection', to }),
    enumerating:
      'Whether the sender has an identifier, one row of a table for each: limits on size and runs bind it. One that deviates ' +
      'hides up to five times as many as it declares, and is charged for so many.',
  }),
  nameOf: frameNames(OT_FRAMES),
  observe: observeOtRun,
  draws: {
    receiver: () => ['nonce', { kind: 'scalar', count: 1 }],
    sender: () => ['nonce', { kind: 'delta', count: CODE_LENGTH }],
  },
};
