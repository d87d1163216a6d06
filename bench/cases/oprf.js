// SPDX-License-Identifier: Apache-2.0
/** The steps of a VOPRF (RFC 9497) by the element, in batches, beside @cloudflare/voprf-ts: one thread each, in turns. */

import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';

const SCRIPT = new URL('../oprf/measure.js', import.meta.url);

/** @type {import('../run.js').Case} */
const bench = {
  name: 'oprf',
  description: 'blind, blindEvaluate with its proof, and finalize, beside @cloudflare/voprf-ts',
  run: ({ quick, node = DEFAULT_MAJOR, log }) =>
    measured(SCRIPT, { program: nodeOfMajor(node), argument: { quick }, log }),
};

export default bench;
