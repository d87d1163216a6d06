// SPDX-License-Identifier: Apache-2.0
/** Records that do not fit into memory are sorted like those that do. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes.js';
import { RecordSorter } from '../../src/lists/record-sorter.js';
import { secureRandom } from '../../src/random.js';
import { sortRecords } from '../../src/sorting.js';
import { times } from '../support/effort.js';

async function inFolder<T>(body: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
  try {
    return await body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function all(sorter: RecordSorter): Promise<Uint8Array> {
  const batches: Uint8Array[] = [];
  for await (const batch of sorter.sorted()) batches.push(batch.slice());
  return concatBytes(...batches);
}

it('gives all records in order, however many runs they take, and again', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(70), fc.integer({ min: 1, max: 9 }), fc.nat(3), async (count, run, alike) =>
      inFolder(async (folder) => {
        const records = secureRandom(32 * count);
        for (let i = 0; i < Math.min(alike, count); i++) records.copyWithin(32 * i, 32 * (count - 1));
        const sorter = new RecordSorter(folder, 'a', run);
        for (let from = 0; from < records.length; from += 160)
          await sorter.add(records.subarray(from, from + 160));
        expect(sorter.size).toBe(count);
        expect(readdirSync(folder)).toHaveLength(Math.max(0, Math.ceil(count / run) - 1));
        for (let turn = 0; turn < 2; turn++) expect(await all(sorter)).toEqual(sortRecords(records, 32));
      }),
    ),
    { numRuns: times(40) },
  );
});

it('reads no more than a batch of each run at once', async () => {
  await inFolder(async (folder) => {
    const records = secureRandom(32 * 30_000);
    const sorter = new RecordSorter(folder, 'a', 7000);
    await sorter.add(records);
    for await (const batch of sorter.sorted()) expect(batch.length).toBeLessThanOrEqual(4096 * 32);
    expect(await all(sorter)).toEqual(sortRecords(records, 32));
  });
});
