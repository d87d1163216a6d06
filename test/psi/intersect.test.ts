// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { type IntersectOptions, intersect } from '../../src/psi/index.js';
import { expectCode } from '../suites/errors.js';
import { times } from '../support/effort.js';

/** Lists with duplicates within and overlaps between them. */
const list = fc.array(fc.integer({ min: 0, max: 9 }).map(String), { maxLength: 7 });

/** The frames of a run with default randomness, as hexadecimal records of elements and tags. */
async function recordsOf(
  receiver: string[],
  sender: string[],
  options: IntersectOptions = {},
): Promise<string[]> {
  const records: string[] = [];
  await intersect(receiver, sender, {
    backend,
    ...options,
    onFrame(_, frame) {
      const width = frame[0] === 4 ? 6 : 32;
      if (frame[0] === 1 || frame[0] === 5) return;
      for (let at = 5; at < frame.length; at += width)
        records.push(bytesToHex(frame.subarray(at, at + width)));
    },
  });
  return records;
}

describe('intersect', () => {
  it('finds exactly the plain intersection, whatever the lists, their duplicates and the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(list, list, fc.integer({ min: 1, max: 4 }), async (receiver, sender, chunkSize) => {
        const theirs = new Set(sender);
        const shared = new Set(receiver.filter((name) => theirs.has(name)));
        const result = await intersect(receiver, sender, { backend, chunkSize });
        expect(result.size).toBe(shared.size);
        expect(result.matches).toEqual([...receiver.keys()].filter((row) => theirs.has(receiver[row]!)));
        expect(result.select(receiver)).toEqual(receiver.filter((name) => theirs.has(name)));
        expect(await intersect(receiver, sender, { backend, chunkSize, reveal: 'cardinality' })).toEqual({
          size: shared.size,
          peerSize: theirs.size,
        });
      }),
      { numRuns: times(25) },
    );
  });

  it.each([
    [[], []],
    [[], ['a']],
    [['a'], []],
    [['a'], ['a']],
    [['a'], ['b']],
  ])('handles the smallest lists: %j and %j', async (receiver, sender) => {
    const shared = receiver.filter((name) => (sender as string[]).includes(name));
    expect((await intersect(receiver, sender, { backend })).matches).toEqual([...shared.keys()]);
    expect((await intersect(receiver, sender, { backend, reveal: 'cardinality' })).size).toBe(shared.length);
  });

  it('does not depend on the order of either list', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(20).map(String), { maxLength: 5 }),
        fc.infiniteStream(fc.nat()),
        async (names, keys) => {
          const shuffled = names
            .map((name) => ({ name, key: keys.next().value }))
            .sort((a, b) => a.key - b.key)
            .map(({ name }) => name);
          const sender = ['0', '1', '2', '3', '4', '5'];
          const straight = await intersect(names, sender, { backend });
          const other = await intersect(shuffled, [...sender].reverse(), { backend });
          expect(other.select(shuffled).sort()).toEqual(straight.select(names).sort());
        },
      ),
      { numRuns: times(10) },
    );
  });

  it.each(['intersection', 'cardinality'] as const)(
    '%s: with fresh keys every element and every tag is another one',
    async (reveal) => {
      const options = { reveal } as IntersectOptions;
      const first = await recordsOf(['a', 'b', 'c'], ['b', 'c', 'd'], options);
      const second = await recordsOf(['a', 'b', 'c'], ['b', 'c', 'd'], options);
      // Three blinded, three evaluated, three tags, all different within a run and between the runs.
      expect(new Set([...first, ...second]).size).toBe(18);
    },
  );

  it('sends messages whose lengths depend on the sizes alone', async () => {
    const lengths = async (receiver: string[], sender: string[]): Promise<number[]> => {
      const seen: number[] = [];
      await intersect(receiver, sender, { backend, onFrame: (_, frame) => void seen.push(frame.length) });
      return seen;
    };
    const disjoint = await lengths(['a', 'b', 'c'], ['d', 'e']);
    expect(await lengths(['x', 'a much longer identifier', 'y'], ['x', 'y'])).toEqual(disjoint);
  });

  it('refuses strings on one side and identifiers on the other', async () => {
    const { set } = await identifiersFromRows([{ phone: '+14155550123' }]);
    await expectCode('incompatible-lists', () => intersect(set, ['+14155550123'], { backend }));
    await expectCode('incompatible-lists', () => intersect(['+14155550123'], set, { backend }));
  });

  it('refuses one string in place of a list, and what is no string in a list', async () => {
    await expectCode('argument', () => intersect('abc', ['a'], { backend }));
    const error = await expectCode('argument', () =>
      intersect(['a', 5 as unknown as string], ['a'], { backend }),
    );
    expect(error.position).toBe(1);
  });

  it('refuses to count people by rows of several identifiers', async () => {
    const { set } = await identifiersFromRows([{ phone: '+14155550123', email: 'ada@example.com' }]);
    const one = await identifiersFromRows([{ email: 'ada@example.com' }]);
    await expectCode('argument', () => intersect(set, one.set, { backend, reveal: 'cardinality' }));
    await expectCode('argument', () => intersect(one.set, set, { backend, reveal: 'cardinality' }));
    expect((await intersect(set, one.set, { backend })).matches).toEqual([0]);
    const first = set.firstOfEachRow();
    expect((await intersect(first, set.firstOfEachRow(), { backend, reveal: 'cardinality' })).size).toBe(1);
    expect(await intersect(first, one.set, { backend }).catch((error) => error.code)).toBe(
      'incompatible-lists',
    );
  });

  it('select refuses rows that are not the ones of the set', async () => {
    const result = await intersect(['a', 'b'], ['b'], { backend });
    await expectCode('argument', () => result.select(['a']));
  });

  it('stops when the signal fires, and reports progress in every phase', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `${i}`);
    await expectCode('aborted', () => intersect(names, names, { backend, signal: AbortSignal.abort() }));
    const phases = new Map<string, [number, number]>();
    await intersect(names, names, {
      backend,
      chunkSize: 16,
      onProgress: (phase, ...at) => phases.set(phase, at),
    });
    expect(Object.fromEntries(phases)).toEqual({
      blind: [40, 40],
      evaluate: [40, 40],
      tag: [40, 40],
      unblind: [40, 40],
    });
  });

  it.each([
    ['reveal', { reveal: 'everything' }],
    ['chunkSize', { chunkSize: 0 }],
    ['chunkSize', { chunkSize: 32_768 }],
    ['maxPeerSize', { maxPeerSize: -1 }],
  ])('refuses a bad option %s: %j', async (name, options) => {
    const error = await expectCode('argument', () =>
      intersect(['a'], ['a'], { backend, ...(options as object) }),
    );
    expect(error.message).toContain(name);
  });
});
