// SPDX-License-Identifier: Apache-2.0
/** Both parties of a PSI in one process: time by phase, bytes, peak memory; each run in a process of its own. */

import { measured, nodeOfMajor } from '../engines.js';

const SCRIPT = new URL('../psi/measure.js', import.meta.url);
const MILLION = 1_000_000;

/** @type {import('../run.js').Case} */
const bench = {
  name: 'psi',
  description: 'intersect two lists of the same size, both parties in one process',
  async run({ quick, full, log }) {
    const program = nodeOfMajor(24);
    /** @type {{ size: number, concurrency: number, reveal: string }[]} */
    const plans = [
      { size: 10_000, concurrency: 1, reveal: 'intersection' },
      { size: 10_000, concurrency: 2, reveal: 'intersection' },
      { size: 10_000, concurrency: 2, reveal: 'cardinality' },
    ];
    if (!quick) {
      plans.push({ size: 100_000, concurrency: 1, reveal: 'intersection' });
      plans.push({ size: 100_000, concurrency: 2, reveal: 'intersection' });
      plans.push({ size: MILLION, concurrency: 2, reveal: 'intersection' });
    }
    if (full) plans.push({ size: MILLION, concurrency: 2, reveal: 'cardinality' });
    const runs = [];
    for (const argument of plans) {
      log(
        `${argument.reveal}, ${argument.size.toLocaleString('en-US')} elements each, ${argument.concurrency} threads`,
      );
      runs.push(await measured(SCRIPT, { program, argument, log }));
    }
    return { runs };
  },
};

export default bench;
