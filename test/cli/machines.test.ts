// SPDX-License-Identifier: Apache-2.0
/** Two processes of the built tool and the network between them, with certificates made here. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { encodeMessage } from '../../src/wire/messages.js';
import { openMessage } from '../../src/wire/negotiate.js';
import { type Authority, createAuthority, type Issued } from '../support/certificates.js';
import { cli, temporary } from './harness.js';

// Each test starts processes, and a machine may have others to run.
vi.setConfig({ testTimeout: 240_000 });

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

const number = (i: number): string => `+1415${2_000_000 + i}`;
const listOf = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => number(first + i));
const csv = (numbers: readonly string[]): string => `phone\n${numbers.join('\n')}\n`;

interface Event {
  readonly event: string;
  readonly [field: string]: unknown;
}

class Tool {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #status: Promise<number | null>;

  constructor(argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [main, ...argv], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.child.stdout!.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.child.stderr!.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.#status = once(this.child, 'close').then(([status]) => status);
  }

  get status(): Promise<number | null> {
    return this.#status;
  }

  get events(): Event[] {
    const lines = this.stderr.split('\n').filter((line) => line.startsWith('{'));
    return lines.slice(0, this.stderr.endsWith('\n') ? undefined : -1).map((line) => JSON.parse(line));
  }

  /** Waits for a line of the log. */
  async logged(event: string): Promise<Event> {
    for (;;) {
      const found = this.events.find((entry) => entry.event === event);
      if (found !== undefined) return found;
      if (this.child.exitCode !== null) throw new Error(`It ended before '${event}':\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const tools: Tool[] = [];
afterEach(async () => {
  for (const tool of tools.splice(0)) {
    if (tool.child.exitCode === null && tool.child.signalCode === null) tool.child.kill('SIGKILL');
    await tool.status;
  }
});

function start(...argv: string[]): Tool {
  const tool = new Tool(argv);
  tools.push(tool);
  return tool;
}

function file(content: string): string {
  const path = temporary('file');
  writeFileSync(path, content);
  return path;
}

/** A token for a partner of this name, and the file by which it is known. */
async function newToken(name = 'acme'): Promise<{ token: string; tokenFile: string; known: string }> {
  const known = temporary('partners.json');
  const { status, stdout } = await cli(['token', name, '--add', known]);
  expect(status).toBe(0);
  return { token: stdout.trim(), tokenFile: file(stdout), known };
}

async function serve(
  list: readonly string[],
  ...argv: string[]
): Promise<{ tool: Tool; port: number; metrics: number }> {
  const tool = start('serve', file(csv(list)), '--listen', '127.0.0.1:0', '--metrics', '0', ...argv);
  const { port, metrics } = await tool.logged('listening');
  return { tool, port: port as number, metrics: metrics as number };
}

let authority: Authority;
let folder: string;
let tls: string[];
let ca: string;
beforeAll(() => {
  authority = createAuthority('authority');
  const server: Issued = authority.issue('server', ['localhost']);
  folder = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
  const keep = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  ca = keep('ca.pem', authority.cert);
  tls = ['--tls-cert', keep('server.pem', server.cert), '--tls-key', keep('server.key', server.key)];
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SENDER = listOf(0, 1500);
const RECEIVER = listOf(500, 1500);
const SHARED = listOf(500, 1000);

describe('two processes over TLS', () => {
  it('find the plain intersection, by a token, and tell their logs nothing that is secret', async () => {
    const { token, tokenFile, known } = await newToken();
    const { tool, port } = await serve(
      SENDER,
      ...tls,
      '--reveal',
      'intersection',
      '--partners',
      known,
      '--once',
    );
    const output = temporary('shared.csv');
    const client = start(
      ...['connect', `wss://127.0.0.1:${port}`, file(csv(RECEIVER)), '--column', 'phone', '--ca', ca],
      ...['--token-file', tokenFile, '-o', output, '--json'],
    );
    expect(await client.status).toBe(0);
    expect(await tool.status).toBe(0);
    expect(readFileSync(output, 'utf8')).toBe(
      `line,phone\n${SHARED.map((shared, i) => `${i + 2},${shared}\n`).join('')}`,
    );
    const summary = JSON.parse(client.stdout);
    expect(summary).toMatchObject({
      reveal: 'intersection',
      ownSize: 1500,
      peerSize: 1500,
      shared: 1000,
      rows: 1000,
    });
    const complete = await tool.logged('complete');
    expect(complete).toMatchObject({ run: summary.runId, peer: 'acme', peerSize: 1500 });
    // But for a last sign of life on a slow machine, which nobody reads any more.
    for (const [sent, received] of [
      [complete.bytesSent, summary.bytesReceived],
      [summary.bytesSent, complete.bytesReceived],
    ]) {
      expect(received).toBeLessThanOrEqual(sent);
      expect(sent - received).toBeLessThan(100);
    }
    for (const text of [tool.stderr, client.stderr, client.stdout]) {
      expect(text).not.toContain(token);
      expect(text).not.toMatch(/1415\d{7}/);
    }
  });

  it('count what they share, by a client certificate, and write no rows', async () => {
    const client = authority.issue('client');
    const partners = file(
      JSON.stringify({
        partners: [{ name: 'acme', certificates: [{ authority: ca, subject: 'CN=client' }] }],
      }),
    );
    const { port } = await serve(SENDER, ...tls, '--reveal', 'cardinality', '--partners', partners);
    const credentials = ['--ca', ca, '--client-cert', file(client.cert), '--client-key', file(client.key)];
    const argv = ['connect', `wss://localhost:${port}`, file(csv(RECEIVER)), ...credentials];
    const output = temporary('shared.csv');
    const refused = start(...argv, '-o', output);
    expect(await refused.status).toBe(2);
    expect(refused.stderr).toContain('no rows to write');
    expect(existsSync(output)).toBe(false);
    const counting = start(...argv);
    expect(await counting.status).toBe(0);
    expect(counting.stdout).toMatch(/^shared {6}1,000$/m);
    const wanting = start(...argv, '--reveal', 'intersection');
    expect(await wanting.status).toBe(3);
    expect(wanting.stderr).toContain("The partner reveals 'cardinality'");
  });

  it('give an outsider nothing: a wrong token, none, a wrong certificate', async () => {
    const { known } = await newToken();
    const wrong = await newToken();
    const other = createAuthority('stranger').issue('client');
    const partners: { certificates?: object[] }[] = JSON.parse(readFileSync(known, 'utf8')).partners;
    partners[0]!.certificates = [{ authority: ca }];
    writeFileSync(known, JSON.stringify({ partners }));
    const reveal = ['--reveal', 'intersection', '--partners', known];
    const { tool, port } = await serve(SENDER, ...tls, ...reveal);
    const folder = dirname(temporary('shared.csv'));
    const attempt = async (...argv: string[]): Promise<Tool> => {
      const output = join(folder, 'shared.csv');
      const client = start(
        'connect',
        `wss://127.0.0.1:${port}`,
        file(csv(RECEIVER)),
        '--ca',
        ca,
        '-o',
        output,
        ...argv,
      );
      await client.status;
      return client;
    };
    const certificate = ['--client-cert', file(other.cert), '--client-key', file(other.key)];
    for (const argv of [
      ['--token-file', wrong.tokenFile],
      certificate,
      [...certificate, '--token-file', wrong.tokenFile],
    ]) {
      const client = await attempt(...argv);
      expect(await client.status).toBe(3);
      expect(client.stderr).toContain('The peer denied access.');
    }
    expect(await (await attempt()).status).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
    expect(tool.events.filter(({ event }) => event === 'turned-away')).toEqual(
      ['unknown-token', 'unknown-authority', 'unknown-authority'].map((reason) =>
        expect.objectContaining({ reason }),
      ),
    );
    expect(tool.events.some(({ event }) => event === 'accepted')).toBe(false);
  });
});

describe('a certificate that is not good', () => {
  const BAD: Readonly<Record<string, () => Issued>> = {
    'of somebody else': () => createAuthority('stranger').issue('server', ['localhost']),
    'of another name': () => authority.issue('server', ['partner.example']),
  };

  it.each(Object.keys(BAD))('%s gets no token, whatever the environment says', async (kind) => {
    const { token, tokenFile } = await newToken();
    const heard: Buffer[] = [];
    const https = createServer({ ...BAD[kind]!(), minVersion: 'TLSv1.3' });
    https.on('secureConnection', (socket) => socket.on('data', (chunk) => heard.push(chunk)));
    https.on('upgrade', (request, socket) => {
      const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
      const accept = createHash('sha1').update(key).digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          `Sec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: veilmatch-psi-v1\r\n\r\n`,
      );
      socket.on('error', () => {});
      // As soon as it has said something.
      socket.once('data', () => socket.destroy());
    });
    await once(https.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = https.address() as AddressInfo;
      const client = new Tool(
        ['connect', `wss://localhost:${port}`, file(csv(RECEIVER)), '--token-file', tokenFile, '--ca', ca],
        { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      );
      tools.push(client);
      expect(await client.status).toBe(3);
      expect(client.stderr).toMatch(/error: Cannot connect to localhost:\d+ \([A-Z_]+\): its certificate/);
      expect(Buffer.concat(heard).toString('latin1')).not.toContain(token);
      expect(heard).toEqual([]);
    } finally {
      https.closeAllConnections();
      https.close();
    }
  });
});

describe('what two processes agree on', () => {
  const served = async (
    ...argv: string[]
  ): Promise<{ tool: Tool; ask(...more: string[]): Promise<Tool> }> => {
    const { tokenFile, known } = await newToken();
    const { tool, port } = await serve(SENDER, ...tls, '--partners', known, ...argv);
    return {
      tool,
      async ask(...more) {
        const address = ['connect', `wss://127.0.0.1:${port}`, file(csv(RECEIVER)), '--ca', ca];
        const client = start(...address, '--token-file', tokenFile, '--json', ...more);
        await client.status;
        return client;
      },
    };
  };

  it('is that both learn which rows are shared: both write them', async () => {
    const rows = (list: readonly string[], first: number): string =>
      `line,phone\n${list.map((shared, i) => `${first + i},${shared}\n`).join('')}`;
    const [ours, theirs] = [temporary('ours.csv'), temporary('theirs.csv')];
    const { tool, ask } = await served('--reveal', 'intersection', '--to', 'both', '--once', '-o', ours);
    const alone = await ask();
    expect(await alone.status).toBe(3);
    expect(alone.stderr).toMatch(/error: .*told the same/);
    expect(existsSync(ours)).toBe(false);
    const both = await ask('--to', 'both', '-o', theirs);
    expect([await both.status, await tool.status]).toEqual([0, 0]);
    expect(readFileSync(ours, 'utf8')).toBe(rows(SHARED, 502));
    expect(readFileSync(theirs, 'utf8')).toBe(rows(SHARED, 2));
    expect(await tool.logged('complete')).toMatchObject({ peerSize: 1500, shared: 1000 });
    expect(tool.stderr).not.toMatch(/1415\d{7}|matched/);
  });

  it('is that both learn how many are shared, as coarse as the asking party wants it', async () => {
    const { tool, ask } = await served('--reveal', 'cardinality', '--to', 'both', '--once');
    const counting = await ask('--to', 'both', '--coarse', '300,100');
    expect([await counting.status, await tool.status]).toEqual([0, 0]);
    expect(JSON.parse(counting.stdout)).toMatchObject({ shared: 900, coarse: { step: 300, atLeast: 100 } });
    expect(await tool.logged('complete')).toMatchObject({ shared: 900 });
  });

  it('is that the answers come with a proof, or not', async () => {
    const { tool, ask } = await served('--reveal', 'intersection', '--verifiable');
    const trusting = await ask();
    expect(await trusting.status).toBe(3);
    const proving = await ask('--verifiable');
    expect(await proving.status).toBe(0);
    expect(JSON.parse(proving.stdout)).toMatchObject({ shared: 1000 });
    // A proof has two scalars.
    const plain = await served('--reveal', 'intersection');
    const without = await plain.ask();
    expect(JSON.parse(proving.stdout).bytesReceived).toBeGreaterThan(
      JSON.parse(without.stdout).bytesReceived + 64,
    );
    expect(tool.events.filter(({ event }) => event === 'complete')).toHaveLength(1);
  });

  it('cannot be what there is not', async () => {
    const { known, tokenFile } = await newToken();
    const list = file(csv(SENDER));
    const asked = (...argv: string[]): ReturnType<typeof cli> =>
      cli(['serve', list, '--partners', known, ...argv]);
    const counting = ['--reveal', 'cardinality'];
    expect(await asked(...counting, '--verifiable')).toMatchObject({ status: 2 });
    const inVain = expect.stringContaining('This party has rows to write only with --once');
    for (const argv of [
      ['--reveal', 'intersection', '--to', 'both'],
      ['--reveal', 'intersection', '--once'],
      [...counting, '--to', 'both', '--once'],
    ]) {
      expect(await asked(...argv, '-o', temporary('x.csv'))).toMatchObject({ status: 2, stderr: inVain });
    }
    expect(await asked('--reveal', 'intersection', '--to', 'both', '--once', '-o', list)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is also the input'),
    });
    for (const coarse of ['100', '0,5', 'a,b', '1,-1']) {
      const argv = ['connect', 'ws://127.0.0.1:1', list, '--token-file', tokenFile, '--coarse', coarse];
      expect(await cli(argv)).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('such as 100,500'),
      });
    }
    const { ask } = await served('--reveal', 'intersection');
    const coarse = await ask('--coarse', '100,500');
    expect([await coarse.status, coarse.stderr]).toEqual([
      2,
      expect.stringContaining('--coarse goes with --reveal cardinality, and not with --reveal intersection'),
    ]);
  });
});

describe('serve', () => {
  it.each([
    [['--listen', '0.0.0.0:0'], 2, /needs TLS/],
    [['--listen', 'nonsense'], 2, /Give HOST:PORT/],
    [['--tls-cert', 'x'], 2, /both --tls-cert and --tls-key/],
  ])('does not start with %s', async (argv, status, message) => {
    const { known } = await newToken();
    const tool = start('serve', file(csv(SENDER)), '--reveal', 'intersection', '--partners', known, ...argv);
    expect(await tool.status).toBe(status);
    expect(tool.stderr).toMatch(message);
  });

  it('does not start without anything that partners are known by', async () => {
    const tool = start('serve', file(csv(SENDER)), '--reveal', 'intersection');
    expect(await tool.status).toBe(2);
    expect(tool.stderr).toContain('any web page can reach');
  });

  it('keeps to a policy, and to budgets over a restart', async () => {
    const { tokenFile, known } = await newToken();
    const policy = file(JSON.stringify({ largestSet: 1500, budgets: [{ hours: 24, runs: 1 }] }));
    const ledger = temporary('ledger.json');
    const argv = ['--reveal', 'intersection', '--partners', known, '--policy', policy, '--ledger', ledger];
    const ask = async (port: number, list: readonly string[]): Promise<Tool> => {
      const client = start('connect', `ws://127.0.0.1:${port}`, file(csv(list)), '--token-file', tokenFile);
      await client.status;
      return client;
    };
    const first = await serve(SENDER, ...argv);
    const large = await ask(first.port, listOf(0, 1501));
    expect([await large.status, large.stderr]).toEqual([3, expect.stringContaining("peer's policy")]);
    expect(await first.tool.logged('refused')).toMatchObject({
      peer: 'acme',
      limit: 'largestSet',
      peerSize: 1501,
    });
    expect(await (await ask(first.port, RECEIVER)).status).toBe(0);
    expect(await (await ask(first.port, RECEIVER)).status).toBe(3);
    first.tool.child.kill('SIGTERM');
    expect(await first.tool.status).toBe(0);
    const second = await serve(SENDER, ...argv);
    expect(await (await ask(second.port, RECEIVER)).status).toBe(3);
    expect(await second.tool.logged('refused')).toMatchObject({ limit: 'runs' });
  });

  it('goes on when nobody reads its log any more', async () => {
    const { tokenFile, known } = await newToken();
    const { tool, port } = await serve(SENDER, '--reveal', 'intersection', '--partners', known);
    tool.child.stderr!.destroy();
    for (let run = 0; run < 2; run++) {
      const argv = ['connect', `ws://127.0.0.1:${port}`, file(csv(RECEIVER)), '--token-file', tokenFile];
      expect(await start(...argv).status).toBe(0);
    }
    tool.child.kill('SIGTERM');
    expect(await tool.status).toBe(0);
  });

  it('shows its health and its figures on a port of its own, to this machine alone', async () => {
    const { tokenFile, known } = await newToken();
    const { tool, port, metrics } = await serve(SENDER, '--reveal', 'intersection', '--partners', known);
    const client = start('connect', `ws://127.0.0.1:${port}`, file(csv(RECEIVER)), '--token-file', tokenFile);
    expect(await client.status).toBe(0);
    await tool.logged('complete');
    const get = async (path: string, host = 'localhost'): Promise<string> => {
      const asked = request({ port: metrics, host: '127.0.0.1', path, headers: { host } }).end();
      const [response] = await once(asked, 'response');
      let body = '';
      for await (const chunk of response) body += chunk;
      return `${response.statusCode} ${body}`;
    };
    expect(await get('/healthz')).toBe('200 ok\n');
    const figures = await get('/metrics');
    expect(figures).toMatch(/^veilmatch_runs_total\{outcome="complete"\} 1$/m);
    expect(figures).toMatch(/^veilmatch_list_identifiers 1500$/m);
    expect(figures).toMatch(/^veilmatch_bytes_total\{direction="sent"\} \d+$/m);
    expect(figures).not.toContain('acme');
    expect(await get('/metrics', 'evil.example')).toBe('404 ');
    expect(await get('/')).toBe('404 ');
  });

  it('counts a partner that floods it with pongs among its figures, and serves the next run', async () => {
    const { token, tokenFile, known } = await newToken();
    const { tool, port, metrics } = await serve(SENDER, '--reveal', 'intersection', '--partners', known);
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, 'veilmatch-psi-v1');
    socket.on('error', () => {});
    socket.on('open', () => socket.send(encodeMessage(openMessage(token))));
    const [{ socket: line }] = (await once(socket, 'upgrade')) as [{ socket: Writable }];
    await once(socket, 'message');
    const pong = [0x8a, 0x80, 0, 0, 0, 0];
    line.write(Uint8Array.from({ length: 6_000_000 }, (_, i) => pong[i % 6]!));
    await once(socket, 'close');
    await tool.logged('failed');
    const figures = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
    expect(figures).toMatch(/^veilmatch_runs_total\{outcome="denied"\} 1$/m);
    expect(figures).toMatch(/^veilmatch_channels_open 0$/m);
    const client = start('connect', `ws://127.0.0.1:${port}`, file(csv(RECEIVER)), '--token-file', tokenFile);
    expect(await client.status).toBe(0);
  });
});

describe.skipIf(process.platform === 'win32')('a partner that', () => {
  const long = listOf(0, 60_000);

  it('is killed leaves a clear message and no file behind, and the other one goes on serving', async () => {
    const { tokenFile, known } = await newToken();
    const { tool, port } = await serve(SENDER, '--reveal', 'intersection', '--partners', known);
    const client = start('connect', `ws://127.0.0.1:${port}`, file(csv(long)), '--token-file', tokenFile);
    await tool.logged('accepted');
    client.child.kill('SIGKILL');
    expect(await tool.logged('failed')).toMatchObject({ code: 'disconnected' });
    const again = start('connect', `ws://127.0.0.1:${port}`, file(csv(RECEIVER)), '--token-file', tokenFile);
    expect(await again.status).toBe(0);

    const folder = dirname(temporary('shared.csv'));
    const last = start(
      ...['connect', `ws://127.0.0.1:${port}`, file(csv(long)), '--token-file', tokenFile],
      ...['-o', join(folder, 'shared.csv')],
    );
    while (tool.events.filter(({ event }) => event === 'accepted').length < 3)
      await new Promise((resolve) => setTimeout(resolve, 10));
    tool.child.kill('SIGKILL');
    expect(await last.status).toBe(3);
    expect(last.stderr).toContain('error: The connection was cut');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stops answering is given up in time', async () => {
    const { tokenFile, known } = await newToken();
    const { tool, port } = await serve(SENDER, '--reveal', 'intersection', '--partners', known);
    const argv = ['connect', `ws://127.0.0.1:${port}`, file(csv(long)), '--token-file', tokenFile];
    const client = start(...argv, '--idle-seconds', '2');
    await tool.logged('accepted');
    tool.child.kill('SIGSTOP');
    expect(await client.status).toBe(3);
    expect(client.stderr).toContain('error: The peer was silent for 2 seconds.');
  });
});

describe('two organizations, with a run of each protocol over TLS', () => {
  const [held, asked] = [listOf(0, 300), listOf(200, 300)];
  const shared = listOf(200, 100);
  /** Of the person with this number, in cents; binary fractions have none of them. */
  const centsOf = (phone: string): number => Number(phone.slice(-4)) * 100 + 10;
  const spent = shared.reduce((all, phone) => all + centsOf(phone), 0);
  const table = (numbers: readonly string[]): string =>
    `phone,amount\n${numbers.map((phone) => `${phone},${(centsOf(phone) / 100).toFixed(2)}\n`).join('')}`;
  const cells = (path: string): string[][] =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','));

  it.each([
    { flags: ['intersection'], serving: [], rows: 'receiver', told: { shared: 100, rows: 100 } },
    { flags: ['cardinality'], serving: [], rows: 'none', told: { shared: 100 } },
    {
      flags: ['sum', '--value-digits', '2'],
      serving: ['--value-column', 'amount'],
      rows: 'none',
      told: { shared: 100, sum: (spent / 100).toFixed(2) },
    },
    { flags: ['ids'], serving: [], rows: 'both', told: { shared: 100, rows: 300 } },
  ])(
    '$flags.0: what is plain to compute, and nothing for who may not ask',
    async ({ flags, serving, rows, told }) => {
      const { known, tokenFile } = await newToken();
      writeFileSync(join(dirname(known), 'ca.pem'), authority.cert);
      const partners = JSON.parse(readFileSync(known, 'utf8'));
      partners.partners[0].certificates = [{ authority: 'ca.pem', subject: 'CN=acme' }];
      writeFileSync(known, JSON.stringify(partners));
      const policy = file('{"budgets": [{"hours": 24, "runs": 1}]}');
      const [theirs, ours] = [temporary('theirs.csv'), temporary('ours.csv')];
      const ledger = temporary('ledger.json');
      const serveOnce = async (): Promise<{ tool: Tool; port: unknown }> => {
        const tool = start(
          ...['serve', file(table(held)), '--column', 'phone', '--listen', '127.0.0.1:0', ...tls, '--once'],
          ...['--reveal', ...flags, ...serving, '--partners', known, '--policy', policy, '--ledger', ledger],
          ...(rows === 'both' ? ['-o', theirs] : []),
        );
        const { port } = await tool.logged('listening');
        return { tool, port };
      };
      const ask = async (port: unknown, ...argv: string[]): Promise<Tool> => {
        const tool = start(
          ...[
            'connect',
            `wss://localhost:${port}`,
            file(table(asked)),
            '--column',
            'phone',
            '--reveal',
            ...flags,
          ],
          ...[...argv, '--policy', file('{"budgets": []}'), '--ledger', temporary('l.json'), '--json'],
          ...(rows === 'none' ? [] : ['-o', ours]),
        );
        await tool.status;
        return tool;
      };
      const shown = (issued: Issued): string[] => [
        ...['--client-cert', file(issued.cert), '--client-key', file(issued.key)],
      ];

      const first = await serveOnce();
      const elsewhere = createAuthority('authority');
      const refused = await Promise.all([
        ask(first.port, '--ca', ca, '--token-file', (await newToken()).tokenFile),
        ask(first.port, '--ca', ca, ...shown(elsewhere.issue('acme'))),
        ask(first.port, '--ca', ca, ...shown(authority.issue('somebody'))),
        ask(first.port, '--ca', file(elsewhere.cert), '--token-file', tokenFile),
      ]);
      for (const tool of refused) expect([await tool.status, tool.stdout]).toEqual([3, '']);
      expect(first.tool.events.filter(({ event }) => ['accepted', 'complete'].includes(event))).toEqual([]);
      expect(existsSync(ours)).toBe(false);

      const partner = await ask(first.port, '--ca', ca, '--token-file', tokenFile);
      expect([await partner.status, await first.tool.status], partner.stderr).toEqual([0, 0]);
      expect(JSON.parse(partner.stdout)).toMatchObject(told);
      if (rows === 'receiver') expect(cells(ours).map(([, phone]) => phone)).toEqual(shared);
      if (rows === 'both') {
        const joined = new Map(cells(theirs).map(([, phone, pseudonym]) => [pseudonym, phone]));
        const matched = cells(ours).filter(([, , pseudonym]) => joined.has(pseudonym));
        expect(matched.map(([, phone]) => phone)).toEqual(shared);
        for (const [, phone, pseudonym] of matched) expect(joined.get(pseudonym)).toBe(phone);
      }

      const second = await serveOnce();
      const again = await ask(second.port, '--ca', ca, ...shown(authority.issue('acme')));
      expect([await again.status, again.stdout]).toEqual([3, '']);
      expect(await second.tool.logged('refused')).toMatchObject({ peer: 'acme', limit: 'runs' });
    },
  );
});

describe('token', () => {
  it('prints a new one each time, and keeps its hash alone', async () => {
    const first = await cli(['token', 'acme']);
    const second = await cli(['token', 'acme']);
    expect(first.stdout).toMatch(/^vmt_[\w-]{43}\n$/);
    expect(second.stdout).not.toBe(first.stdout);
    expect(first.stderr).toMatch(
      /^for the tokens of acme in the partners file of serve: "sha256:[0-9a-f]{64}"\n$/,
    );
    expect(first.stderr).not.toContain(first.stdout.trim());
  });

  it('must be alone in the file that connect reads', async () => {
    const content = `vmt_${'b'.repeat(43)} and more`;
    const { status, stderr } = await cli([
      'connect',
      'ws://127.0.0.1:1',
      file(csv(SENDER)),
      '--token-file',
      file(content),
    ]);
    expect(status).toBe(3);
    expect(stderr).not.toContain('bbbb');
  });
});

describe('--dry-run', () => {
  it('says what would be revealed to whom, and how long a whole numbering plan would take', async () => {
    const { known } = await newToken();
    const policy = file(JSON.stringify({ budgets: [{ hours: 24, elements: 1_000_000 }] }));
    const argv = [
      'serve',
      file(csv(SENDER)),
      '--country',
      'US',
      '--reveal',
      'cardinality',
      '--partners',
      known,
    ];
    const { status, stdout } = await cli([...argv, '--policy', policy, '--dry-run']);
    expect(status).toBe(0);
    expect(stdout).toContain('who         acme (1 token)');
    expect(stdout).toContain(
      'how many of its identifiers are in this list; that this list has 1,500 identifiers',
    );
    expect(stdout).toContain('sees the exact count');
    expect(stdout).toContain('nothing of the result');
    const both = await cli([...argv, '--to', 'both', '--dry-run']);
    expect(both.stdout).toContain('how many of your identifiers are in its list, as the partner reports it');
    expect(stdout).toMatch(/^One peer needs at least 2,84\d days .* to ask for all of them\.$/m);
  });

  it('connects to nobody', async () => {
    const { status, stdout } = await cli(['connect', 'wss://nobody.example', file(csv(SENDER)), '--dry-run']);
    expect(status).toBe(0);
    expect(stdout).toContain('no connection was made');
    expect(stdout).toContain('that this list has 1,500 identifiers, and of which kinds (phone)');
  });

  it('takes no policy that is none', async () => {
    const { known } = await newToken();
    const argv = ['serve', file(csv(SENDER)), '--reveal', 'cardinality', '--partners', known, '--policy'];
    expect(await cli([...argv, file('{')])).toMatchObject({ status: 3 });
    expect(await cli([...argv, file('{"largest": 5, "budgets": []}')])).toMatchObject({ status: 3 });
  });
});
