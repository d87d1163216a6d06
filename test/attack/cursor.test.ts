// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  emailDictionary,
  NumberList,
  numberingPlan,
  type ReversalCursor,
  type ReverseOptions,
  rangePlan,
  reverse,
} from '../../src/attack/index.js';
import { Spans } from '../../src/attack/spans.js';
import { utf8 } from '../../src/bytes.js';
import { reversiblePlain, reversibleSlow } from '../../src/hashing/index.js';
import { expectCode } from '../suites/errors.js';
import { QUICK, times } from '../support/effort.js';

/** Two hundred numbers under a slow hash, which is searched in ranges of eight. */
const plan = rangePlan('US', [
  { prefix: '41555501', digits: 10 },
  { prefix: '62855501', digits: 10 },
]);
const salt = utf8('a public salt');
const cost = { function: 'scrypt', logN: 1, r: 1, p: 1 } as const;
const slowToken = (text: string): string => reversibleSlow({ salt, cost }).token(text);

type Options = Omit<ReverseOptions, 'plan' | 'concurrency' | 'signal' | 'onProgress'>;

/** Runs until `ranges` of them are done, or to the end, and puts what was found into `found`. */
async function part(
  tokens: readonly string[],
  options: Options & { plan: ReverseOptions['plan'] },
  ranges: number,
  found: Set<string>,
  iterate = true,
) {
  const stop = new AbortController();
  let done = 0;
  const onProgress = (): void => {
    if (++done >= ranges) stop.abort();
  };
  const reversal = reverse(tokens, { ...options, concurrency: 1, signal: stop.signal, onProgress });
  try {
    if (iterate) {
      for await (const { token, identifier, format } of reversal)
        found.add(`${token} ${identifier} ${format}`);
    }
    const summary = await reversal.summary;
    return { cursor: reversal.cursor(), summary };
  } catch (error) {
    expect(error).toMatchObject({ code: 'aborted' });
    return { cursor: reversal.cursor(), summary: undefined };
  }
}

describe('a cursor', () => {
  it('wherever a search stops and however often, the parts find what the whole finds, and try nothing twice', async () => {
    const written = fc.record({
      index: fc.nat(plan.size - 1),
      write: fc.constantFrom<(number: string) => string>(
        (number) => number,
        (number) => number.slice(1),
        (number) => `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`,
        () => 'nobody',
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(written, { minLength: 1, maxLength: 12 }),
        fc.constantFrom('e164' as const, 'auto' as const),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 5 }),
        async (numbers, format, stops) => {
          const tokens = numbers.map(({ index, write }) => slowToken(write(plan.at(index))));
          const options = { plan, format, salt, cost };
          const whole = new Set<string>();
          const { summary } = await part(tokens, options, Number.POSITIVE_INFINITY, whole);

          const found = new Set<string>();
          let cursor: ReversalCursor | undefined;
          let ended: typeof summary;
          let foundBefore = 0;
          for (const ranges of [...stops, Number.POSITIVE_INFINITY]) {
            foundBefore = found.size;
            const next = await part(tokens, { ...options, cursor }, ranges, found);
            cursor = JSON.parse(JSON.stringify(next.cursor));
            ended = next.summary;
          }
          expect(found).toEqual(whole);
          const { seconds, candidatesPerSecond, ...counts } = ended!;
          // A search that goes on with nothing left to find ends at once; otherwise every candidate is tried once.
          const nothingLeft = summary!.recovered === summary!.targets && foundBefore === whole.size;
          expect(counts.candidates).toBeLessThanOrEqual(summary!.candidates);
          const tried = nothingLeft
            ? {
                candidates: counts.candidates,
                expectedFalseMatches: counts.expectedFalseMatches,
                tried: counts.tried,
              }
            : {};
          expect(counts).toEqual({
            ...summary!,
            ...tried,
            seconds: undefined,
            candidatesPerSecond: undefined,
          });
          expect(seconds).toBeGreaterThan(0);
        },
      ),
      { numRuns: times(10) },
    );
  });

  it('covers what was handed over, and nothing that was found and not handed over', async () => {
    const numbers = Array.from({ length: 20 }, (_, i) => plan.at(i * 10));
    const tokens = numbers.map(slowToken);
    const reversal = reverse(tokens, { plan, salt, cost, concurrency: 1 });
    const found = new Set<string>();
    let cursor: ReversalCursor | undefined;
    for await (const { identifier } of reversal) {
      found.add(identifier);
      // By now, all may have been found.
      if (found.size === 1) await reversal.summary;
      if (found.size === 5) {
        cursor = reversal.cursor();
        break;
      }
    }
    expect(cursor!.matches[0]).toBeLessThanOrEqual(5);
    expect(cursor!.done).toEqual([[0, expect.any(Number)]]);
    for await (const { identifier } of reverse(tokens, { plan, salt, cost, cursor, concurrency: 1 }))
      found.add(identifier);
    expect(found).toEqual(new Set(numbers));
  });

  it('where nobody iterates, covers what was found', async () => {
    const tokens = [slowToken(plan.at(3)), slowToken(plan.at(150))];
    const found = new Set<string>();
    const { cursor } = await part(tokens, { plan, salt, cost }, 2, found, false);
    expect(cursor).toMatchObject({
      version: 1,
      trial: 0,
      done: [[0, 16]],
      found: '01',
      matches: [1],
      tried: [16],
    });
    const rest = await part(tokens, { plan, salt, cost, cursor }, Number.POSITIVE_INFINITY, found);
    expect([...found]).toEqual([`${tokens[1]} ${plan.at(150)} e164`]);
    expect(rest.summary).toMatchObject({ targets: 2, recovered: 2, matches: 2, candidates: plan.size });
    // And from the end, nothing is left to do.
    const over = await part(tokens, { plan, salt, cost, cursor: rest.cursor }, 1, new Set());
    expect(over.summary).toMatchObject({ recovered: 2, candidates: plan.size });
  });

  it.skipIf(QUICK)(
    'of a search among e-mail addresses goes on, too, and belongs to its dictionary',
    async () => {
      const dictionary = emailDictionary({ limit: 2_500_000 });
      const known = [5, 999_999, 1_000_000, 2_499_999].map((index) => dictionary.at(index));
      const tokens = known.map((address) => reversiblePlain({ algorithm: 'md5' }).token(address));
      const options = { dictionary, algorithm: 'md5', concurrency: 1 } as const;
      const stop = new AbortController();
      const first = reverse(tokens, { ...options, signal: stop.signal, onProgress: () => stop.abort() });
      const found = new Set<string>();
      await expectCode('aborted', async () => {
        for await (const { identifier } of first) found.add(identifier);
      });
      expect(found.size).toBeLessThan(known.length);
      const cursor = first.cursor();
      for await (const { identifier } of reverse(tokens, { ...options, cursor })) found.add(identifier);
      expect([...found].sort()).toEqual([...new Set(known)].sort());
      const other = emailDictionary({ limit: 2_500_001 });
      await expectCode('argument', () => reverse(tokens, { ...options, dictionary: other, cursor }));
    },
  );

  it('holds no token, no number and no secret', async () => {
    const secret = utf8('do not tell');
    const number = plan.at(7);
    const token = reversiblePlain().token(number);
    const { cursor } = await part([token], { plan, format: 'auto', salt: secret }, 1, new Set());
    const text = JSON.stringify(cursor);
    for (const held of [token, token.slice(0, 16), number.slice(1), 'do not tell'])
      expect(text).not.toContain(held);
  });

  it('belongs to its search: other targets, candidates or options are refused', async () => {
    const tokens = [slowToken(plan.at(3)), slowToken(plan.at(9))];
    const options = { plan, salt, cost };
    const { cursor } = await part(tokens, options, 1, new Set());
    const refused: readonly [readonly string[], Options & { plan: ReverseOptions['plan'] }][] = [
      [[...tokens].reverse(), options],
      [tokens.slice(1), options],
      [[...tokens, slowToken('x')], options],
      [tokens, { ...options, plan: numberingPlan('US', { areaCodes: ['41555501'] }) }],
      [tokens, { ...options, plan: NumberList.from([plan.at(0)]) }],
      [tokens, { ...options, format: 'digits' }],
      [tokens, { ...options, salt: utf8('another salt') }],
      [tokens, { ...options, cost: { ...cost, r: 2 } }],
      [tokens, { plan, key: new Uint8Array(32) }],
    ];
    for (const [targets, other] of refused) {
      const error = await expectCode('argument', () => reverse(targets, { ...other, cursor }));
      expect(error.message).toContain('another search');
    }
    expect(await part([...tokens, ...tokens], { ...options, cursor }, 1e9, new Set())).toMatchObject({
      summary: { recovered: 2 },
    });
  });

  it('is checked: it may come from a file', async () => {
    const tokens = [slowToken(plan.at(3))];
    const { cursor } = await part(tokens, { plan, salt, cost }, 1, new Set());
    const broken: unknown[] = [
      null,
      7,
      {},
      { ...cursor, version: 2 },
      { ...cursor, done: [[5, 3]] },
      { ...cursor, done: [[0, 1.5]] },
      { ...cursor, done: [0, 8] },
      { ...cursor, found: 'zz' },
      { ...cursor, found: '0000' },
      { ...cursor, trial: 3 },
      { ...cursor, tried: [-1] },
      { ...cursor, tried: undefined },
      { ...cursor, matches: [1, 2] },
      { ...cursor, matches: 1 },
      { ...cursor, seconds: 'long' },
    ];
    for (const each of broken) {
      const error = await expectCode('argument', () =>
        reverse(tokens, { plan, salt, cost, cursor: each as ReversalCursor }),
      );
      expect(error.message).toContain('not one that a reversal has given');
    }
  });
});

describe('Spans', () => {
  it('hold what was added, as a set does, and know the gaps', () => {
    const span = fc.tuple(fc.nat(40), fc.nat(40));
    fc.assert(
      fc.property(fc.array(span, { maxLength: 8 }), fc.nat(50), (added, end) => {
        const spans = new Spans();
        const members = new Set<number>();
        for (const [from, to] of added) {
          spans.add(from, to);
          for (let i = from; i < to; i++) members.add(i);
        }
        const listed = (pairs: readonly (readonly [number, number])[]): number[] =>
          pairs.flatMap(([from, to]) => Array.from({ length: to - from }, (_, i) => from + i));
        expect(listed(spans.toJSON())).toEqual([...members].sort((a, b) => a - b));
        expect(spans.size).toBe(members.size);
        const missing = [...Array(end).keys()].filter((i) => !members.has(i));
        expect(listed(spans.gaps(end))).toEqual(missing);
        for (const [i, [from]] of spans.toJSON().entries()) {
          if (i > 0) expect(from).toBeGreaterThan(spans.toJSON()[i - 1]![1]);
        }
      }),
    );
  });
});
