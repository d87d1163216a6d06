// SPDX-License-Identifier: Apache-2.0
/**
 * Padding: a set is filled up with dummies, so that the size that the other party sees is an upper bound.
 *
 * A dummy is a random string of a reserved kind. It is hashed, blinded, answered, tagged, encrypted and sorted like any
 * other element, so nobody can tell it apart, and it is equal to nothing that anybody else has.
 */

import { requireFunction, requireSet } from '../../arguments.js';
import { ByteList, concatBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { draw, type RandomSource, secureRandom } from '../../random.js';

/** What no identifier begins with. */
const DUMMY_LABEL = utf8('dummy:');
const DUMMY_BYTES = 32;

/** `count` dummies, distinct from everything. */
export function dummies(count: number, random: RandomSource = secureRandom): Uint8Array[] {
  return Array.from({ length: count }, () => concatBytes(DUMMY_LABEL, draw(random, DUMMY_BYTES)));
}

/**
 * The set, filled up to a size, for every variant of the protocol. The dummies belong to no row: they appear in no result,
 * and count with the value 0 in a sum. Each takes as much work as an element; make the set of a run afresh, since dummies
 * that come back would not pass for new customers.
 *
 * Pad last: a padded set cannot be filtered any more.
 * @param size elements that it has then
 * @throws {VeilmatchError} `argument` for a size below that of the set, or no whole number
 * @example
 * ```ts
 * import { IdentifierSet } from 'veilmatch/identifiers';
 * import { intersect, padSet } from 'veilmatch/psi';
 *
 * const padded = padSet(IdentifierSet.ofStrings(['ada', 'grace']), 100);
 * const { size, peerSize } = await intersect(['ada'], padded);
 * console.log(size, peerSize); // → 1 100
 * ```
 */
export function padSet(set: IdentifierSet, size: number, random: RandomSource = secureRandom): IdentifierSet {
  requireSet(set);
  requireFunction(random, 'The source of randomness');
  if (!Number.isSafeInteger(size) || size < set.size) {
    throw new VeilmatchError(
      'argument',
      `A set of ${set.size} elements can be padded to a whole number from ${set.size}.`,
    );
  }
  return set.withoutRows(ByteList.from(dummies(size - set.size, random)));
}
