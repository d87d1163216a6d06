// SPDX-License-Identifier: Apache-2.0
/** Who is one person in a list, and what stands for nobody: the rules alone, without a run. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromUtf8 } from '../../src/bytes.js';
import { opaqueBytes } from '../../src/identifiers/identifier.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { type IdentifierSet, SetBuilder } from '../../src/identifiers/set.js';
import { leaveOut, padSet, peopleMatched } from '../../src/psi/index.js';
import type { LeftOut, MergeLimits } from '../../src/psi/shuffled/merge-limits.js';
import { peopleOf } from '../../src/psi/shuffled/merging.js';
import { expectCode } from '../suites/errors.js';

/** A list whose rows hold these names. */
function setOf(rows: readonly (readonly string[])[]): IdentifierSet {
  const builder = new SetBuilder();
  for (const [row, names] of rows.entries()) {
    for (const name of names) builder.add(row, 'opaque', opaqueBytes(name));
  }
  builder.rowCount = rows.length;
  return builder.build();
}

/** The names of each person, sorted. */
function namesOf(set: IdentifierSet, limits: MergeLimits = {}): string[][] {
  const people = peopleOf(set, limits);
  const nameOf = (element: number): string => fromUtf8(set.elements.at(element)).replace('opaque:', '');
  return Array.from({ length: people.size }, (_, person) =>
    Array.from(people.elementsOf(person), nameOf).sort(),
  ).sort();
}

const leftOut = (set: IdentifierSet, limits: MergeLimits = {}): readonly LeftOut[] =>
  peopleOf(set, limits).leftOut;

/** Rows that share one name and have another of their own each. */
const crowd = (size: number, shared = 'shared'): string[][] =>
  Array.from({ length: size }, (_, i) => [shared, `own ${shared} ${i}`]);

describe('an identifier in too many rows', () => {
  it('merges nobody from the eleventh row on, and is reported by row and count', () => {
    const ten = setOf(crowd(10));
    expect(leftOut(ten, { maxIdentifiersPerPerson: 255 })).toEqual([]);
    expect(namesOf(ten, { maxIdentifiersPerPerson: 255 })).toHaveLength(1);

    const eleven = setOf([['somebody'], ...crowd(11)]);
    expect(leftOut(eleven, { maxIdentifiersPerPerson: 255 })).toEqual(
      Array.from({ length: 11 }, (_, i) => ({
        row: i + 1,
        kind: 'opaque',
        code: 'in-too-many-rows',
        count: 11,
      })),
    );
    expect(namesOf(eleven)).toEqual([['somebody'], ...crowd(11).map(([, own]) => [own!])].sort());
  });

  it('is in as many rows as the option says', () => {
    const set = setOf(crowd(4));
    expect(leftOut(set, { maxRowsPerIdentifier: 4 })).toEqual([]);
    expect(leftOut(set, { maxRowsPerIdentifier: 3 }).map(({ count }) => count)).toEqual([4, 4, 4, 4]);
  });

  it('counts rows with the same identifiers once: purchases of one customer are one person', () => {
    const purchases = Array.from({ length: 500 }, (_, i) => (i % 3 === 0 ? ['tel'] : ['tel', 'mail']));
    const set = setOf([...purchases, ['tel', 'other mail']]);
    expect(leftOut(set)).toEqual([]);
    expect(namesOf(set)).toEqual([['mail', 'other mail', 'tel']]);
  });

  it('counts a row once that names it twice', () => {
    const set = setOf(Array.from({ length: 6 }, (_, i) => ['shared', 'shared', `own ${i}`]));
    expect(leftOut(set)).toEqual([]);
    expect(namesOf(set)).toHaveLength(1);
  });

  it('leaves a row that has nothing else without a person', () => {
    const set = setOf([...crowd(11), ['shared']]);
    const people = peopleOf(set);
    const rows = Array.from({ length: people.size }, (_, person) => set.rowsOf(people.elementsOf(person)));
    expect(rows.flat()).not.toContain(11);
    expect(people.leftOut.filter(({ row }) => row === 11)).toEqual([
      { row: 11, kind: 'opaque', code: 'in-too-many-rows', count: 12 },
    ]);
  });

  it('is told with its kind, and never with its value', async () => {
    const rows = Array.from({ length: 11 }, (_, i) => ({ phone: '+14155550123', email: `me${i}@x.com` }));
    const { set } = await identifiersFromRows(rows);
    const report = leftOut(set);
    expect(report[0]).toEqual({ row: 0, kind: 'phone', code: 'in-too-many-rows', count: 11 });
    expect(JSON.stringify(report)).not.toMatch(/4155550123|x\.com/);
  });
});

describe('a person of too many identifiers', () => {
  it('is taken apart at the identifier that ties the most rows together', () => {
    const set = setOf([...crowd(8), ['own shared 0', 'second of 0'], ['bystander']]);
    expect(leftOut(set)).toEqual(
      Array.from({ length: 8 }, (_, row) => ({
        row,
        kind: 'opaque',
        code: 'too-many-identifiers',
        count: 10,
      })),
    );
    expect(namesOf(set)).toContainEqual(['own shared 0', 'second of 0']);
    expect(namesOf(set)).toContainEqual(['bystander']);
    expect(namesOf(set, { maxIdentifiersPerPerson: 10 })).toHaveLength(2);
    expect(leftOut(set, { maxIdentifiersPerPerson: 10 })).toEqual([]);
  });

  it('loses what one row has beyond the limit', () => {
    const set = setOf([['a', 'b', 'c', 'd']]);
    expect(namesOf(set, { maxIdentifiersPerPerson: 3 })).toEqual([['a', 'b', 'c']]);
    expect(leftOut(set, { maxIdentifiersPerPerson: 3 })).toEqual([
      { row: 0, kind: 'opaque', code: 'too-many-identifiers', count: 4 },
    ]);
  });

  it('is no error at 256 identifiers, nor at a chain through a whole list', () => {
    expect(namesOf(setOf(crowd(256)))).toHaveLength(256);
    const chain = setOf(Array.from({ length: 5000 }, (_, i) => [`link ${i}`, `link ${i + 1}`]));
    const people = peopleOf(chain);
    expect(people.widest).toBe(8);
    expect(people.leftOut.length).toBeGreaterThan(0);
  });
});

const list = fc.array(fc.array(fc.constantFrom(...'abcdefgh'), { maxLength: 4 }), { maxLength: 20 });
const limits = fc.record({
  maxIdentifiersPerPerson: fc.integer({ min: 2, max: 5 }),
  maxRowsPerIdentifier: fc.integer({ min: 1, max: 5 }),
});

describe('whatever the list', () => {
  it('nobody is wider than the limit, every element is one person’s or reported with each of its rows', () => {
    fc.assert(
      fc.property(list, limits, (rows, bounds) => {
        const set = setOf(rows);
        const people = peopleOf(set, bounds);
        const owned = Array.from({ length: people.size }, (_, person) => [...people.elementsOf(person)]);
        expect(Math.max(0, ...owned.map(({ length }) => length))).toBe(people.widest);
        expect(people.widest).toBeLessThanOrEqual(bounds.maxIdentifiersPerPerson);
        expect(owned.flat().sort((a, b) => a - b)).toEqual([...people.kept]);
        const gone = Array.from({ length: set.size }, (_, e) => e).filter((e) => !people.kept.includes(e));
        expect(people.leftOut.map(({ row }) => row)).toEqual(
          gone.flatMap((element) => set.rowsOf([element])).sort((a, b) => a - b),
        );
        // Each row is one person at most, so that no value counts twice.
        const ofRows = owned.flatMap((elements) => set.rowsOf(elements));
        expect(new Set(ofRows).size).toBe(ofRows.length);
      }),
    );
  });

  it('the order of the rows changes nothing', () => {
    fc.assert(
      fc.property(list, limits, fc.infiniteStream(fc.nat()), (rows, bounds, keys) => {
        const order = rows.map((row) => ({ row, key: keys.next().value! }));
        const shuffled = order.sort((a, b) => a.key - b.key).map(({ row }) => row);
        expect(namesOf(setOf(shuffled), bounds)).toEqual(namesOf(setOf(rows), bounds));
      }),
    );
  });

  it('what remains has nothing more to leave out, and the same people', () => {
    fc.assert(
      fc.property(list, limits, (rows, bounds) => {
        const set = setOf(rows);
        const once = leaveOut(set, bounds);
        expect(once.leftOut).toEqual(leftOut(set, bounds));
        expect(leaveOut(once.set, bounds)).toEqual({ set: once.set, leftOut: [] });
        expect(namesOf(once.set, bounds)).toEqual(namesOf(set, bounds));
        expect(once.set.rowCount).toBe(set.rowCount);
      }),
    );
  });

  it('limits that nobody reaches leave out nothing', () => {
    fc.assert(
      fc.property(list, (rows) => {
        const set = setOf(rows);
        expect(leaveOut(set, { maxIdentifiersPerPerson: 8, maxRowsPerIdentifier: 20 }).set).toBe(set);
      }),
    );
  });
});

describe('leaveOut and peopleMatched', () => {
  it('keep the rows of what remains, and dummies', () => {
    const { set } = leaveOut(padSet(setOf([['x'], ...crowd(11)]), 20));
    expect(set.size).toBe(19);
    expect(set.rowsOf([0])).toEqual([0]);
    expect(set.rowsOf([1])).toEqual([1]);
    expect([...set.kinds]).toEqual(['opaque']);
  });

  it('make people of rows that match, each of them once', () => {
    const { set } = leaveOut(setOf(crowd(11)));
    expect(peopleMatched(set, [])).toEqual([]);
    // What all of them share stands for nobody, so they are eleven people.
    expect(peopleMatched(set, [2, 5])).toEqual([[2], [5]]);
    expect(peopleMatched(setOf(crowd(3)), [1])).toEqual([[0, 1, 2]]);
    expect(peopleMatched(setOf(crowd(3)), [0, 1, 2])).toEqual([[0, 1, 2]]);
  });

  it('refuse limits that are none', async () => {
    const set = setOf([['a']]);
    for (const maxIdentifiersPerPerson of [0, 1, 256, 2.5, Number.NaN]) {
      await expectCode('argument', () => leaveOut(set, { maxIdentifiersPerPerson }));
    }
    for (const maxRowsPerIdentifier of [0, -1, 1.5, Number.POSITIVE_INFINITY]) {
      await expectCode('argument', () => peopleMatched(set, [], { maxRowsPerIdentifier }));
    }
  });
});

/** Counts what is read of a set: the work for a list, whatever the machine. */
function counted(set: IdentifierSet): { set: IdentifierSet; rowsRead: () => number } {
  let rowsRead = 0;
  const watched = new Proxy(set, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        if (name === 'rowsAt' || name === 'rowsOf') rowsRead += (result as ArrayLike<number>).length;
        return result;
      };
    },
  });
  return { set: watched, rowsRead: () => rowsRead };
}

describe('the work', () => {
  it.each<[string, (rows: number) => string[][]]>([
    ['one identifier in every row', (rows) => crowd(rows)],
    ['a chain through every row', (rows) => Array.from({ length: rows }, (_, i) => [`${i}`, `${i + 1}`])],
    ['the same row again and again', (rows) => Array.from({ length: rows }, () => ['tel', 'mail'])],
    ['crowds just below the limit', (rows) => crowd(rows).map(([, own], i) => [`crowd ${i >> 3}`, own!])],
  ])('grows as the list does: %s', (_, make) => {
    for (const rows of [2_000, 20_000]) {
      const { set, rowsRead } = counted(setOf(make(rows)));
      peopleOf(set);
      // Pairs of row and identifier are read to count them, to tell rows apart, to pack them, and to report.
      expect(rowsRead()).toBeLessThanOrEqual(4 * 2 * rows);
    }
  });
});
