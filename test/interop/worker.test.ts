// SPDX-License-Identifier: Apache-2.0
/** The built `veilmatch worker` as a process, driven from Node and by a driver in Python that shares no code with this package. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  answersTo,
  errorIn,
  frameOf,
  initOf,
  listOf,
  messagesIn,
  OP,
  partsIn,
  recordsOf,
  SCALAR,
  SEED,
} from '../suites/worker.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const check = fileURLToPath(new URL('./worker/check.py', import.meta.url));
const vectors = fileURLToPath(new URL('../vectors/veilmatch-worker-v1.json', import.meta.url));

const noPython = spawnSync('python3', ['--version']).error !== undefined;

interface Ending {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

async function ended(child: ChildProcess): Promise<Ending> {
  const parts: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr'] as const) child[name]!.on('data', (part) => parts[name].push(part));
  const [status] = await once(child, 'close');
  return { status, stdout: Buffer.concat(parts.stdout), stderr: Buffer.concat(parts.stderr).toString() };
}

const worker = (...argv: readonly string[]): ChildProcess =>
  spawn(process.execPath, [main, 'worker', ...argv], { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] });

describe('veilmatch worker', () => {
  it('answers as the library does, with its secret from a descriptor and on several threads', async () => {
    const identifiers = Array.from({ length: 3000 }, (_, i) => `opaque:${i}`);
    const init = { protocol: 1, stage: 'receiver', reveal: 'intersection' };
    const child = worker('--stdio', '--key-fd', '3', '--threads', '2');
    (child.stdio[3] as NodeJS.WritableStream).end(SEED);
    child.stdin!.end(Buffer.concat([initOf(init), frameOf(OP.blind, listOf(identifiers))]));
    const { status, stdout, stderr } = await ended(child);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const elements = partsIn(messagesIn(stdout)[1]!.body, [32])[0]!;
    const last = await answersTo(
      Buffer.concat([initOf(init, SEED), frameOf(OP.blind, listOf(identifiers.slice(-2)))]),
    );
    expect(elements).toHaveLength(3000);
    expect(elements.slice(-2)).toEqual(partsIn(last[1]!.body, [32])[0]);
  });

  it('ends with an error where frames cannot be told apart', async () => {
    const child = worker('--stdio');
    child.stdin!.end(Buffer.concat([initOf({ protocol: 1, stage: 'rows' }), Buffer.from('ffffffff', 'hex')]));
    const { status, stdout, stderr } = await ended(child);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^error: A frame of 4294967295 bytes/);
    expect(errorIn(messagesIn(stdout)[1]!).code).toBe('bad-message');
  });

  it('ends quietly where nobody reads its answers', async () => {
    const child = worker('--stdio');
    child.stdout!.destroy();
    child.stdin!.on('error', () => {});
    child.stdin!.write(initOf({ protocol: 1, stage: 'sender', reveal: 'intersection' }, SCALAR));
    const element = Buffer.from('e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76', 'hex');
    const question = frameOf(OP.evaluate, recordsOf(Buffer.concat(Array(64).fill(element))));
    for (let i = 0; i < 200; i++) child.stdin!.write(question);
    child.stdin!.end();
    const { status, stderr } = await ended(child);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('wants to be told how it is driven', async () => {
    const child = worker();
    child.stdin!.end();
    expect(await ended(child)).toMatchObject({ status: 2, stderr: expect.stringContaining('--stdio') });
  });
});

describe.skipIf(noPython)(`a driver in Python${noPython ? ', skipped: there is no python3' : ''}`, () => {
  it('passes the vectors, and matches two lists by two workers', async () => {
    const command = [process.execPath, main, 'worker', '--stdio'];
    const child = spawn('python3', ['-B', check, vectors, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    const { status, stdout, stderr } = await ended(child);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { sessions } = JSON.parse(readFileSync(vectors, 'utf8'));
    const exchanges = sessions.flatMap((session: { exchanges: unknown[] }) => session.exchanges);
    expect(JSON.parse(stdout.toString())).toMatchObject({ vectors: exchanges.length });
  });
});
