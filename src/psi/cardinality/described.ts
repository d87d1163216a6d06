// SPDX-License-Identifier: Apache-2.0
/** The shuffled mode, for those who show it, ask for it or attack it. */

import type { CommandParty, ListProtocol, Whose } from '../described/command-line.js';
import type { Draw } from '../described/described.js';
import { observeRun } from '../described/observe.js';
import { toFlag } from '../described/shared-flags.js';
import { INTERSECTION_FRAMES } from '../intersection/frames.js';
import { psiLeakage } from '../intersection/leakage.js';
import type { CardinalityResult, SenderResult } from '../intersection/result.js';
import type { CoarseCount } from '../intersection/reveal.js';
import { frameNames } from '../run/frames.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { type CardinalityOptions, cardinality } from './index.js';

const draws = (): readonly Draw[] => ['nonce', { kind: 'scalar', count: 1 }];

const howMany = ({ own, other }: Whose): string => `how many of ${own} identifiers are in ${other} list`;

/** `rounded down to a multiple of 100; 0 stands for fewer than 500` */
function roundedBy({ step, atLeast }: CoarseCount, count: (value: number) => string): string {
  return `rounded down to a multiple of ${count(step)}; 0 stands for fewer than ${count(Math.max(step, atLeast))}`;
}

type Counted = CommandParty<object, { readonly size?: number | undefined }>;

/** How a count is told. */
export const countTold: Pick<Counted, 'words' | 'json'> = {
  words: ({ size }, _, { count }) => (size === undefined ? [] : [['shared', count(size)]]),
  json: ({ size }) => ({ shared: size }),
};

/** Why a count is no protection of a list by itself. */
export const COUNT_IS_EXACT =
  "The partner's software sees the exact count: rounding it, or keeping small counts back, would bind nobody but that software.";

export const describedCardinality: ListProtocol<
  ByRole<ListOwn>,
  CardinalityOptions,
  { readonly receiver: CardinalityResult; readonly sender: SenderResult }
> = {
  ...cardinality,
  title: 'ECDH-PSI, the receiver learns how many',
  flags: {
    to: toFlag,
    coarse: {
      flags: '--coarse <STEP,LEAST>',
      help: 'tell multiples of STEP alone, and 0 below LEAST, such as 100,500; binds nobody but this program',
      of: 'receiver',
      read(text) {
        const [, step, atLeast] = /^(\d{1,9}),(\d{1,9})$/.exec(text) ?? [];
        return { step: Number(step), atLeast: Number(atLeast) };
      },
      wanted: 'Give two whole numbers, such as 100,500; the first from 1.',
    },
  },
  commandLine: {
    reveal: 'cardinality',
    takes: () => 'rows',
    caution: COUNT_IS_EXACT,
    receiver: {
      learns: howMany,
      words: ({ size }, { coarse }, { count }) => [
        ['shared', coarse === undefined ? count(size) : `${count(size)} (${roundedBy(coarse, count)})`],
      ],
      json: ({ size }, { coarse }) => ({ shared: size, coarse }),
    },
    sender: {
      ...countTold,
      learns: (whose, { to }) => (to === 'both' ? howMany(whose) : undefined),
      reported: true,
    },
  },
  leakage: ({ to, coarse } = {}) => psiLeakage({ reveal: 'cardinality', coarse, to }),
  nameOf: frameNames(INTERSECTION_FRAMES),
  observe: (frames, suite) => observeRun(frames, cardinality, suite),
  draws: { receiver: draws, sender: draws },
};
