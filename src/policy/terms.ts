// SPDX-License-Identifier: Apache-2.0
/** What a protocol says of its runs to whoever limits them. */

import { requireCount, requireObject } from '../arguments.js';
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
  /** What a run of these sizes uses of the budget of the peer that asks for it. @throws {VeilmatchError} `argument` */
  charge(sizes: RunSizes): Charged;
}

/** @throws {VeilmatchError} `argument` for what is no sizes */
export function requireSizes(sizes: RunSizes): void {
  requireObject(sizes, 'The run', 'peerSize', 'ownSize');
  requireCount(sizes.peerSize, "The elements in the peer's set");
  requireCount(sizes.ownSize, "The elements in this party's set");
}

/** Both parties work on both lists. */
function bothLists(sizes: RunSizes): Charged {
  requireSizes(sizes);
  const { peerSize, ownSize } = sizes;
  return { elements: peerSize, work: peerSize + ownSize };
}

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
  charge(sizes) {
    requireSizes(sizes);
    return { elements: sizes.peerSize, work: sizes.peerSize };
  },
};
