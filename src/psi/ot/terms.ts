// SPDX-License-Identifier: Apache-2.0
/** What a run of `ot-psi` means for the policy of a sender. */

import { namingTerms, requireSizes, type Terms } from '../../policy/terms.js';
import { tableRows } from './parameters.js';

/** Bits of a message of the code. */
const MESSAGE_BITS = 115;
/** Hash evaluations of offline work that a receiver is reckoned with, as a power of two. */
const OFFLINE_BITS = 80;
/** It hides more with a probability below 2^-40. */
const ERROR_BITS = 40;

/**
 * Elements that a receiver of this declared size can hide in its tables at most with 2^80 hash evaluations (docs/threat-model.md): one that
 * deviates is answered for as many.
 */
function hiddenElements(receiverSize: number): number {
  return Math.ceil((tableRows(receiverSize) * MESSAGE_BITS + ERROR_BITS) / (MESSAGE_BITS - OFFLINE_BITS));
}

/** The peer learns which of its elements match, and is charged for as many as it could hide. */
export const otTerms: Terms = {
  ...namingTerms,
  charge(sizes) {
    requireSizes(sizes);
    const { peerSize, ownSize } = sizes;
    return { elements: hiddenElements(peerSize), work: tableRows(peerSize) + peerSize + ownSize };
  },
};
