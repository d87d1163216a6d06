// SPDX-License-Identifier: Apache-2.0
/**
 * Comparing things on a machine that does other work, too: everything takes its turn in every round, and a ratio is
 * the median of the ratios within rounds.
 */

/**
 * @typedef {object} Contender
 * @property {string} name
 * @property {number} operations - that one call of `run` does
 * @property {() => unknown} run
 */

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * The median, with the 10th and the 90th percentile (nearest rank), to four digits.
 * @param {readonly number[]} values
 * @returns {{ median: number, low: number, high: number, rounds: number }}
 */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const rank = (/** @type {number} */ share) =>
    sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  const short = (/** @type {number} */ value) => Number(value.toPrecision(4));
  return {
    median: short(median(values)),
    low: short(rank(0.1)),
    high: short(rank(0.9)),
    rounds: values.length,
  };
}

/**
 * How many times faster, within rounds.
 * @param {readonly number[]} fast
 * @param {readonly number[]} slow
 */
export function ratios(fast, slow) {
  return spread(fast.map((seconds, i) => slow[i] / seconds));
}

/**
 * Seconds per operation, for each contender in each round.
 * @param {readonly Contender[]} contenders
 * @param {{ rounds: number, warmUp: number }} size
 * @returns {Promise<Record<string, number[]>>}
 */
export async function inRounds(contenders, { rounds, warmUp }) {
  /** @type {Record<string, number[]>} */
  const seconds = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = -warmUp; round < rounds; round++) {
    for (const { name, operations, run } of contenders) {
      const start = process.hrtime.bigint();
      await run();
      const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
      if (round >= 0) seconds[name].push(elapsed / operations);
    }
  }
  return seconds;
}

/**
 * How many times faster `fast` is than `slow`: median over the rounds, two decimals.
 * @param {readonly number[]} fast
 * @param {readonly number[]} slow
 */
export function ratio(fast, slow) {
  return Number(median(fast.map((seconds, i) => slow[i] / seconds)).toFixed(2));
}

/** Operations a second, whole. @param {readonly number[]} seconds */
export function perSecond(seconds) {
  return Math.round(1 / median(seconds));
}
