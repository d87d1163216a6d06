// SPDX-License-Identifier: Apache-2.0
/**
 * Several ways to do the same work, of which the fastest is found by working: each takes its turns first, and the one
 * that was fastest in them does the rest.
 */

/** Turns of each way that are not looked at: an engine runs new code unoptimised at first. */
const WARM_UP = 48;
/** Turns that count. A page's clock is coarse, so single ones say little. */
const MEASURED = 96;

export class Fastest<Way> {
  readonly #ways: readonly Way[];
  /** Milliseconds, and work done in them, of the turns that count. */
  readonly #spent: Float64Array;
  readonly #done: Float64Array;
  #turn = 0;
  #chosen: Way | undefined;

  constructor(ways: readonly Way[]) {
    this.#ways = ways;
    this.#spent = new Float64Array(ways.length);
    this.#done = new Float64Array(ways.length);
    if (ways.length === 1) this.#chosen = ways[0];
  }

  /** The way whose turn it is. */
  get current(): Way {
    return this.#chosen ?? this.#ways[this.#turn % this.#ways.length]!;
  }

  /**
   * Does work in the current way.
   * @param amount - of work, in any unit
   */
  time<T>(amount: number, work: () => T): T {
    if (this.#chosen !== undefined) return work();
    const started = performance.now();
    const result = work();
    const way = this.#turn % this.#ways.length;
    if (this.#turn >= WARM_UP * this.#ways.length) {
      this.#spent[way]! += performance.now() - started;
      this.#done[way]! += amount;
    }
    if (++this.#turn === (WARM_UP + MEASURED) * this.#ways.length) this.#chosen = this.#best();
    return result;
  }

  #best(): Way {
    const rates = this.#done.map((done, way) => done / this.#spent[way]!);
    return this.#ways[rates.indexOf(Math.max(...rates))] ?? this.#ways[0]!;
  }
}
