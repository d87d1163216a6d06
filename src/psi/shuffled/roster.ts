// SPDX-License-Identifier: Apache-2.0
/**
 * A list as the shuffled modes take it: people, each with equally many elements.
 *
 * With one identifier a row, people are the set's elements. With several, rows that share an identifier are merged
 * (`merging.ts`), and everybody is filled up with dummies to the number of identifiers of the one who has most, so that
 * nobody's number shows.
 */

import { ByteListBuilder } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { IdentifierSet } from '../../identifiers/set.js';
import type { RandomSource } from '../../random.js';
import { dummies } from '../run/padding.js';
import { checkedLimits, type MergeOptions, told } from './merge-limits.js';
import { peopleOf } from './merging.js';

export interface Roster {
  /** Person p has the elements from p * width on. */
  readonly set: IdentifierSet;
  /** Elements of each person: 1, or at least 2 where rows may have several identifiers. */
  readonly width: number;
  /** The same of the peer at most. */
  readonly maxPeerWidth: number;
  /** People. */
  readonly size: number;
  /** Fulfilled when the caller has taken what was left out: nothing is sent before. */
  readonly told: Promise<void>;
  /** The caller's rows of a person, ascending. */
  rowsOf(person: number): number[];
}

/**
 * @param several - whether rows may have several identifiers, on which both parties must agree
 * @param random - for the dummies
 * @param options - hold only where rows may have several
 * @throws {VeilmatchError} `argument` for rows with several identifiers where they may have one, or for a limit that is none
 */
export function rosterOf(
  set: IdentifierSet,
  several: boolean,
  random: RandomSource,
  options: MergeOptions = {},
): Roster {
  if (!several) {
    if (set.severalPerRow) throw severalError();
    return {
      ...{ set, width: 1, maxPeerWidth: 1, size: set.size },
      told: told(options.onLeftOut, []),
      rowsOf: (person) => set.rowsOf([person]),
    };
  }
  const people = peopleOf(set, options);
  const taken = told(options.onLeftOut, people.leftOut);
  const width = Math.max(2, people.widest);
  const cells = new ByteListBuilder();
  for (let person = 0; person < people.size; person++) {
    const elements = people.elementsOf(person);
    for (const element of elements) cells.add(set.elements.at(element));
    for (const dummy of dummies(width - elements.length, random)) cells.add(dummy);
  }
  const nowhere = new Uint32Array(cells.length + 1);
  return {
    set: new IdentifierSet(cells.toList(), set.kinds, set.rowCount, nowhere, new Uint32Array()),
    width,
    maxPeerWidth: checkedLimits(options).maxIdentifiersPerPerson,
    size: people.size,
    told: taken,
    rowsOf: (person) => set.rowsOf(people.elementsOf(person)),
  };
}

function severalError(): VeilmatchError {
  return new VeilmatchError(
    'argument',
    'Here a row may have one identifier only, or people would be counted by their identifiers. Agree with the peer on several ' +
      "identifiers a row (people: true); or make the set with match: 'all', or from one column, the same at both parties. What " +
      'firstOfEachRow() leaves misses whoever the other list knows by something else.',
  );
}
