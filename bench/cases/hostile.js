// SPDX-License-Identifier: Apache-2.0
/** What a partner or a file can cost that means no good: the longest hold of the event loop, long cells, crafted strings. */

import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';

const FRAMES = new URL('../hostile/frames.js', import.meta.url);
const TEXTS = new URL('../hostile/texts.js', import.meta.url);

/** @type {import('../run.js').Case} */
const bench = {
  name: 'hostile',
  description:
    'the event loop under frames of a partner, long cells, and strings that were chosen to collide',
  async run({ quick, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    const frames = [];
    for (const backend of ['fma', 'integer', 'noble']) {
      log(`frames, ${backend}`);
      const records = quick ? 2_000 : 32_767;
      try {
        frames.push(...(await measured(FRAMES, { program, argument: { backend, records }, log })));
      } catch (error) {
        log(`${backend}: ${error instanceof Error ? error.message : error}`);
      }
    }
    log('cells and strings');
    const argument = quick ? { characters: 20_000, keys: 1_000 } : { characters: 1_000_000, keys: 5_000 };
    return { frames, ...(await measured(TEXTS, { program, argument, log })) };
  },
};

export default bench;
