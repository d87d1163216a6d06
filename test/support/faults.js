// SPDX-License-Identifier: Apache-2.0
/**
 * Two processes of the built tool over TLS, either of which is killed in the middle of a run, or the line between them cut,
 * and started again with --resume until the run is complete.
 *
 * @typedef {object} Fault - what happens to one run
 * @property {'sender' | 'receiver' | 'line'} what
 * @property {number} [afterBytes] - when so many bytes have passed, of both directions together
 * @property {number} [afterMs] - so long after the first byte
 *
 * @typedef {object} Course - how a run went
 * @property {boolean} hit - whether the fault came before the end
 * @property {number} attempts - of the receiver
 * @property {boolean} resumed - whether the run went on, rather than having begun anew
 * @property {string} rows - what the receiver wrote
 * @property {number} bytes - that have passed
 * @property {number} seconds - from the receiver's first start to its last end
 * @property {number} connectedSeconds - of its last attempt, from the first byte to its end
 * @property {string} complaints - of all attempts of the receiver
 */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAuthority } from './certificates.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const MOST_ATTEMPTS = 5;

const numberOf = (/** @type {number} */ i) => `+1415${2_000_000 + i}`;

/** A line that counts what passes, and can be cut. */
class Line {
  bytes = 0;
  /** The sender's port. */
  port = 0;
  /** @type {(() => void) | undefined} */
  onData;
  /** @type {(() => void) | undefined} */
  onConnect;
  #server = createServer((near) => this.#join(near));
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();

  async open() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
  }

  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param {import('node:net').Socket} near */
  #join(near) {
    this.onConnect?.();
    const far = connect(this.port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(from);
      from.on('error', () => {});
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
      from.on('data', (/** @type {Buffer} */ chunk) => {
        this.bytes += chunk.length;
        to.write(chunk);
        this.onData?.();
      });
      from.on('end', () => to.end());
    }
  }
}

/** A process of the tool. */
class Tool {
  /** @param {readonly string[]} argv @param {string} program - of Node */
  constructor(argv, program) {
    this.stderr = '';
    this.child = spawn(program, [MAIN, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
    this.child.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    /** @type {Promise<number | null>} */
    this.status = once(this.child, 'close').then(([status]) => status);
  }

  kill() {
    this.child.kill('SIGKILL');
    return this.status;
  }

  /** @param {string} event - in the log @returns {Promise<any>} */
  async logged(event) {
    for (;;) {
      const line = this.stderr
        .split('\n')
        .find((text) => text.includes(`"event":"${event}"`) && text.endsWith('}'));
      if (line !== undefined) return JSON.parse(line);
      if (this.child.exitCode !== null) throw new Error(`It ended before '${event}':\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** A sender that serves, a receiver that may be started, and the line between them. */
export class Machines {
  #folder = mkdtempSync(join(tmpdir(), 'veilmatch-faults-'));
  #line = new Line();
  #url = '';
  /** @type {Tool | undefined} */
  #sender;
  #program;
  #size;
  #reveal;

  /**
   * @param {{ size: number, reveal?: 'intersection' | 'cardinality', program?: string }} options - elements in each list,
   *   half of them in both
   */
  constructor({ size, reveal = 'intersection', program = process.execPath }) {
    this.#size = size;
    this.#reveal = reveal;
    this.#program = program;
  }

  /** What the receiver has to write. */
  get expected() {
    const first = this.#size / 2;
    const rows = Array.from({ length: first }, (_, i) => `${i + 2},${numberOf(first + i)}\n`);
    return `line,phone\n${rows.join('')}`;
  }

  /** @param {string} name */
  path(name) {
    return join(this.#folder, name);
  }

  async start() {
    const authority = createAuthority('authority');
    const server = authority.issue('server', ['localhost']);
    const token = `vmt_${randomBytes(32).toString('base64url')}`;
    const { hashToken } = await import('../../dist/transport/index.js');
    const list = (/** @type {number} */ from) =>
      `phone\n${Array.from({ length: this.#size }, (_, i) => numberOf(from + i)).join('\n')}\n`;
    for (const [name, content] of Object.entries({
      'sender.csv': list(0),
      'receiver.csv': list(this.#size / 2),
      'ca.pem': authority.cert,
      'server.pem': server.cert,
      'server.key': server.key,
      token,
      'partners.json': JSON.stringify({
        partners: [{ name: 'partner', tokens: [`sha256:${Buffer.from(hashToken(token)).toString('hex')}`] }],
      }),
      'state.key': randomBytes(32).toString('hex'),
      'policy.json': '{ "budgets": [{ "hours": 24, "runs": 1000 }] }',
    })) {
      writeFileSync(this.path(name), content);
    }
    this.#url = `wss://localhost:${await this.#line.open()}`;
    await this.#serve();
  }

  async #serve() {
    this.#sender = new Tool(
      [
        ...['serve', this.path('sender.csv'), '--column', 'phone', '--reveal', this.#reveal],
        ...[
          '--listen',
          '127.0.0.1:0',
          '--partners',
          this.path('partners.json'),
          '--policy',
          this.path('policy.json'),
        ],
        ...['--tls-cert', this.path('server.pem'), '--tls-key', this.path('server.key')],
        ...['--ledger', this.path('ledger.json')],
        ...['--state', this.path('runs'), '--state-key-file', this.path('state.key'), '--resume'],
      ],
      this.#program,
    );
    this.#line.port = (await this.#sender.logged('listening')).port;
  }

  /** @param {readonly string[]} more */
  #ask(...more) {
    return new Tool(
      [
        ...['connect', this.#url, this.path('receiver.csv'), '--column', 'phone'],
        ...['--ca', this.path('ca.pem'), '--token-file', this.path('token')],
        ...['--state', this.path('asking'), '--state-key-file', this.path('state.key')],
        ...(this.#reveal === 'intersection' ? ['-o', this.path('shared.csv')] : []),
        ...more,
      ],
      this.#program,
    );
  }

  /**
   * One run to its end, whatever happens.
   * @param {Fault} [fault]
   * @returns {Promise<Course>}
   */
  async run(fault) {
    const started = performance.now();
    rmSync(this.path('shared.csv'), { force: true });
    this.#line.bytes = 0;
    let connected = started;
    let hit = false;
    let resumed = false;
    let complaints = '';
    for (let attempts = 1; attempts <= MOST_ATTEMPTS; attempts++) {
      const isCut = existsSync(this.path('asking/run.vm'));
      resumed ||= isCut;
      const receiver = this.#ask(...(isCut ? ['--resume'] : []));
      this.#line.onConnect = () => {
        connected = performance.now();
      };
      const disarm = fault === undefined || hit ? () => {} : this.#arm(fault, receiver, () => (hit = true));
      const status = await receiver.status;
      disarm();
      if (this.#sender?.child.signalCode !== null) {
        await this.#sender?.status;
        await this.#serve();
      }
      complaints += receiver.stderr;
      if (status !== 0 || existsSync(this.path('asking/run.vm'))) continue;
      const rows = this.#reveal === 'intersection' ? readFileSync(this.path('shared.csv'), 'utf8') : '';
      const [seconds, connectedSeconds] = [started, connected].map(
        (from) => (performance.now() - from) / 1000,
      );
      return { hit, attempts, resumed, rows, bytes: this.#line.bytes, seconds, connectedSeconds, complaints };
    }
    throw new Error(`The run is not complete after ${MOST_ATTEMPTS} attempts:\n${complaints}`);
  }

  /**
   * @param {Fault} fault
   * @param {Tool} receiver
   * @param {() => void} onHit
   * @returns {() => void} takes the fault back
   */
  #arm({ what, afterBytes = Number.POSITIVE_INFINITY, afterMs }, receiver, onHit) {
    let done = false;
    const strike = () => {
      if (done || receiver.child.exitCode !== null) return;
      done = true;
      onHit();
      if (what === 'line') this.#line.cut();
      else void (what === 'sender' ? this.#sender : receiver)?.kill();
    };
    /** @type {NodeJS.Timeout | undefined} */
    let timer;
    this.#line.onData = () => {
      if (this.#line.bytes >= afterBytes) strike();
      if (afterMs !== undefined) timer ??= setTimeout(strike, afterMs);
    };
    return () => {
      done = true;
      this.#line.onData = undefined;
      clearTimeout(timer);
    };
  }

  /** What the sender has charged. @returns {number} runs */
  get charged() {
    const { accounts } = JSON.parse(readFileSync(this.path('ledger.json'), 'utf8'));
    // Besides the partner's account there is the one of all partners.
    const own = accounts.filter((/** @type {[string, unknown[]]} */ [name]) => name.startsWith('partner:'));
    return own.flatMap((/** @type {[string, unknown[]]} */ [, charges]) => charges).length;
  }

  async stop() {
    await this.#sender?.kill();
    await this.#line.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
