// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, it, vi } from 'vitest';
import { Fastest } from '../../../src/attack/kernel/fastest.js';

afterEach(() => vi.restoreAllMocks());

/** How often each way is taken, given the milliseconds that a unit of work takes in it, on a clock of the test's own. */
function turnsOf(
  names: readonly string[],
  paceAt: (way: string, turn: number) => number,
  turns: number,
): Record<string, number>[] {
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => clock);
  const fastest = new Fastest(names);
  const thousands: Record<string, number>[] = [];
  for (let turn = 0; turn < turns; turn++) {
    if (turn % 1000 === 0) thousands.push(Object.fromEntries(names.map((name) => [name, 0])));
    const way = fastest.current;
    const amount = 1 + (turn % 3);
    const answer = fastest.time(amount, () => {
      thousands.at(-1)![way]!++;
      clock += amount * paceAt(way, turn);
      return turn;
    });
    expect(answer).toBe(turn);
  }
  return thousands;
}

it('every way is tried, and the fastest does nearly all', () => {
  const pace = { slow: 3, fast: 2, slowest: 4 };
  const [first, second] = turnsOf(Object.keys(pace), (way) => pace[way as keyof typeof pace], 2000);
  expect(Math.min(first!.slow!, first!.slowest!)).toBeGreaterThanOrEqual(64);
  expect(second!.fast).toBeGreaterThan(950);
});

it('a way that becomes faster is found, and one that becomes slower is left', () => {
  const thousands = turnsOf(
    ['first', 'second'],
    (way, turn) => (way === 'first' ? 2 : turn < 2500 ? 3 : 1),
    6000,
  );
  expect(thousands[1]!.first).toBeGreaterThan(950);
  expect(thousands[4]!.second).toBeGreaterThan(950);
});

it('a single way does everything', () => {
  expect(turnsOf(['only'], () => 1, 500)).toEqual([{ only: 500 }]);
});

it('a clock that stands still chooses some way', () => {
  const [counts] = turnsOf(['one', 'other'], () => 0, 1000);
  expect(counts!.one! + counts!.other!).toBe(1000);
});
