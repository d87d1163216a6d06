// SPDX-License-Identifier: Apache-2.0

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerFiles } from '../../src/directory/web-files.js';

const NAME = 'ab'.repeat(32);
const LINKED = 'cd'.repeat(32);
const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7) % 251));

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
  mkdirSync(join(root, 'public', 'segments'), { recursive: true });
  writeFileSync(join(root, 'secret'), 'secret');
  writeFileSync(join(root, 'public', 'header'), 'the header');
  writeFileSync(join(root, 'public', 'signer'), 'members ed25519:00');
  writeFileSync(join(root, 'public', 'other'), 'not handed out');
  writeFileSync(join(root, 'public', 'segments', NAME), CONTENT);
  symlinkSync(join(root, 'secret'), join(root, 'public', 'segments', LINKED));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Told {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

async function ask(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Told> {
  const request = { method, path, header: (name: string) => headers[name] };
  const { status, headers: told = {}, body } = await answerFiles(join(root, 'public'))(request);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body ?? []) chunks.push(chunk);
  return { status, headers: told, body: Buffer.concat(chunks) };
}

const segment = `/segments/${NAME}`;

describe('a segment', () => {
  it('is what stands in the file, and may be kept for ever under its name', async () => {
    const { status, headers, body } = await ask(segment);
    expect(status).toBe(200);
    expect(body.equals(CONTENT)).toBe(true);
    expect(headers).toMatchObject({
      etag: `"${NAME}"`,
      'cache-control': 'public, max-age=31536000, immutable',
      'content-length': '200000',
      'accept-ranges': 'bytes',
    });
  });

  it('is not sent to who has it', async () => {
    for (const tag of [`"${NAME}"`, `W/"${NAME}"`, `"x", "${NAME}"`, '*']) {
      const { status, body, headers } = await ask(segment, { 'if-none-match': tag });
      expect([status, body.length, headers.etag]).toEqual([304, 0, `"${NAME}"`]);
    }
    expect((await ask(segment, { 'if-none-match': '"x"' })).status).toBe(200);
  });

  it('is sent in any range, as it would be cut out of the whole', async () => {
    const edge = fc.option(fc.nat(CONTENT.length + 10), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(edge, edge, async (first, last) => {
        const range = `bytes=${first ?? ''}-${last ?? ''}`;
        const { status, headers, body } = await ask(segment, { range });
        const none = first === undefined && last === undefined;
        if (none || (first !== undefined && last !== undefined && last < first)) {
          expect(status).toBe(200);
        } else if (first === undefined ? last === 0 : first >= CONTENT.length) {
          expect([status, headers['content-range']]).toEqual([416, 'bytes */200000']);
        } else {
          const from = first ?? Math.max(0, CONTENT.length - last!);
          const to = first === undefined ? CONTENT.length : Math.min(CONTENT.length, (last ?? Infinity) + 1);
          expect(status).toBe(206);
          expect(headers['content-range']).toBe(`bytes ${from}-${to - 1}/200000`);
          expect(body.equals(CONTENT.subarray(from, to))).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('is sent whole for a range of something else, for several ranges, and for what is none', async () => {
    for (const headers of [
      { range: 'bytes=5-', 'if-range': '"other"' },
      { range: 'bytes=1-2,5-6' },
      { range: 'lines=1-2' },
      { range: 'bytes=1-2-3' },
      { range: `bytes=${'9'.repeat(30)}-` },
    ])
      expect((await ask(segment, headers as unknown as Record<string, string>)).status).toBe(200);
    expect((await ask(segment, { range: 'bytes=5-6', 'if-range': `"${NAME}"` })).status).toBe(206);
  });

  it('has a head without it', async () => {
    const { status, headers, body } = await ask(segment, {}, 'HEAD');
    expect([status, headers['content-length'], body.length]).toEqual([200, '200000', 0]);
  });
});

it('the header and the signer are asked for again each time', async () => {
  const first = await ask('/header');
  expect(first.body.toString()).toBe('the header');
  expect(first.headers['cache-control']).toBe('no-cache');
  expect((await ask('/header', { 'if-none-match': first.headers.etag! })).status).toBe(304);
  expect((await ask('/signer')).headers['content-type']).toBe('text/plain; charset=utf-8');
});

it.each([
  '/',
  '/other',
  '/secret',
  '/../secret',
  '/segments/../../secret',
  '/segments/..%2f..%2fsecret',
  '/%2e%2e/secret',
  '//header',
  '/header/',
  '/header?x',
  '/segments',
  '/segments/',
  `/segments/${NAME}/`,
  `/segments/${NAME.toUpperCase()}`,
  `/segments/${'00'.repeat(32)}`,
  `/segments/${LINKED}`,
  `/segments/${NAME}%00`,
  'http://other.example/header',
  '*',
])('nothing else is handed out: %s', async (path) => {
  expect(await ask(path)).toMatchObject({ status: 404, body: Buffer.alloc(0) });
});

it('nothing can be put there', async () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'TRACE'])
    expect((await ask('/header', {}, method)).status).toBe(405);
});
