// SPDX-License-Identifier: Apache-2.0
/** Options that several protocols have. */

import { type OptionOf, oneOf, yesOrNo } from './options.js';

/** Who learns the result: the receiver, or both. */
export const toBoth: OptionOf<'receiver' | 'both'> = oneOf('to', ['receiver', 'both'], {
  default: 'receiver',
  agreed: true,
  repeated: true,
});

/** With `to: 'both'` the receiver answers the answer. */
export const filesTo = ({ to }: { readonly to: 'receiver' | 'both' }): number => (to === 'both' ? 3 : 2);

/** Whether rows may have several identifiers each. */
export const severalPerPerson: OptionOf<boolean> = yesOrNo('several', {
  agreed: true,
  repeated: true,
});
