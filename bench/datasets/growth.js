// SPDX-License-Identifier: Apache-2.0
/** How what a run through a dataset takes grows with its lists, and what a larger one would take. */

import { middle } from '../cells.js';
import { exponentOf } from '../fit.js';

/** Of memory, for each process. */
export const LIMIT = '1GB';

/** What is measured of each step, and of the exchange. */
const MEASURED = {
  request: ['seconds', 'cpuSeconds', 'memoryMegabytes', 'diskMegabytes'],
  respond: ['seconds', 'cpuSeconds', 'memoryMegabytes', 'diskMegabytes'],
  finish: ['seconds', 'cpuSeconds', 'memoryMegabytes', 'diskMegabytes'],
  exchange: ['bytesExchanged'],
};

/**
 * What a step would take at `size`, along y = c n^e through the two largest sizes that were measured, of which e is 1 at least for all but
 * memory: what every process takes makes short lists dear, and the growth behind them look flatter than it is.
 * @param {readonly import('../record.js').Cell[]} cells - of the case `datasets`
 * @param {number} size
 * @returns {{ step: string, name: string, at: { size: number, y: number }[], exponent?: number, expected?: number }[]}
 *   with the measured values by ascending size; without the other two where there is one size alone
 */
export function growthTo(cells, size) {
  return Object.entries(MEASURED).flatMap(([step, names]) =>
    names.map((name) => {
      const at = cells
        .filter(({ of, figures }) => of.step === step && of.limit === LIMIT && middle(figures[name]) > 0)
        .map(({ of, figures }) => ({ size: Number(of.size), y: middle(figures[name]) }))
        .sort((a, b) => a.size - b.size);
      const last = at.at(-1);
      if (at.length < 2 || last === undefined) return { step, name, at };
      const exponent = exponentOf(at.slice(-2).map(({ size: n, y }) => ({ n, y })));
      const followed = name === 'memoryMegabytes' ? exponent : Math.max(1, exponent);
      return { step, name, at, exponent, expected: last.y * (size / last.size) ** followed };
    }),
  );
}
