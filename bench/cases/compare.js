// SPDX-License-Identifier: Apache-2.0
/**
 * The comparison of `npm start`, with more time for each attack: a social network and a hospital match their lists by each
 * protocol, and every run is attacked. What takes longer than the time it is given is done on a sample, and says so.
 */

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { writeLists } from '../../examples/compare/generate.js';

const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const PROTOCOLS = 'plain,salted,keyed,slow,ecdh-psi';
const AREA_CODES = '415,628';

/** @type {import('../run.js').Case} */
const bench = {
  name: 'compare',
  description: 'every protocol on the same two lists, and what attacks read out of each run',
  inProcess: true,
  async run({ quick, full, log }) {
    const seconds = quick ? '4' : full ? '300' : '15';
    const folder = await mkdtemp(join(tmpdir(), 'veilmatch-'));
    try {
      const { network, hospital } = await writeLists(`${folder}/`);
      log(`${PROTOCOLS}; at most ${seconds} seconds for an attack`);
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [
          COMMAND,
          'compare',
          network,
          hospital,
          ...['--country', 'US', '--area-codes', AREA_CODES, '--protocols', PROTOCOLS],
          ...['--run-seconds', seconds, '--attack-seconds', seconds, '--json'],
        ],
        { maxBuffer: 2 ** 28 },
      );
      const { plan, protocols } = JSON.parse(stdout);
      return { plan, protocols: protocols.map(rowOf) };
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

export default bench;

/** @param {any} report - of one protocol, as the command prints it */
function rowOf({ protocol, rows, share, correct, seconds, bytes, attacks }) {
  return {
    protocol,
    rows,
    share: rounded(share),
    correct,
    seconds: rounded(seconds),
    bytes,
    partner: attackOf(attacks.partner),
    outsider: attackOf(attacks.outsider),
    enumerating: attackOf(attacks.enumerating),
  };
}

/** Of telephone numbers: the plan holds nothing else. @param {any} report */
function attackOf({ recovered, answersTried, candidatesTried, sampled, secondsForSpace }) {
  return {
    recovered,
    of: answersTried,
    candidatesTried,
    wholePlan: !sampled,
    secondsForPlan: rounded(secondsForSpace),
  };
}

/** @param {number} value - to three digits */
function rounded(value) {
  return Number(value.toPrecision(3));
}
