// SPDX-License-Identifier: Apache-2.0
/** libsodium in C (Debian: libsodium-dev, gcc). */

import { join } from 'node:path';
import { build, isThere, measuredBy, sourcesOf } from '../process.js';

/** @type {import('../peers.js').Peer} */
const peer = {
  name: 'libsodium',
  version: "the system's",
  ready(log) {
    if (!isThere('gcc')) throw new Error('there is no gcc');
    log('libsodium');
    const folder = sourcesOf('libsodium');
    const program = join(folder, 'sodium-rates');
    try {
      build('gcc', ['-O3', '-march=native', '-o', program, join(folder, 'main.c'), '-lsodium']);
    } catch {
      throw new Error('its headers are not installed (Debian: libsodium-dev)');
    }
    return [
      {
        work: 'group',
        name: 'libsodium, C',
        run: (seconds) => measuredBy(program, [`${seconds}`], { threads: 1 }),
      },
    ];
  },
};

export default peer;
