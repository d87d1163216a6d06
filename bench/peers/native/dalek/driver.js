// SPDX-License-Identifier: Apache-2.0
/** curve25519-dalek, Rust, for the processor that it runs on: encoding one by one and in batches. */

import { join } from 'node:path';
import { build, isThere, measuredBy, sourcesOf } from '../process.js';

/** @type {import('../peers.js').Peer} */
const peer = {
  name: 'curve25519-dalek',
  version: '4',
  ready(log) {
    if (!isThere('cargo')) throw new Error('there is no cargo');
    log('curve25519-dalek 4');
    const folder = sourcesOf('dalek');
    build('cargo', ['build', '--release', '--quiet'], {
      cwd: folder,
      env: { RUSTFLAGS: '-C target-cpu=native' },
    });
    const program = join(folder, 'target/release/dalek-rates');
    return [
      ['curve25519-dalek, one by one', 'single'],
      ['curve25519-dalek, encoded in batches', 'batch'],
    ].map(([name = '', way = '']) => ({
      work: 'group',
      name,
      run: (seconds) => measuredBy(program, [way, `${seconds}`], { threads: 1 }),
    }));
  },
};

export default peer;
