// SPDX-License-Identifier: Apache-2.0
/** What several protocols say to the command line. */

import type { OptionFlag } from './described.js';

/** `to`: who learns the result. */
export const toFlag: OptionFlag = {
  flags: '--to <WHO>',
  help: 'who learns the result: the party that asks, or both; both parties say the same',
  choices: ['receiver', 'both'],
};
