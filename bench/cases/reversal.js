// SPDX-License-Identifier: Apache-2.0
/**
 * Reading telephone numbers back from their hashes: how fast one core goes through candidates, beside the functions that
 * a program would otherwise call for each of them and beside hashcat, and how long whole attacks take.
 */

import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';

const SCRIPT = new URL('../reversal/measure.js', import.meta.url);

/** @type {import('../run.js').Case} */
const bench = {
  name: 'reversal',
  description: 'read telephone numbers back from their hashes',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    const first = await measured(SCRIPT, {
      program: nodeOfMajor(node),
      argument: { quick, full, hashcat: true },
      log,
    });
    if (node !== DEFAULT_MAJOR) return { [`node${node}`]: first };
    if (!full) return { node24: first };
    const node20 = await measured(SCRIPT, {
      program: nodeOfMajor(20),
      argument: { quick, full: false, hashcat: false },
      log,
    });
    return { node24: first, node20 };
  },
};

export default bench;
