// SPDX-License-Identifier: Apache-2.0
/** Options that several protocols have. */

import { type OptionOf, oneOf, yesOrNo } from './options.js';

/** Who learns the result: the receiver, or both. */
export const toBoth: OptionOf<'receiver' | 'both'> = oneOf('to', ['receiver', 'both'], {
  default: 'receiver',
  agreed: true,
  repeated: true,
  flag: {
    flags: '--to <WHO>',
    help: 'who learns the result: the party that connects, or both; both parties say the same',
    choices: ['receiver', 'both'],
  },
});

/** Whether rows may have several identifiers each. */
export const severalPerPerson: OptionOf<boolean> = yesOrNo('several', {
  agreed: true,
  repeated: true,
  flag: {
    flags: '--people',
    help: 'rows may have several identifiers each; rows that share one are one person, who counts once',
  },
});
