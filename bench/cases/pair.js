// SPDX-License-Identifier: Apache-2.0
/** The steps of PAIR beside the Go program of Optable, where Go and its module can be had: one core each, in turns. */

import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';

const SCRIPT = new URL('../pair/measure.js', import.meta.url);

/** @type {import('../run.js').Case} */
const bench = {
  name: 'pair',
  description:
    'encrypt, re-encrypt and decrypt of PAIR, beside github.com/optable/match; OPTABLE_MATCH names a copy',
  run: ({ quick, node = DEFAULT_MAJOR, log }) =>
    measured(SCRIPT, {
      program: nodeOfMajor(node),
      argument: quick ? { size: 1_000, rounds: 2 } : { size: 10_000, rounds: 5 },
      log,
    }),
};

export default bench;
