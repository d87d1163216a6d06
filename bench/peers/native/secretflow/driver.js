// SPDX-License-Identifier: Apache-2.0
/**
 * secretflow's PSI, C++ in the wheel `spu`: both parties as processes over the loopback device, CSV in and CSV out, for it takes nothing
 * else. RR22 rests on LPN assumptions that are younger than what veilmatch rests on.
 */

import { fileURLToPath } from 'node:url';
import { isThere, measuredBy, pythonPackages } from '../process.js';

const VERSION = '0.9.5';
const SCRIPT = fileURLToPath(new URL('match.py', import.meta.url));

/** @type {readonly (readonly [name: string, kind: 'ecdh' | 'ot', way: string])[]} */
const WAYS = [
  ['ECDH, FourQ', 'ecdh', 'ecdh-fourq'],
  ['ECDH, Curve25519', 'ecdh', 'ecdh-25519'],
  ['KKRT', 'ot', 'kkrt'],
  ['RR22', 'ot', 'rr22'],
  ['RR22, few bytes', 'ot', 'rr22-low'],
];

/** @type {import('../peers.js').Peer} */
const peer = {
  name: 'secretflow SPU',
  version: VERSION,
  ready(log) {
    if (!isThere('python3')) throw new Error('there is no python3');
    log(`spu ${VERSION}`);
    const folder = pythonPackages('secretflow', [`spu==${VERSION}`]);
    return WAYS.map(([name, kind, way]) => ({
      work: 'intersection',
      name: `secretflow ${name}`,
      kind,
      threads: [1, 2],
      run: ({ receiver, sender, threads }) =>
        measuredBy('python3', [SCRIPT, folder, way, receiver, sender], { threads }),
    }));
  },
};

export default peer;
