// SPDX-License-Identifier: Apache-2.0
/** veilmatch itself, each time in a process of its own, as the others are. Its programs lie in bench/native, where the package can be named. */

import { fileURLToPath } from 'node:url';
import { DEFAULT_MAJOR, nodeOfMajor } from '../../../engines.js';
import { measuredBy } from '../process.js';

const script = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {import('../peers.js').Peer} */
const peer = {
  name: 'veilmatch',
  version: 'this one',
  ready() {
    const node = nodeOfMajor(DEFAULT_MAJOR);
    const match = (/** @type {'ecdh' | 'ot'} */ kind) => ({
      work: /** @type {const} */ ('intersection'),
      name: `veilmatch ${kind === 'ecdh' ? 'ECDH' : 'ot-psi'}`,
      kind,
      threads: [1, 2],
      run: (/** @type {import('../peers.js').Lists} */ { receiver, sender, threads }) =>
        measuredBy(node, [script('../../../native/match.js'), kind, receiver, sender, `${threads}`], {
          threads,
        }),
    });
    return [
      {
        work: 'group',
        name: 'veilmatch',
        run: (seconds) =>
          measuredBy(node, [script('../../../native/group.js'), `${seconds}`], { threads: 1 }),
      },
      match('ecdh'),
      match('ot'),
      {
        work: 'numbers',
        name: 'veilmatch',
        threads: [1],
        run: (file, threads) =>
          measuredBy(node, [script('../../../messy/numbers.js'), 'veilmatch', file], { threads }),
      },
      {
        work: 'reversal',
        name: 'veilmatch',
        async run(targets, quick) {
          const argument = JSON.stringify({ count: targets.length, prefix: quick ? '415' : '41' });
          const { candidatesPerSecond } = await measuredBy(
            node,
            [script('../../../native/reverse.js'), argument],
            {
              threads: 1,
            },
          );
          return candidatesPerSecond;
        },
      },
    ];
  },
};

export default peer;
