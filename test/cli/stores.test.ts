// SPDX-License-Identifier: Apache-2.0
/** Lists in the web and in object stores, on a server of the test's own. */

import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAuthority } from '../support/certificates.js';
import { hasExtension } from '../support/extensions.js';
import { type ObjectStore, startObjectStore } from '../support/object-store.js';
import { writeParquet } from '../support/parquet.js';
import { cli, temporary } from './harness.js';

const CSV = 'phone,email\n+1 415 555 0123,Ada@Example.com\n,bob@example.org\n';
const NORMAL = 'line,phone,email\n2,+14155550123,ada@example.com\n3,,bob@example.org\n';
const noStores = (await hasExtension('httpfs')) ? '' : " (DuckDB's extension httpfs is not installed)";

let store: ObjectStore;
let web: string;
beforeAll(async () => {
  store = await startObjectStore();
  web = `http://127.0.0.1:${store.port}`;
});
afterAll(() => store.stop());
beforeEach(() => {
  store.asked.length = 0;
  store.files.clear();
  store.answers.clear();
});
afterEach(() => vi.unstubAllEnvs());

async function parquet(): Promise<Buffer> {
  const path = temporary('list.parquet');
  await writeParquet(
    path,
    "SELECT '+1415555' || (1000 + i) AS phone, repeat('x', 200) || i AS note FROM range(2000) AS t(i)",
  );
  return readFileSync(path);
}

describe('a list in the web', () => {
  it('is read as it comes, compressed or not, and its parameters are in no message', async () => {
    store.files.set('/lists/a.csv', Buffer.from(CSV));
    store.files.set('/lists/a.csv.gz', gzipSync(CSV));
    for (const name of ['a.csv', 'a.csv.gz']) {
      const { stderr, ...ending } = await cli(['normalize', `${web}/lists/${name}?signature=abc#part`]);
      expect(ending).toEqual({ status: 0, stdout: NORMAL });
      expect(stderr).toContain(`${web}/lists/${name}: read as CSV`);
      expect(stderr).not.toMatch(/signature|abc/);
    }
  });

  it('may be elsewhere on this machine, and never where it would travel in the clear', async () => {
    store.files.set('/a.csv', Buffer.from(CSV));
    const to =
      (location: string) => (response: Parameters<Parameters<ObjectStore['answers']['set']>[1]>[0]) =>
        void response.writeHead(302, { location }).end();
    store.answers.set('/moved', to('/a.csv'));
    store.answers.set('/clear', to('http://lists.example/a.csv'));
    store.answers.set('/file', to('file:///etc/hostname'));
    store.answers.set('/round', to('/round'));
    expect(await cli(['normalize', `${web}/moved`])).toMatchObject({ status: 0, stdout: NORMAL });
    for (const path of ['/clear', '/file', '/round']) {
      const ending = await cli(['normalize', `${web}${path}`]);
      expect(ending, path).toMatchObject({
        status: 3,
        stdout: '',
        stderr: expect.stringContaining('the server sends'),
      });
    }
    expect(store.asked.filter(({ path }) => path === '/round')).toHaveLength(6);
    const clear = await cli(['normalize', 'http://lists.example/a.csv']);
    expect(clear).toMatchObject({ status: 2, stderr: expect.stringContaining('https://') });
  });

  it('that is not there, ends early or cannot be reached is an error, and leaves no output', async () => {
    store.answers.set('/short.csv', (response) => {
      response.writeHead(200, { 'content-length': 1000 });
      response.write(CSV);
      setTimeout(() => response.destroy(), 50);
    });
    const out = temporary('out.csv');
    for (const [address, message] of [
      [`${web}/none.csv`, 'status 404'],
      [`${web}/short.csv`, 'Cannot read'],
      ['http://127.0.0.1:1/a.csv', 'Cannot read'],
    ] as const) {
      const ending = await cli(['normalize', address, '-o', out]);
      expect(ending).toMatchObject({ status: 3, stderr: expect.stringContaining(message) });
      expect(readdirSync(join(out, '..'))).toEqual([]);
    }
  });

  it('is not written', async () => {
    const list = temporary('list.csv');
    writeFileSync(list, CSV);
    const ending = await cli(['normalize', list, '-o', `${web}/out.csv`]);
    expect(ending).toMatchObject({ status: 2, stderr: expect.stringContaining('nothing is sent') });
    expect(store.asked).toEqual([]);
  });

  it.skipIf(noStores)(`may be Parquet, of which the columns that are needed come${noStores}`, async () => {
    const file = await parquet();
    store.files.set('/a.parquet', file);
    const { status, stdout } = await cli(['normalize', `${web}/a.parquet?signature=abc`]);
    expect({ status, lines: stdout.split('\n').length }).toEqual({ status: 0, lines: 2002 });
    expect(store.asked.some(({ range }) => range !== undefined)).toBe(true);
    store.files.set('/cut.parquet', file.subarray(0, file.length - 20));
    const cut = await cli(['normalize', `${web}/cut.parquet`]);
    expect(cut).toMatchObject({ status: 3, stderr: expect.stringContaining('cannot be read as Parquet') });
  });
});

describe.skipIf(noStores)(`a list in an object store${noStores}`, () => {
  /** A home with a secret for the store, and the extensions of the one that there is. */
  const secrets = async (endpoint = `127.0.0.1:${store.port}`, tls = false): Promise<void> => {
    const home = temporary('');
    mkdirSync(join(home, '.duckdb'), { recursive: true });
    symlinkSync(join(homedir(), '.duckdb/extensions'), join(home, '.duckdb/extensions'));
    vi.stubEnv('HOME', home);
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `LOAD httpfs; CREATE PERSISTENT SECRET store (TYPE s3, KEY_ID 'KEYOFTHETEST', SECRET 'not-a-secret', REGION 'eu-west-1',
       ENDPOINT '${endpoint}', USE_SSL ${tls}, URL_STYLE 'path')`,
    );
    connection.closeSync();
  };

  it('is read, Parquet or text, under the key of a secret', async () => {
    await secrets();
    store.files.set('/lists/crm/a.csv.gz', gzipSync(CSV));
    store.files.set('/lists/crm/a.parquet', await parquet());
    const { stderr, ...text } = await cli(['normalize', 's3://lists/crm/a.csv.gz']);
    expect(text).toEqual({ status: 0, stdout: NORMAL });
    expect(stderr).toContain('s3://lists/crm/a.csv.gz: read as CSV');
    const { stdout } = await cli(['normalize', 's3://lists/crm/a.parquet']);
    expect(stdout.split('\n')).toHaveLength(2002);
    expect(store.asked.every(({ authorization }) => authorization?.includes('KEYOFTHETEST'))).toBe(true);
    expect(store.asked.every(({ path }) => path.startsWith('/lists/crm/a.'))).toBe(true);
  });

  it('may be several objects', async () => {
    await secrets();
    for (const part of [1, 2, 3])
      store.files.set(`/lists/part-${part}.csv`, Buffer.from(`email\nada${part}@example.com\n`));
    store.files.set('/lists/other.csv', Buffer.from('email\nbob@example.com\n'));
    const { status, stdout, stderr } = await cli(['normalize', 's3://lists/part-*.csv']);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'line,email\n2,ada1@example.com\n4,ada2@example.com\n6,ada3@example.com\n',
    });
    expect(stderr).toContain('s3://lists/part-*.csv: read as 3 files of CSV');
    const none = await cli(['normalize', 's3://lists/none-*.csv']);
    expect(none).toMatchObject({ status: 3, stderr: expect.stringContaining('no object has such a key') });
  });

  it('is written as one object, when all of it is there', async () => {
    await secrets();
    const list = temporary('list.csv');
    writeFileSync(list, CSV);
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('.veilmatch-'));
    for (const name of ['out.csv', 'out.parquet']) {
      expect(await cli(['normalize', list, '-o', `s3://lists/${name}`])).toMatchObject({
        status: 0,
        stdout: '',
      });
    }
    expect(store.files.get('/lists/out.csv')?.toString()).toBe(NORMAL);
    expect(store.files.get('/lists/out.parquet')?.subarray(0, 4).toString()).toBe('PAR1');
    const failed = await cli(['normalize', temporary('none.csv'), '-o', 's3://lists/failed.csv']);
    expect(failed.status).toBe(3);
    expect(store.files.has('/lists/failed.csv')).toBe(false);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('.veilmatch-'))).toEqual(before);
  });

  it('that is not there, or does not let in, is an error without a key in it', async () => {
    await secrets();
    store.answers.set('/lists/closed.csv', (response) => void response.writeHead(403).end());
    for (const [key, message] of [
      ['none.csv', 'no such object'],
      ['closed.csv', 'does not let these keys in'],
    ] as const) {
      const ending = await cli(['normalize', `s3://lists/${key}`]);
      expect(ending).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining(message) });
      expect(ending.stderr).not.toContain('KEYOFTHETEST');
    }
    const list = temporary('list.csv');
    writeFileSync(list, CSV);
    const closed = await cli(['normalize', list, '-o', 's3://lists/closed.csv']);
    expect(closed).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('Cannot write s3://lists/closed.csv'),
    });
  });

  it('is not asked for where nobody vouches for the certificate', async () => {
    let reached = 0;
    const { cert, key } = createAuthority('nobody').issue('localhost', ['localhost']);
    const server = createServer({ cert, key }, (_, response) => {
      reached++;
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      await secrets(`localhost:${port}`, true);
      for (const list of ['s3://lists/a.csv', `https://localhost:${port}/a.csv`]) {
        const ending = await cli(['normalize', list]);
        expect(ending).toMatchObject({
          status: 3,
          stdout: '',
          stderr: expect.stringContaining('Cannot read'),
        });
      }
      expect(reached).toBe(0);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
