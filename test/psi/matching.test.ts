// SPDX-License-Identifier: Apache-2.0
/** Look-ups give what plain sets give, and read and write as much memory for what is there as for what is not: counted, not timed. */

import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { concatBytes, sortRecords } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { PsiMachine } from '../../src/psi/index.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { countCommon, SortedRecords } from '../../src/psi/run/matching.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import { sumSender } from '../../src/psi/sum/sender.js';
import { secureRandom } from '../../src/random.js';
import { TURN_RECORDS } from '../../src/workers/turn.js';
import { expectCode } from '../suites/errors.js';
import { exchangeThrough } from '../support/exchange.js';
import { toyGroup } from '../support/toy-group.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

/** Records of one width from so few bytes that many are alike, with the signs of bytes and of words among them. */
const lists = fc.integer({ min: 1, max: 11 }).chain((width) => {
  const record = fc
    .array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { minLength: width, maxLength: width })
    .map((bytes) => Uint8Array.from(bytes));
  const distinct = fc.uniqueArray(record, { selector: String, maxLength: 40 });
  return fc.record({ width: fc.constant(width), own: distinct, others: distinct, any: fc.array(record) });
});

const hitsOf = (sorted: SortedRecords, records: readonly Uint8Array[]): (number | undefined)[] =>
  records.map((record) => {
    const found = sorted.find(record);
    return (found & 1) === 1 ? found >>> 1 : undefined;
  });

describe('sorted records', () => {
  it('find what a plain list finds, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(lists, async ({ width, own, others }) => {
        const sorted = await SortedRecords.of(concatBytes(...own), width);
        const places = new Map(own.map((record, i) => [String(record), i]));
        expect(hitsOf(sorted, own)).toEqual([...own.keys()]);
        expect(hitsOf(sorted, others)).toEqual(others.map((record) => places.get(String(record))));
        // What is not found has an index as well, which is one of the list's.
        for (const record of others) expect(sorted.find(record) >>> 1).toBeLessThan(Math.max(1, own.length));
      }),
    );
  });

  it('tell the first record that comes again', async () => {
    await fc.assert(
      fc.asyncProperty(lists, async ({ width, any }) => {
        const sorted = await SortedRecords.of(concatBytes(...any), width);
        const seen = new Set<string>();
        const first = any.findIndex((record) => seen.size === seen.add(String(record)).size);
        expect(await sorted.firstRepeated()).toBe(first < 0 ? undefined : first);
      }),
    );
  });

  it('tell it across turns, and take a turn for each part of a long list', async () => {
    const count = 3 * TURN_RECORDS;
    const records = secureRandom(count * 10);
    records.copyWithin(10 * (count - 7), 10 * 5, 10 * 6);
    let turns = 0;
    let running = true;
    const tick = (): void => {
      turns++;
      if (running) setImmediate(tick);
    };
    setImmediate(tick);
    expect(await (await SortedRecords.of(records, 10)).firstRepeated()).toBe(count - 7);
    running = false;
    expect(turns).toBeGreaterThan(5);
  });

  it('look up from within a longer array', async () => {
    const records = Uint8Array.of(9, 9, 1, 2, 3, 4, 5, 6);
    const sorted = await SortedRecords.of(records, 2);
    expect([0, 2, 4, 6, 1].map((start) => sorted.find(records, start) & 1)).toEqual([1, 1, 1, 1, 0]);
  });
});

describe('records that two lists have in common', () => {
  it('are as many as plain sets have', async () => {
    await fc.assert(
      fc.asyncProperty(lists, async ({ width, own, others }) => {
        const [a, b] = [own, others].map((list) => sortRecords(concatBytes(...list), width));
        const set = new Set(own.map(String));
        const common = others.filter((record) => set.has(String(record))).length;
        expect(await countCommon(a!, b!, width)).toBe(common);
        expect(await countCommon(b!, a!, width)).toBe(common);
        expect(await countCommon(a!, a!, width)).toBe(own.length);
      }),
    );
  });
});

const WIDTH = 10;

/** Reads and writes of elements of arrays that are made by this. */
function counted<Numbers extends Uint8Array | Int32Array | Uint32Array>(
  array: Numbers,
  tally: Record<string, number>,
): Numbers {
  const note = (what: string, name: string | symbol): void => {
    if (typeof name === 'string' && /^\d+$/.test(name)) tally[what] = (tally[what] ?? 0) + 1;
  };
  return new Proxy(array, {
    get(target, name) {
      note('read', name);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
    set(target, name, value) {
      note('written', name);
      return Reflect.set(target, name, value, target);
    },
  });
}

/** Lists of `count` and of 300 records, with none, half and all of the latter's on the former. */
function scenarios(count: number): { readonly own: Uint8Array; readonly others: readonly Uint8Array[] } {
  const own = secureRandom(count * WIDTH);
  const others = [0, 150, 300].map((shared) =>
    sortRecords(concatBytes(own.subarray(0, shared * WIDTH), secureRandom((300 - shared) * WIDTH)), WIDTH),
  );
  return { own, others };
}

describe.each([300, 1_000, 4_097])('among %d records', (count) => {
  it('a look-up reads and writes as much, whether nothing, half or all is shared', async () => {
    const { own, others } = scenarios(count);
    const tallies: unknown[] = [];
    const sizes: number[] = [];
    for (const records of others) {
      const tally: Record<string, number> = {};
      // All arrays that the records are kept in, and the one that is looked up.
      for (const name of ['Int32Array', 'Uint32Array'] as const) {
        const Real = globalThis[name];
        vi.stubGlobal(
          name,
          new Proxy(Real, { construct: (_, [length]) => counted(new Real(length), tally) }),
        );
      }
      const sorted = await SortedRecords.of(own, WIDTH);
      vi.unstubAllGlobals();
      for (const what of Object.keys(tally)) delete tally[what];
      const [looked, shared] = [counted(records, tally), counted(new Uint8Array(count), tally)];
      let matches = 0;
      for (let at = 0; at < records.length; at += WIDTH) {
        const found = sorted.find(looked, at);
        shared[found >>> 1]! |= found & 1;
        matches += found & 1;
      }
      sizes.push(matches);
      tallies.push({ ...tally, steps: sorted.steps });
    }
    // The control: they did share that, and it was counted.
    expect(sizes).toEqual([0, 150, 300]);
    const depth = Math.ceil(Math.log2(count)) + 1;
    expect(tallies[0]).toMatchObject({ steps: 300 * depth, written: 300 * (3 + 1) });
    for (const tally of tallies) expect(tally).toEqual(tallies[0]);
  });

  it('lists that are there as a whole are read as often, whether nothing, half or all is shared', async () => {
    const { own, others } = scenarios(count);
    const sorted = sortRecords(own, WIDTH);
    const tallies: unknown[] = [];
    const sizes: number[] = [];
    for (const records of others) {
      const tally = {};
      sizes.push(await countCommon(counted(sorted, tally), counted(records, tally), WIDTH));
      tallies.push(tally);
    }
    expect(sizes).toEqual([0, 150, 300]);
    // A record of each list in every step, of which there is one for each record; either byte twice.
    for (const tally of tallies) expect(tally).toEqual({ read: (count + 300) * 2 * 2 * WIDTH });
  });
});

describe('two answers that make one tag', () => {
  const honest = toyGroup(() => {});
  /** What takes the blinds off the third answer finds in it what was in the second one. */
  const misled: GroupBackend = {
    ...honest,
    async multiply(...operands) {
      const elements = await honest.multiply(...operands);
      return elements.copyWithin(2 * 32, 32, 2 * 32);
    },
  };
  const set = IdentifierSet.ofStrings(['a', 'b', 'c', 'd', 'e']);

  it.each<[string, PsiMachine<unknown>, PsiMachine<unknown>]>([
    [
      'a count',
      psiReceiver(set, { backend: misled, reveal: 'cardinality' }),
      psiSender(set, { backend: honest, reveal: 'cardinality' }),
    ],
    ['a sum', sumReceiver(set, { backend: misled }), sumSender(set, [1, 2, 3, 4, 5], { backend: honest })],
  ])(
    'end %s before anything is looked up, with the position of the second one',
    async (_, receiver, sender) => {
      const find = vi.spyOn(SortedRecords.prototype, 'find');
      const sent: number[] = [];
      const run = exchangeThrough(receiver, sender, (from, frame) => {
        if (from === 'receiver') sent.push(frame[0]!);
        return [frame];
      });
      expect((await expectCode('repeated-element', () => run)).position).toBe(2);
      // Hello and the questions, and nothing that would say what was found.
      expect(sent).toEqual([1, 2]);
      expect(find).not.toHaveBeenCalled();
    },
  );
});
