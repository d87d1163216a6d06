// SPDX-License-Identifier: Apache-2.0
/** What a protocol says of its runs to whoever limits them. */

import { defaultContactPolicy, defaultPolicy, defaultSumPolicy, type Policy } from './policy.js';

/** The sizes that a run is charged for. */
export interface RunSizes {
  /** Elements in the peer's set. */
  readonly peerSize: number;
  /** Elements in this party's set. */
  readonly ownSize: number;
}

/** What a run uses of a budget. */
export interface Charged {
  /** Elements that are evaluated for the peer. */
  readonly elements: number;
  /** Elements that the run makes this party work on in all. */
  readonly work: number;
}

/** What one run of a protocol means for a policy. */
export interface Terms {
  /** What is allowed where the operator says nothing else. */
  readonly policy: Policy;
  /** Whether the peer learns which of its elements match, so that a small set shows no more than a large one. */
  readonly named: boolean;
  /** What a run of these sizes uses of the budget of the peer that asks for it. */
  charge(sizes: RunSizes): Charged;
}

/** Both parties work on both lists. */
const bothLists = ({ peerSize, ownSize }: RunSizes): Charged => ({
  elements: peerSize,
  work: peerSize + ownSize,
});

/** The peer learns which of its elements match. */
export const namingTerms: Terms = { policy: defaultPolicy, named: true, charge: bothLists };

/** The peer learns of all elements together. */
export const countingTerms: Terms = { policy: defaultPolicy, named: false, charge: bothLists };

/** The peer learns a sum. */
export const sumTerms: Terms = { policy: defaultSumPolicy, named: false, charge: bothLists };

/** The own set is published, so the peer's alone is work. */
export const publishedTerms: Terms = {
  policy: defaultContactPolicy,
  named: true,
  charge: ({ peerSize }) => ({ elements: peerSize, work: peerSize }),
};
