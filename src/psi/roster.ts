// SPDX-License-Identifier: Apache-2.0
/**
 * A list as the shuffled modes take it: people, each with equally many elements.
 *
 * With one identifier a row, people are the set's elements. With several, two rows are the same person when they share an
 * identifier, directly or through other rows; everybody is filled up with dummies to the number of identifiers of the one
 * who has most, so that nobody's number shows.
 */

import { ByteList } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { IdentifierSet } from '../identifiers/set.js';
import type { RandomSource } from '../random.js';
import { DisjointSets } from './disjoint-sets.js';
import { dummies } from './padding.js';

export interface Roster {
  /** Person p has the elements from p * width on. */
  readonly set: IdentifierSet;
  /** Elements of each person: 1, or at least 2 where rows may have several identifiers. */
  readonly width: number;
  /** People. */
  readonly size: number;
  /** The caller's rows of a person, ascending. */
  rowsOf(person: number): number[];
}

/** What the Hello has room for. */
const MAX_WIDTH = 255;

/**
 * @param several - whether rows may have several identifiers, on which both parties must agree
 * @param random - for the dummies
 * @throws {VeilmatchError} `argument` for rows with several identifiers where they may have one, or people with more than
 * 255
 */
export function rosterOf(set: IdentifierSet, several: boolean, random: RandomSource): Roster {
  if (!several) {
    if (set.severalPerRow) throw severalError();
    return { set, width: 1, size: set.size, rowsOf: (person) => set.rowsOf([person]) };
  }
  const people = peopleOf(set);
  const width = people.reduce((most, elements) => Math.max(most, elements.length), 2);
  if (width > MAX_WIDTH) {
    throw new VeilmatchError(
      'argument',
      `Rows that share identifiers make one person of ${width} identifiers; at most ${MAX_WIDTH} are possible. ` +
        'Remove identifiers that stand for nobody, such as the number of a switchboard.',
    );
  }
  const cells = people.flatMap((elements) => [
    ...elements.map((element) => set.elements.at(element)),
    ...dummies(width - elements.length, random),
  ]);
  const nowhere = new Uint32Array(cells.length + 1);
  return {
    set: new IdentifierSet(ByteList.from(cells), set.kinds, set.rowCount, nowhere, new Uint32Array()),
    width,
    size: people.length,
    rowsOf: (person) => set.rowsOf(people[person]!),
  };
}

/** The elements of each person, in the order of the set. An element of no row is a person of its own. */
export function peopleOf(set: IdentifierSet): number[][] {
  const rows = new DisjointSets(set.rowCount);
  const rowOf = new Array<number | undefined>(set.size);
  for (let element = 0; element < set.size; element++) {
    const [first, ...others] = set.rowsOf([element]);
    rowOf[element] = first;
    for (const other of others) rows.join(first!, other);
  }
  const people: number[][] = [];
  const personOf = new Map<number, number[]>();
  for (let element = 0; element < set.size; element++) {
    const row = rowOf[element];
    const root = row === undefined ? undefined : rows.rootOf(row);
    const known = root === undefined ? undefined : personOf.get(root);
    if (known !== undefined) {
      known.push(element);
      continue;
    }
    const person = [element];
    people.push(person);
    if (root !== undefined) personOf.set(root, person);
  }
  return people;
}

function severalError(): VeilmatchError {
  return new VeilmatchError(
    'argument',
    'Here a row may have one identifier only, or people would be counted by their identifiers. Make the set with ' +
      "match: 'all', from one column, or reduce it with firstOfEachRow(); or agree with the peer on several identifiers a row.",
  );
}
