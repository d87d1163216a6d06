// SPDX-License-Identifier: Apache-2.0
/** What several protocols say to the command line. */

import type { CommandParty } from './command-line.js';
import type { OptionFlag } from './described.js';

/** `to`: who learns the result. */
export const toFlag: OptionFlag = {
  flags: '--to <WHO>',
  help: 'who learns the result: the party that asks, or both; both parties say the same',
  choices: ['receiver', 'both'],
};

/** By what an intersection is found. */
export const protocolFlag: Pick<OptionFlag, 'flags' | 'help' | 'choices'> = {
  flags: '--protocol <NAME>',
  help:
    'how it is found: ecdh (the default), the most conservative; or ot, by oblivious transfers, dozens of times faster for long ' +
    'lists; both parties say the same',
  choices: ['ecdh', 'ot'],
};

/** What rows may have several identifiers by. */
export const peopleFlag: Pick<OptionFlag, 'flags' | 'help'> = {
  flags: '--people',
  help: 'rows may have several identifiers each; rows that share one are one person, who counts once; both parties say the same',
};

type Counted = CommandParty<object, { readonly size?: number | undefined }>;

/** How a count is told. */
export const countTold: Pick<Counted, 'words' | 'json'> = {
  words: ({ size }, _, { count }) => (size === undefined ? [] : [['shared', count(size)]]),
  json: ({ size }) => ({ shared: size }),
};

/** Why a count is no protection of a list by itself. */
export const COUNT_IS_EXACT =
  "The partner's software sees the exact count: rounding it, or keeping small counts back, would bind nobody but that software.";
