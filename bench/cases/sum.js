// SPDX-License-Identifier: Apache-2.0
/**
 * Intersection-sum, join ids and counting people: both parties in one process, cost a row and end to end; the logarithm;
 * and what Paillier's encryption of a row takes, which Private Join and Compute uses in place of lifted ElGamal.
 */

import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';

const RUN = new URL('../sum/run.js', import.meta.url);
const PARTS = new URL('../sum/parts.js', import.meta.url);

/** @type {import('../run.js').Case} */
const bench = {
  name: 'sum',
  description: 'sums, join ids and people over two lists of the same size, both parties in one process',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    const variants = ['sum', 'join-ids', 'people'];
    /** @type {{ variant: string, size: number, concurrency: number }[]} */
    const plans = variants.map((variant) => ({ variant, size: quick ? 1000 : 10_000, concurrency: 1 }));
    if (!quick) plans.push(...variants.map((variant) => ({ variant, size: 100_000, concurrency: 2 })));
    if (full) plans.push({ variant: 'sum', size: 1_000_000, concurrency: 2 });
    const runs = [];
    for (const argument of plans) {
      const { variant, size, concurrency } = argument;
      log(`${variant}, ${size.toLocaleString('en-US')} rows each, ${concurrency} threads`);
      runs.push(await measured(RUN, { program, argument, log }));
    }
    log('encryption and logarithm');
    const parts = await measured(PARTS, { program, argument: { rows: quick ? 2000 : 20_000, quick }, log });
    return { runs, ...parts };
  },
};

export default bench;
