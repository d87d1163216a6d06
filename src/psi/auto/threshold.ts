// SPDX-License-Identifier: Apache-2.0
/** Which protocol two lists of these sizes are matched by, where the parties leave that open: the same for both of them. */

/** What an intersection was found by, as the protocols are called. */
export type FoundBy = 'ecdh-psi' | 'ot-psi';

/** Elements of both lists together from which on oblivious transfers are taken: several times as many as they need to be faster. */
const AUTO_THRESHOLD = 16_384;

/** @param receiverSize elements of the receiver's list, as its Hello says @param senderSize of the sender's */
export function chosenFor(receiverSize: number, senderSize: number): FoundBy {
  return receiverSize + senderSize >= AUTO_THRESHOLD ? 'ot-psi' : 'ecdh-psi';
}
