// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, it, vi } from 'vitest';
import { Fastest } from '../../../src/attack/kernel/fastest.js';

afterEach(() => vi.restoreAllMocks());

/** Milliseconds that a unit of work takes in each way, on a clock of the test's own. */
function tryOut(ways: Readonly<Record<string, number>>, turns: number): { counts: Record<string, number> } {
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const fastest = new Fastest(Object.keys(ways));
  const counts: Record<string, number> = {};
  for (let turn = 0; turn < turns; turn++) {
    const way = fastest.current;
    const amount = 1 + (turn % 3);
    const answer = fastest.time(amount, () => {
      counts[way] = (counts[way] ?? 0) + 1;
      clock += amount * ways[way]!;
      return turn;
    });
    expect(answer).toBe(turn);
  }
  return { counts };
}

it('every way takes its turn, and the fastest does the rest', () => {
  const { counts } = tryOut({ slow: 3, fast: 2, slowest: 4 }, 10_000);
  expect(counts.slow).toBe(counts.slowest);
  expect(counts.fast).toBe(10_000 - 2 * counts.slow!);
  expect(counts.slow).toBeLessThan(200);
});

it('a single way does everything', () => {
  expect(tryOut({ only: 1 }, 500).counts).toEqual({ only: 500 });
});

it('a clock that stands still chooses some way', () => {
  const { counts } = tryOut({ one: 0, other: 0 }, 1_000);
  expect(counts.one! + counts.other!).toBe(1_000);
});
