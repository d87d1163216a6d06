// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortTags } from '../../src/kernel/tag-sort.js';
import { secureRandom } from '../../src/random.js';
import { sortRecords } from '../../src/sorting.js';

describe('tags', () => {
  const check = async (tags: Uint8Array): Promise<void> => {
    const before = tags.slice();
    const sorted = await sortTags(tags);
    expect(tags).toEqual(before);
    expect(sorted.tags).toEqual(sortRecords(tags, 16));
    expect(Array.from(sorted.order).sort((a, b) => a - b)).toEqual([...Array(tags.length / 16).keys()]);
    for (const [i, from] of sorted.order.entries())
      if (i % 97 === 0)
        expect(sorted.tags.slice(16 * i, 16 * i + 16)).toEqual(tags.slice(16 * from, 16 * from + 16));
  };

  it('are sorted as records are, in any number', async () => {
    for (const count of [0, 1, 2, 24, 25, 1000, 30_000]) await check(secureRandom(16 * count));
  });

  it('are sorted whatever they are', async () => {
    const bytes = fc.uint8Array({ minLength: 16, maxLength: 16, max: 2 });
    await fc.assert(
      fc.asyncProperty(fc.array(bytes, { maxLength: 120 }), (list) =>
        check(Uint8Array.from(list.flatMap((tag) => [...tag]))),
      ),
    );
    await check(new Uint8Array(16 * 200).fill(7));
  });
});
