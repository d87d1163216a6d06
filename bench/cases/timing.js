// SPDX-License-Identifier: Apache-2.0
/**
 * Whether time depends on secrets: Welch's t for fixed against random scalars, and fixed against random points, for
 * each backend. Above 4.5 in absolute value the classes can be told apart; below it, these samples show no difference,
 * which proves nothing about other engines, processors or neighbours. And whether the time of looking tags up depends on how many
 * of them are shared: as a ratio, 1 where it does not, beside that of a hash table.
 */

import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';

const SCRIPT = new URL('../timing/measure.js', import.meta.url);
const LOOK_UPS = new URL('../timing/look-ups.js', import.meta.url);
const SAMPLES = { quick: 2_000, normal: 50_000, full: 500_000 };
/** noble takes some twenty times as long, and its answer is clear. */
const NOBLE_SHARE = 1 / 20;

/** @type {import('../run.js').Case} */
const bench = {
  name: 'timing',
  description: "does time depend on scalars or points, by Welch's t, or on how many tags are shared?",
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    const samples = quick ? SAMPLES.quick : full ? SAMPLES.full : SAMPLES.normal;
    const results = [];
    for (const backend of ['fma', 'integer', 'noble']) {
      log(backend);
      const count = backend === 'noble' ? samples * NOBLE_SHARE : samples;
      const argument = { backend, samples: count };
      try {
        results.push(await measured(SCRIPT, { program, argument, log }));
      } catch (error) {
        log(`${backend}: ${error instanceof Error ? error.message : error}`);
      }
    }
    log('look-ups');
    const argument = quick ? { elements: 50_000, rounds: 5 } : { elements: 500_000, rounds: 21 };
    const lookUps = await measured(LOOK_UPS, { program, argument, log });
    return { threshold: 4.5, results, lookUps };
  },
};

export default bench;
