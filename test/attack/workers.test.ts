// SPDX-License-Identifier: Apache-2.0

// Through the built package: only there is a worker's file to be started.
import { numberingPlan, reverse } from 'veilmatch/attack';
import { reversiblePlain } from 'veilmatch/hashing';
import { describe, expect, it } from 'vitest';

describe('reverse on worker threads', () => {
  const plan = numberingPlan('US', { areaCodes: ['41555'] });
  const numbers = Array.from({ length: 100 }, (_, i) => plan.at(i * 997));
  const tokens = numbers.map((number) => reversiblePlain().token(number));

  it.each([1, 2, 3])('finds the same with concurrency %i', async (concurrency) => {
    const big = numberingPlan('US', { areaCodes: ['4155', '6285'] });
    const progress: number[] = [];
    const reversal = reverse(tokens, { plan: big, concurrency, onProgress: (done) => progress.push(done) });
    const found: string[] = [];
    for await (const { identifier } of reversal) found.push(identifier);
    expect(found.sort()).toEqual(numbers);
    expect(progress.at(-1)).toBe(big.size);
  });

  it('stops its workers when the signal fires', async () => {
    const stop = new AbortController();
    const whole = numberingPlan('US');
    const reversal = reverse(tokens, {
      plan: whole,
      concurrency: 2,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(reversal.summary).rejects.toMatchObject({ code: 'aborted' });
  });
});
