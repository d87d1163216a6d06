// SPDX-License-Identifier: Apache-2.0
/**
 * The ledger in a SQLite file. Node has SQLite in it from 22.13 on: under an older one these tests run in a process of a newer
 * one, which npm brings.
 */

import { execFile } from 'node:child_process';
import {
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { nodeOfMajor } from '../../bench/engines.js';
import { admission } from '../../src/psi/index.js';
import { type KeptLedger, openSqliteLedger } from '../../src/transport/index.js';
import { temporary } from '../cli/harness.js';
import { expectCode } from '../suites/errors.js';
import { change, chargesOf, ledgerSuite } from '../suites/ledger.js';
import { race, until } from '../suites/racing-ledger.js';

interface Sqlite {
  readonly DatabaseSync: new (
    path: string,
  ) => {
    exec(sql: string): void;
    prepare(sql: string): { all(): unknown[] };
    close(): void;
  };
}
const sqlite = process.getBuiltinModule('node:sqlite' as 'node:fs') as unknown as Sqlite | undefined;

const opened: KeptLedger[] = [];
afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger.close();
});
async function open(path: string, accountKey?: Uint8Array): Promise<KeptLedger> {
  const ledger = await openSqliteLedger(path, { accountKey });
  opened.push(ledger);
  return ledger;
}

const one = { at: 5, elements: 7, work: 12 };
const run = { peerSize: 6, ownSize: 1, learns: 'intersection' };

describe.skipIf(sqlite !== undefined)('on a Node without SQLite', () => {
  it('is refused, with what to do', async () => {
    const path = temporary('ledger.db');
    const error = await expectCode('unsupported', () => openSqliteLedger(path));
    expect(error.message).toMatch(/Node 22\.13 or newer.*in a file.*PostgreSQL/);
    expect(existsSync(path)).toBe(false);
  });

  it('passes these tests on a newer one', async () => {
    let program: string;
    try {
      program = nodeOfMajor(22);
    } catch (error) {
      if (process.env.CI) throw error;
      console.warn('SKIPPED: npm cannot bring Node 22 here.');
      return;
    }
    const { VITEST: _, VITEST_POOL_ID: __, VITEST_WORKER_ID: ___, ...env } = process.env;
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const argv = ['node_modules/vitest/vitest.mjs', 'run', 'test/transport/sqlite-ledger.test.ts'];
    const { stdout } = await promisify(execFile)(
      program,
      [...argv, '--project=unit', '--maxWorkers=1', '--reporter=json'],
      { cwd: root, env },
    ).catch((error) => error);
    const { numPassedTests, numFailedTests } = JSON.parse(stdout.slice(stdout.indexOf('{')));
    expect(numFailedTests, stdout).toBe(0);
    expect(numPassedTests).toBeGreaterThan(20);
  });
});

describe.runIf(sqlite)('the ledger in a SQLite file', () => {
  const key = (byte: number): Uint8Array => new Uint8Array(32).fill(byte);
  /** Another program's look at it. */
  const ask = (path: string, statement: string): unknown[] => {
    const database = new sqlite!.DatabaseSync(path);
    try {
      return database.prepare(statement).all();
    } finally {
      database.close();
    }
  };
  const tell = (path: string, statements: string): void => {
    const database = new sqlite!.DatabaseSync(path);
    database.exec(statements);
    database.close();
  };

  ledgerSuite('without a key', () => open(temporary('ledger.db')));
  ledgerSuite('with a key', () => open(temporary('ledger.db'), key(7)));
  ledgerSuite('with a log ahead of the file', async () => {
    const path = temporary('ledger.db');
    tell(path, 'PRAGMA journal_mode = WAL');
    return open(path);
  });

  it('is there again after it was closed, for its owner alone, and takes no update then', async () => {
    const path = temporary('ledger.db');
    const first = await open(path);
    const begun = change(first, 'peer', () => [one]);
    await first.close();
    await begun;
    await expectCode('argument', () => change(first, 'peer', () => []));
    expect(await chargesOf(await open(path), 'peer')).toEqual([one]);
    expect(readdirSync(dirname(path))).toEqual(['ledger.db']);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('names no account', async () => {
    const path = temporary('ledger.db');
    const ledger = await open(path);
    await change(ledger, 'partner:acme', () => [one]);
    expect(readFileSync(path).includes('acme')).toBe(false);
    expect(ask(path, 'SELECT account FROM veilmatch_charges')).toEqual([
      { account: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
  });

  it('refuses another key, and none', async () => {
    const path = temporary('ledger.db');
    await open(path, key(7));
    for (const other of [undefined, key(8)]) await expectCode('argument', () => open(path, other));
  });

  it('stands beside other tables', async () => {
    const path = temporary('crm.db');
    tell(path, 'CREATE TABLE customers (phone)');
    await change(await open(path), 'p', () => [one]);
    expect(ask(path, 'SELECT count(*) AS n FROM customers')).toEqual([{ n: 0 }]);
  });

  it.each(['{"format":"veilmatch-ledger-v2","accounts":[]}\n'.repeat(100), 'SQLite format 3\0'.repeat(99)])(
    'is no other file, which is left as it is: %#',
    async (text) => {
      const path = temporary('ledger.db');
      writeFileSync(path, text);
      await expectCode('bad-file', () => open(path));
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  it.each([
    'UPDATE veilmatch_ledger SET version = 2',
    'DELETE FROM veilmatch_ledger',
    "UPDATE veilmatch_ledger SET id = 'another'",
    'DROP TABLE veilmatch_charges',
    'UPDATE veilmatch_charges SET work = -1',
    "UPDATE veilmatch_charges SET at = 'soon'",
  ])('admits nothing after: %s', async (statement) => {
    const path = temporary('ledger.db');
    const ledger = await open(path);
    const admit = admission({ peer: 'p', ledger, policy: { budgets: [{ hours: 1, runs: 2 }] } });
    await admit(run);
    tell(path, statement);
    await expectCode('bad-file', () => admit(run));
  });

  it('admits nothing while the file is gone, or another stands in its place', async () => {
    const path = temporary('ledger.db');
    const ledger = await open(path);
    await change(ledger, 'p', () => [one]);
    renameSync(path, `${path}.away`);
    await expectCode('bad-file', () => change(ledger, 'p', () => []));
    await (await open(path)).close();
    await expectCode('bad-file', () => change(ledger, 'p', () => []));
    rmSync(path);
    renameSync(`${path}.away`, path);
    expect(await chargesOf(ledger, 'p')).toEqual([one]);
  });

  it.skipIf(process.platform === 'win32')('is what a link leads to, and has no second name', async () => {
    const path = temporary('ledger.db');
    await change(await open(path), 'p', () => [one]);
    const link = temporary('link.db');
    symlinkSync(path, link);
    expect(await chargesOf(await open(link), 'p')).toEqual([one]);
    const dangling = temporary('dangling.db');
    symlinkSync(`${path}.none`, dangling);
    await expectCode('bad-file', () => open(dangling));
    linkSync(path, `${path}.second`);
    await expectCode('bad-file', () => open(path));
  });

  it('tells a folder that is not there', () => expectCode('io', () => open(temporary('no/such/ledger.db'))));

  it('takes back an update whose charges are none', async () => {
    const ledger = await open(temporary('ledger.db'));
    await change(ledger, 'p', () => [one]);
    await expectCode('argument', () => change(ledger, 'p', (own) => [...own, { ...one, work: -1 }]));
    expect(await chargesOf(ledger, 'p')).toEqual([one]);
  });

  it('is opened when another program has written, which may be while it is opened', async () => {
    const path = temporary('ledger.db');
    await change(await open(path), 'p', () => [one]);
    const database = new sqlite!.DatabaseSync(path);
    database.exec('BEGIN EXCLUSIVE');
    const opening = open(path);
    // It has found the lock, and tries again.
    await new Promise((resolve) => setTimeout(resolve, 30));
    database.exec('ROLLBACK');
    database.close();
    expect(await chargesOf(await opening, 'p')).toEqual([one]);
  });

  it('waits for another program that writes, while this process goes on', async () => {
    const path = temporary('ledger.db');
    const ledger = await open(path);
    const other = new sqlite!.DatabaseSync(path);
    other.exec('BEGIN IMMEDIATE');
    let done = false;
    const update = change(ledger, 'p', () => [one]).then(() => {
      done = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(done).toBe(false);
    other.exec('COMMIT');
    other.close();
    await update;
    expect(await chargesOf(ledger, 'p')).toEqual([one]);
  });

  const racers = (path: string, requests: number, runs: number) =>
    Promise.all(
      [0, 1].map(() =>
        race('transport/ledgers/sqlite-ledger.ts', `module.openSqliteLedger(${JSON.stringify(path)})`, {
          requests,
          runs,
        }),
      ),
    );

  it('grants no more than the budget to two processes with a thousand requests', async () => {
    const path = temporary('ledger.db');
    const both = await racers(path, 500, 300);
    const ends = await Promise.all(both.map(({ ended }) => ended));
    expect(ends.reduce((sum, { granted }) => sum + granted, 0)).toBe(300);
    expect(await chargesOf(await open(path), 'acme')).toHaveLength(300);
  });

  it('loses no charge of a process that is killed, which blocks nobody', async () => {
    const path = temporary('ledger.db');
    const [killed, other] = await racers(path, 500, 800);
    await Promise.race([until(() => killed!.answered() > 50), killed!.ended]);
    killed!.process.kill('SIGKILL');
    await expect(killed!.ended).rejects.toThrow('SIGKILL');
    const { granted } = await other!.ended;
    expect(granted).toBe(500);
    const charges = await chargesOf(await open(path), 'acme');
    // Ten at a time are asked for, and one update takes all that wait: those are charged whose answers were never heard.
    const unheard = charges.length - 500 - killed!.answered();
    expect(unheard).toBeGreaterThanOrEqual(0);
    expect(unheard).toBeLessThanOrEqual(10);
  });
});
