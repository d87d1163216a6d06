// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { DistinctBytes } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { multiplyScalars } from '../../src/group/scalar.js';
import { createBackend } from '../../src/group/select.js';
import { type IdentifierSet, identifiersFromRows } from '../../src/identifiers/index.js';
import {
  admission,
  countPeople,
  intersectionSum,
  type LeftOut,
  type MergeOptions,
  matchPeople,
  memoryLedger,
  type PeopleOptions,
  type PsiMachine,
  padSet,
} from '../../src/psi/index.js';
import { peopleReceiver, peopleSender } from '../../src/psi/people/people.js';
import { exchange } from '../../src/psi/run/both.js';
import { ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import type { Role } from '../../src/psi/run/suite.js';
import { DisjointSets } from '../../src/psi/shuffled/disjoint-sets.js';
import { rosterOf } from '../../src/psi/shuffled/roster.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import { sumSender } from '../../src/psi/sum/sender.js';
import { randomScalar, secureRandom } from '../../src/random.js';
import { counting } from '../suites/counting-backend.js';
import { expectCode } from '../suites/errors.js';
import { countingRandom, testBadMessages } from '../suites/machines.js';
import { QUICK, times } from '../support/effort.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});

type Admit = (run: unknown) => Promise<void>;

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
      { numRuns: times(40) },
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
      { numRuns: times(25) },
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
          const options = { backend, people: true, to, acceptChosenValues: true };
          const result = await intersectionSum(await setOf(own), await setOf(other), values, options);
          expect(result).toMatchObject({ size: shared.size, sum });
        }
      }),
      { numRuns: times(15) },
    );
  });
});

describe.skipIf(QUICK)('a list with a person of 254 sign-ups under one number', () => {
  /** Numbers of mailboxes that the other list does not have. */
  const signUps = Array.from({ length: 254 }, (_, i): Person => [0, 5000 + i]);
  const members = Array.from({ length: 400 }, (_, i): Person => [null, i]);
  const asked = Array.from({ length: 100 }, (_, i): Person => [null, i]);

  /** Elements that go through the group and bytes that are sent, with the result. */
  async function costOf(own: Person[], other: Person[], options: PeopleOptions = {}) {
    const counter = counting(backend);
    let bytes = 0;
    const onFrame = (_: Role, frame: Uint8Array): void => {
      bytes += frame.length;
    };
    const size = await countPeople(await setOf(own), await setOf(other), {
      ...options,
      backend: counter.backend,
      onFrame,
    });
    const elements = Object.values(counter.counts).reduce((sum, count) => sum + count);
    return { size, bytes, elements };
  }

  it.each<[string, Person[], Person[]]>([
    ['the sender’s', asked, [...members, ...signUps]],
    ['the receiver’s', [...asked, ...signUps], members],
  ])('costs no more than as many honest people: %s', async (_, own, other) => {
    const honest = (list: Person[]): Person[] => list.map(([, email]) => [null, email]);
    const clean = await costOf(honest(own), honest(other));
    const poisoned = await costOf(own, other);
    expect(clean.size).toBe(100);
    expect(poisoned).toEqual(clean);
  });

  it('costs four times as much at most with sign-ups that stay below the limits', async () => {
    const clean = await costOf(asked, members);
    const poisoned = await costOf(asked, [...members, ...signUps.slice(0, 7)]);
    expect(poisoned.size).toBe(100);
    expect(poisoned.elements).toBeLessThan(4.1 * clean.elements);
    expect(poisoned.bytes).toBeLessThan(4.1 * clean.bytes);
  });

  it('is reported to whoever runs it, by party, row and count', async () => {
    const reports: [Role, readonly LeftOut[]][] = [];
    const onLeftOut = (of: Role, left: readonly LeftOut[]): void => void reports.push([of, left]);
    const expected = signUps.map((_, i) => ({
      row: 400 + i,
      kind: 'phone',
      code: 'in-too-many-rows',
      count: 254,
    }));
    const own = await setOf(asked);
    const other = await setOf([...members, ...signUps]);
    await countPeople(own, other, { backend, onLeftOut });
    await matchPeople(own, other, { backend, onLeftOut });
    const values = other.rowCount;
    const options = { backend, people: true, onLeftOut };
    await intersectionSum(own, other, new Array(values).fill(1), options);
    expect(reports).toEqual(new Array(3).fill(['sender', expected]));
    await countPeople(other, own, { backend, onLeftOut });
    expect(reports[3]).toEqual(['receiver', expected]);
  });

  it('can be had whole by both parties who ask for it', async () => {
    const wide = { backend, maxIdentifiersPerPerson: 255, maxRowsPerIdentifier: 254 };
    const own = await setOf([[0, null]]);
    const other = await setOf(signUps);
    const failing = (): void => expect.fail('something was left out');
    expect(await countPeople(own, other, { ...wide, onLeftOut: failing })).toBe(1);
  });

  it('matches no number that stands for nobody, in any mode', async () => {
    const own = await setOf([
      [0, 1],
      [null, 5003],
    ]);
    const other = await setOf(signUps);
    expect(await countPeople(own, other, { backend })).toBe(1);
    expect(await matchPeople(own, other, { backend })).toEqual([{ rows: [1], by: 'email' }]);
    const values = signUps.map((_, i) => i);
    const options = { backend, people: true };
    expect(await intersectionSum(own, other, values, options)).toMatchObject({ size: 1, sum: 3 });
  });
});

describe('what a peer may declare', () => {
  const modes: [
    string,
    (role: Role, set: IdentifierSet, limits: MergeOptions, admit?: Admit) => PsiMachine<unknown>,
  ][] = [
    [
      'people',
      (role, set, limits, admit) =>
        (role === 'sender' ? peopleSender : peopleReceiver)(set, { backend, ...limits, admit }),
    ],
    [
      'sum',
      (role, set, limits, admit) =>
        role === 'sender'
          ? sumSender(set, new Array(set.rowCount).fill(1), { backend, people: true, ...limits, admit })
          : sumReceiver(set, { backend, people: true, ...limits }),
    ],
  ];

  it.each(modes)('people of more identifiers than this party takes end a run of %s', async (_, make) => {
    const wide = await setOf(Array.from({ length: 9 }, (_, i): Person => [0, i]));
    const narrow = await setOf([[0, 0]]);
    const run = (own: MergeOptions, other: MergeOptions) => {
      const admitted: unknown[] = [];
      const admit = async (asked: unknown): Promise<void> => void admitted.push(asked);
      const ended = exchange(make('receiver', wide, own), make('sender', narrow, other, admit));
      return { admitted, ended };
    };
    const limit = { maxIdentifiersPerPerson: 10 };
    const refused = run(limit, {});
    await expectCode('wrong-size', () => refused.ended);
    expect(refused.admitted).toEqual([]);
    const { ended, admitted } = run(limit, limit);
    expect((await ended).receiver).toMatchObject({ size: 1 });
    expect(admitted).toMatchObject([{ peerSize: 10, peerPeople: 1, ownSize: 2 }]);
    await expectCode('wrong-size', () => exchange(make('receiver', narrow, {}), make('sender', wide, limit)));
  });

  it('a policy’s smallest sets are people, and its largest set and budgets elements', async () => {
    const policy = { smallestCountedSet: 1_000, largestSet: 5_000, budgets: [] };
    const ask = admission({ peer: 'p', ledger: memoryLedger(), policy });
    const request = { ownSize: 1_000, learns: 'cardinality' };
    await expectCode('refused', () => ask({ ...request, peerSize: 1_020, peerPeople: 4 }));
    await expectCode('refused', () => ask({ ...request, peerSize: 5_001, peerPeople: 2_000 }));
    await ask({ ...request, peerSize: 2_000, peerPeople: 1_000 });
    await ask({ ...request, peerSize: 1_000 });
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
    const theirs = await backend.hashAndMultiply(other.elements, ristretto255Suite.dst, product);
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

  it('to a receiver that adds identifiers which it knows to match: who of a few people is shared', async () => {
    // Nobody else is marked by two known addresses, so two or three matches are the first, none or one the second.
    const own = await setOf([
      [1, 10],
      [1, 11],
      [2, null],
    ]);
    const known: Person[] = [
      [null, 10],
      [null, 11],
    ];
    for (const first of [false, true]) {
      for (const second of [false, true]) {
        const asked: Person[] = [...(first ? [[1, 90] as const] : []), ...(second ? [[2, 91] as const] : [])];
        const seen = await seenByReceiver(own, await setOf([...known, ...asked, [99, 99]]));
        expect(seen.sort()).toEqual([second ? 1 : 0, first ? 3 : 2]);
      }
    }
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
