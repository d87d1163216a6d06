// SPDX-License-Identifier: Apache-2.0

import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { numberingPlan } from '../../src/attack/index.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { serialBackend } from '../../src/group/serial.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { ALL_PEERS } from '../../src/policy/admission.js';
import { condensed } from '../../src/policy/charges.js';
import { countingTerms, namingTerms, publishedTerms, sumTerms, type Terms } from '../../src/policy/terms.js';
import {
  type AdmissionRequest,
  admission,
  BINDS,
  type Bound,
  type Budget,
  type Charge,
  checkPolicy,
  daysToEnumerate,
  defaultContactPolicy,
  defaultPolicy,
  defaultSumPolicy,
  intersect,
  intersectionSum,
  type Ledger,
  memoryLedger,
  type Policy,
  type PsiMachine,
  padSet,
  type Refusal,
} from '../../src/psi/index.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { joinIdsReceiver, joinIdsSender } from '../../src/psi/join-ids/join-ids.js';
import { peopleReceiver, peopleSender } from '../../src/psi/people/people.js';
import { exchange } from '../../src/psi/run/both.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import { sumSender } from '../../src/psi/sum/sender.js';
import { expectCode } from '../suites/errors.js';
import { chargesOf, ledgerSuite } from '../suites/ledger.js';
import { times } from '../support/effort.js';

ledgerSuite('the ledger in memory', async () => memoryLedger());

const HOUR = 3_600_000;
const TERMS: Readonly<Record<string, Terms>> = {
  intersection: namingTerms,
  cardinality: countingTerms,
  sum: sumTerms,
  'contact-discovery': publishedTerms,
};

const run = (peerSize: number, other: Partial<AdmissionRequest> = {}): AdmissionRequest => ({
  peerSize,
  ownSize: 1000,
  learns: 'intersection',
  terms: TERMS[other.learns ?? 'intersection'],
  ...other,
});

/** An admission with a clock of its own. */
function desk(policy?: Policy, ledger: Ledger = memoryLedger()) {
  const clock = { at: 1_700_000_000_000 };
  const refusals: Refusal[] = [];
  const admit = admission({
    peer: 'partner',
    ledger,
    policy,
    now: () => clock.at,
    onRefusal: (refusal) => refusals.push(refusal),
  });
  return { admit, clock, refusals, ledger };
}

describe('sizes', () => {
  const policy: Policy = {
    smallestSet: 5,
    smallestCountedSet: 10,
    largestSet: 100,
    largestRatio: 2,
    budgets: [],
  };

  it.each<[Refusal | undefined, AdmissionRequest]>([
    [undefined, run(5)],
    ['smallestSet', run(4)],
    ['smallestCountedSet', run(9, { learns: 'cardinality' })],
    ['smallestCountedSet', run(9, { learns: 'sum' })],
    [undefined, run(10, { learns: 'cardinality' })],
    [undefined, run(100)],
    ['largestSet', run(101)],
    [undefined, run(60, { ownSize: 30 })],
    ['largestRatio', run(61, { ownSize: 30 })],
    ['largestRatio', run(5, { ownSize: 0 })],
  ])('%s: %o', async (refusal, request) => {
    const { admit, refusals, ledger } = desk(policy);
    if (refusal === undefined) await admit(request);
    else await expectCode('refused', () => admit(request));
    expect(refusals).toEqual(refusal === undefined ? [] : [refusal]);
    // A run that is refused costs nothing, so that nobody can be shut out by their own mistakes.
    expect(await chargesOf(ledger, 'partner')).toHaveLength(refusal === undefined ? 1 : 0);
  });
});

describe('budgets', () => {
  const policy: Policy = {
    budgets: [
      { hours: 1, runs: 2, elements: 100 },
      { hours: 24, elements: 150 },
    ],
  };

  it('count runs and elements in every span of their length', async () => {
    const { admit, clock, refusals } = desk(policy);
    await admit(run(40));
    await expectCode('refused', () => admit(run(61)));
    await admit(run(60));
    await expectCode('refused', () => admit(run(0)));
    clock.at += HOUR - 1;
    await expectCode('refused', () => admit(run(1)));
    clock.at += 1;
    await admit(run(50));
    await expectCode('refused', () => admit(run(1)));
    clock.at += 23 * HOUR;
    await admit(run(100));
    expect(refusals).toEqual(['elements', 'runs', 'runs', 'elements']);
  });

  it('count a run that has a name once', async () => {
    const ledger = memoryLedger();
    const once: Policy = { budgets: [{ hours: 1, runs: 1 }] };
    const named = (name: string): ((request: AdmissionRequest) => Promise<void>) =>
      admission({ peer: 'partner', ledger, policy: once, run: name });
    await named('a')(run(10));
    await named('a')(run(10));
    await expectCode('refused', () => named('b')(run(10)));
    expect(await chargesOf(ledger, 'partner')).toEqual([
      { at: expect.any(Number), elements: 10, work: 1010, run: 'a' },
    ]);
  });

  it('say no more to the peer than that the run is refused', async () => {
    const tooLarge = desk({ largestSet: 1, budgets: [] });
    const spent = desk({ budgets: [{ hours: 1, elements: 1 }] });
    const a = await expectCode('refused', () => tooLarge.admit(run(2)));
    const b = await expectCode('refused', () => spent.admit(run(2)));
    expect(a.message).toBe(b.message);
    expect(a.message).not.toMatch(/\d|partner/);
  });

  it('hold for each peer by itself, and do not forget what was charged before the clock was set back', async () => {
    const { admit, clock, ledger } = desk(policy);
    await admit(run(100));
    clock.at -= 1000 * HOUR;
    await expectCode('refused', () => admit(run(1)));
    const other = admission({ peer: 'other', ledger, policy, now: () => clock.at });
    await other(run(100));
  });

  it('let only as many of many runs at once begin as one after another', async () => {
    const { admit } = desk({ budgets: [{ hours: 1, elements: 10 }] });
    const endings = await Promise.allSettled(Array.from({ length: 8 }, () => admit(run(3))));
    expect(endings.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('keep only charges that still count', async () => {
    const { admit, clock, ledger } = desk({ budgets: [{ hours: 2000 }] });
    for (let i = 0; i < 10; i++) {
      await admit(run(1));
      clock.at += 1000 * HOUR;
    }
    expect(await chargesOf(ledger, 'partner')).toHaveLength(2);
  });

  it('are not cut short by a policy of shorter spans on the same ledger', async () => {
    const { admit, clock, ledger } = desk({ budgets: [{ hours: 720, runs: 2 }] });
    await admit(run(1));
    clock.at += 100 * HOUR;
    const hourly = admission({
      peer: 'partner',
      ledger,
      policy: { budgets: [{ hours: 1, runs: 1 }] },
      now: () => clock.at,
    });
    await hourly(run(1));
    await expectCode('refused', () => admit(run(1)));
  });

  it('never evaluate more in any span than they state, for arbitrary requests', async () => {
    const request = fc.record({ wait: fc.nat(40), size: fc.nat(60) });
    const budget = fc.record({
      hours: fc.integer({ min: 1, max: 60 }),
      runs: fc.nat(6),
      elements: fc.nat(150),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(budget, { maxLength: 3 }), fc.array(request), async (budgets, requests) => {
        const { admit, clock } = desk({ budgets });
        const admitted: Array<{ at: number; size: number }> = [];
        for (const { wait, size } of requests) {
          clock.at += wait * HOUR;
          await admit(run(size)).then(
            () => admitted.push({ at: clock.at, size }),
            () => undefined,
          );
        }
        for (const { hours, runs, elements } of budgets) {
          for (const { at: end } of admitted) {
            const span = admitted.filter(({ at }) => at <= end && at > end - hours * HOUR);
            expect(span.length).toBeLessThanOrEqual(runs);
            expect(span.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(elements);
          }
        }
      }),
    );
  });
});

describe('work', () => {
  const runsOf = async (admit: (request: AdmissionRequest) => Promise<void>, request: AdmissionRequest) => {
    let runs = 0;
    while (
      runs < 100 &&
      (await admit(request).then(
        () => true,
        () => false,
      ))
    )
      runs++;
    return runs;
  };

  it('is what a run costs the sender: its whole list, for an empty one as well', async () => {
    const { admit, refusals, ledger } = desk({ budgets: [{ hours: 1, work: 5500 }] });
    expect(await runsOf(admit, run(0))).toBe(5);
    expect(refusals).toEqual(['work']);
    expect(await chargesOf(ledger, 'partner')).toEqual(
      Array(5).fill({ at: expect.any(Number), elements: 0, work: 1000 }),
    );
  });

  it('of empty lists is limited where a budget states elements alone', async () => {
    const { admit, refusals } = desk({ budgets: [{ hours: 24, elements: 100 }] });
    expect(await runsOf(admit, run(0))).toBe(10);
    expect(refusals).toEqual(['work']);
  });

  it('of empty lists is limited by the defaults', async () => {
    for (const policy of [defaultPolicy, defaultSumPolicy]) {
      const { admit } = desk(policy);
      expect(await runsOf(admit, run(0, { ownSize: 4_000_000 }))).toBeLessThanOrEqual(5);
    }
  });

  it('is the elements of the peer alone where the list is published', async () => {
    const { admit, ledger } = desk({ budgets: [{ hours: 24, elements: 100 }] });
    await admit(run(7, { learns: 'contact-discovery' }));
    expect(await chargesOf(ledger, 'partner')).toEqual([{ at: expect.any(Number), elements: 7, work: 7 }]);
  });

  it('does not exceed what is stated, whatever is asked', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(500), fc.nat(100), fc.array(fc.nat(200)), async (work, ownSize, sizes) => {
        const { admit } = desk({ budgets: [{ hours: 1, work }] });
        let done = 0;
        for (const size of sizes) {
          await admit(run(size, { ownSize })).then(
            () => {
              done += size + ownSize;
            },
            () => expect(done + size + ownSize).toBeGreaterThan(work),
          );
        }
        expect(done).toBeLessThanOrEqual(work);
      }),
    );
  });
});

describe('an account that is used for long', () => {
  const MINUTE = HOUR / 60;
  const NOW = 1_700_000_000_000;
  const total = (charges: readonly Charge[], what: (charge: Charge) => number): number =>
    charges.reduce((sum, charge) => sum + what(charge), 0);
  const runsOf = ({ runs = 1 }: Charge): number => runs;

  it('has no more charges than an update reads in no time, and the names of the newest runs', async () => {
    const ledger = memoryLedger();
    const clock = { at: NOW };
    const most = { own: 0, all: 0 };
    for (let i = 0; i < 4000; i++) {
      clock.at += 11 * MINUTE;
      const policy = { budgets: [] };
      await admission({ peer: 'partner', ledger, policy, run: `run ${i}`, now: () => clock.at })(run(3));
      if (i % 100 !== 99) continue;
      most.own = Math.max(most.own, (await chargesOf(ledger, 'partner')).length);
      most.all = Math.max(most.all, (await chargesOf(ledger, ALL_PEERS)).length);
    }
    expect([most.own, most.all].every((length) => length > 900 && length <= 1024)).toBe(true);
    const own = await chargesOf(ledger, 'partner');
    expect([total(own, runsOf), total(own, ({ elements }) => elements)]).toEqual([4000, 12_000]);
    // One that is resumed is charged no more.
    await admission({ peer: 'partner', ledger, run: 'run 3800', now: () => clock.at })(run(3));
    expect(await chargesOf(ledger, 'partner')).toEqual(own);
  });

  it('is counted for no shorter, and hardly longer, whatever was charged when', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 60 * MINUTE }), { minLength: 1025, maxLength: 2000 });
    fc.assert(
      fc.property(gaps, fc.nat(100), (waits, elements) => {
        let at = NOW - waits.reduce((sum, wait) => sum + wait, 0);
        const charges = waits.map((wait, i): Charge => {
          at += wait;
          return { at, elements, work: i, run: `${i}` };
        });
        const fewer = condensed(charges, NOW);
        expect(fewer.length).toBeLessThanOrEqual(1024);
        expect(fewer.slice(-256)).toEqual(charges.slice(-256));
        for (const [hours, longer] of [
          [1, 1 / 60],
          [24, 1 / 6],
          [168, 1],
          [720, 6],
        ] as const) {
          const inside = (list: readonly Charge[], span: number): readonly Charge[] =>
            list.filter((charge) => charge.at > NOW - span * HOUR);
          for (const what of [runsOf, (charge: Charge) => charge.elements, (charge: Charge) => charge.work]) {
            const counted = total(inside(fewer, hours), what);
            expect(counted).toBeGreaterThanOrEqual(total(inside(charges, hours), what));
            expect(counted).toBeLessThanOrEqual(total(inside(charges, hours + longer), what));
          }
        }
        expect(condensed(fewer, NOW)).toBe(fewer);
        expect(condensed(charges.slice(0, 1024), NOW)).toHaveLength(1024);
      }),
      { numRuns: times(20) },
    );
  });

  it('holds its budgets for runs that were put together, too', async () => {
    const ledger = memoryLedger();
    await ledger.update(['partner'], () => [[{ at: NOW, elements: 90, work: 90, runs: 9 }]]);
    const asked = (budget: Budget): Promise<void> =>
      admission({ peer: 'partner', ledger, policy: { budgets: [budget] }, now: () => NOW })(run(5));
    await expectCode('refused', () => asked({ hours: 1, runs: 9 }));
    await expectCode('refused', () => asked({ hours: 1, elements: 94 }));
    await asked({ hours: 1, runs: 10, elements: 95 });
  });
});

describe('budgets over all peers together', () => {
  const of = (peer: string, ledger: Ledger, all: readonly Budget[], refusals: Refusal[] = []) =>
    admission({
      peer,
      ledger,
      all,
      policy: { budgets: [{ hours: 1, runs: 2 }] },
      onRefusal: (refusal) => refusals.push(refusal),
    });

  it('hold besides those of each, and a refused run is charged to neither', async () => {
    const ledger = memoryLedger();
    const refusals: Refusal[] = [];
    const admit = (peer: string, size: number) =>
      of(peer, ledger, [{ hours: 1, runs: 3, elements: 100 }], refusals)(run(size));
    await admit('a', 40);
    await expectCode('refused', () => admit('b', 61));
    await admit('a', 30);
    await expectCode('refused', () => admit('a', 1));
    await admit('b', 30);
    await expectCode('refused', () => admit('c', 0));
    expect(refusals).toEqual(['allElements', 'runs', 'allRuns']);
    expect(await chargesOf(ledger, 'b')).toHaveLength(1);
    expect(await chargesOf(ledger, 'c')).toEqual([]);
    expect(await chargesOf(ledger, ALL_PEERS)).toHaveLength(3);
  });

  it('let only as many of many peers at once begin', async () => {
    const ledger = memoryLedger();
    const endings = await Promise.allSettled(
      Array.from({ length: 9 }, (_, i) => of(`peer ${i}`, ledger, [{ hours: 1, elements: 10 }])(run(3))),
    );
    expect(endings.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
  });

  it('count what was charged before they were stated', async () => {
    const ledger = memoryLedger();
    await admission({ peer: 'a', ledger })(run(5));
    await expectCode('refused', () => of('b', ledger, [{ hours: 1, runs: 1 }])(run(5)));
  });

  it('belong to no peer', async () => {
    await expectCode('argument', () => admission({ peer: ALL_PEERS, ledger: memoryLedger() }));
    await expectCode('argument', () => admission({ peer: 'a', ledger: memoryLedger(), all: [{ hours: 0 }] }));
  });
});

describe('a receiver with a policy', () => {
  const made = ['a', 'b', 'c', 'd'];
  const own = IdentifierSet.ofStrings(['a']);
  const elementsBefore = async (
    makeReceiver: (admit: (request: AdmissionRequest) => Promise<void>) => PsiMachine<unknown>,
    sender: PsiMachine<unknown>,
  ) => {
    const { admit, ledger, refusals } = desk({ budgets: [{ hours: 1, elements: 3 }] });
    const sent: number[] = [];
    const receiver = makeReceiver(admit);
    const ending = exchange(receiver, sender, (from, frame) => from === 'receiver' && sent.push(frame[0]!));
    const error = await ending.then(
      () => undefined,
      ({ code }) => code,
    );
    return { error, sent, refusals, charges: await chargesOf(ledger, 'partner') };
  };
  const HELLO_ALONE = [1];
  const server = IdentifierSet.ofStrings(made);

  it.each([
    [
      'both learn which rows are shared',
      (admit) => psiReceiver(own, { backend, to: 'both', admit }),
      () => psiSender(server, { backend, to: 'both' }),
    ],
    [
      'both learn how many are',
      (admit) => psiReceiver(own, { backend, reveal: 'cardinality', to: 'both', admit }),
      () => psiSender(server, { backend, reveal: 'cardinality', to: 'both' }),
    ],
    [
      'both learn pseudonyms',
      (admit) => joinIdsReceiver(own, { backend, admit }),
      () => joinIdsSender(server, { backend }),
    ],
  ] as [
    string,
    (admit: (request: AdmissionRequest) => Promise<void>) => PsiMachine<unknown>,
    () => PsiMachine<unknown>,
  ][])('sends nothing but its size to a server with too many invented numbers, where %s', async (...row) => {
    const [, receiver, sender] = row;
    expect(await elementsBefore(receiver, sender())).toEqual({
      error: 'refused',
      sent: HELLO_ALONE,
      refusals: ['elements'],
      charges: [],
    });
  });

  it('charges a run in which the sender learns, and none in which it does not', async () => {
    const small = IdentifierSet.ofStrings(['a', 'b']);
    const told = await elementsBefore(
      (admit) => psiReceiver(own, { backend, to: 'both', admit }),
      psiSender(small, { backend, to: 'both' }),
    );
    expect(told.charges).toEqual([{ at: expect.any(Number), elements: 2, work: 3 }]);
    const untold = await elementsBefore(
      (admit) => psiReceiver(own, { backend, admit }),
      psiSender(server, { backend }),
    );
    expect(untold).toMatchObject({ error: undefined, charges: [] });
  });

  it('limits the size of the other list in every mode', async () => {
    const { admit, refusals } = desk({ largestSet: 3, smallestSet: 9, largestRatio: 1, budgets: [] });
    await expectCode('refused', () =>
      exchange(psiReceiver(own, { backend, admit }), psiSender(server, { backend })),
    );
    expect(refusals).toEqual(['largestSet']);
    // What limits guesses does not hold for a party that learns nothing from them.
    await exchange(
      psiReceiver(own, { backend, admit }),
      psiSender(IdentifierSet.ofStrings(['a', 'b', 'c']), { backend }),
    );
  });

  it('is asked about what the sender is to learn', async () => {
    const asked: string[] = [];
    const admit = async ({ learns }: AdmissionRequest) => void asked.push(learns);
    const sumOf = (to: 'receiver' | 'sender') =>
      exchange(
        sumReceiver(own, { backend, to, admit, acceptChosenValues: true }),
        sumSender(own, [1], { backend, to }),
      );
    await sumOf('receiver');
    await sumOf('sender');
    await exchange(peopleReceiver(own, { backend, admit }), peopleSender(own, { backend }));
    expect(asked).toEqual(['nothing', 'sum', 'nothing']);
  });
});

describe('a sender with a policy', () => {
  const sets = [IdentifierSet.ofStrings(['a', 'b', 'c']), IdentifierSet.ofStrings(['b'])] as const;

  it('runs within it, and refuses what is beyond it before it sends anything', async () => {
    const { admit, ledger } = desk({ budgets: [{ hours: 1, elements: 4 }] });
    expect((await intersect(...sets, { backend, admit })).matches).toEqual([1]);
    const sent: string[] = [];
    await expectCode('refused', () =>
      intersect(...sets, { backend, admit, onFrame: (from) => sent.push(from) }),
    );
    expect(sent).toEqual(['receiver']);
    expect((await chargesOf(ledger, 'partner')).map(({ elements }) => elements)).toEqual([3]);
  });

  it('charges a run that is broken off after the first message', async () => {
    const { admit, ledger } = desk({ budgets: [{ hours: 1, elements: 4 }] });
    const receiver = psiReceiver(sets[0], { backend });
    const sender = psiSender(sets[1], { backend, admit });
    for await (const _ of sender.start());
    for await (const hello of receiver.start()) for await (const _ of sender.receive(hello));
    await sender.abandon();
    await receiver.abandon();
    expect((await chargesOf(ledger, 'partner')).map(({ elements }) => elements)).toEqual([3]);
    await expectCode('refused', () => intersect(...sets, { backend, admit }));
  });
});

describe('an enumeration', () => {
  /** A peer that asks for as much as it may, every hour, for so many days. Returns what it was answered. */
  async function greedy(policy: Policy, days: number, ownSize: number, space = Infinity) {
    const { admit, clock } = desk(policy);
    const largest = Math.min(policy.largestSet ?? Infinity, (policy.largestRatio ?? Infinity) * ownSize);
    const perRun = Math.min(largest, ...policy.budgets.map(({ elements = Infinity }) => elements));
    let asked = 0;
    let firstStop: number | undefined;
    for (let hour = 0; hour <= days * 24; hour++, clock.at += HOUR) {
      for (;;) {
        try {
          await admit(run(perRun, { ownSize }));
        } catch {
          firstStop ??= asked;
          break;
        }
        asked += perRun;
        if (asked >= space) return { asked, hours: hour, firstStop };
      }
    }
    return { asked, hours: days * 24, firstStop };
  }

  it.each([
    ['a partner', defaultPolicy, 1_000_000],
    ['an account', defaultContactPolicy, 1_000_000],
  ] as const)(
    'of a whole country by %s is stopped by the defaults on its first day',
    async (_, policy, own) => {
      const space = numberingPlan('US').size;
      const { asked, firstStop } = await greedy(policy, 365, own, space);
      expect(firstStop).toBe(policy.budgets[0]!.elements);
      // After a year, less than a twentieth of the plan; and no more than the command says.
      expect(asked / space).toBeLessThan(0.05);
      expect(daysToEnumerate(policy, asked + 1, own)).toBeGreaterThanOrEqual(360);
      expect(daysToEnumerate(policy, space, own)).toBeGreaterThan(20 * 365);
    },
  );

  it('takes no less time than is said, and not much more', async () => {
    const budget = fc.record({
      hours: fc.integer({ min: 1, max: 48 }),
      runs: fc.integer({ min: 1, max: 4 }),
      elements: fc.integer({ min: 1, max: 50 }),
    });
    await fc.assert(
      fc.asyncProperty(
        budget,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 300 }),
        async (one, largestSet, space) => {
          const policy: Policy = { largestSet, budgets: [one] };
          const said = daysToEnumerate(policy, space) * 24;
          const { hours, asked } = await greedy(policy, (300 * 48) / 24, 1, space);
          expect(asked).toBeGreaterThanOrEqual(space);
          expect(hours).toBeGreaterThanOrEqual(said);
          // The greedy peer asks for runs of one size, which may leave a part of a budget unused.
          const perRun = Math.min(largestSet, one.elements);
          const perSpan = Math.min(one.runs, Math.floor(one.elements / perRun)) * perRun;
          expect(hours).toBe((Math.ceil(space / perSpan) - 1) * one.hours);
        },
      ),
      { numRuns: times(30) },
    );
  });

  it('is not stopped where there is no budget, and never begins where nothing is allowed', () => {
    expect(daysToEnumerate({ budgets: [] }, 1e9)).toBe(0);
    expect(daysToEnumerate({ budgets: [{ hours: 1 }] }, 1e9)).toBe(0);
    expect(daysToEnumerate({ budgets: [{ hours: 1, runs: 0 }] }, 1)).toBe(Infinity);
    expect(daysToEnumerate({ budgets: [{ hours: 1, elements: 0 }] }, 1)).toBe(Infinity);
    expect(daysToEnumerate({ budgets: [{ hours: 24, elements: 10 }] }, 100)).toBe(9);
    expect(daysToEnumerate({ largestRatio: 2, budgets: [{ hours: 24, runs: 1 }] }, 100, 5)).toBe(9);
    // A run of ten takes the sender's five as well: twice ten, or once ten and five.
    expect(daysToEnumerate({ largestSet: 10, budgets: [{ hours: 24, work: 30 }] }, 100, 5)).toBe(4);
    expect(daysToEnumerate({ largestSet: 10, budgets: [{ hours: 24, work: 25 }] }, 150, 5)).toBe(9);
    expect(daysToEnumerate({ budgets: [{ hours: 24, work: 15 }] }, 100, 5)).toBe(9);
    expect(daysToEnumerate({ budgets: [{ hours: 24, work: 5 }] }, 100, 5)).toBe(Infinity);
  });
});

it('docs/threat-model.md states the defaults, and what they are worth', () => {
  const document = readFileSync(new URL('../../docs/threat-model.md', import.meta.url), 'utf8').replace(
    /\s+/g,
    ' ',
  );
  const number = (value: number | undefined): string => value!.toLocaleString('en-US');
  const days = (country: string): string =>
    number(daysToEnumerate(defaultPolicy, numberingPlan(country).size));
  expect(document).toContain(
    `take one partner ${days('US')} days, and the 29 million of Singapore ${days('SG')}`,
  );
  for (const { largestSet, budgets } of [defaultPolicy, defaultContactPolicy]) {
    const spans = budgets.map(
      ({ runs, elements, work }) =>
        `${number(runs)} runs, ${number(elements)} elements${work === undefined ? '' : `, work on ${number(work)}`}`,
    );
    expect(document).toContain(`| ${spans.join(' | ')} |`);
    expect(document).toContain(`| up to ${number(largestSet)}`);
    expect(budgets.map(({ hours }) => hours)).toEqual([24, 720]);
  }
});

describe('a policy', () => {
  it('is read from JSON', () => {
    for (const policy of [defaultPolicy, defaultContactPolicy, { budgets: [] }]) {
      expect(checkPolicy(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
    }
  });

  it.each([
    null,
    [],
    {},
    { budgets: {} },
    { budgets: [null] },
    { budgets: [{}] },
    { budgets: [{ hours: 0 }] },
    { budgets: [{ hours: 1.5 }] },
    { budgets: [{ hours: 1, runs: -1 }] },
    { budgets: [{ hours: 1, elements: '5' }] },
    { budgets: [{ hours: 1, element: 5 }] },
    { budgets: [{ hours: 1, work: -5 }] },
    { budgets: [], largestSet: Number.NaN },
    { budgets: [], largestRatio: 0 },
    { budgets: [], largest: 5 },
  ])('is refused with what it may not hold: %j', async (value) => {
    await expectCode('argument', () => checkPolicy(value));
    await expectCode('argument', () =>
      admission({ peer: 'partner', ledger: memoryLedger(), policy: (value ?? {}) as Policy }),
    );
  });
});

describe('what a smallest set is worth against a partner that pads', () => {
  const members = Array.from({ length: 40 }, (_, i) => `member ${i}`);
  const values = members.map((_, i) => 1_000 + i);
  const theirs = IdentifierSet.ofStrings(members);
  const alone = (name: string): IdentifierSet => IdentifierSet.ofStrings([name]);
  /** Admitted under the defaults, each time as a partner that has asked nothing yet. */
  const admit = () => admission({ peer: 'partner', ledger: memoryLedger() });
  let kernel: GroupBackend;
  beforeAll(async () => {
    kernel = await serialBackend('auto');
  });

  it('a list of one, filled up with dummies, passes it, and the count is about that person', async () => {
    const count = async (own: IdentifierSet): Promise<number> =>
      (await intersect(own, theirs, { backend: kernel, reveal: 'cardinality', admit: admit() })).size;
    await expectCode('refused', () => count(alone('member 7')));
    expect(await count(padSet(alone('member 7'), 1_000))).toBe(1);
    expect(await count(padSet(alone('nobody'), 1_000))).toBe(0);
  });

  it('a list of one, filled up with dummies, passes it for a sum, and the sum is the value of that person', async () => {
    const sumOf = (own: IdentifierSet) =>
      intersectionSum(own, theirs, values, { backend: kernel, admit: admit() });
    await expectCode('refused', () => sumOf(alone('member 7')));
    expect(await sumOf(padSet(alone('member 7'), 1_000))).toEqual({ size: 1, sum: 1_007, mean: 1_007 });
  });

  it('a sender that is told the count learns of one person in the same way, with a list of one among dummies', async () => {
    const told = async (name: string): Promise<number> => {
      const options = { backend: kernel, reveal: 'cardinality', to: 'both' } as const;
      return (await intersect(theirs, padSet(alone(name), 100), options)).sender!.size!;
    };
    expect([await told('member 7'), await told('nobody')]).toEqual([1, 0]);
  });

  it('what counts the elements that are evaluated binds one that pads, too', async () => {
    const policy: Policy = { largestSet: 50, budgets: [{ hours: 24, elements: 60 }] };
    const { admit, refusals } = desk(policy);
    const ask = (size: number) =>
      intersect(padSet(alone('member 7'), size), theirs, { backend: kernel, reveal: 'cardinality', admit });
    await expectCode('refused', () => ask(51));
    await ask(40);
    await expectCode('refused', () => ask(21));
    expect(refusals).toEqual(['largestSet', 'elements']);
  });

  it('of every limit it is said whom it binds, in the threat model as in the code', () => {
    const text = readFileSync(new URL('../../docs/threat-model.md', import.meta.url), 'utf8');
    const rows = [...text.matchAll(/^\| `(\w+)` \| ([^|]+) \| (yes|no) \| (yes|no) \| (yes|no) \|$/gm)];
    const said = Object.fromEntries(
      rows.map(([, name, , honest, padding, deviating]) => [name, { honest, padding, deviating }]),
    );
    const binding: Record<Bound, Record<Bound, string>> = {
      honest: { honest: 'yes', padding: 'no', deviating: 'no' },
      padding: { honest: 'yes', padding: 'yes', deviating: 'no' },
      deviating: { honest: 'yes', padding: 'yes', deviating: 'yes' },
    };
    for (const [name, bound] of Object.entries(BINDS))
      expect({ [name]: said[name] }).toEqual({ [name]: binding[bound] });
  });
});
