// SPDX-License-Identifier: Apache-2.0
/** `psi` with `--dataset`: a folder in place of a file. */

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { requestDataset } from '../../src/datasets/request.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { intersection } from '../../src/psi/index.js';
import { signingPublicKey } from '../../src/signing.js';
import { memoryJournal } from '../../src/transport/index.js';
import { readParquet } from '../support/parquet.js';
import { cli, type Ending, temporary } from './harness.js';

let folder: string;
const at = (name: string): string => join(folder, name);
const rows = (first: number, count: number): string =>
  `name,phone,email\n${Array.from({ length: count }, (_, i) => `n${first + i},+1415${2_000_000 + first + i},x${first + i}@example.com\n`).join('')}`;

beforeEach(async () => {
  folder = dirname(temporary('x'));
  // A list of two files, one of another kind of phone, and one row that cannot be read.
  writeFileSync(at('mine-1.csv'), rows(0, 200));
  writeFileSync(at('mine-2.csv'), `${rows(200, 100)}bad,12,\n`);
  writeFileSync(at('theirs.csv'), rows(250, 300));
  writeFileSync(at('state.key'), randomBytes(32).toString('hex'));
  let peers = '';
  for (const name of ['a', 'b']) peers += (await cli(['key', name, '-o', at(`${name}.key`)])).stdout;
  writeFileSync(at('peers.txt'), peers);
});

const own = (name: string, peer: string): string[] => [
  ...['--key', at(`${name}.key`), '--peers', at('peers.txt'), '--peer', peer],
  ...['--dataset', at('run'), '--state', at(`${name}-state`), '--state-key-file', at('state.key')],
];
const policy = (): string[] => {
  writeFileSync(at('policy.json'), JSON.stringify({ budgets: [{ hours: 24, runs: 1 }] }));
  return ['--policy', at('policy.json'), '--ledger', at('ledger.json')];
};
const request = (reveal: string, ...more: string[]): Promise<Ending> =>
  cli(['psi', 'request', at('mine-*.csv'), '--reveal', reveal, ...own('a', 'b'), ...more]);
const respond = (reveal: string, ...more: string[]): Promise<Ending> =>
  cli(['psi', 'respond', at('theirs.csv'), '--reveal', reveal, ...own('b', 'a'), ...policy(), ...more]);
const finish = (...more: string[]): Promise<Ending> =>
  cli([
    ...[
      'psi',
      'finish',
      '--dataset',
      at('run'),
      '--state',
      at('a-state'),
      '--state-key-file',
      at('state.key'),
    ],
    ...more,
  ]);

describe('psi --dataset', () => {
  it('writes the rows that are shared, with what they keep, and leaves no state', async () => {
    const asked = await request('intersection', '--days', '3');
    expect(asked, asked.stderr).toMatchObject({ status: 0 });
    expect(asked.stderr).toMatch(/rejected 1\n/);
    expect(asked.stderr).toMatch(/600 identifiers in 1 parts, to be answered by b within 3 days/);
    // Done again it is the same run.
    const manifest = readFileSync(at('run/request/manifest.vm'));
    expect(await request('intersection')).toMatchObject({ status: 0 });
    expect(readFileSync(at('run/request/manifest.vm'))).toEqual(manifest);
    const answered = await respond('intersection');
    expect(answered, answered.stderr).toMatchObject({ status: 0 });
    const done = await finish('-o', at('shared.parquet'), '--keep', 'name', '--json');
    expect(done, done.stderr).toMatchObject({ status: 0 });
    expect(JSON.parse(done.stdout)).toMatchObject({ ownSize: 600, peerSize: 600, shared: 100, rows: 50 });
    const { columns, rows: written } = await readParquet(at('shared.parquet'));
    expect(columns.map(([name]) => name)).toEqual(['line', 'phone', 'email', 'name']);
    expect(written.map((row) => row.at(-1))).toEqual(Array.from({ length: 50 }, (_, i) => `n${250 + i}`));
    for (const state of ['a-state', 'b-state']) expect(readdirSync(at(state))).toEqual([]);
    expect(await respond('intersection')).toMatchObject({ status: 2 });
  });

  it('answers a request whose part came damaged when it has come again, for one charge', async () => {
    expect(await request('intersection')).toMatchObject({ status: 0 });
    const part = at('run/request/blinded/part-00000.parquet');
    const good = readFileSync(part);
    const damaged = Buffer.from(good);
    damaged[100]! ^= 1;
    writeFileSync(part, damaged);
    const refused = await respond('intersection');
    expect(refused).toMatchObject({ status: 3, stderr: expect.stringMatching(/part-00000\.parquet/) });
    expect(existsSync(at('run/response/manifest.vm'))).toBe(false);
    writeFileSync(part, good);
    const answered = await respond('intersection');
    expect(answered, answered.stderr).toMatchObject({ status: 0 });
    expect(await finish('-o', at('shared.csv'))).toMatchObject({ status: 0 });
    expect(readFileSync(at('shared.csv'), 'utf8').trim().split('\n')).toHaveLength(51);
    expect(readdirSync(at('b-state'))).toEqual([]);
  });

  it('keeps its state until the result is in its place', async () => {
    expect(await request('intersection')).toMatchObject({ status: 0 });
    expect(await respond('intersection')).toMatchObject({ status: 0 });
    const files = process.getBuiltinModule('node:fs/promises');
    const { rename } = files;
    const full = vi.spyOn(files, 'rename').mockImplementation(async (from, to) => {
      if (/shared\.csv$/.test(String(to))) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
      return rename(from, to);
    });
    syncBuiltinESMExports();
    try {
      expect(await finish('-o', at('shared.csv'))).toMatchObject({ status: 3, stdout: '' });
    } finally {
      full.mockRestore();
      syncBuiltinESMExports();
    }
    expect(existsSync(at('shared.csv'))).toBe(false);
    expect(readdirSync(at('a-state'))).toHaveLength(2);
    const done = await finish('-o', at('shared.csv'));
    expect(done, done.stderr).toMatchObject({ status: 0 });
    expect(readFileSync(at('shared.csv'), 'utf8').trim().split('\n')).toHaveLength(51);
    expect(readdirSync(at('a-state'))).toEqual([]);
  });

  it('counts one column, and writes no rows', async () => {
    const column = ['--column', 'phone'];
    const several = await request('cardinality');
    expect(several).toMatchObject({ status: 2 });
    expect(several.stderr).toMatch(/one identifier a row/);
    expect(readdirSync(at('a-state'))).toEqual([]);
    expect(existsSync(at('run/request/manifest.vm'))).toBe(false);
    const again = await request('cardinality', ...column);
    expect(again, again.stderr).toMatchObject({ status: 0 });
    expect(await respond('cardinality', ...column)).toMatchObject({ status: 0 });
    expect((await finish('-o', at('shared.csv'))).stderr).toMatch(/does not learn which rows/);
    const done = await finish();
    expect(done, done.stderr).toMatchObject({ status: 0 });
    expect(done.stdout).toMatch(/^shared 50; 300 here, 300 at the partner's\n$/);
  });

  it('goes on with no run that is another one, whatever its folder says', async () => {
    // One that this party has asked through a file, whose name the partner knows.
    const files = ['--key', at('b.key'), '--peers', at('peers.txt'), '--peer', 'a'];
    const kept = ['--state', at('b-state'), '--state-key-file', at('state.key')];
    const asked = await cli([
      ...[
        'psi',
        'request',
        at('theirs.csv'),
        '--reveal',
        'intersection',
        ...files,
        ...kept,
        '-o',
        at('b.vm'),
      ],
    ]);
    expect(asked, asked.stderr).toMatchObject({ status: 0 });
    const [state] = readdirSync(at('b-state'));
    const key = (name: string): Uint8Array => Buffer.from(readFileSync(at(name), 'utf8').trim(), 'hex');
    const journal = memoryJournal({ runId: state!.slice(0, 16), peer: 'b', terms: {} });
    await requestDataset(at('run'), intersection, IdentifierSet.ofStrings(['x']), {
      ...{ journal, work: at('work'), signingKey: key('a.key'), peer: signingPublicKey(key('b.key')) },
    });
    const answered = await respond('intersection');
    expect(answered).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/is the state of a run that does/),
    });
    expect(readdirSync(at('b-state'))).toEqual([state]);
    expect(existsSync(at('run/response'))).toBe(false);
  });

  it('goes on in no other mode', async () => {
    expect(await request('intersection', '--column', 'phone')).toMatchObject({ status: 0 });
    const manifest = readFileSync(at('run/request/manifest.vm'));
    const other = await request('cardinality', '--column', 'phone');
    expect(other).toMatchObject({ status: 2, stderr: expect.stringMatching(/with other options/) });
    expect(readFileSync(at('run/request/manifest.vm'))).toEqual(manifest);
  });

  it.each([
    ['sum', /sum|--reveal sum/],
    ['ids', /does not go through datasets/],
  ])('is refused with --reveal %s', async (reveal, words) => {
    const { status, stderr } = await request(reveal);
    expect([status, stderr]).toEqual([2, expect.stringMatching(words)]);
    expect(existsSync(at('a-state'))).toBe(false);
  });

  it('keeps no state where the partner can read it', async () => {
    symlinkSync(folder, at('link'));
    for (const state of [at('run'), at('run/request/own'), at('link/run/own')]) {
      const { status, stderr } = await request('intersection', '--state', state);
      expect([status, stderr]).toEqual([
        2,
        expect.stringMatching(/--state.* lies in the folder of the dataset/),
      ]);
      expect(existsSync(at('run'))).toBe(false);
    }
  });

  it.each([
    [['-o', 'x'], /Leave -o away/],
    [['--pad', '1000'], /--pad does not go/],
    [['--to', 'both'], /leave --to/],
    [['--memory-limit', '1MB'], /from 512MB/],
    [['--dataset', 'https://host/run'], /a folder of this machine/],
  ])('is refused with %j', async (more, words) => {
    const { status, stderr } = await request('intersection', ...more);
    expect([status, stderr]).toEqual([2, expect.stringMatching(words)]);
  });

  it('names the files that there are none of', async () => {
    expect((await respond('intersection')).stderr).toMatch(/request[/\\]manifest\.vm is not there/);
    expect((await finish()).stderr).toMatch(/response[/\\]manifest\.vm is not there/);
    const neither = await cli([
      'psi',
      'finish',
      '--state',
      at('a-state'),
      '--state-key-file',
      at('state.key'),
    ]);
    expect(neither).toMatchObject({ status: 2, stderr: expect.stringMatching(/--dataset/) });
  });
});
