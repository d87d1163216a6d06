// SPDX-License-Identifier: Apache-2.0
/**
 * An intersection by whichever protocol is faster for two lists of these sizes, as a value: the ordered mode of ECDH for short ones, oblivious
 * transfers for long ones. The choice is a fixed function of the sizes in both Hellos, which each party works out for itself, and
 * the result says what it was. Whoever wants one of the two alone runs that one, and it accepts nothing else.
 *
 * **What it leaks** besides: the sizes of the sets and the kinds of identifiers in them, as both protocols do. A peer can say that its list is
 * longer or shorter than it is, and so choose which of the two it is.
 */

import { type IntersectionResult, rowsWith, type SenderResult } from '../intersection/result.js';
import type { OtIntersectionOptions } from '../ot/index.js';
import { otTerms } from '../ot/terms.js';
import { listIdentity } from '../run/list-digest.js';
import type { ByRole, ListOwn, Protocol } from '../run/protocol.js';
import { toBoth } from '../run/shared-options.js';
import { AUTO, type AutoEnd, autoReceiver, autoSender } from './party.js';
import type { FoundBy } from './threshold.js';

export type { FoundBy } from './threshold.js';

/** What it was found by, besides what was found. */
export interface Found {
  /** The protocol that the sizes of both lists chose. */
  readonly by: FoundBy;
}

/** What the machines of both protocols end with. */
interface End {
  readonly size: number | undefined;
  readonly peerSize: number;
  readonly matched: readonly number[] | undefined;
}

/** The base OTs, the trees, the rows that hide, and two bins of which one may be nearly empty. */
const FIXED_BYTES = 2 ** 19;

/** Which rows are shared, by the protocol that is faster for lists of these sizes. */
export const autoIntersection: Protocol<
  ByRole<ListOwn>,
  OtIntersectionOptions,
  { readonly receiver: IntersectionResult & Found; readonly sender: SenderResult & Found }
> = {
  ...AUTO,
  options: { to: toBoth },
  receiver: {
    machine: ({ set }, options) => autoReceiver(set, options),
    async result({ set }, { end, by }: AutoEnd<End>) {
      const { size = 0, peerSize, matched = [] } = end;
      return { by, size, peerSize, ...rowsWith(set, matched) };
    },
    identity: ({ set }) => listIdentity(set),
  },
  sender: {
    machine: ({ set }, options) => autoSender(set, options),
    async result({ set }, { end, by }: AutoEnd<End>) {
      const { size, peerSize, matched } = end;
      return { by, size, peerSize, matches: matched && set.rowsOf(matched) };
    },
    identity: ({ set }) => listIdentity(set),
  },
  // The dearer of the two: what a run is charged is what the protocol that was chosen says.
  terms: otTerms,
  fixedBytes: FIXED_BYTES,
};
