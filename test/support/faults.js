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
 * @property {string} result - what the receiver has: what it was told and, where it writes rows, these; of pseudonyms, which are
 *   others in each run, that there are as many as rows
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

/** What the two say of a run, and what the receiver has of it. */
const RUNS = {
  intersection: { flags: ['--reveal', 'intersection'], writes: true },
  'ot-psi': { flags: ['--reveal', 'intersection', '--protocol', 'ot'], writes: true },
  auto: { flags: ['--reveal', 'intersection', '--protocol', 'auto'], writes: true },
  cardinality: { flags: ['--reveal', 'cardinality'] },
  people: { flags: ['--reveal', 'cardinality', '--people'] },
  sum: { flags: ['--reveal', 'sum', '--value-digits', '2'], sender: ['--value-column', 'amount'] },
  ids: { flags: ['--reveal', 'ids'], writes: true },
};
/** @typedef {keyof typeof RUNS} Run */
export const RUN_NAMES = /** @type {Run[]} */ (Object.keys(RUNS));

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
    this.stdout = '';
    this.stderr = '';
    this.child = spawn(program, [MAIN, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
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
  #run;

  /** @param {{ size: number, run?: Run, program?: string }} options - elements in each list, half of them in both */
  constructor({ size, run = 'intersection', program = process.execPath }) {
    this.#size = size;
    this.#run = run;
    this.#program = program;
  }

  /** What the receiver has to have. */
  get expected() {
    const first = this.#size / 2;
    // The last rows of the sender, whose amounts are 0.05, 1.05 and so on.
    const cents = Array.from({ length: first }, (_, i) => 100 * (first + i) + 5);
    const total = cents.reduce((sum, one) => sum + one, 0) / 100;
    const told = { shared: first, ...(this.#run === 'sum' ? { sum: total.toFixed(2) } : {}) };
    const written = this.#run === 'ids' ? this.#size : this.#writes ? first : 0;
    const rows = Array.from({ length: written }, (_, i) => `${i + 2},${numberOf(first + i)}\n`);
    return JSON.stringify({ ...told, rows: written > 0 ? `line,phone\n${rows.join('')}` : '' });
  }

  get #writes() {
    const { writes } = /** @type {{ writes?: boolean }} */ (RUNS[this.#run]);
    return writes === true;
  }

  /** @param {string} stdout - of the receiver, in JSON */
  #resultOf(stdout) {
    const { shared, sum } = JSON.parse(stdout);
    let rows = this.#writes ? readFileSync(this.path('shared.csv'), 'utf8') : '';
    if (this.#run === 'ids') {
      const pseudonyms = new Set(rows.match(/,[0-9a-f]{32}(?=\n)/g));
      rows = rows.replace(/,(?:[0-9a-f]{32}|pseudonym)\n/g, '\n');
      if (pseudonyms.size !== this.#size) rows = `${pseudonyms.size} pseudonyms\n${rows}`;
    }
    return JSON.stringify({ shared, sum, rows });
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
      `phone,amount\n${Array.from({ length: this.#size }, (_, i) => `${numberOf(from + i)},${i}.05\n`).join('')}`;
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
    const { flags, sender = [] } = /** @type {{ flags: string[], sender?: string[] }} */ (RUNS[this.#run]);
    this.#sender = new Tool(
      [
        ...['serve', this.path('sender.csv'), '--column', 'phone', ...flags, ...sender],
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
        ...['connect', this.#url, this.path('receiver.csv'), '--column', 'phone', ...RUNS[this.#run].flags],
        // For pseudonyms, of which the sender gets some as well.
        ...['--policy', this.path('policy.json'), '--ledger', this.path('asking.json'), '--json'],
        ...['--ca', this.path('ca.pem'), '--token-file', this.path('token')],
        ...['--state', this.path('asking'), '--state-key-file', this.path('state.key')],
        ...(this.#writes ? ['-o', this.path('shared.csv')] : []),
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
      const result = this.#resultOf(receiver.stdout);
      const [seconds, connectedSeconds] = [started, connected].map(
        (from) => (performance.now() - from) / 1000,
      );
      return {
        hit,
        attempts,
        resumed,
        result,
        bytes: this.#line.bytes,
        seconds,
        connectedSeconds,
        complaints,
      };
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
