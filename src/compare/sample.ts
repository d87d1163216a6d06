// SPDX-License-Identifier: Apache-2.0
/** Smaller versions of two lists, for a protocol or an attack that would take too long on the whole of them. */

import { sha256 } from '@noble/hashes/sha2.js';
import { DistinctBytes } from '../bytes.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { Marks } from '../marks.js';
import { sortedOrder } from '../sorting.js';

/** Bytes of a SHA-256 hash. */
const HASH_BYTES = 32;

export interface Lists {
  readonly receiver: IdentifierSet;
  readonly sender: IdentifierSet;
}

/** Indices of `a`'s elements that `b` has too, ascending. */
export function sharedElements(a: IdentifierSet, b: IdentifierSet): number[] {
  const theirs = new DistinctBytes();
  for (const element of b.elements) theirs.add(element);
  const shared: number[] = [];
  for (let i = 0; i < a.size; i++) if (theirs.indexOf(a.elements.at(i)) >= 0) shared.push(i);
  return shared;
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
    receiver: sampleSet(receiver, sharedElements(receiver, sender), share),
    sender: sampleSet(sender, sharedElements(sender, receiver), share),
  };
}

function sampleSet(set: IdentifierSet, sharedOnes: readonly number[], share: number): IdentifierSet {
  const shared = Marks.of(sharedOnes, set.size);
  const hashes = new Uint8Array(set.size * HASH_BYTES);
  for (let i = 0; i < set.size; i++) hashes.set(sha256(set.elements.at(i)), i * HASH_BYTES);
  const quota = {
    shared: Math.ceil(sharedOnes.length * share),
    other: Math.ceil((set.size - sharedOnes.length) * share),
  };
  const kept = new Marks(set.size);
  for (const i of sortedOrder(hashes, HASH_BYTES))
    if (quota[shared.has(i) ? 'shared' : 'other']-- > 0) kept.add(i);
  return set.filter((i) => kept.has(i));
}
