// SPDX-License-Identifier: Apache-2.0
/**
 * PSI from the extension of oblivious transfers, with a linear code and an oblivious key-value store, as a value: the receiver learns which
 * of its rows the sender has too. Dozens of times faster than the ordered mode of ECDH for long lists; docs/choosing-a-protocol.md
 * says when to take which.
 *
 * **What it leaks** besides: the sizes of the sets and the kinds of identifiers in them.
 */

import { type IntersectionResult, rowsWith, type SenderResult } from '../intersection/result.js';
import { listIdentity } from '../run/list-digest.js';
import type { ByRole, ListOwn, Protocol } from '../run/protocol.js';
import { toBoth } from '../run/shared-options.js';
import type { Learner } from '../run/suite.js';
import { type OtReceiverEnd, otReceiver } from './receiver.js';
import { OT_PSI } from './run.js';
import { type OtSenderEnd, otSender } from './sender.js';
import { otTerms } from './terms.js';

/** Options of an intersection by oblivious transfers. */
export interface OtIntersectionOptions {
  /**
   * Who learns it. With `both` the receiver reports its result to the sender, which has to trust it not to leave anything
   * out and not to stop before. Default `receiver`.
   */
  readonly to: Exclude<Learner, 'sender'>;
}

/** The base OTs, the trees, the rows that hide, and two bins of which one may be nearly empty. */
const FIXED_BYTES = 2 ** 19;

/** Which rows are shared. */
export const otIntersection: Protocol<
  ByRole<ListOwn>,
  OtIntersectionOptions,
  { readonly receiver: IntersectionResult; readonly sender: SenderResult }
> = {
  ...OT_PSI,
  options: { to: toBoth },
  receiver: {
    machine: ({ set }, options) => otReceiver(set, options),
    async result({ set }, { size, peerSize, matched }: OtReceiverEnd) {
      return { size, peerSize, ...rowsWith(set, matched) };
    },
    identity: ({ set }) => listIdentity(set),
  },
  sender: {
    machine: ({ set }, options) => otSender(set, options),
    async result({ set }, { size, peerSize, matched }: OtSenderEnd) {
      return { size, peerSize, matches: matched && set.rowsOf(matched) };
    },
    identity: ({ set }) => listIdentity(set),
  },
  terms: otTerms,
  files: ({ to }) => (to === 'both' ? 5 : 4),
  opens: 'hello',
  fixedBytes: FIXED_BYTES,
};
