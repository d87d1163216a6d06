// SPDX-License-Identifier: Apache-2.0
/**
 * The event loop's turn, between two parts of a long computation on its thread. Parts are counted, not timed: what happens
 * between two turns is the same on every machine, and a test can hold it.
 */

/** Records that are hashed, compared or put into a table between two turns: a few microseconds each, some milliseconds. */
export const TURN_RECORDS = 2048;

/** Without the millisecond that Node, or the four that browsers, make of a timer. */
export function nextTurn(): Promise<void> {
  if (typeof setImmediate === 'function') return new Promise((resolve) => void setImmediate(resolve));
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}

/**
 * Does `work` for the numbers below `count`, part by part, with a turn between two parts. Where there is a whole part to do, a
 * turn comes before it as well: the end of one list and the beginning of the next do not add up.
 * @param size numbers in a part
 */
export async function inTurns(
  count: number,
  work: (first: number, end: number) => void,
  size: number = TURN_RECORDS,
): Promise<void> {
  for (let first = 0; first < count; first += size) {
    if (first > 0 || count >= size) await nextTurn();
    work(first, Math.min(first + size, count));
  }
}

/** Runs what yields where a turn is due, and returns what it returns. */
export async function withTurns<Result>(steps: Generator<void, Result, void>): Promise<Result> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await nextTurn();
  }
}
