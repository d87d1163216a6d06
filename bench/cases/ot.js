// SPDX-License-Identifier: Apache-2.0
/**
 * `ot-psi` beside ECDH-PSI, by turns in one process and on one thread: both parties together, base OTs and the check of code words
 * included; for long lists on two threads, too, and the whole way from strings. ECDH takes the same time an element whatever the size, so for long lists it is run on shorter ones.
 */

import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';

const RUN = new URL('../ot/run.js', import.meta.url);

/** @type {import('../run.js').Case} */
const bench = {
  name: 'ot',
  description:
    'ot-psi and ECDH-PSI over two lists of the same size, both parties in one process and on one thread',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    const sizes = quick
      ? [2 ** 12, 2 ** 16]
      : [2 ** 10, 2 ** 11, 2 ** 12, 2 ** 14, 2 ** 16, 2 ** 18, 2 ** 20];
    if (full) sizes.push(2 ** 22);
    const runs = [];
    for (const size of sizes) {
      log(`${size.toLocaleString('en-US')} elements each`);
      const argument = {
        size,
        ecdhSize: Math.min(size, 2 ** 14),
        rounds: quick || size >= 2 ** 20 ? 3 : 5,
        // From there on workers are started.
        threads: size >= 2 ** 16 ? 2 : 1,
      };
      runs.push(await measured(RUN, { program, argument, log }));
    }
    for (const run of runs) {
      if (run.threads === undefined) continue;
      const { size, timesFaster, timesFasterOnThreads, secondsFromStrings } = run;
      log(
        `${size.toLocaleString('en-US')}: ${timesFaster.toFixed(1)} times as fast as ECDH, ${timesFasterOnThreads.toFixed(2)} ` +
          `times on ${run.threads} threads, ${secondsFromStrings.toFixed(2)} s from strings`,
      );
    }
    return { runs };
  },
};

export default bench;
