// SPDX-License-Identifier: Apache-2.0
/**
 * The whole way by ot-psi: from two CSV files to the rows that are written, between two processes of the tool over TLS on this machine, each
 * of which takes all cores. The sender reads its list and listens, then the receiver reads its own and asks; what is between the
 * connection and the end of the run is PSI.
 */

import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createToken, hashToken } from 'veilmatch/transport';
import { createAuthority } from '../../test/support/certificates.js';
import { DEFAULT_MAJOR, nodeOfMajor } from '../engines.js';

const COMMAND = fileURLToPath(new URL('../messy/command.js', import.meta.url));
const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const MILLION = 1_000_000;
/** Area codes, each with some 7.9 million numbers that can be somebody's. */
const AREAS = [415, 212, 646, 917];

/** Telephone numbers, the same ones in every run. */
function* numbers() {
  for (const area of AREAS)
    for (let exchange = 200; exchange < 1000; exchange++) {
      // 211, 311 and so on are services, and 555 is nobody's.
      if (exchange % 100 === 11 || exchange === 555) continue;
      for (let line = 0; line < 10_000; line++) yield `+1${area}${exchange}${String(line).padStart(4, '0')}`;
    }
}

/** @param {string} path @param {number} first @param {number} count */
async function writeList(path, first, count) {
  const file = createWriteStream(path);
  let [text, at] = ['phone\n', 0];
  for (const number of numbers()) {
    if (at >= first + count) break;
    if (at++ < first) continue;
    text += `${number}\n`;
    if (text.length < 1_000_000) continue;
    if (!file.write(text)) await new Promise((resolve) => file.once('drain', resolve));
    text = '';
  }
  file.end(text);
  await finished(file);
}

/** @param {string} path */
async function linesOf(path) {
  let lines = 0;
  for await (const chunk of createReadStream(path)) for (const byte of chunk) if (byte === 10) lines++;
  return lines;
}

/** A process of the tool. */
class Tool {
  #out = '';
  #err = '';
  #child;
  #ended;

  /** @param {string} program - of Node @param {readonly string[]} argv */
  constructor(program, argv) {
    this.#child = spawn(program, [COMMAND, MAIN, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stdout.on('data', (chunk) => {
      this.#out += chunk;
    });
    this.#child.stderr.on('data', (chunk) => {
      this.#err += chunk;
    });
    this.#ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject);
      this.#child.on('close', resolve);
    });
  }

  /** @param {string} event - in its log @returns {Promise<any>} */
  async logged(event) {
    for (;;) {
      const line = this.#err
        .split('\n')
        .find((text) => text.includes(`"event":"${event}"`) && text.endsWith('}'));
      if (line !== undefined) return JSON.parse(line);
      if (this.#child.exitCode !== null)
        throw new Error(`It ended before '${event}': ${this.#err.slice(-2000)}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** What it took. @returns {Promise<{ cpu: number, seconds: number, megabytes: number }>} */
  async took() {
    const status = await this.#ended;
    if (status !== 0) throw new Error(`It ended with status ${status}: ${this.#err.slice(-2000)}`);
    return JSON.parse(this.#out.trim().split('\n').at(-1) ?? '');
  }

  stop() {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }
}

/** @param {string} program @param {number} size */
async function run(program, size) {
  const folder = await mkdtemp(join(tmpdir(), 'veilmatch-bench-'));
  /** @type {Tool[]} */
  const tools = [];
  const start = (/** @type {readonly string[]} */ argv) => {
    const tool = new Tool(program, argv);
    tools.push(tool);
    return tool;
  };
  try {
    const at = (/** @type {string} */ name) => join(folder, name);
    const authority = createAuthority('bench');
    const { cert, key } = authority.issue('sender', ['localhost']);
    const token = createToken();
    const half = Math.floor(size / 2);
    await writeList(at('sender.csv'), 0, size);
    await writeList(at('receiver.csv'), half, size);
    for (const [name, content] of Object.entries({
      'ca.pem': authority.cert,
      'server.pem': cert,
      'server.key': key,
      token,
      'partners.json': JSON.stringify({
        partners: [{ name: 'receiver', tokens: [hashToken(token)].map(hex) }],
      }),
      // Sizes are what is measured here.
      'policy.json': '{ "budgets": [] }',
    })) {
      await writeFile(at(name), content);
    }
    const common = [
      '--column',
      'phone',
      '--reveal',
      'intersection',
      '--protocol',
      'ot',
      '--policy',
      at('policy.json'),
    ];
    const began = performance.now();
    const sender = start([
      ...['serve', at('sender.csv'), ...common, '--once', '--listen', '127.0.0.1:0'],
      ...['--partners', at('partners.json'), '--tls-cert', at('server.pem'), '--tls-key', at('server.key')],
      ...['--ledger', at('sender.json')],
    ]);
    const { port } = await sender.logged('listening');
    const listening = performance.now();
    const receiver = start([
      ...[
        'connect',
        `wss://localhost:${port}`,
        at('receiver.csv'),
        ...common,
        '--json',
        '-o',
        at('shared.csv'),
      ],
      ...['--ca', at('ca.pem'), '--token-file', at('token'), '--ledger', at('receiver.json')],
    ]);
    const received = await receiver.took();
    const seconds = (performance.now() - began) / 1000;
    const { seconds: psi, bytesSent, bytesReceived } = await sender.logged('complete');
    const sent = await sender.took();
    const shared = (await linesOf(at('shared.csv'))) - 1;
    if (shared !== size - half) throw new Error(`${shared} rows were written, not ${size - half}.`);
    return {
      of: { elementsOfEach: size },
      figures: {
        seconds,
        secondsOfPsi: psi,
        shareOfPsi: psi / seconds,
        secondsUntilListening: (listening - began) / 1000,
        senderMegabytes: sent.megabytes,
        receiverMegabytes: received.megabytes,
        senderCpuSeconds: sent.cpu,
        receiverCpuSeconds: received.cpu,
        bytesPerElement: (bytesSent + bytesReceived) / size,
      },
    };
  } finally {
    for (const tool of tools) tool.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** As a partners file has it. @param {Uint8Array} hash */
const hex = (hash) => `sha256:${Buffer.from(hash).toString('hex')}`;

/** @param {boolean} quick @param {boolean} full */
const lengthsOf = (quick, full) =>
  quick ? [20_000] : full ? [100_000, MILLION, 10 * MILLION] : [100_000, MILLION];

/** @type {import('../run.js').Case} */
const bench = {
  name: 'ot-files',
  description: 'from two CSV files to the written result by ot-psi, between two processes over TLS',
  takesSizes: true,
  async run({ quick, full, sizes = lengthsOf(quick, full), node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    const cells = [];
    for (const size of sizes) {
      log(`${size.toLocaleString('en-US')} rows each`);
      const cell = await run(program, size);
      const { seconds, secondsOfPsi } = cell.figures;
      log(`${seconds.toFixed(1)} s, ${secondsOfPsi.toFixed(1)} s of them PSI`);
      cells.push(cell);
    }
    const longest = cells.at(-1);
    if (longest === undefined || sizes.at(-1) !== 10 * MILLION) return { cells };
    const { secondsOfPsi } = longest.figures;
    return {
      cells,
      targets: [
        {
          of: { name: 'PSI of ten million rows on two cores' },
          figure: secondsOfPsi,
          unit: 's',
          bound: 'below',
          target: 20,
          met: secondsOfPsi < 20,
        },
      ],
    };
  },
};

export default bench;
