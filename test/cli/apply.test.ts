// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { applyProfile, normalizeList } from '../../src/cli/apply.js';
import type { Progress } from '../../src/cli/progress.js';
import { readList } from '../../src/cli/table.js';
import { memoryIo } from './harness.js';

const COUNT = 10_000;
const numbers = Array.from({ length: COUNT }, (_, i) => `+1415${2_000_000 + i}`);
const list = await readList('-', {}, memoryIo({ stdin: `phone\n${numbers.join('\n')}\n` }).io);

function recorder(): { progress: Progress; shares: number[] } {
  const shares: number[] = [];
  return { shares, progress: { update: (done, total) => void shares.push(done / total), clear() {} } };
}

describe('every row of a list', () => {
  it('is finished once for each distinct identifier', async () => {
    const twice = { ...list, rows: [...list.rows, ...list.rows] };
    let calls = 0;
    const finish = (text: string): string => {
      calls++;
      return text.slice(1);
    };
    const { phone, rejected } = await normalizeList(twice, {}, finish, recorder().progress, memoryIo().io);
    expect(calls).toBe(COUNT);
    expect(phone).toEqual([...numbers, ...numbers].map((number) => number.slice(1)));
    expect(rejected).toEqual([]);
  });

  it('is counted in shares that grow from nothing to all', async () => {
    const { io } = memoryIo();
    for (const work of [
      (progress: Progress) => normalizeList(list, {}, (text) => text, progress, io),
      (progress: Progress) => applyProfile(list, 'meta', {}, 'token', progress, io),
    ]) {
      const { progress, shares } = recorder();
      await work(progress);
      expect(shares.length).toBeGreaterThan(3);
      expect(shares).toEqual([...shares].sort((a, b) => a - b));
      expect(shares.at(-1)).toBeLessThanOrEqual(1);
      expect(shares.at(-1)).toBeGreaterThan(0.7);
    }
  });

  it('is left where it is when the signal fires in the middle of the hashing', async () => {
    const controller = new AbortController();
    const { io } = memoryIo({ signal: controller.signal });
    let calls = 0;
    const finish = (text: string): string => {
      if (++calls === 100) controller.abort();
      return text;
    };
    await expect(normalizeList(list, {}, finish, recorder().progress, io)).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(calls).toBeLessThan(COUNT);
  });
});
