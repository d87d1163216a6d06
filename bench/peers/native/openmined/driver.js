// SPDX-License-Identifier: Apache-2.0
/** OpenMined's PSI, C++ in a wheel of Python: ECDH on P-256, one thread, each of its containers. */

import { fileURLToPath } from 'node:url';
import { isThere, measuredBy, pythonPackages } from '../process.js';

const VERSION = '2.0.6';
const SCRIPT = fileURLToPath(new URL('match.py', import.meta.url));

/** @type {import('../peers.js').Peer} */
const peer = {
  name: 'OpenMined PSI',
  version: VERSION,
  ready(log) {
    if (!isThere('python3')) throw new Error('there is no python3');
    log(`openmined-psi ${VERSION}`);
    const folder = pythonPackages('openmined', [`openmined-psi==${VERSION}`]);
    return ['RAW', 'GCS'].map((container) => ({
      work: 'intersection',
      name: `OpenMined ${container}`,
      kind: 'ecdh',
      threads: [1],
      run: ({ receiver, sender, threads }) =>
        measuredBy('python3', [SCRIPT, folder, container, receiver, sender], { threads }),
    }));
  },
};

export default peer;
