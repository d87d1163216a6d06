// SPDX-License-Identifier: Apache-2.0
/**
 * The ordered mode as a value: the receiver learns which of its rows the sender has too.
 *
 * **What it leaks** besides: the sizes of the sets and the kinds of identifiers in them.
 */

import { namingTerms } from '../../policy/terms.js';
import { listIdentity } from '../run/list-digest.js';
import { oneOf, yesOrNo } from '../run/options.js';
import type { ByRole, ListOwn, Protocol } from '../run/protocol.js';
import { filesTo, toBoth } from '../run/shared-options.js';
import type { Learner } from '../run/suite.js';
import type { BlindingName } from './additive.js';
import { KINDS } from './kinds.js';
import { psiReceiver, type ReceiverEnd } from './receiver.js';
import { type IntersectionResult, rowsWith, type SenderResult } from './result.js';
import { psiSender, type SenderEnd } from './sender.js';

/** Options of an intersection. */
export interface IntersectionOptions {
  /**
   * Who learns it. With `both` the receiver reports its result to the sender, which has to trust it not to leave anything
   * out and not to stop before. Default `receiver`.
   */
  readonly to: Exclude<Learner, 'sender'>;
  /** Whether the sender proves that it answered under the key of its Hello. Says nothing about its tags or its list. */
  readonly verifiable: boolean;
  /** How the receiver hides its elements: its own business, the sender cannot tell. Default `additive`, which is faster. */
  readonly blinding: BlindingName;
}

/** Which rows are shared. */
export const intersection: Protocol<
  ByRole<ListOwn>,
  IntersectionOptions,
  { readonly receiver: IntersectionResult; readonly sender: SenderResult }
> = {
  ...KINDS.intersection,
  options: {
    to: toBoth,
    verifiable: yesOrNo('verifiable', {
      agreed: true,
      repeated: true,
    }),
    blinding: oneOf<BlindingName>('blinding', ['additive', 'multiplicative'], {
      default: 'additive',
      agreed: false,
      repeated: true,
    }),
  },
  receiver: {
    machine: ({ set }, options) => psiReceiver(set, { ...options, reveal: 'intersection' }),
    async result({ set }, { size, peerSize, matched = [] }: ReceiverEnd) {
      return { size, peerSize, ...rowsWith(set, matched) };
    },
    identity: ({ set }) => listIdentity(set),
  },
  sender: {
    machine: ({ set }, options) => psiSender(set, { ...options, reveal: 'intersection' }),
    async result({ set }, { size, peerSize, matched }: SenderEnd) {
      return { size, peerSize, matches: matched && set.rowsOf(matched) };
    },
    identity: ({ set }) => listIdentity(set),
  },
  terms: namingTerms,
  files: filesTo,
};
