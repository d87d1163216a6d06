// SPDX-License-Identifier: Apache-2.0
/** Runs through files: who asks, who answers, who goes on, and everything that must not be answered or taken. */

import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeParquet } from '../support/parquet.js';
import { cli, type Ending, temporary } from './harness.js';

const number = (i: number): string => `+1415${2_000_000 + i}`;
const csv = (first: number, count: number): string =>
  `name,phone\n${Array.from({ length: count }, (_, i) => `x,${number(first + i)}\n`).join('')}`;

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(async () => {
  folder = dirname(temporary('x'));
  writeFileSync(at('mine.csv'), csv(0, 300));
  writeFileSync(at('theirs.csv'), csv(200, 300));
  writeFileSync(at('state.key'), randomBytes(32).toString('hex'));
  let peers = '';
  for (const name of ['a', 'b', 'other']) {
    const { status, stdout } = await cli(['key', name, '-o', at(`${name}.key`)]);
    expect(status).toBe(0);
    peers += stdout;
  }
  writeFileSync(at('peers.txt'), peers);
});
afterEach(() => vi.useRealTimers());

const own = (name: string): string[] => ['--key', at(`${name}.key`), '--peers', at('peers.txt')];
const state = (folder = 'state'): string[] => [
  ...['--state', at(folder), '--state-key-file', at('state.key')],
];
/** The states that there are. */
const kept = (folder = 'state'): string[] =>
  existsSync(at(folder)) ? readdirSync(at(folder)).map((name) => at(`${folder}/${name}`)) : [];

function request(reveal = 'intersection', ...more: string[]): Promise<Ending> {
  const argv = [
    at('mine.csv'),
    '--reveal',
    reveal,
    ...own('a'),
    '--peer',
    'b',
    ...state(),
    '-o',
    at('request.vm'),
  ];
  return cli(['psi', 'request', ...argv, ...more]);
}

function respond(reveal = 'intersection', ...more: string[]): Promise<Ending> {
  const argv = [at('request.vm'), at('theirs.csv'), '--reveal', reveal, '--ledger', at('ledger.json')];
  return cli(['psi', 'respond', ...argv, ...own('b'), '--peer', 'a', '-o', at('response.vm'), ...more]);
}

function finish(...more: string[]): Promise<Ending> {
  return cli(['psi', 'finish', at('response.vm'), ...state(), ...more]);
}

describe('two files', () => {
  it('are told of with the whole command that goes on, and what a result without rows loses', async () => {
    const { stderr } = await request();
    expect(stderr).toContain(
      `psi finish ANSWER --state ${at('state')} --state-key-file ${at('state.key')}\n`,
    );
    await respond();
    expect((await finish()).stderr).toContain('without -o FILE the rows of the result are not written');
  });

  it('find the plain intersection, and leave no state behind', async () => {
    const before = readdirSync(folder);
    expect(await request()).toMatchObject({ status: 0, stdout: '' });
    expect(readdirSync(folder).filter((name) => !before.includes(name))).toEqual(['request.vm', 'state']);
    expect(kept()).toHaveLength(1);
    expect(await respond()).toMatchObject({ status: 0, stdout: '' });
    const { status, stdout } = await finish('-o', at('shared.csv'));
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: "shared 100 (in 100 rows); 300 here, 300 at the partner's\n",
    });
    const rows = Array.from({ length: 100 }, (_, i) => `${202 + i},${number(200 + i)}\n`);
    expect(readFileSync(at('shared.csv'), 'utf8')).toBe(`line,phone\n${rows.join('')}`);
    expect(kept()).toEqual([]);
    expect(await finish()).toMatchObject({ status: 3, stdout: '' });
  });

  it('give the same rows from disk as from memory, of a list in any format, in any format', async () => {
    const plain = readFileSync(at('mine.csv'));
    await writeParquet(at('x.parquet'), `SELECT * FROM read_csv('${at('mine.csv')}', all_varchar = true)`);
    for (const [list, first] of [
      [plain, 202],
      [gzipSync(plain), 202],
      // Its names are no line.
      [readFileSync(at('x.parquet')), 201],
    ] as const) {
      // What a file is does not depend on its name.
      writeFileSync(at('mine.csv'), list);
      expect((await request()).status).toBe(0);
      rmSync(at('ledger.json'), { force: true });
      expect((await respond()).status).toBe(0);
      const [path] = kept();
      const sealed = readFileSync(path!);
      const written: Record<string, string> = {};
      for (const spill of ['always', 'never']) {
        writeFileSync(path!, sealed);
        expect((await finish('--spill', spill, '-o', at('shared.csv.gz'))).status).toBe(0);
        written[spill] = gunzipSync(readFileSync(at('shared.csv.gz'))).toString();
      }
      const rows = Array.from({ length: 100 }, (_, i) => `${first + i},${number(200 + i)}\n`);
      expect(written).toEqual({
        always: `line,phone\n${rows.join('')}`,
        never: `line,phone\n${rows.join('')}`,
      });
      expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
    }
  });

  it('count, where only that is revealed', async () => {
    const policy = at('policy.json');
    writeFileSync(policy, '{"budgets": []}');
    await request('cardinality');
    expect((await respond('cardinality', '--policy', policy)).status).toBe(0);
    expect(await finish('-o', at('shared.csv'))).toMatchObject({ status: 2, stdout: '' });
    expect(await finish()).toMatchObject({
      status: 0,
      stdout: "shared 100; 300 here, 300 at the partner's\n",
    });
  });

  it('are summed up in JSON, too', async () => {
    await request();
    await respond();
    const { status, stdout } = await finish('--json');
    expect({ status, summary: JSON.parse(stdout) }).toEqual({
      status: 0,
      summary: {
        reveal: 'intersection',
        role: 'receiver',
        ownSize: 300,
        peerSize: 300,
        shared: 100,
        rows: 100,
      },
    });
  });

  it('hold no identifier, nor does the state', async () => {
    await request();
    await respond();
    for (const path of [at('request.vm'), at('response.vm'), ...kept()]) {
      expect(readFileSync(path, 'latin1')).not.toMatch(/1415\d/);
    }
  });
});

describe('respond', () => {
  it('answers a request once', async () => {
    await request();
    expect((await respond()).status).toBe(0);
    const again = await respond('intersection', '-o', at('again.vm'));
    expect([again.status, again.stderr]).toEqual([3, expect.stringContaining('answered already')]);
    expect(existsSync(at('again.vm'))).toBe(false);
  });

  it('answers no request that has expired', async () => {
    await request('intersection', '--days', '2');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 86_400_000 + 1000 });
    const { status, stderr } = await respond();
    expect([status, stderr]).toEqual([3, expect.stringContaining('expired')]);
    expect(existsSync(at('response.vm'))).toBe(false);
  });

  it('keeps to the policy, and lets a refused request come again', async () => {
    writeFileSync(at('policy.json'), '{"largestSet": 299, "budgets": []}');
    await request();
    const { status, stderr } = await respond('intersection', '--policy', at('policy.json'));
    expect([status, stderr]).toEqual([
      3,
      expect.stringContaining('Your policy does not allow this run, by its largestSet'),
    ]);
    expect(existsSync(at('response.vm'))).toBe(false);
    expect((await respond()).status).toBe(0);
  });

  it.each([
    ['made by somebody else', ['--peer', 'other'], 'not signed by the key'],
    ['for somebody else', ['--key', 'other.key'], 'holder of another key'],
    [
      'for another result',
      ['--reveal', 'cardinality'],
      'is of a run of ecdh-psi; this party runs ecdh-psi-cardinality',
    ],
  ])('answers no request %s', async (_, argv, message) => {
    await request();
    const { status, stderr } = await respond(
      'intersection',
      ...argv.map((arg) => (arg.includes('.') ? at(arg) : arg)),
    );
    expect([status, stderr]).toEqual([3, expect.stringContaining(message)]);
    expect(existsSync(at('response.vm'))).toBe(false);
  });

  it('answers no request that was changed or cut, wherever', async () => {
    await request();
    const good = readFileSync(at('request.vm'));
    for (let i = 0; i < 40; i++) {
      const bad = Buffer.from(good);
      const position = Math.floor((i * bad.length) / 40);
      bad[position]! ^= 1;
      writeFileSync(at('request.vm'), i % 2 === 0 ? bad : good.subarray(0, position));
      expect((await respond()).status, `byte ${position}`).toBe(3);
    }
    expect(existsSync(at('response.vm'))).toBe(false);
    writeFileSync(at('request.vm'), good);
    expect((await respond()).status).toBe(0);
  });
});

describe('finish', () => {
  it('takes no response to another request, and keeps the state for the right one', async () => {
    await request();
    await respond();
    const right = readFileSync(at('response.vm'));
    await request('intersection', '-o', at('second.vm'));
    expect(kept()).toHaveLength(2);
    // The state is found by the file; under its name there is that of another request.
    const [first, second] = kept();
    const sealed = [readFileSync(first!), readFileSync(second!)] as const;
    writeFileSync(first!, sealed[1]);
    writeFileSync(second!, sealed[0]);
    const { status, stderr } = await finish('-o', at('shared.csv'));
    expect([status, stderr]).toEqual([3, expect.stringContaining('another request')]);
    expect(existsSync(at('shared.csv'))).toBe(false);
    writeFileSync(first!, sealed[0]);
    writeFileSync(second!, sealed[1]);
    writeFileSync(at('response.vm'), right);
    expect((await finish()).status).toBe(0);
    expect(kept()).toHaveLength(1);
  });

  it('takes the request itself for no response, nor a list that has changed, nor another key of the state', async () => {
    await request();
    await respond();
    writeFileSync(at('other-state.key'), randomBytes(32).toString('hex'));
    expect((await finish('--state-key-file', at('other-state.key'))).status).toBe(3);
    writeFileSync(at('mine.csv'), csv(1, 300));
    const changed = await finish();
    expect([changed.status, changed.stderr]).toEqual([
      2,
      expect.stringContaining('not the one that the run was begun with'),
    ]);
    writeFileSync(at('mine.csv'), csv(0, 300));
    const response = readFileSync(at('response.vm'));
    writeFileSync(at('response.vm'), readFileSync(at('request.vm')));
    expect((await finish()).status).toBe(3);
    writeFileSync(at('response.vm'), response);
    expect((await finish()).status).toBe(0);
  });
});

describe('request', () => {
  it('keeps any number of states in one folder, and leaves nothing where it fails', async () => {
    await request();
    const before = kept();
    rmSync(at('mine.csv'));
    expect((await request('intersection', '-o', at('second.vm'))).status).toBe(3);
    writeFileSync(at('mine.csv'), csv(0, 300));
    // The place is found out about before; a folder that takes its place afterwards is not.
    expect((await request('intersection', '-o', at('none/second.vm'))).status).toBe(3);
    expect(kept()).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.startsWith('second'))).toEqual([]);
    expect((await request('intersection', '-o', at('second.vm'))).status).toBe(0);
    expect(kept()).toHaveLength(2);
  });

  it('takes no file for the folder of states', async () => {
    const { status, stderr } = await request('intersection', '--state', at('mine.csv'));
    expect([status, stderr]).toEqual([2, expect.stringContaining('is a file, and --state names a folder')]);
  });

  it('needs a file that can be read again', async () => {
    const argv = ['--reveal', 'intersection', ...own('a'), '--peer', 'b', ...state(), '-o', at('request.vm')];
    expect((await cli(['psi', 'request', '-', ...argv], { stdin: csv(0, 3) })).status).toBe(2);
  });
});

describe('key', () => {
  it('is for its owner alone, and is not overwritten', async () => {
    if (process.platform !== 'win32') expect(statSync(at('a.key')).mode & 0o777).toBe(0o600);
    const secret = readFileSync(at('a.key'), 'utf8').trim();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(at('peers.txt'), 'utf8')).not.toContain(secret);
    expect(await cli(['key', 'a', '-o', at('a.key')])).toMatchObject({ status: 2, stdout: '' });
  });

  it('of a partner must be known, once', async () => {
    await request();
    writeFileSync(at('peers.txt'), 'a ed25519:00\n');
    expect(await respond()).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('has no key of a, and must have one'),
    });
  });
});
