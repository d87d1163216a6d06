// SPDX-License-Identifier: Apache-2.0
/** The ledger in PostgreSQL, against a server of this test's own. */

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { admission } from '../../src/psi/index.js';
import {
  type KeptLedger,
  openPostgresLedger,
  type PostgresLedgerOptions,
} from '../../src/transport/index.js';
import { cli } from '../cli/harness.js';
import { expectCode } from '../suites/errors.js';
import { change, chargesOf, ledgerSuite } from '../suites/ledger.js';
import { race, until } from '../suites/racing-ledger.js';
import { hasPostgres, PASSWORD, type Postgres, startPostgres } from '../support/postgres.js';

const none = hasPostgres() ? '' : ' (no PostgreSQL here)';
if (none !== '' && process.env.CI) throw new Error('CI has PostgreSQL: `.ci/run` installs it.');

const one = { at: 5, elements: 7, work: 12 };
const run = { peerSize: 6, ownSize: 1, learns: 'intersection' };

it('is reached by a host and a database, and nobody answers: told without either', async () => {
  const error = await expectCode('io', () =>
    openPostgresLedger({ host: '127.0.0.1', port: 1, database: 'crm', user: 'ada' }),
  );
  expect(error.message).toMatch(/nothing answers there\. Nothing was charged\.$/);
  expect(error.message).not.toContain('ada');
});

it.each(['prefer', 'allow', 'verify-ca', 'nonsense'])('does not take sslmode=%s', async (sslmode) => {
  await expectCode('argument', () => openPostgresLedger({ host: 'db.example', database: 'crm', sslmode }));
});

it.each([-1, 0, 1.5, 65_536, Number.NaN])('is at no port %d', async (port) => {
  await expectCode('argument', () => openPostgresLedger({ host: '127.0.0.1', port, database: 'crm' }));
});

it('takes a key of 32 bytes alone', async () => {
  for (const accountKey of [new Uint8Array(31), 'key' as unknown as Uint8Array]) {
    await expectCode('argument', () => openPostgresLedger({ host: '127.0.0.1', port: 1, accountKey }));
  }
});

describe.skipIf(none)(`the ledger in PostgreSQL${none}`, () => {
  let server: Postgres;
  const opened: KeptLedger[] = [];
  let schemas = 0;

  beforeAll(async () => {
    server = await startPostgres();
    vi.stubEnv('PGPASSWORD', PASSWORD);
  });
  afterEach(async () => {
    for (const ledger of opened.splice(0)) await ledger.close();
    vi.stubEnv('PGPASSWORD', PASSWORD);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    server?.stop();
  });

  /** A place for a ledger that nobody else has. */
  const place = (): PostgresLedgerOptions & { readonly schema: string } => {
    const schema = `of "test" ${++schemas}`;
    server.run(`CREATE SCHEMA "${schema.replaceAll('"', '""')}"`);
    return { host: '127.0.0.1', port: server.port, database: 'crm', user: 'ada', schema };
  };
  const open = async (options: PostgresLedgerOptions): Promise<KeptLedger> => {
    const ledger = await openPostgresLedger(options);
    opened.push(ledger);
    return ledger;
  };
  const tableOf = ({ schema }: { readonly schema: string }, table: string): string =>
    `"${schema.replaceAll('"', '""')}".veilmatch_${table}`;

  ledgerSuite('without a key', () => open(place()));
  ledgerSuite('with a key', () => open({ ...place(), accountKey: new Uint8Array(32).fill(7) }));

  it('is there again after it was closed, and takes no update then', async () => {
    const here = place();
    const first = await open(here);
    const begun = change(first, 'peer', () => [one]);
    await first.close();
    await begun;
    await expectCode('argument', () => change(first, 'peer', () => []));
    expect(await chargesOf(await open(here), 'peer')).toEqual([one]);
  });

  it('is opened by several at once where there is none', async () => {
    const here = place();
    const ledgers = await Promise.all(Array.from({ length: 4 }, () => open(here)));
    for (const [i, ledger] of ledgers.entries())
      await change(ledger, 'p', (own) => [...own, { ...one, at: i }]);
    expect(await chargesOf(ledgers[0]!, 'p')).toHaveLength(4);
  });

  it('names no account, and writes the rows alone that are new', async () => {
    const here = place();
    const ledger = await open(here);
    await change(ledger, 'partner:acme', () => [one, { ...one, at: 6 }]);
    const rows = (): string =>
      server.run(`SELECT account, seq, at, xmin FROM ${tableOf(here, 'charges')} ORDER BY seq`);
    const before = rows().trim().split('\n');
    expect(before).toHaveLength(2);
    await change(ledger, 'partner:acme', ([_, second]) => [second!, { ...one, at: 7 }]);
    const after = rows().trim().split('\n');
    expect(after).toEqual([before[1], expect.stringMatching(/^[0-9a-f]{64}\|3\|7\|/)]);
    expect(after.join()).not.toContain('acme');
  });

  it('refuses another key, and none', async () => {
    const here = place();
    await open({ ...here, accountKey: new Uint8Array(32).fill(7) });
    for (const accountKey of [undefined, new Uint8Array(32).fill(8)]) {
      await expectCode('argument', () => open({ ...here, accountKey }));
    }
  });

  it.each([
    ['of another version', (table: (name: string) => string) => `UPDATE ${table('ledger')} SET version = 2`],
    ['whose row is gone', (table: (name: string) => string) => `DELETE FROM ${table('ledger')}`],
    ['whose tables are gone', (table: (name: string) => string) => `DROP TABLE ${table('charges')}`],
    [
      'with counts that are none',
      (table: (name: string) => string) => `UPDATE ${table('charges')} SET work = -1`,
    ],
    [
      'that was made anew',
      (table: (name: string) => string) => `UPDATE ${table('ledger')} SET id = 'another'`,
    ],
  ])('admits nothing by a ledger %s', async (_, statement) => {
    const here = place();
    const ledger = await open(here);
    const admit = admission({ peer: 'p', ledger, policy: { budgets: [{ hours: 1, runs: 2 }] } });
    await admit(run);
    server.run(statement((name) => tableOf(here, name)));
    await expectCode('bad-file', () => admit(run));
  });

  it('tells a user that is not let in, a database and a schema that are not there, and one that may not write', async () => {
    const here = place();
    const told = async (options: PostgresLedgerOptions): Promise<string> =>
      (await expectCode('io', () => open({ ...here, ...options }))).message;
    expect(await told({ database: 'nothing' })).toContain('no such database');
    expect(await told({ schema: 'nothing' })).toContain('no such schema');
    vi.stubEnv('PGPASSWORD', 'another');
    expect(await told({})).toMatch(/PGPASSWORD/);
    vi.stubEnv('PGPASSWORD', PASSWORD);
    server.run(`CREATE ROLE reader${schemas} LOGIN PASSWORD '${PASSWORD}'`);
    expect(await told({ user: `reader${schemas}` })).toContain('may not read and write');
  });

  it('goes on by itself after the server has ended the connection', async () => {
    const ledger = await open(place());
    await change(ledger, 'p', () => [one]);
    server.run(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL',
    );
    await change(ledger, 'p', (charges) => [...charges, one]);
    expect(await chargesOf(ledger, 'p')).toEqual([one, one]);
  });

  it('counts a charge whose answer did not come as made, and refuses the run', async () => {
    const here = place();
    const ledger = await open(here);
    // The commit itself ends the connection: what was written before is there or is not.
    server.run(`
      CREATE FUNCTION cut${schemas}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON ${tableOf(here, 'charges')}
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION cut${schemas}()`);
    const admit = admission({ peer: 'p', ledger, policy: { budgets: [{ hours: 1, runs: 2 }] } });
    const error = await expectCode('io', () => admit(run));
    expect(error.message).toMatch(/not known; it counts as charged, and is refused\.$/);
    server.run(`DROP TRIGGER cut ON ${tableOf(here, 'charges')}`);
    await admit(run);
  });

  it('is given up where another holds it, and nothing is charged', async () => {
    const here = place();
    const ledger = await open(here);
    server.run(`ALTER ROLE ada SET lock_timeout = '1h'`);
    // Held by a session of its own, and waited for as long as an update may.
    server.run(
      `CREATE FUNCTION busy${schemas}() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '55P03'; END $$;
       CREATE TRIGGER busy BEFORE INSERT ON ${tableOf(here, 'charges')} FOR EACH ROW EXECUTE FUNCTION busy${schemas}()`,
    );
    const error = await expectCode('io', () => change(ledger, 'p', () => [one]));
    expect(error.message).toMatch(/too long\. Nothing was charged\.$/);
    expect(await chargesOf(ledger, 'p')).toEqual([]);
  });

  const racers = (here: PostgresLedgerOptions, requests: number, runs: number) =>
    Promise.all(
      [0, 1].map(() =>
        race('transport/ledgers/postgres-ledger.ts', `module.openPostgresLedger(${JSON.stringify(here)})`, {
          requests,
          runs,
        }),
      ),
    );

  it('grants no more than the budget to two processes with a thousand requests', async () => {
    const here = place();
    const both = await racers(here, 500, 300);
    const ends = await Promise.all(both.map(({ ended }) => ended));
    expect(ends.reduce((sum, { granted }) => sum + granted, 0)).toBe(300);
    expect(ends.reduce((sum, { refused }) => sum + refused, 0)).toBe(700);
    expect(await chargesOf(await open(here), 'acme')).toHaveLength(300);
  });

  it('grants nothing that is not charged where the database is killed in between', async () => {
    const here = place();
    const both = await racers(here, 500, 600);
    const answered = (): number => both.reduce((sum, racer) => sum + racer.answered(), 0);
    for (const after of [100, 400]) {
      await until(() => answered() > after);
      server.kill();
      server.start();
    }
    const ends = await Promise.all(both.map(({ ended }) => ended));
    const total = (code: 'granted' | 'refused' | 'io'): number =>
      ends.reduce((sum, end) => sum + end[code], 0);
    const charges = await chargesOf(await open(here), 'acme');
    expect(charges).toHaveLength(600);
    expect(total('io')).toBeGreaterThan(0);
    expect(total('granted') + total('refused')).toBe(1000);
    expect(total('granted')).toBeLessThanOrEqual(600);
    // What was charged and not granted is what was not answered.
    expect(600 - total('granted')).toBeLessThanOrEqual(total('io'));
  });

  it('is named on the command line by an address without a password', async () => {
    const argv = ['serve', 'none.csv', '--reveal', 'intersection', '--partners', 'none.json'];
    const told = await cli([...argv, '--ledger', `postgres://ada:${PASSWORD}@127.0.0.1/crm`]);
    expect([told.status, told.stderr]).toEqual([2, expect.not.stringContaining(PASSWORD)]);
  });
});
