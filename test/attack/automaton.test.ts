// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Automaton,
  compile,
  countContinuations,
  DEAD,
  intersection,
} from '../../src/attack/automaton.js';
import { expectCode } from '../suites/errors.js';
import { times } from '../support/effort.js';

/** Patterns as numbering plans write them, nested and repeated. */
const pattern = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('0', '7', '\\d', '[2-9]', '[0257]', '[1-35-8]'),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => a + b),
    fc.tuple(tie('any'), tie('any')).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie('any'), fc.constantFrom('?', '{2}', '{1,2}', '{0,2}')).map(([a, q]) => `(?:${a})${q}`),
  ),
})).any;

const numbers = Array.from({ length: 1_000 }, (_, i) => `${i}`).concat(
  Array.from({ length: 100 }, (_, i) => `${i}`.padStart(3, '0')),
  '',
);

function accepts({ next, accepting }: Automaton, number: string): boolean {
  let state = 0;
  for (const digit of number) {
    state = next[10 * state + Number(digit)]!;
    if (state === DEAD) return false;
  }
  return accepting[state] === 1;
}

describe('automaton', () => {
  it('accepts what the regular expression matches', () => {
    fc.assert(
      fc.property(pattern, (text) => {
        const automaton = compile(text);
        const expression = new RegExp(`^(?:${text})$`);
        for (const number of numbers) expect(accepts(automaton, number)).toBe(expression.test(number));
      }),
    );
  });

  it('counts what it accepts, length by length', () => {
    fc.assert(
      fc.property(pattern, (text) => {
        const expression = new RegExp(`^(?:${text})$`);
        const counts = countContinuations(compile(text), 3);
        for (const length of [1, 2, 3]) {
          const all = Array.from({ length: 10 ** length }, (_, i) => `${i}`.padStart(length, '0'));
          expect(counts[length]![0]).toBe(all.filter((number) => expression.test(number)).length);
        }
      }),
      { numRuns: times(30) },
    );
  });

  it('the intersection accepts what both accept', () => {
    fc.assert(
      fc.property(pattern, pattern, (a, b) => {
        const both = intersection(compile(a), compile(b));
        for (const number of numbers) {
          expect(accepts(both, number)).toBe(accepts(compile(a), number) && accepts(compile(b), number));
        }
      }),
      { numRuns: times(20) },
    );
  });

  it.each(['1+', '1*', '[^2]', 'a', '(?=1)', '(1', '1)', '[12', '{2}'])(
    'refuses what it does not know: %s',
    async (text) => {
      await expectCode('argument', () => compile(text));
    },
  );
});
