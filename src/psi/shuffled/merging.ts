// SPDX-License-Identifier: Apache-2.0
/**
 * Which rows of a list are one person, and which identifiers are left out because they stand for nobody in particular.
 *
 * Two rows are the same person when they share an identifier, directly or through other rows. Everybody is filled up to the
 * one who has most identifiers, so a single person with hundreds of sign-ups would make a list many times as large. Two
 * limits prevent it. An identifier beyond one of them is left out: it merges no rows and matches nothing, its rows go on
 * with what else they have, and each of them is reported. Which identifiers these are depends on what the rows hold, not on
 * their order.
 */

import { requireOptions, requireSet } from '../../arguments.js';
import type { ByteList } from '../../bytes.js';
import { kindOf } from '../../identifiers/identifier.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { DisjointSets } from './disjoint-sets.js';
import { checkedLimits, type LeftOut, LIMIT_NAMES, type MergeLimits } from './merge-limits.js';

/** The people of a list. */
interface People {
  readonly size: number;
  /** The most identifiers that one of them has; zero where nobody is. */
  readonly widest: number;
  /** Indices of a person's elements, ascending. People come in the order of their first ones. */
  elementsOf(person: number): Uint32Array;
  /** The elements that are somebody's, ascending: all but the ones that are left out. */
  readonly kept: Uint32Array;
  /** By row, and within a row in the order of the set. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * The set without the identifiers that stand for nobody in particular, over the same rows, and what was left out. For
 * parties of the ordered mode that run apart: both take what remains into the run, and what the receiver's matches are by
 * person `peopleMatched` says. The modes that count people do it themselves.
 * @throws {VeilmatchError} `argument` for a limit that is none
 * @example
 * ```ts
 * import { identifiersFromRows } from 'veilmatch/identifiers';
 * import { leaveOut } from 'veilmatch/psi';
 *
 * const staff = Array.from({ length: 11 }, (_, i) => ({ phone: '+1 415 555 0100', email: `clerk${i}@example.com` }));
 * const { set, leftOut } = leaveOut((await identifiersFromRows(staff)).set);
 * console.log(set.size, leftOut.length); // → 11 11
 * ```
 */
export function leaveOut(
  set: IdentifierSet,
  limits: MergeLimits = {},
): { readonly set: IdentifierSet; readonly leftOut: readonly LeftOut[] } {
  requireSet(set);
  requireOptions(limits, LIMIT_NAMES);
  const { kept, leftOut } = peopleOf(set, limits);
  return { set: leftOut.length === 0 ? set : set.only(kept), leftOut };
}

/**
 * The people of a list. An element of no row is a person of its own.
 *
 * Takes work in proportion to the pairs of row and identifier. Only elements of people beyond the limit are sorted.
 * @throws {VeilmatchError} `argument` for a limit that is none
 */
export function peopleOf(set: IdentifierSet, limits: MergeLimits = {}): People {
  const { maxIdentifiersPerPerson, maxRowsPerIdentifier } = checkedLimits(limits);
  const records = recordsOf(set);
  // Of elements that are left out the count that is reported, and 0 of the others.
  const common = new Uint32Array(set.size);
  const wide = new Uint32Array(set.size);
  for (let element = 0; element < set.size; element++) {
    const count = records.countOf(element);
    if (count > maxRowsPerIdentifier) common[element] = count;
  }

  // Everybody at first as if there were no limit to a person: nearly always nobody is beyond it.
  const whole = new DisjointSets(records.count);
  const widths = new Uint32Array(records.count);
  const elementsOf = (keep: (element: number) => boolean): Uint32Array =>
    Uint32Array.from({ length: set.size }, (_, element) => element).filter(keep);
  const held = elementsOf((element) => records.countOf(element) > 0 && common[element] === 0);
  for (const element of held) if (records.countOf(element) > 1) joinAll(whole, records.of(element));
  const personOf = (element: number): number => whole.rootOf(records.firstOf(element)!);
  for (const element of held) widths[personOf(element)]!++;
  const beyond = held.filter((element) => widths[personOf(element)]! > maxIdentifiersPerPerson);

  let merged = whole;
  if (beyond.length > 0) {
    merged = new DisjointSets(records.count);
    for (const element of held) {
      if (widths[personOf(element)]! <= maxIdentifiersPerPerson) joinAll(merged, records.of(element));
    }
    const reached = new Uint32Array(records.count);
    // From the rarest identifier on, so that what is left out is what ties the most rows together.
    const rarestFirst = (a: number, b: number): number =>
      records.countOf(a) - records.countOf(b) || compareItems(set.elements, a, b);
    for (const element of beyond.sort(rarestFirst)) {
      const roots = new Set(Array.from(records.of(element), (record) => merged.rootOf(record)));
      let width = 1;
      for (const root of roots) width += reached[root]!;
      if (width > maxIdentifiersPerPerson) {
        wide[element] = width;
        continue;
      }
      joinAll(merged, records.of(element));
      reached[merged.rootOf(records.firstOf(element)!)] = width;
    }
  }

  const kept = elementsOf((element) => common[element] === 0 && wide[element] === 0);
  const grouped = grouping(kept, records.count, (element) => {
    const record = records.firstOf(element);
    return record === undefined ? undefined : merged.rootOf(record);
  });
  const leftOut = [
    ...reportOf(set, common, 'in-too-many-rows'),
    ...reportOf(set, wide, 'too-many-identifiers'),
  ].sort((a, b) => a.row - b.row || a.element - b.element);
  return { ...grouped, kept, leftOut: leftOut.map(({ element: _, ...left }) => left) };
}

function joinAll(sets: DisjointSets, members: Uint32Array): void {
  for (let i = 1; i < members.length; i++) sets.join(members[0]!, members[i]!);
}

/** Rows with the very same identifiers are one record. */
interface Records {
  readonly count: number;
  /** The records that an element stands in, each once. */
  of(element: number): Uint32Array;
  countOf(element: number): number;
  /** Undefined for an element of no row. */
  firstOf(element: number): number | undefined;
}

/**
 * Tells rows apart by refining: each element takes the rows that it stands in out of the records that they were in. No
 * hashing, which a list could be made against.
 */
function recordsOf(set: IdentifierSet): Records {
  const recordOf = new Uint32Array(set.rowCount);
  let pairs = 0;
  for (let element = 0; element < set.size; element++) pairs += set.rowsAt(element).length;
  // Record 0 are the rows without an identifier.
  let count = 1;
  const seenAt = new Uint32Array(pairs + 1);
  const movedTo = new Uint32Array(pairs + 1);
  for (let element = 0; element < set.size; element++) {
    for (const row of set.rowsAt(element)) {
      const record = recordOf[row]!;
      if (seenAt[record] !== element + 1) {
        seenAt[record] = element + 1;
        movedTo[record] = count;
        // A row that the element names twice stays where it is.
        seenAt[count] = element + 1;
        movedTo[count] = count++;
      }
      recordOf[row] = movedTo[record]!;
    }
  }
  seenAt.fill(0);
  const starts = new Uint32Array(set.size + 1);
  const records = new Uint32Array(pairs);
  let end = 0;
  for (let element = 0; element < set.size; element++) {
    for (const row of set.rowsAt(element)) {
      const record = recordOf[row]!;
      if (seenAt[record] === element + 1) continue;
      seenAt[record] = element + 1;
      records[end++] = record;
    }
    starts[element + 1] = end;
  }
  const countOf = (element: number): number => starts[element + 1]! - starts[element]!;
  return {
    count,
    of: (element) => records.subarray(starts[element]!, starts[element + 1]!),
    countOf,
    firstOf: (element) => (countOf(element) === 0 ? undefined : records[starts[element]!]),
  };
}

/** The elements by person, people in the order of their first elements. */
function grouping(
  kept: Uint32Array,
  records: number,
  rootOf: (element: number) => number | undefined,
): Pick<People, 'size' | 'widest' | 'elementsOf'> {
  // Counted from 1, so that 0 is nobody yet.
  const numbers = new Uint32Array(records);
  const personOf = new Uint32Array(kept.length);
  let size = 0;
  for (const [i, element] of kept.entries()) {
    const root = rootOf(element);
    if (root === undefined) personOf[i] = size++;
    else {
      if (numbers[root] === 0) numbers[root] = ++size;
      personOf[i] = numbers[root]! - 1;
    }
  }
  const starts = new Uint32Array(size + 1);
  for (const person of personOf) starts[person + 1]!++;
  let widest = 0;
  for (let person = 0; person < size; person++) {
    widest = Math.max(widest, starts[person + 1]!);
    starts[person + 1]! += starts[person]!;
  }
  const next = starts.slice();
  const elements = new Uint32Array(kept.length);
  for (const [i, element] of kept.entries()) elements[next[personOf[i]!]!++] = element;
  return {
    size,
    widest,
    elementsOf: (person) => elements.subarray(starts[person]!, starts[person + 1]!),
  };
}

/** Bytewise, a shorter one before what it begins. */
function compareItems({ bytes, offsets }: ByteList, a: number, b: number): number {
  const [endA, endB] = [offsets[a + 1]!, offsets[b + 1]!];
  let [i, j] = [offsets[a]!, offsets[b]!];
  while (i < endA && j < endB) {
    const difference = bytes[i++]! - bytes[j++]!;
    if (difference !== 0) return difference;
  }
  return endA - i - (endB - j);
}

function* reportOf(
  set: IdentifierSet,
  counts: Uint32Array,
  code: LeftOut['code'],
): Generator<LeftOut & { readonly element: number }> {
  for (const [element, count] of counts.entries()) {
    if (count === 0) continue;
    const kind = kindOf(set.elements.at(element));
    for (const row of set.rowsOf([element])) yield { row, kind, code, count, element };
  }
}
