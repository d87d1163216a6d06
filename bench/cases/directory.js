// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch directory serve` under load: clients of 200 contacts, more and more of them at once, against the rate at which the
 * kernel multiplies on this machine; many at the same moment; and a server that is killed in between.
 */

import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createAuthority } from '../../test/support/certificates.js';
import { DEFAULT_MAJOR, measured, nodeOfMajor } from '../engines.js';
import { spread } from '../rounds.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const CLIENTS = fileURLToPath(new URL('../directory/clients.js', import.meta.url));
const KERNEL = new URL('../directory/kernel.js', import.meta.url);
const CHARGES = new URL('../directory/charges.js', import.meta.url);

const CONTACTS = 200;
const SIGNAL = 'SIGKILL';

/** Numbers of Northern California, none of which has an exchange that ends with 11. */
const phone = (/** @type {number} */ i) =>
  `+1${AREAS[i % AREAS.length]}${2_200_000 + Math.floor(i / AREAS.length)}`;
const AREAS = [415, 510, 628, 650, 707, 831];

class Directory {
  #folder = mkdtempSync(join(tmpdir(), 'veilmatch-directory-'));
  #program;
  #accounts;
  #hasSqlite;
  #authority = createAuthority('bench');
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #server;
  /** @type {string[]} */
  tokens = [];
  signer = '';
  port = 0;
  metrics = 0;

  /** @param {string} program - of Node @param {number} major @param {number} accounts */
  constructor(program, major, accounts) {
    this.#program = program;
    this.#hasSqlite = major >= 24;
    this.#accounts = accounts;
  }

  get ca() {
    return this.#authority.cert;
  }

  /** In SQLite where this line of Node has it. */
  get ledger() {
    return join(this.#folder, this.#hasSqlite ? 'ledger.db' : 'ledger.json');
  }

  get files() {
    return join(this.#folder, 'public');
  }

  /** @param {string} name @param {string} text */
  #put(name, text) {
    const path = join(this.#folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  }

  /** @param {string[]} argv */
  async #run(...argv) {
    const child = spawn(this.#program, [MAIN, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more) => {
      text += more;
    });
    const [status] = await once(child, 'close');
    if (status !== 0) throw new Error(`veilmatch ${argv[0]} ended with status ${status}.`);
    return text.trim();
  }

  /** @param {number} members @returns {Promise<number>} seconds */
  async create(members) {
    const key = join(this.#folder, 'members.key');
    this.signer = /ed25519:([0-9a-f]{64})/.exec(await this.#run('key', 'members', '-o', key))?.[1] ?? '';
    const list = this.#put(
      'members.txt',
      `phone\n${Array.from({ length: members }, (_, i) => phone(i)).join('\n')}\n`,
    );
    const started = performance.now();
    await this.#run('directory', 'create', this.files, list, '--id', 'members', '--key-file', key);
    const seconds = (performance.now() - started) / 1000;
    const { createToken, hashToken } = await import('veilmatch/transport');
    this.tokens = Array.from({ length: this.#accounts }, () => createToken());
    const partners = this.tokens.map((token, i) => ({
      name: `account-${i}`,
      tokens: [`sha256:${Buffer.from(hashToken(token)).toString('hex')}`],
    }));
    this.#put('accounts.json', JSON.stringify({ partners }));
    this.#put('policy.json', JSON.stringify({ budgets: [{ hours: 24, elements: 1e12, runs: 1e9 }] }));
    const { cert, key: tlsKey } = this.#authority.issue('directory', ['localhost']);
    this.#put('server.pem', cert);
    this.#put('server.key', tlsKey);
    return seconds;
  }

  async serve() {
    const path = (/** @type {string} */ name) => join(this.#folder, name);
    const server = spawn(
      this.#program,
      [
        ...[MAIN, 'directory', 'serve', path('public'), '--listen', '127.0.0.1:0', '--metrics', '0'],
        ...['--partners', path('accounts.json'), '--policy', path('policy.json')],
        ...['--tls-cert', path('server.pem'), '--tls-key', path('server.key')],
        ...[
          '--ledger',
          this.#hasSqlite ? `sqlite:${this.ledger}` : this.ledger,
          '--runs',
          String(this.#accounts + 8),
        ],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#server = server;
    let told = '';
    await new Promise((resolve, reject) => {
      server.once('close', () => reject(new Error(`The server has ended: ${told}`)));
      createInterface(/** @type {any} */ (server.stderr)).on('line', (line) => {
        told = line;
        const said = line.startsWith('{') ? JSON.parse(line) : {};
        if (said.event !== 'listening') return;
        this.port = said.port;
        this.metrics = said.metrics;
        resolve(undefined);
      });
    });
  }

  /** Bytes. */
  async memory() {
    const text = await (await fetch(`http://127.0.0.1:${this.metrics}/metrics`)).text();
    return Number(/^veilmatch_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
  }

  async kill() {
    const server = this.#server;
    if (server === undefined || server.exitCode !== null) return;
    server.removeAllListeners('close');
    const ended = once(server, 'close');
    server.kill(SIGNAL);
    await ended;
  }

  async close() {
    await this.kill();
    rmSync(this.#folder, { recursive: true });
  }
}

/** The process of the clients. */
class Clients {
  #child;
  #ended;

  /** @param {string} program @param {Directory} directory */
  constructor(program, { port, ca, tokens, signer, files }) {
    // Half of them are members.
    const contacts = Array.from({ length: CONTACTS }, (_, i) =>
      i < CONTACTS / 2 ? phone(i) : `+1916${2_200_000 + i}`,
    );
    const part = { port, ca, tokens, signer, files, contacts };
    this.#child = fork(CLIENTS, [JSON.stringify(part)], { execPath: program });
    this.#ended = once(this.#child, 'exit').then(([status]) => {
      throw new Error(`The clients ended with status ${status}.`);
    });
    this.#ended.catch(() => {});
  }

  /** @returns {Promise<any>} */
  async next() {
    return (await Promise.race([once(this.#child, 'message'), this.#ended]))[0];
  }

  /** @param {object} message */
  tell(message) {
    this.#child.send(message);
  }
}

/** @param {readonly number[]} times @param {number} share */
function rank(times, share) {
  const sorted = [...times].sort((a, b) => a - b);
  return Number((sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0).toFixed(1));
}

/** @type {import('../run.js').Case} */
const bench = {
  name: 'directory',
  description: `a directory's server and clients of ${CONTACTS} contacts, more and more of them at once`,
  async run({ quick, node = DEFAULT_MAJOR, log }) {
    const program = nodeOfMajor(node);
    const members = quick ? 10_000 : 1_000_000;
    const most = quick ? 20 : 500;
    const levels = quick ? [1, 5, 20] : [1, 10, 50, 100, 200, 500];
    const seconds = quick ? 2 : 20;
    const directory = new Directory(program, node, most);
    try {
      log(`a directory of ${members.toLocaleString('en-US')}`);
      const publishing = await directory.create(members);
      log('the kernel by itself');
      const { perSecond: kernel } = await measured(KERNEL, {
        program,
        argument: { contacts: CONTACTS, seconds: quick ? 1 : 5 },
        log,
      });
      await directory.serve();
      const clients = new Clients(program, directory);
      await clients.next();
      const cells = [
        {
          of: { what: 'publishing', members },
          figures: {
            seconds: Number(publishing.toFixed(1)),
            membersPerSecond: Math.round(members / publishing),
          },
        },
        { of: { what: 'kernel', elements: CONTACTS }, figures: { evaluationsPerSecond: kernel } },
      ];
      let best = 0;
      for (const level of levels) {
        log(`${level} clients at once`);
        clients.tell({ what: 'load', clients: level, seconds });
        const { times, lost, seconds: taken } = await clients.next();
        const evaluations = Math.round((times.length * CONTACTS) / taken);
        best = Math.max(best, evaluations);
        cells.push({
          of: { what: 'load', clients: level },
          figures: {
            ...{ lookups: times.length, lost, lookupsPerSecond: Number((times.length / taken).toFixed(1)) },
            evaluationsPerSecond: evaluations,
            shareOfKernel: Number((evaluations / kernel).toFixed(3)),
            milliseconds: spread(times),
            ...{ p50Milliseconds: rank(times, 0.5), p99Milliseconds: rank(times, 0.99) },
          },
        });
      }
      log(`${most} clients at the same moment`);
      const idle = await directory.memory();
      clients.tell({ what: 'at-once', clients: most });
      await clients.next();
      const open = await directory.memory();
      clients.tell({ what: 'go' });
      const { answered, lost, seconds: taken } = await clients.next();
      const peak = await directory.memory();
      cells.push({
        of: { what: 'at once', clients: most },
        figures: {
          ...{ answered, lost, seconds: Number(taken.toFixed(2)) },
          kilobytesOpen: Math.round((open - idle) / most / 1e3),
          kilobytesAnswered: Math.round((peak - idle) / most / 1e3),
        },
      });
      log('killed in between');
      const before = await charges(program, directory, log);
      clients.tell({ what: 'load', clients: Math.min(most, 50), seconds: 600, tellAfter: most });
      await clients.next();
      await directory.kill();
      const { times } = await clients.next();
      clients.tell({ what: 'end' });
      await directory.serve();
      const after = await charges(program, directory, log);
      cells.push({
        of: { what: 'killed', clients: Math.min(most, 50) },
        figures: {
          answered: times.length,
          charged: after - before,
          answeredUncharged: Math.max(0, times.length - (after - before)),
        },
      });
      return {
        cells,
        targets: [
          target('evaluations a second, of the rate of the kernel', best / kernel, 'times', 'at least', 0.9),
          target('clients at once that are lost', lost, 'clients', 'at most', 0),
          target(
            'answers that were not charged',
            Math.max(0, times.length - (after - before)),
            'answers',
            'at most',
            0,
          ),
        ],
      };
    } finally {
      await directory.close();
    }
  },
};

/**
 * Runs that are charged.
 * @param {string} program @param {Directory} directory @param {(line: string) => void} log
 * @returns {Promise<number>}
 */
async function charges(program, { ledger }, log) {
  return (await measured(CHARGES, { program, argument: { ledger }, log })).runs;
}

/**
 * @param {string} name @param {number} figure @param {string} unit @param {'at least' | 'at most'} bound @param {number} goal
 */
function target(name, figure, unit, bound, goal) {
  const met = bound === 'at least' ? figure >= goal : figure <= goal;
  return { of: { name }, figure: Number(figure.toPrecision(3)), unit, bound, target: goal, met };
}

export default bench;
