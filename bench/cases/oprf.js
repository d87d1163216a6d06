// SPDX-License-Identifier: Apache-2.0
/** The steps of a VOPRF (RFC 9497) by the element, in batches, beside @cloudflare/voprf-ts: one thread each, in turns. */

import { measured, nodeOfMajor } from '../engines.js';

const SCRIPT = new URL('../oprf/measure.js', import.meta.url);

/** @type {import('../run.js').Case} */
const bench = {
  name: 'oprf',
  description: 'blind, blindEvaluate with its proof, and finalize, beside @cloudflare/voprf-ts',
  run: ({ quick, log }) => measured(SCRIPT, { program: nodeOfMajor(24), argument: { quick }, log }),
};

export default bench;
