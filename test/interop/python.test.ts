// SPDX-License-Identifier: Apache-2.0
/**
 * With a partner in another language that shares no code and no library with this package: test/interop/partner, Python's own
 * library and libsodium, written from docs/protocol.md and docs/wire.md. It passes the vectors, and runs against the built
 * `veilmatch serve` and `veilmatch connect` over a socket, in both roles.
 */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createToken } from '../../src/transport/door/tokens.js';
import { FAMILIES, type RunGroup, type VectorFile } from '../suites/vectors.js';
import { createAuthority, type Issued } from '../support/certificates.js';

vi.setConfig({ testTimeout: 240_000 });

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const partner = fileURLToPath(new URL('./partner/', import.meta.url));
const cases = fileURLToPath(new URL('../vectors/cases/', import.meta.url));

/** Why the partner cannot be run here; undefined where it can. */
const missing = (() => {
  const { error, status } = spawnSync('python3', ['-c', 'import sodium'], { cwd: partner });
  if (error !== undefined) return 'there is no python3';
  return status === 0 ? undefined : 'python3 finds no libsodium with ristretto255';
})();
if (missing !== undefined) console.warn(`The partner in Python is left out: ${missing}.`);

const number = (i: number): string => `+1415${2_000_000 + i}`;
const numbers = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => number(first + i));
const OURS = numbers(0, 2000);
const THEIRS = numbers(1200, 2500);
const plain = new Set(OURS);
const SHARED = THEIRS.filter((one) => plain.has(one));

let folder: string;
let server: Issued;
let ca: string;
let files = 0;

function file(content: string): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
}

const csv = (list: readonly string[]): string => file(`phone\n${list.join('\n')}\n`);
const canonical = (list: readonly string[]): string =>
  file(`${list.map((one) => `tel:${one}`).join('\n')}\n`);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
  const authority = createAuthority('authority');
  server = authority.issue('server', ['localhost']);
  ca = file(authority.cert);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process whose lines of JSON are read: of the log of the tool, of what the partner prints. */
class Program {
  readonly #child: ChildProcess;
  readonly #status: Promise<number | null>;
  stdout = '';
  stderr = '';

  constructor(command: string, argv: readonly string[]) {
    this.#child = spawn(command, argv, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const name of ['stdout', 'stderr'] as const) {
      this.#child[name]!.setEncoding('utf8').on('data', (text: string) => {
        this[name] += text;
      });
    }
    this.#status = once(this.#child, 'close').then(([status]) => status);
  }

  get status(): Promise<number | null> {
    return this.#status;
  }

  /** The first whole line with this field. */
  async line(field: string): Promise<Record<string, unknown>> {
    for (;;) {
      for (const text of `${this.stdout}\n${this.stderr}`.split('\n')) {
        if (!text.startsWith('{') || !text.endsWith('}')) continue;
        const line = JSON.parse(text) as Record<string, unknown>;
        if (field in line || line.event === field) return line;
      }
      if (this.#child.exitCode !== null) throw new Error(`It ended before '${field}':\n${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#status;
  }
}

const programs: Program[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) await program.end();
});

function start(command: string, ...argv: string[]): Program {
  const program = new Program(command, argv);
  programs.push(program);
  return program;
}

const tool = (...argv: string[]): Program => start(process.execPath, main, ...argv);
const python = (...argv: string[]): Program => start('python3', join(partner, 'partner.py'), ...argv);

/** A token for the partner, and the options by which `serve` knows it. */
async function newToken(): Promise<{ token: string; known: string[] }> {
  const path = join(folder, `known-${files++}`);
  const adding = tool('token', 'python', '--add', path);
  expect(await adding.status).toBe(0);
  return { token: adding.stdout.trim(), known: ['--partners', path] };
}

/** The partner's last line. */
async function ending(program: Program): Promise<Record<string, unknown>> {
  expect({ status: await program.status, stderr: program.stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(program.stdout.trim().split('\n').at(-1)!);
}

const serverTls = (): string[] => ['--tls-cert', file(server.cert), '--tls-key', file(server.key)];

async function serve(
  reveal: string,
  known: readonly string[],
  ...more: string[]
): Promise<{ serving: Program; port: string }> {
  const listen = [
    '--listen',
    '127.0.0.1:0',
    '--reveal',
    reveal,
    '--ledger',
    join(folder, `ledger-${files++}`),
  ];
  const serving = tool('serve', csv(OURS), ...listen, ...known, ...more);
  const { port } = await serving.line('listening');
  return { serving, port: String(port) };
}

describe.skipIf(missing !== undefined)(
  `a partner in Python over libsodium${missing === undefined ? '' : `, skipped: ${missing}`}`,
  () => {
    it.each(FAMILIES)('passes every vector of %s', async (family) => {
      const path = join(cases, `${family}.json`);
      const { numberOfTests } = JSON.parse(readFileSync(path, 'utf8'));
      const running = start('python3', join(partner, 'vectors.py'), path);
      expect(await ending(running)).toMatchObject({ passed: numberOfTests, failed: [] });
    });

    it('fails a vector that was changed', async () => {
      const vectors: VectorFile = JSON.parse(readFileSync(join(cases, 'cardinality.json'), 'utf8'));
      const { tests } = vectors.testGroups[0] as RunGroup;
      const [ends, refuses] = [tests.find(({ result }) => result === 'valid')!, tests.at(-1)!];
      Object.assign(ends, { outcome: { ...ends.outcome, size: 3 } });
      Object.assign(refuses, { result: 'valid', outcome: {} });
      const running = start('python3', join(partner, 'vectors.py'), file(JSON.stringify(vectors)));
      expect(await running.status).toBe(1);
      expect(JSON.parse(running.stdout)).toMatchObject({ failed: [ends.tcId, refuses.tcId] });
    });

    describe('as the receiver, against veilmatch serve', () => {
      it('finds the plain intersection, over TLS', async () => {
        const { token, known } = await newToken();
        const { serving, port } = await serve('intersection', known, '--once', ...serverTls());
        const result = await ending(python('receive', port, canonical(THEIRS), '--token', token, '--ca', ca));
        expect((result.matched as number[]).map((i) => THEIRS[i])).toEqual(SHARED);
        expect(result).toMatchObject({ size: SHARED.length, peerSize: OURS.length });
        expect(await serving.status).toBe(0);
        expect(await serving.line('complete')).toMatchObject({ peer: 'python', peerSize: THEIRS.length });
      });

      it('counts what is shared, and nothing else', async () => {
        const { token, known } = await newToken();
        const { serving, port } = await serve('cardinality', known, '--once');
        const result = await ending(
          python('receive', port, canonical(THEIRS), '--token', token, '--cardinality'),
        );
        expect(result).toEqual({ size: SHARED.length, peerSize: OURS.length });
        expect(await serving.status).toBe(0);
      });

      it('is turned away for a wrong token, for another version, and for elements that are none; the server goes on', async () => {
        const { token, known } = await newToken();
        const { serving, port } = await serve('intersection', known);
        const list = canonical(THEIRS.slice(0, 1500));
        const attempt = (...more: string[]) => ending(python('receive', port, list, ...more));
        const [DENIED, INCOMPATIBLE, PROTOCOL] = [2, 5, 6];
        expect(await attempt('--token', createToken())).toEqual({ closed: DENIED });
        expect(await attempt('--token', token, '--versions', '2')).toEqual({ closed: INCOMPATIBLE });
        expect(await attempt('--token', token, '--break', 'version')).toEqual({ closed: INCOMPATIBLE });
        for (const how of ['element', 'identity', 'repeated']) {
          expect(await attempt('--token', token, '--break', how)).toEqual({ closed: PROTOCOL });
        }
        const codes = serving.stderr.match(/"code":"[a-z-]+"/g);
        expect(codes).toEqual([
          '"code":"incompatible-peer"',
          '"code":"bad-element"',
          '"code":"identity-element"',
          '"code":"repeated-element"',
        ]);
      });
    });

    describe('as the sender, against veilmatch connect', () => {
      async function listening(...more: string[]): Promise<{ sending: Program; argv: string[] }> {
        const token = createToken();
        const sending = python('send', '0', canonical(OURS), '--token', token, ...more);
        const { port } = await sending.line('port');
        const scheme = more.includes('--cert') ? 'wss' : 'ws';
        const argv = [
          `${scheme}://127.0.0.1:${port}`,
          csv(THEIRS),
          '--column',
          'phone',
          '--token-file',
          file(token),
          '--json',
        ];
        return { sending, argv };
      }

      it('lets it find the plain intersection, over TLS', async () => {
        const { sending, argv } = await listening('--cert', file(server.cert), '--key', file(server.key));
        const output = join(folder, `shared-${files++}.csv`);
        const connecting = tool('connect', ...argv, '--ca', ca, '-o', output);
        expect({ status: await connecting.status, stderr: connecting.stderr }).toMatchObject({ status: 0 });
        const rows = readFileSync(output, 'utf8').trim().split('\n').slice(1);
        expect(rows.map((row) => row.split(',')[1])).toEqual(SHARED);
        expect(await ending(sending)).toEqual({ peerSize: THEIRS.length });
      });

      it('lets it count', async () => {
        const { sending, argv } = await listening('--cardinality');
        const connecting = tool('connect', ...argv);
        expect(await connecting.status).toBe(0);
        expect(JSON.parse(connecting.stdout)).toMatchObject({ reveal: 'cardinality', shared: SHARED.length });
        expect(await ending(sending)).toEqual({ peerSize: THEIRS.length });
      });

      it.each([
        ['version', 5],
        ['element', 6],
        ['identity', 6],
        ['repeated', 6],
      ] as const)(
        'is refused when it sends a bad %s, and told no more than a reason',
        async (how, reason) => {
          const { sending, argv } = await listening('--break', how);
          const output = join(folder, `shared-${files++}.csv`);
          const connecting = tool('connect', ...argv, '-o', output);
          expect(await connecting.status).not.toBe(0);
          expect(() => readFileSync(output)).toThrow('ENOENT');
          expect(await ending(sending)).toEqual({ closed: reason });
        },
      );
    });
  },
);
