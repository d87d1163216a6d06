// SPDX-License-Identifier: Apache-2.0
/** `psi` with `--dataset` in an object store, on a server of the test's own. */

import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hasExtension } from '../support/extensions.js';
import { type ObjectStore, startObjectStore } from '../support/object-store.js';
import { cli, type Ending, temporary } from './harness.js';

const noStores = (await hasExtension('httpfs')) ? '' : " (DuckDB's extension httpfs is not installed)";
const RUN = 's3://shared/acme/run';
const KEYS = '/shared/acme/run/';

let store: ObjectStore;
let folder: string;
const at = (name: string): string => join(folder, name);
const list = (first: number, count: number): string =>
  `email\n${Array.from({ length: count }, (_, i) => `x${first + i}@example.com\n`).join('')}`;

beforeAll(async () => {
  store = await startObjectStore();
});
afterAll(() => store.stop());
afterEach(() => vi.unstubAllEnvs());

beforeEach(async () => {
  store.files.clear();
  store.answers.clear();
  store.asked.length = 0;
  const home = temporary('');
  mkdirSync(join(home, '.duckdb'), { recursive: true });
  folder = dirname(temporary('x'));
  writeFileSync(at('mine.csv'), list(0, 200));
  writeFileSync(at('theirs.csv'), list(150, 300));
  writeFileSync(at('state.key'), randomBytes(32).toString('hex'));
  writeFileSync(at('policy.json'), JSON.stringify({ budgets: [{ hours: 24, runs: 1 }] }));
  let peers = '';
  for (const name of ['a', 'b']) peers += (await cli(['key', name, '-o', at(`${name}.key`)])).stdout;
  writeFileSync(at('peers.txt'), peers);
  if (noStores) return;
  symlinkSync(join(homedir(), '.duckdb/extensions'), join(home, '.duckdb/extensions'));
  vi.stubEnv('HOME', home);
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  await connection.run(
    `LOAD httpfs; CREATE PERSISTENT SECRET store (TYPE s3, KEY_ID 'KEYOFTHETEST', SECRET 'not-a-secret', REGION 'eu-west-1',
     ENDPOINT '127.0.0.1:${store.port}', USE_SSL false, URL_STYLE 'path')`,
  );
  connection.closeSync();
});

const state = (name: string): string[] => [
  ...['--dataset', RUN, '--state', at(`${name}-state`), '--state-key-file', at('state.key')],
];
const own = (name: string, peer: string): string[] => [
  ...['--key', at(`${name}.key`), '--peers', at('peers.txt'), '--peer', peer],
  ...['--reveal', 'intersection', ...state(name)],
];
const request = (): Promise<Ending> => cli(['psi', 'request', at('mine.csv'), ...own('a', 'b')]);
const respond = (): Promise<Ending> =>
  cli([
    ...['psi', 'respond', at('theirs.csv'), ...own('b', 'a')],
    ...['--policy', at('policy.json'), '--ledger', at('ledger.json')],
  ]);
const finish = (): Promise<Ending> => cli(['psi', 'finish', ...state('a'), '--json']);
/** Keys that were written, in order. */
const written = (): string[] =>
  store.asked.flatMap(({ method, path }) =>
    method === 'PUT' && path.startsWith(KEYS) ? [path.slice(KEYS.length)] : [],
  );

describe.skipIf(noStores)(`psi --dataset in an object store${noStores}`, () => {
  it('comes to the result of a folder, its manifests written last, under the keys of a secret', async () => {
    const asked = await request();
    expect(asked, asked.stderr).toMatchObject({ status: 0 });
    expect(asked.stderr).toContain(`${RUN}/request: 200 identifiers in 1 parts`);
    expect(asked.stderr).toContain(`veilmatch psi finish --dataset ${RUN} --state`);
    expect(new Set(written())).toEqual(
      new Set(['request/blinded/part-00000.parquet', 'request/manifest.vm']),
    );
    expect(written().at(-1)).toBe('request/manifest.vm');
    // Done again it is the same run, and the same bytes.
    const manifest = store.files.get(`${KEYS}request/manifest.vm`);
    expect(await request()).toMatchObject({ status: 0 });
    expect(store.files.get(`${KEYS}request/manifest.vm`)).toEqual(manifest);
    const answered = await respond();
    expect(answered, answered.stderr).toMatchObject({ status: 0 });
    expect(written().at(-1)).toBe('response/manifest.vm');
    const done = await finish();
    expect(done, done.stderr).toMatchObject({ status: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject({ ownSize: 200, peerSize: 300, shared: 50 });
    for (const name of ['a-state', 'b-state']) expect(readdirSync(at(name))).toEqual([]);
    expect(store.asked.every(({ path }) => path.startsWith('/shared/'))).toBe(true);
    expect(store.asked.every(({ authorization }) => authorization?.includes('KEYOFTHETEST'))).toBe(true);
    for (const { stderr } of [asked, answered, done]) expect(stderr).not.toContain('KEYOFTHETEST');
    // Both places are taken.
    expect(await respond()).toMatchObject({ status: 2, stderr: expect.stringContaining('it was answered') });
    const other = await cli(['psi', 'request', at('mine.csv'), ...own('b', 'a')]);
    expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining('another request') });
  });

  it('says which part is missing, cut or another one, and writes nothing', async () => {
    expect(await respond()).toMatchObject({ stderr: expect.stringMatching(/manifest\.vm is not there/) });
    expect(await request()).toMatchObject({ status: 0 });
    const key = `${KEYS}request/blinded/part-00000.parquet`;
    const part = store.files.get(key)!;
    const swapped = Buffer.from(part);
    swapped[100]! ^= 1;
    for (const [bytes, message] of [
      [undefined, /part-00000\.parquet is not taken: it is missing/],
      [part.subarray(0, part.length - 1), /part-00000\.parquet is not taken: it does not have \d+ bytes/],
      [swapped, /part-00000\.parquet is not taken/],
    ] as const) {
      if (bytes === undefined) store.files.delete(key);
      else store.files.set(key, Buffer.from(bytes));
      const ending = await respond();
      expect(ending.status).not.toBe(0);
      expect(ending.stderr).toMatch(message);
      expect([...store.files.keys()].filter((path) => path.includes('/response/'))).toEqual([]);
    }
  });

  it('sends a response that was charged once more, where the store was lost on the way', async () => {
    expect(await request()).toMatchObject({ status: 0 });
    const key = `${KEYS}response/manifest.vm`;
    store.answers.set(key, (response) => void response.writeHead(403).end());
    const lost = await respond();
    expect(lost.status).not.toBe(0);
    store.answers.delete(key);
    expect(store.files.has(key)).toBe(false);
    // The budget has one run, and it was charged.
    const again = await respond();
    expect(again, again.stderr).toMatchObject({ status: 0 });
    const done = await finish();
    expect(done, done.stderr).toMatchObject({ status: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject({ shared: 50 });
  });
});
