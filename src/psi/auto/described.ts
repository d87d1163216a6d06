// SPDX-License-Identifier: Apache-2.0
/** The intersection by whichever protocol is faster, for those who ask for it. */

import type { CommandParty, ListProtocol } from '../described/command-line.js';
import { observeRun, type SentFrame } from '../described/observe.js';
import { toFlag } from '../described/shared-flags.js';
import {
  describedIntersection,
  intersectionTold,
  intersectionWhich,
  protocolFlag,
} from '../intersection/described.js';
import type { IntersectionResult, SenderResult } from '../intersection/result.js';
import { describedOtIntersection } from '../ot/described.js';
import { CHOICES } from '../ot/frames.js';
import type { OtIntersectionOptions } from '../ot/index.js';
import { observeOtRun } from '../ot/observe.js';
import { frameNames } from '../run/frames.js';
import type { ByRole, ListOwn } from '../run/protocol.js';
import { AUTO_FRAMES } from './frames.js';
import { autoIntersection, type Found } from './index.js';
import { AUTO } from './party.js';

type Taken = Pick<SenderResult, 'size' | 'matches'> & Found;

/** As `--protocol` has them. */
const NAMES = { 'ecdh-psi': 'ecdh', 'ot-psi': 'ot' } as const;

/** What was found, and by what. */
const told: Pick<CommandParty<object, Taken>, 'words' | 'json'> = {
  words: (result, options, written) => [
    ['protocol', NAMES[result.by]],
    ...intersectionTold.words(result, options, written),
  ],
  json: (result, options, written) => ({
    protocol: NAMES[result.by],
    ...intersectionTold.json(result, options, written),
  }),
};

export const describedAuto: ListProtocol<
  ByRole<ListOwn>,
  OtIntersectionOptions,
  { readonly receiver: IntersectionResult & Found; readonly sender: SenderResult & Found }
> = {
  ...autoIntersection,
  title: 'PSI by whichever protocol is faster, the receiver learns which',
  // Compared and attacked as the two that it is one of.
  variantOf: describedIntersection.id,
  flags: { to: toFlag },
  commandLine: {
    reveal: 'intersection',
    choice: { ...protocolFlag, value: 'auto' },
    receiver: {
      ...told,
      learns: intersectionWhich,
      rows: { when: () => true, of: ({ matches }) => ({ rows: matches }) },
    },
    sender: {
      ...told,
      learns: (whose, { to }) => (to === 'both' ? intersectionWhich(whose) : undefined),
      reported: true,
      rows: { when: ({ to }) => to === 'both', of: ({ matches = [] }) => ({ rows: matches }) },
    },
  },
  leakage: describedOtIntersection.leakage,
  nameOf: frameNames(AUTO_FRAMES),
  observe(frames: readonly SentFrame[], suite) {
    const isOt = frames.some(({ bytes }) => bytes[0] === CHOICES.type);
    return isOt ? observeOtRun(frames, suite) : observeRun(frames, AUTO, suite);
  },
  // What comes after is drawn by the protocol that the sizes choose.
  draws: { receiver: () => ['nonce'], sender: () => ['nonce'] },
};
