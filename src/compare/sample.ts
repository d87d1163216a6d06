// SPDX-License-Identifier: Apache-2.0
/** Smaller versions of two lists, for a protocol or an attack that would take too long on the whole of them. */

import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '../bytes.js';
import type { IdentifierSet } from '../identifiers/set.js';

export interface Lists {
  readonly receiver: IdentifierSet;
  readonly sender: IdentifierSet;
}

/** Indices of `a`'s elements that `b` has too. */
export function sharedElements(a: IdentifierSet, b: IdentifierSet): number[] {
  const theirs = new Set(Array.from(b.elements, bytesToHex));
  return [...a.elements].flatMap((element, i) => (theirs.has(bytesToHex(element)) ? [i] : []));
}

/**
 * This share of the shared elements and this share of the others, of each list: the same choice at each call, by hash,
 * so that it owes nothing to the order of the lists.
 * @param share in (0, 1]
 */
export function sampleLists(lists: Lists, share: number): Lists {
  if (share >= 1) return lists;
  const { receiver, sender } = lists;
  return {
    receiver: sampleSet(receiver, new Set(sharedElements(receiver, sender)), share),
    sender: sampleSet(sender, new Set(sharedElements(sender, receiver)), share),
  };
}

function sampleSet(set: IdentifierSet, shared: ReadonlySet<number>, share: number): IdentifierSet {
  const order = Array.from(set.elements, (element, i) => ({ i, hash: bytesToHex(sha256(element)) }));
  order.sort((a, b) => (a.hash < b.hash ? -1 : 1));
  const quota = {
    shared: Math.ceil(shared.size * share),
    other: Math.ceil((set.size - shared.size) * share),
  };
  const kept = new Set<number>();
  for (const { i } of order) if (quota[shared.has(i) ? 'shared' : 'other']-- > 0) kept.add(i);
  return set.filter((i) => kept.has(i));
}
