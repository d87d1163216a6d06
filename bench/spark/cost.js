// SPDX-License-Identifier: Apache-2.0
/** What a cluster would take for lists that were not run, by what was measured of the steps. */

import { middle } from '../cells.js';
import { exponentOf } from '../fit.js';

export const NODE = 'Node, two threads';
export const SPARK = 'Spark, local[2]';
export const STEPS = /** @type {const} */ (['request', 'respond', 'finish']);

/** US dollars for an hour of a core: an assumption, which the text says with what it comes to. */
export const PRICE = 0.05;

/**
 * Hours of cores and US dollars of each step for lists of `size` each. Linear from the largest size that was measured, or along the growth
 * between the two largest where that is steeper: at small sizes a good part is what every stage takes, and would make it look flatter than it is.
 * @param {readonly import('../record.js').Cell[]} cells - of the case `spark`
 * @param {number} size
 * @param {number} [price] - for an hour of a core
 * @returns {{ step: string, exponent: number, coreHours: number, price: number }[]} nothing of what was not measured
 */
export function costOf(cells, size, price = PRICE) {
  return STEPS.flatMap((step) => {
    const at = cells
      .filter(({ of }) => of.part === 'step' && of.step === step)
      .map(({ of, figures }) => ({ n: Number(of.size), y: middle(figures.cpuSeconds) }))
      .sort((a, b) => a.n - b.n);
    const last = at.at(-1);
    if (last === undefined) return [];
    const exponent = at.length < 2 ? 1 : Math.max(1, exponentOf(at.slice(-2)));
    const coreHours = (last.y * (size / last.n) ** exponent) / 3600;
    return [{ step, exponent, coreHours, price: coreHours * price }];
  });
}
