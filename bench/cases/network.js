// SPDX-License-Identifier: Apache-2.0
/** A PSI between two processes over TLS on this machine: time, bytes each way, peak memory of each party. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createToken } from 'veilmatch/transport';
import { createAuthority } from '../../test/support/certificates.js';
import { DEFAULT_MAJOR, nodeOfMajor } from '../engines.js';

const SCRIPT = fileURLToPath(new URL('../network/party.js', import.meta.url));
const MILLION = 1_000_000;

/**
 * @param {string} program - of Node
 * @param {object} part
 * @returns {{ next: () => Promise<any> }}
 */
function party(program, part) {
  const child = fork(SCRIPT, [JSON.stringify(part)], { execPath: program });
  const ended = once(child, 'exit').then(([status]) => {
    throw new Error(`A party ended with status ${status} before it had reported.`);
  });
  // Nobody waits for it once the party has reported.
  ended.catch(() => {});
  return { next: async () => (await Promise.race([once(child, 'message'), ended]))[0] };
}

/**
 * @param {string} program
 * @param {number} size
 * @param {import('veilmatch/psi').Reveal} reveal
 */
async function run(program, size, reveal) {
  const authority = createAuthority('bench');
  const common = { size, reveal, token: createToken(), ca: authority.cert };
  const server = authority.issue('sender', ['localhost']);
  const sender = party(program, { ...common, server, role: 'sender' });
  const { port } = await sender.next();
  const receiver = party(program, { ...common, port, role: 'receiver' });
  const parties = await Promise.all([receiver.next(), sender.next()]);
  return { elementsOfEach: size, reveal, parties };
}

/** @type {import('../run.js').Case} */
const bench = {
  name: 'network',
  description: 'intersect two lists of the same size between two processes over TLS',
  async run({ quick, full, node = DEFAULT_MAJOR, log }) {
    /** @type {[number, import('veilmatch/psi').Reveal][]} */
    const plans = [[quick ? 10_000 : 100_000, 'intersection']];
    if (full) plans.push([MILLION, 'intersection'], [MILLION, 'cardinality']);
    const runs = [];
    for (const [size, reveal] of plans) {
      log(`${reveal}, ${size.toLocaleString('en-US')} elements each, one thread a party`);
      runs.push(await run(nodeOfMajor(node), size, reveal));
    }
    return { runs };
  },
};

export default bench;
