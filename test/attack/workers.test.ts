// SPDX-License-Identifier: Apache-2.0

// Through the built package: only there is a worker's file to be started.
import { emailDictionary, numberingPlan, type ReversalCursor, reverse } from 'veilmatch/attack';
import { reversiblePlain, reversibleSalted } from 'veilmatch/hashing';
import { describe, expect, it } from 'vitest';
import { SLOW } from '../support/effort.js';

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

  it.each([
    { algorithm: 'sha1', format: '###-###-####', targets: 3 },
    { algorithm: 'md5', format: 'national', targets: 20_000 },
    { algorithm: 'sha256', format: 'digits', targets: 400, salt: new Uint8Array(70).fill(1) },
  ] as const)('one worker, two or three: $algorithm of $format, $targets targets', async (options) => {
    const { algorithm, format, targets } = options;
    const salt = 'salt' in options ? options.salt : undefined;
    const big = numberingPlan('US', { areaCodes: ['4155', '6285', '6286'] });
    const expected = Array.from({ length: targets }, (_, i) => big.at(Math.floor((i / targets) * big.size)));
    const { token } =
      salt === undefined ? reversiblePlain({ algorithm }) : reversibleSalted({ algorithm, salt });
    const written = (number: string): string => {
      const digits = number.slice(1);
      if (format === 'digits') return digits;
      const national = digits.slice(1);
      return format === 'national' ? national : national.replace(/^(...)(...)/, '$1-$2-');
    };
    const wanted = expected.map((number) => token(written(number)));
    for (const concurrency of [1, 2, 3]) {
      const reversal = reverse(wanted, { plan: big, algorithm, format, salt, concurrency });
      const found = new Map<string, string>();
      for await (const { token, identifier } of reversal) found.set(token, identifier);
      expect(found.size).toBe(targets);
      expect(wanted.map((token) => found.get(token))).toEqual(expected);
      expect((await reversal.summary).candidates).toBe(big.size);
    }
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

  it('goes on from a cursor wherever it was stopped, to all that was to be found', async () => {
    const big = numberingPlan('US', { areaCodes: ['4155', '4156', '6285', '6286', '2124'] });
    const wanted = Array.from({ length: 300 }, (_, i) => big.at(Math.floor((i / 300) * big.size)));
    const targets = wanted.map((number) => reversiblePlain({ algorithm: 'md5' }).token(number));
    for (const ranges of [1, 2, 4]) {
      const found = new Set<string>();
      let cursor: ReversalCursor | undefined;
      for (const limit of [ranges, ranges, Number.POSITIVE_INFINITY]) {
        const stop = new AbortController();
        let done = 0;
        const reversal = reverse(targets, {
          plan: big,
          algorithm: 'md5',
          concurrency: 2,
          cursor,
          signal: stop.signal,
          onProgress: () => {
            if (++done === limit) stop.abort();
          },
        });
        try {
          for await (const { identifier } of reversal) found.add(identifier);
          const { recovered, candidates } = await reversal.summary;
          expect({ recovered, candidates }).toEqual({ recovered: 300, candidates: big.size });
        } catch (error) {
          expect(error).toMatchObject({ code: 'aborted' });
        }
        cursor = JSON.parse(JSON.stringify(reversal.cursor()));
      }
      expect(cursor).toMatchObject({ done: [[0, big.size]] });
      expect([...found].sort()).toEqual([...wanted].sort());
    }
  });

  it.runIf(SLOW)(
    'ten million targets: all that are in the plan, and no other',
    async () => {
      const big = numberingPlan('US', { areaCodes: ['415', '628'] });
      const { token } = reversiblePlain();
      const inside = 200_000;
      const numberAt = (i: number): string => big.at(Math.floor((i / inside) * big.size));
      // Made as they are read: that ten million strings need not be held is part of what is tested.
      function* targets(): Generator<string> {
        for (let i = 0; i < 10_000_000; i++) yield token(i < inside ? numberAt(i) : `nobody ${i}`);
      }
      const reversal = reverse(targets(), { plan: big, concurrency: 2 });
      const found = new Set<string>();
      for await (const { token: hash, identifier } of reversal) {
        expect(token(identifier)).toBe(hash);
        found.add(identifier);
      }
      expect(found.size).toBe(inside);
      for (let i = 0; i < inside; i += 97) expect(found.has(numberAt(i))).toBe(true);
      expect(await reversal.summary).toMatchObject({
        targets: 10_000_000,
        recovered: inside,
        candidates: big.size,
      });
    },
    900_000,
  );
});

describe('reverse with a dictionary on worker threads', () => {
  // A worker takes a million at a time.
  const dictionary = emailDictionary({ limit: 2_100_000 });
  const addresses = Array.from({ length: 300 }, (_, i) => dictionary.at(i * 7_000));

  it.each([1, 2, 3])('finds the same with concurrency %i', async (concurrency) => {
    const { token } = reversiblePlain();
    const known = new Map(addresses.map((address) => [token(address), address]));
    const others = Array.from({ length: 300 }, (_, i) => token(`nobody ${i}`));
    const reversal = reverse([...known.keys(), ...others], { dictionary, concurrency });
    const found = new Map<string, string>();
    for await (const { token, identifier } of reversal) found.set(token, identifier);
    expect(found).toEqual(known);
    expect((await reversal.summary).candidates).toBe(dictionary.size);
  });
});
