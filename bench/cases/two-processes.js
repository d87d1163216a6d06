// SPDX-License-Identifier: Apache-2.0
/**
 * Sums and join ids of two processes over TLS on this machine, a thread each, against both parties in one process with as many
 * threads: what the line takes. Rounds alternate, and a ratio is of one round.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createToken } from 'veilmatch/transport';
import { createAuthority } from '../../test/support/certificates.js';
import { DEFAULT_MAJOR, nodeOfMajor } from '../engines.js';
import { median, spread } from '../rounds.js';

const SCRIPT = fileURLToPath(new URL('../network/protocol-party.js', import.meta.url));
const PROTOCOLS = ['intersection', 'sum', 'join-ids'];
/** Of the time in one process, at the most. */
const ALLOWED = 1.25;

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

/** @param {string} program @param {string} protocol @param {number} size */
async function overTls(program, protocol, size) {
  const authority = createAuthority('bench');
  const server = authority.issue('sender', ['localhost']);
  const common = { protocol, size, concurrency: 1, token: createToken(), ca: authority.cert };
  const sender = party(program, { ...common, server, role: 'sender' });
  const { port } = await sender.next();
  const receiver = party(program, { ...common, port, role: 'receiver' });
  const [asking, answering] = await Promise.all([receiver.next(), sender.next()]);
  return { asking, answering };
}

/** @type {import('../run.js').Case} */
const bench = {
  name: 'two-processes',
  description: 'sums and join ids between two processes over TLS, against one process',
  async run({ quick, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    const size = quick ? 10_000 : 100_000;
    const rounds = quick ? 1 : 3;
    const cells = [];
    const targets = [];
    /** @type {Record<string, number>} */
    const bytesOfElement = {};
    for (const protocol of PROTOCOLS) {
      /** @type {number[]} */
      const alone = [];
      /** @type {number[]} */
      const both = [];
      let last;
      for (let round = 0; round < rounds; round++) {
        log(`${protocol}, ${size.toLocaleString('en-US')} rows each, round ${round + 1} of ${rounds}`);
        const own = { role: 'both', protocol, size, concurrency: 2 };
        alone.push((await party(program, own).next()).seconds);
        last = await overTls(program, protocol, size);
        both.push(Math.max(last.asking.seconds, last.answering.seconds));
      }
      const { asking, answering } = /** @type {NonNullable<typeof last>} */ (last);
      const taken = Math.max(...[asking, answering].map((one) => one.peakMemoryMB - one.memoryBeforeMB));
      bytesOfElement[protocol] = Math.round((taken * 1e6) / size);
      const times = median(both.map((seconds, i) => seconds / (alone[i] ?? 1)));
      cells.push({
        of: { protocol, rows: size },
        figures: {
          secondsInOneProcess: spread(alone),
          secondsOverTls: spread(both),
          bytesReceiverSent: asking.bytesSent,
          bytesSenderSent: answering.bytesSent,
          memoryBytesOfElement: bytesOfElement[protocol],
        },
      });
      if (protocol === 'intersection') continue;
      targets.push({
        of: { name: `${protocol} over TLS, of the time in one process` },
        ...{ figure: Number(times.toPrecision(3)), unit: 'times', bound: /** @type {const} */ ('at most') },
        ...{ target: ALLOWED, met: times <= ALLOWED },
      });
    }
    return { cells, targets };
  },
};

export default bench;
