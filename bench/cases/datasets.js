// SPDX-License-Identifier: Apache-2.0
/**
 * Runs through datasets, out of core: both parties on this machine one after the other, each step in a process of its own with a limit
 * of memory. Half of each list is shared, and the result is checked.
 */

import { LIMIT } from '../datasets/growth.js';
import { runSteps } from '../datasets/steps.js';
import { DEFAULT_MAJOR, nodeOfMajor } from '../engines.js';

/** @type {import('../run.js').Case} */
const bench = {
  name: 'datasets',
  description:
    'lists larger than memory, from CSV to CSV: time, memory of each process, disk, bytes exchanged',
  takesSizes: true,
  async run({ quick, full, sizes, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    const cells = [];
    const usual = quick ? [10 ** 5] : full ? [10 ** 5, 10 ** 6, 10 ** 7] : [10 ** 5, 10 ** 6];
    for (const size of sizes ?? usual) {
      log(`${size.toLocaleString('en-US')} identifiers each`);
      cells.push(...(await runSteps({ size, limit: LIMIT, program, log })));
    }
    return { cells };
  },
};

export default bench;
