// SPDX-License-Identifier: Apache-2.0
/**
 * The shuffled mode as a value: the receiver learns how many identifiers the sender has too.
 *
 * **What it leaks** besides: the sizes of the sets and the kinds of identifiers in them.
 */

import { countingTerms } from '../../policy/terms.js';
import { KINDS } from '../intersection/kinds.js';
import { psiReceiver, type ReceiverEnd } from '../intersection/receiver.js';
import type { CardinalityResult, SenderResult } from '../intersection/result.js';
import { type CoarseCount, checkCoarse } from '../intersection/reveal.js';
import { psiSender, type SenderEnd } from '../intersection/sender.js';
import { listIdentity } from '../run/list-digest.js';
import type { OptionOf } from '../run/options.js';
import type { ByRole, ListOwn, Protocol } from '../run/protocol.js';
import { filesTo, toBoth } from '../run/shared-options.js';
import type { Learner } from '../run/suite.js';

/** Options of a count. */
export interface CardinalityOptions {
  /** Who learns it. With `both` the receiver reports its count to the sender, which has to trust it. */
  readonly to: Exclude<Learner, 'sender'>;
  /** How the receiver makes the count coarse: its own business, and it binds nobody but its software. */
  readonly coarse: CoarseCount | undefined;
}

const coarse: OptionOf<CoarseCount | undefined> = {
  default: undefined,
  check: checkCoarse,
  agreed: false,
  repeated: true,
};

/** How many identifiers are shared. */
export const cardinality: Protocol<
  ByRole<ListOwn>,
  CardinalityOptions,
  { readonly receiver: CardinalityResult; readonly sender: SenderResult }
> = {
  ...KINDS.cardinality,
  options: { to: toBoth, coarse },
  receiver: {
    machine: ({ set }, options) => psiReceiver(set, { ...options, reveal: 'cardinality' }),
    async result(_, { size, peerSize }: ReceiverEnd) {
      return { size, peerSize };
    },
    identity: ({ set }) => listIdentity(set),
  },
  sender: {
    // How coarse the count is made is the receiver's own business.
    machine: ({ set }, { coarse: _, ...options }) => psiSender(set, { ...options, reveal: 'cardinality' }),
    async result(_, { size, peerSize }: SenderEnd) {
      return { size, peerSize, matches: undefined };
    },
    identity: ({ set }) => listIdentity(set),
  },
  terms: countingTerms,
  files: filesTo,
};
