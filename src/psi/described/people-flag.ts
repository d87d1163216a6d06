// SPDX-License-Identifier: Apache-2.0
import type { OptionFlag } from './described.js';

/** What rows may have several identifiers by. */
export const peopleFlag: Pick<OptionFlag, 'flags' | 'help'> = {
  flags: '--people',
  help: 'rows may have several identifiers each; rows that share one are one person, who counts once; both parties say the same',
};
