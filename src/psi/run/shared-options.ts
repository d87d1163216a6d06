// SPDX-License-Identifier: Apache-2.0
/** Options that several protocols have. */

import { type OptionOf, oneOf } from './options.js';
import type { Learner } from './suite.js';

/** Who learns the result: the receiver, or both. */
export const toBoth: OptionOf<Exclude<Learner, 'sender'>> = oneOf('to', ['receiver', 'both'], {
  default: 'receiver',
  agreed: true,
  repeated: true,
});

/** With `to: 'both'` the receiver answers the answer. */
export const filesTo = ({ to }: { readonly to: 'receiver' | 'both' }): number => (to === 'both' ? 3 : 2);
