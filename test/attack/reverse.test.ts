// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberingPlan, type ReverseOptions, reverse } from '../../src/attack/index.js';
import { utf8 } from '../../src/bytes.js';
import { keyed, reversiblePlain, reversibleSalted, reversibleSlow } from '../../src/hashing/index.js';
import { expectCode } from '../suites/errors.js';
import { QUICK, times } from '../support/effort.js';

/** Ten thousand numbers. */
const plan = numberingPlan('US', { areaCodes: ['415555'] });
const anyNumber = fc.nat(plan.size - 1).map((index) => plan.at(index));
const numRuns = times(12);

async function found(tokens: readonly string[], options: Omit<ReverseOptions, 'plan' | 'concurrency'> = {}) {
  const reversal = reverse(tokens, { plan, concurrency: 1, ...options });
  const identifiers = new Map<string, string>();
  for await (const { token, identifier } of reversal) identifiers.set(token, identifier);
  return { identifiers, summary: await reversal.summary };
}

describe('reverse', () => {
  it.each(['sha256', 'sha1', 'md5'] as const)(
    'reads any number back from its %s, in either encoding',
    async (algorithm) => {
      await fc.assert(
        fc.asyncProperty(
          anyNumber,
          fc.constantFrom('hex' as const, 'base64' as const),
          async (number, encoding) => {
            const token = reversiblePlain({ algorithm, encoding }).token(number);
            const { identifiers, summary } = await found([token], { algorithm });
            expect(identifiers).toEqual(new Map([[token, number]]));
            expect(summary.candidates).toBe(plan.size);
          },
        ),
        { numRuns },
      );
    },
  );

  it('reads digits without a plus sign', async () => {
    const token = reversiblePlain().token('14155550123');
    expect((await found([token])).identifiers.size).toBe(0);
    expect((await found([token], { format: 'digits' })).identifiers.get(token)).toBe('+14155550123');
  });

  it('needs as many guesses with a public salt as without one', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyNumber,
        fc.uint8Array({ minLength: 1, maxLength: 80 }),
        fc.constantFrom('prefix' as const, 'suffix' as const),
        async (number, salt, saltPosition) => {
          const token = reversibleSalted({ salt, saltPosition }).token(number);
          const { identifiers, summary } = await found([token], { salt, saltPosition });
          expect(identifiers.get(token)).toBe(number);
          expect(summary.candidates).toBe(plan.size);
          expect((await found([token])).identifiers.size).toBe(0);
        },
      ),
      { numRuns },
    );
  });

  it('reads keyed tokens with the key, and nothing without it or with another one', async () => {
    const key = fc.uint8Array({ minLength: 32, maxLength: 64 });
    await fc.assert(
      fc.asyncProperty(anyNumber, key, key, async (number, key, wrong) => {
        fc.pre(`${key}` !== `${wrong}`);
        const token = keyed({ key }).token(number);
        expect((await found([token], { key })).identifiers.get(token)).toBe(number);
        expect((await found([token], { key: wrong })).identifiers.size).toBe(0);
        expect((await found([token])).identifiers.size).toBe(0);
      }),
      { numRuns: times(5) },
    );
  });

  it.skipIf(QUICK)('reads slow tokens, slowly', async () => {
    const salt = utf8('a public salt');
    const cost = { function: 'scrypt', logN: 1, r: 1, p: 1 } as const;
    const token = reversibleSlow({ salt, cost }).token(plan.at(77));
    expect((await found([token], { salt, cost })).identifiers.get(token)).toBe(plan.at(77));
  });

  it('finds many targets, none twice and none that is not there', async () => {
    const inside = Array.from({ length: 200 }, (_, i) => plan.at(i * 50));
    const outside = Array.from({ length: 200 }, (_, i) => `+1212555${`${i}`.padStart(4, '0')}`);
    const tokens = [...inside, ...outside, ...inside].map((number) => reversiblePlain().token(number));
    const { identifiers, summary } = await found(tokens);
    expect([...identifiers.values()].sort()).toEqual(inside);
    expect(summary).toMatchObject({ targets: 400, recovered: 200, candidates: plan.size });
  });

  it('handles an empty list', async () => {
    expect((await found([])).summary).toMatchObject({ targets: 0, recovered: 0, candidates: 0 });
  });

  it('names the position of a token that is no digest, and not the token', async () => {
    const good = reversiblePlain().token('x');
    for (const bad of [
      '',
      'zz',
      good.slice(2),
      `${good}00`,
      reversiblePlain({ algorithm: 'md5' }).token('x'),
    ]) {
      const error = await expectCode('argument', () => reverse([good, bad], { plan }));
      expect(error.position).toBe(1);
      if (bad !== '') expect(error.message).not.toContain(bad);
    }
  });

  it('stops when the signal fires: the summary and the iteration both fail', async () => {
    const reversal = reverse([reversiblePlain().token('x')], {
      plan,
      concurrency: 1,
      signal: AbortSignal.abort(),
    });
    await expectCode('aborted', () => reversal.summary);
    await expectCode('aborted', async () => {
      for await (const _ of reversal) expect.unreachable();
    });
  });
});
