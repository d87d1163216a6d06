// SPDX-License-Identifier: Apache-2.0
/**
 * ristretto255 in batches: the kernels against libsodium in WebAssembly, @noble/curves, Node's native X25519 and one
 * phase of @openmined/psi.js. "Multiply" is decode, multiply by a secret scalar, encode.
 */

import { measured, nodeOfMajor } from '../engines.js';

const SCRIPT = new URL('../group/measure.js', import.meta.url);
/** Node 24 is what the figures in the documents are from. */
const MAJORS = [24, 20];

/** @type {import('../run.js').Case} */
const bench = {
  name: 'group',
  description: 'operations on ristretto255 elements, against other libraries, in the same run',
  async run({ quick, full, node, log }) {
    /** @type {import('../record.js').Cell[]} */
    const cells = [];
    /** @type {import('../record.js').Ratio[]} */
    const ratios = [];
    const majors = full ? [...MAJORS, 22, 26] : MAJORS;
    for (const major of node === undefined ? majors : [node]) {
      const program = nodeOfMajor(major);
      const figures = await measured(SCRIPT, { program, argument: { quick }, log });
      cells.push(...figures.cells);
      ratios.push(...figures.ratios);
    }
    return { cells, ratios };
  },
};

export default bench;
