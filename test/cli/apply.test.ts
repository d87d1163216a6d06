// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { normalizeList } from '../../src/cli/commands/apply.js';
import { memoryIo } from './harness.js';

const COUNT = 10_000;
const numbers = Array.from({ length: COUNT }, (_, i) => `+1415${2_000_000 + i}`);
const rows = numbers.map((phone) => ({ phone }));

describe('every row of a slice', () => {
  it('is finished once for each distinct identifier', async () => {
    let calls = 0;
    const finish = (text: string): string => {
      calls++;
      return text.slice(1);
    };
    const { phone, rejected } = await normalizeList([...rows, ...rows], {}, finish, memoryIo().io);
    expect(calls).toBe(COUNT);
    expect(phone).toEqual([...numbers, ...numbers].map((number) => number.slice(1)));
    expect(rejected).toEqual([]);
  });

  it('is left where it is when the signal fires in the middle of the hashing', async () => {
    const controller = new AbortController();
    const { io } = memoryIo({ signal: controller.signal });
    let calls = 0;
    const finish = (text: string): string => {
      if (++calls === 100) controller.abort();
      return text;
    };
    await expect(normalizeList(rows, {}, finish, io)).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(calls).toBeLessThan(COUNT);
  });
});
