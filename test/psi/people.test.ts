// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DistinctBytes } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { multiplyScalars } from '../../src/group/scalar.js';
import { createBackend } from '../../src/group/select.js';
import { type IdentifierSet, identifiersFromRows } from '../../src/identifiers/index.js';
import { DisjointSets } from '../../src/psi/disjoint-sets.js';
import {
  countPeople,
  intersectionSum,
  matchPeople,
  padSet,
  peopleReceiver,
  peopleSender,
} from '../../src/psi/index.js';
import { rosterOf } from '../../src/psi/roster.js';
import type { Role } from '../../src/psi/suite.js';
import { DST } from '../../src/psi/suite.js';
import { randomScalar, secureRandom } from '../../src/random.js';
import { expectCode } from '../suites/errors.js';
import { countingRandom, testBadMessages } from '../suites/machines.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});

/** A row by the numbers of its telephone and its mailbox; null for none. */
type Person = readonly [number | null, number | null];

async function setOf(rows: readonly Person[]): Promise<IdentifierSet> {
  const cells = rows.map(([phone, email]) => ({
    phone: phone === null ? null : `+1415555${1000 + phone}`,
    email: email === null ? null : `person${email}@example.com`,
  }));
  return (await identifiersFromRows(cells)).set;
}

const cell = fc.option(fc.nat(6));
const rows = fc.array(fc.tuple(cell, cell), { maxLength: 6 });
/** With somebody whom the other list does not have, so that both have identifiers of every kind. */
const ownRows: fc.Arbitrary<Person[]> = rows.map((list) => [...list, [20, 20]]);
const otherRows: fc.Arbitrary<Person[]> = rows.map((list) => [...list, [30, 30]]);

const namesOf = ([phone, email]: Person): string[] => [
  ...(phone === null ? [] : [`tel ${phone}`]),
  ...(email === null ? [] : [`mail ${email}`]),
];

/** The people of both lists by a plain join: rows that share an identifier, directly or through others, are one. */
function plainPeople(own: readonly Person[], other: readonly Person[]) {
  const all = [...own, ...other];
  const same = new DisjointSets(all.length);
  for (const [i, a] of all.entries()) {
    for (const [j, b] of all.entries()) {
      if (namesOf(a).some((name) => namesOf(b).includes(name))) same.join(i, j);
    }
  }
  const roots = (from: number, to: number): Set<number> =>
    new Set(
      all.flatMap((row, i) => (i >= from && i < to && namesOf(row).length > 0 ? [same.rootOf(i)] : [])),
    );
  const mine = roots(0, own.length);
  const shared = new Set([...roots(own.length, all.length)].filter((root) => mine.has(root)));
  return { shared, rootOf: (index: number) => same.rootOf(index) };
}

describe('countPeople', () => {
  it('counts everybody once, as a plain join does, whatever the lists', async () => {
    await fc.assert(
      fc.asyncProperty(ownRows, otherRows, fc.integer({ min: 1, max: 5 }), async (own, other, chunkSize) => {
        const size = await countPeople(await setOf(own), await setOf(other), { backend, chunkSize });
        expect(size).toBe(plainPeople(own, other).shared.size);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[string, Person[], Person[], number]>([
    ['both identifiers match', [[1, 1]], [[1, 1]], 1],
    ['one of two matches', [[1, 1]], [[2, 1]], 1],
    [
      'telephone and mailbox match two people over there',
      [[1, 1]],
      [
        [1, null],
        [null, 1],
      ],
      1,
    ],
    [
      'two rows here are one person over there',
      [
        [1, null],
        [null, 1],
      ],
      [[1, 1]],
      1,
    ],
    [
      'two rows here are one person by themselves',
      [
        [1, 1],
        [1, 2],
      ],
      [
        [null, 1],
        [null, 2],
      ],
      1,
    ],
    [
      'a household shares a telephone',
      [
        [1, 1],
        [1, 2],
      ],
      [[1, 3]],
      1,
    ],
    ['nobody is shared', [[1, 1]], [[2, 2]], 0],
    ['nobody has anything', [[null, null]], [[null, null]], 0],
  ])('%s', async (_, own, other, expected) => {
    expect(await countPeople(await setOf(own), await setOf(other), { backend })).toBe(expected);
  });

  it('needs both parties to agree, and people of at most 255 identifiers', async () => {
    const set = await setOf([[1, 1]]);
    const crowd = await setOf(Array.from({ length: 256 }, (_, i): Person => [0, i]));
    await expectCode('argument', () => countPeople(crowd, set, { backend }));
    await expectCode('argument', () => countPeople(set, crowd, { backend }));
  });

  it('a padded list counts the same, and hides how many people there are', async () => {
    const own = await setOf([
      [1, 1],
      [2, 2],
    ]);
    const other = await setOf([[1, 9]]);
    expect(await countPeople(padSet(own, 9), padSet(other, 7), { backend })).toBe(1);
  });
});

describe('matchPeople', () => {
  it('names each of the receiver’s people once, by the telephone number where that matches', async () => {
    await fc.assert(
      fc.asyncProperty(ownRows, otherRows, async (own, other) => {
        const people = await matchPeople(await setOf(own), await setOf(other), { backend });
        const theirs = new Set(other.flatMap(namesOf));
        const { rootOf } = plainPeople(own, []);
        const expected = new Map<number, { rows: number[]; phone: boolean }>();
        for (const [row, person] of own.entries()) {
          if (namesOf(person).length === 0) continue;
          const root = rootOf(row);
          const rowsOfPerson = own.flatMap((_, i) => (rootOf(i) === root ? [i] : []));
          const hits = rowsOfPerson.flatMap((i) => namesOf(own[i]!)).filter((name) => theirs.has(name));
          if (hits.length > 0) {
            expected.set(root, { rows: rowsOfPerson, phone: hits.some((name) => name.startsWith('tel')) });
          }
        }
        const seen = people.map(({ rows, by }) => ({ rows, phone: by === 'phone' }));
        const byRow = (a: { rows: readonly number[] }, b: { rows: readonly number[] }): number =>
          a.rows[0]! - b.rows[0]!;
        expect(seen.sort(byRow)).toEqual([...expected.values()].sort(byRow));
      }),
      { numRuns: 25 },
    );
  });
});

describe('intersectionSum with several identifiers a row', () => {
  it('counts the value of each of the sender’s people once', async () => {
    await fc.assert(
      fc.asyncProperty(ownRows, otherRows, async (own, other) => {
        const values = other.map((_, row) => 7 ** row);
        const { shared } = plainPeople(own, other);
        // The sender's rows of everybody who is on both lists by what the sender itself knows of them.
        const theirs = plainPeople(other, []);
        const mine = new Set(own.flatMap(namesOf));
        const hit = new Set(
          other.flatMap((row, i) => (namesOf(row).some((name) => mine.has(name)) ? [theirs.rootOf(i)] : [])),
        );
        const sum = other.reduce(
          (total, row, i) => total + (namesOf(row).length > 0 && hit.has(theirs.rootOf(i)) ? values[i]! : 0),
          0,
        );
        for (const to of ['receiver', 'sender'] as const) {
          const options = { backend, several: true, to, acceptChosenValues: true };
          const result = await intersectionSum(await setOf(own), await setOf(other), values, options);
          expect(result).toMatchObject({ size: shared.size, sum });
        }
      }),
      { numRuns: 15 },
    );
  });
});

describe('what several identifiers a person give away', () => {
  /** For one run with known scalars: how many identifiers of each of the receiver's people match, as the receiver sees it. */
  async function seenByReceiver(own: IdentifierSet, other: IdentifierSet): Promise<number[]> {
    const scalars = { receiver: randomScalar(), sender: randomScalar() };
    const answers: Uint8Array[] = [];
    const known = new DistinctBytes();
    const draws = (role: Role) => {
      let next = 0;
      return (length: number): Uint8Array =>
        // Of everything that is drawn, the scalar is what comes behind dummies and nonce.
        length === 32 && next++ === before[role] + 1 ? scalars[role].slice() : secureRandom(length);
    };
    const before = { receiver: dummiesOf(own), sender: dummiesOf(other) };
    const random = { receiver: draws('receiver'), sender: draws('sender') };
    let width = 0;
    await countPeople(own, other, {
      backend,
      random,
      onFrame(from, frame) {
        if (from === 'receiver' && frame[0] === 1) width = frame[1 + 22]!;
        if (frame[0] !== 3) return;
        for (let at = 5; at < frame.length; at += 32) answers.push(frame.slice(at, at + 32));
      },
    });
    // What the receiver finds by tags, found here with both scalars: the same matches.
    const product = multiplyScalars(scalars.receiver, scalars.sender);
    const theirs = await backend.hashAndMultiply(other.elements, DST, product);
    for (let at = 0; at < theirs.length; at += 32) known.add(theirs.subarray(at, at + 32));
    const people = Array.from({ length: answers.length / width }, (_, i) =>
      answers.slice(i * width, (i + 1) * width),
    );
    return people.map((elements) => elements.filter((element) => known.indexOf(element) >= 0).length);
  }

  function dummiesOf(set: IdentifierSet): number {
    return rosterOf(set, true, secureRandom).set.size - set.size;
  }

  it('to the receiver: how many identifiers of each of its people match, though not whose they are', async () => {
    const own = await setOf([
      [1, 1],
      [2, 2],
      [3, 3],
      [4, null],
      [null, 5],
      [6, 6],
    ]);
    const other = await setOf([
      [1, 1],
      [2, 8],
      [3, 3],
      [4, 4],
      [null, 9],
    ]);
    const orders = new Set<string>();
    for (let run = 0; run < 12; run++) {
      const seen = await seenByReceiver(own, other);
      // Two people by both identifiers, two by one, two not at all: with one identifier each it would see a 4 alone.
      expect([...seen].sort()).toEqual([0, 0, 1, 1, 2, 2]);
      orders.add(seen.join());
    }
    // Where they stand is another order in every run: of 90 orders, twelve runs show several.
    expect(orders.size).toBeGreaterThan(3);
  });

  it('to the sender: not how many identifiers somebody has, only people and the most that one of them has', async () => {
    const lengths = async (own: Person[], other: Person[]): Promise<string[]> => {
      const seen: string[] = [];
      const onFrame = (from: string, frame: Uint8Array): void => void seen.push(`${from} ${frame.length}`);
      await countPeople(await setOf(own), await setOf(other), { backend, onFrame });
      return seen;
    };
    const full = await lengths(
      [
        [1, 1],
        [2, 2],
        [3, 3],
      ],
      [
        [1, 1],
        [2, 2],
      ],
    );
    expect(
      await lengths(
        [
          [1, 1],
          [2, null],
          [null, 3],
        ],
        [
          [1, null],
          [null, 7],
        ],
      ),
    ).toEqual(full);
    expect(
      await lengths(
        [
          [7, null],
          [8, null],
          [9, null],
        ],
        [
          [1, null],
          [2, null],
        ],
      ),
    ).toEqual(full);
  });
});

const sets: Record<Role, Person[]> = {
  receiver: [
    [1, 1],
    [2, null],
    [null, 3],
  ],
  sender: [
    [1, 1],
    [null, 2],
    [3, 3],
  ],
};
const parties = new Map<Role, IdentifierSet>();
beforeAll(async () => {
  for (const role of ['receiver', 'sender'] as const) parties.set(role, await setOf(sets[role]));
});
testBadMessages('people', (role) => {
  const options = { backend, chunkSize: 4, random: countingRandom(role === 'sender' ? 3 : 5) };
  return (role === 'sender' ? peopleSender : peopleReceiver)(parties.get(role)!, options);
});
