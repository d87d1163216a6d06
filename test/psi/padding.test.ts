// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { createJoinIds, intersect, intersectionSum, padSet } from '../../src/psi/index.js';
import { expectCode } from '../suites/errors.js';
import { times } from '../support/effort.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});

const list = fc.array(fc.integer({ min: 0, max: 9 }).map(String), { maxLength: 6 });
const padded = (names: readonly string[], size: number): IdentifierSet =>
  padSet(IdentifierSet.ofStrings(names), size);

describe('padSet', () => {
  it('fills up with elements that are distinct, of no row, and new each time', () => {
    const set = IdentifierSet.ofStrings(['a', 'b', 'a']);
    const [one, two] = [padSet(set, 50), padSet(set, 50)];
    const elements = [...one.elements, ...two.elements].map(bytesToHex);
    expect(new Set(elements).size).toBe(2 + 48 + 48);
    expect(one.size).toBe(50);
    expect(one.rowCount).toBe(3);
    expect(one.rowsOf(Array.from({ length: 50 }, (_, i) => i))).toEqual([0, 1, 2]);
    expect(one.rowsOf([2, 49])).toEqual([]);
    expect(one.rowsOf([0])).toEqual([0, 2]);
    expect(padSet(set, 2).size).toBe(2);
  });

  it('refuses a size below that of the set, or none', async () => {
    const set = IdentifierSet.ofStrings(['a', 'b']);
    for (const size of [1, 2.5, -1, Number.NaN]) await expectCode('argument', () => padSet(set, size));
  });

  it('changes no result of any variant', async () => {
    await fc.assert(
      fc.asyncProperty(list, list, async (own, other) => {
        const values = other.map((_, i) => 10 ** i);
        const [receiver, sender] = [padded(own, 12), padded(other, 15)];
        const { size, matches } = await intersect(own, other, { backend });
        expect(await intersect(receiver, sender, { backend })).toMatchObject({ size, matches });
        const count = await intersect(receiver, sender, { backend, reveal: 'cardinality' });
        expect(count.size).toBe(size);
        expect(await intersectionSum(receiver, sender, values, { backend })).toEqual(
          await intersectionSum(own, other, values, { backend }),
        );
        const joined = await createJoinIds(receiver, sender, { backend });
        expect(joined.size).toBe(size);
        const shared = joined.receiver.flatMap((id, row) => (joined.sender.includes(id) ? [row] : []));
        expect(shared).toEqual(matches);
      }),
      { numRuns: times(15) },
    );
  });

  it('hides the sizes: lists of any size up to it give messages of the same lengths, in every variant', async () => {
    const lengths = async (own: string[], other: string[]): Promise<string[]> => {
      const seen: string[] = [];
      const options = {
        backend,
        onFrame: (from: string, frame: Uint8Array): void => void seen.push(`${from} ${frame.length}`),
      };
      const [receiver, sender] = [padded(own, 5), padded(other, 6)];
      await intersect(receiver, sender, options);
      await intersect(receiver, sender, { ...options, reveal: 'cardinality' });
      await intersectionSum(
        receiver,
        sender,
        other.map(() => 7),
        options,
      );
      await createJoinIds(receiver, sender, options);
      return seen;
    };
    const one = await lengths(['a'], ['a', 'b']);
    expect(await lengths(['a', 'b', 'c', 'd', 'e'], ['a', 'b', 'c', 'd', 'e', 'f'])).toEqual(one);
    expect(await lengths(['x'], [])).toEqual(one);
  });
});
