// SPDX-License-Identifier: Apache-2.0
/**
 * Several ways to do the same work, of which the fastest is found by working. All take turns at first; then the one that
 * was fastest of late works on, and the others get a turn now and then: engines make code faster while it runs, at a time
 * of their own, and other work on a machine comes and goes.
 */

/** Turns that each way gets at first. */
const TRIAL = 64;
/** Of later turns one in so many goes to the ways by rotation. */
const AGAIN = 32;
/** What of a way's past counts at its next turn. A page's clock is coarse, so single turns say little. */
const MEMORY = 0.9;

export class Fastest<Way> {
  readonly #ways: readonly Way[];
  /** Milliseconds, and work done in them, of each way's latest turns. */
  readonly #spent: Float64Array;
  readonly #done: Float64Array;
  #turn = 0;
  #way = 0;

  constructor(ways: readonly Way[]) {
    this.#ways = ways;
    this.#spent = new Float64Array(ways.length);
    this.#done = new Float64Array(ways.length);
  }

  /** The way whose turn it is. */
  get current(): Way {
    return this.#ways[this.#way]!;
  }

  /**
   * Does work in the current way, and chooses the next one.
   * @param amount - of work, in any unit
   */
  time<T>(amount: number, work: () => T): T {
    const started = performance.now();
    const result = work();
    const way = this.#way;
    this.#spent[way] = this.#spent[way]! * MEMORY + performance.now() - started;
    this.#done[way] = this.#done[way]! * MEMORY + amount;
    this.#way = this.#next(++this.#turn);
    return result;
  }

  #next(turn: number): number {
    const { length } = this.#ways;
    if (turn < TRIAL * length) return turn % length;
    if (turn % AGAIN === 0) return (turn / AGAIN) % length;
    let best = 0;
    for (let way = 1; way < length; way++) {
      // Compares work a millisecond without a division, which a clock that stood still would not survive.
      if (this.#done[way]! * this.#spent[best]! > this.#done[best]! * this.#spent[way]!) best = way;
    }
    return best;
  }
}
