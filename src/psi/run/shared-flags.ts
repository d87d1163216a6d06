// SPDX-License-Identifier: Apache-2.0
/** Flags that several protocols have. */

import type { OptionFlag } from './described.js';

/** `to`: who learns the result. */
export const toFlag: OptionFlag = {
  flags: '--to <WHO>',
  help: 'who learns the result: the party that connects, or both; both parties say the same',
  choices: ['receiver', 'both'],
};
