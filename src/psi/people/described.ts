// SPDX-License-Identifier: Apache-2.0
/** A count of people, for those who show it, ask for it or attack it. */

import { cardinality } from '../cardinality/index.js';
import type { DescribedProtocol } from '../run/described.js';
import { frameName } from '../run/frames.js';
import { psiLeakage } from '../run/leakage.js';
import { observeRun } from '../run/observe.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import type { MergeOptions } from '../shuffled/merge-limits.js';
import { people } from './index.js';

export const describedPeople: DescribedProtocol<ByRole<ListOwn>, MergeOptions> = {
  ...people,
  title: 'ECDH-PSI, the receiver learns how many people',
  variantOf: cardinality.id,
  flags: {},
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
