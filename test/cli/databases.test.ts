// SPDX-License-Identifier: Apache-2.0
/** Lists that live in SQLite files and on PostgreSQL servers, read and written through DuckDB's extensions. */

import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseAddress } from '../../src/lists/address.js';
import { attached } from '../../src/lists/databases.js';
import { writeList } from '../../src/lists/index.js';
import { hasExtension, hasSqlite, sqlite } from '../support/extensions.js';
import { hasPostgres, PASSWORD, type Postgres, startPostgres } from '../support/postgres.js';
import { cli, memoryIo, temporary } from './harness.js';

const CUSTOMERS =
  "CREATE TABLE customers (id integer, phone text, email text); INSERT INTO customers VALUES (1, '+1 415 555 0123', 'Ada@Example.com'), " +
  "(2, 'n/a', 'bob@example.org'), (3, NULL, NULL);";
const NORMAL = 'line,phone,email\n1,+14155550123,ada@example.com\n2,,bob@example.org\n';

const noSqlite =
  (await hasExtension('sqlite_scanner')) && hasSqlite() ? '' : ' (no SQLite, or no extension for it)';
const noPostgres =
  (await hasExtension('postgres_scanner')) && hasPostgres() ? '' : ' (no PostgreSQL, or no extension for it)';

afterEach(() => vi.unstubAllEnvs());

describe('a database', () => {
  it('is not read where the extension is not installed, and nothing is fetched', async () => {
    const home = temporary('');
    vi.stubEnv('HOME', home);
    const path = join(home, 'crm.db');
    writeFileSync(path, 'SQLite format 3\0');
    for (const list of [`sqlite:${path}?table=t`, 'postgres://127.0.0.1:1/crm?table=t', 's3://lists/a.csv']) {
      const ending = await cli(['normalize', list]);
      expect(ending).toMatchObject({
        status: 3,
        stdout: '',
        stderr: expect.stringContaining('not installed'),
      });
      const output = await cli(['normalize', join(home, 'none.csv'), '-o', list.replace('crm.db', 'new.db')]);
      expect(output).toMatchObject({ status: 3, stderr: expect.stringContaining('not installed') });
    }
    expect(readdirSync(home)).toEqual(['crm.db']);
  });
});

describe.skipIf(noSqlite)(`a list in a SQLite file${noSqlite}`, () => {
  const crm = (statements = CUSTOMERS): string => {
    const path = temporary('crm.db');
    sqlite(path, statements);
    return path;
  };

  it('is read by its columns names, with rows in place of lines', async () => {
    const list = `sqlite:${crm()}?table=customers`;
    const { status, stdout, stderr } = await cli(['normalize', list, '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      reading: { format: 'SQLite', header: true },
      rejected: [
        { line: 2, field: 'phone', code: 'not-a-number' },
        { line: 3, code: 'empty' },
      ],
    });
    expect(stderr).toContain(`${list}: read as SQLite\n`);
  });

  it('has text of every type that a cell may be of, whatever its column was declared as', async () => {
    const path = crm(
      "CREATE TABLE t (phone integer, email); INSERT INTO t VALUES (14155550123, 'ada@example.com'), ('+1 415 555 0124', x'626f62406578616d706c652e6f7267'), (1.4155550125e10, 7);",
    );
    expect(await cli(['normalize', `sqlite:${path}?table=t`, '--international'])).toMatchObject({
      status: 0,
      stdout:
        'line,phone,email\n1,+14155550123,ada@example.com\n2,+14155550124,bob@example.org\n3,+14155550125,\n',
    });
  });

  it('is what a query gives', async () => {
    const query = 'SELECT email FROM customers WHERE id = 2 ;\n';
    const { status, stdout } = await cli(['normalize', `sqlite:${crm()}`, '--query', query]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'line,email\n1,bob@example.org\n' });
  });

  it.each([
    ['a table that is not there', ['?table=nobody'], 2, /no such table/],
    ['no table and no query', [''], 2, /Say which table/],
    ['a table and a query', ['?table=customers', '--query', 'SELECT 1'], 2, /Give one of them/],
    ['a column that is not there', ['?table=customers', '--column', 'mobile=phone'], 2, /mobile/],
    [
      'a column that is not there in a query',
      ['', '--query', 'SELECT nothing FROM customers'],
      2,
      /cannot be run/,
    ],
    ['no query at all', ['', '--query', 'so what'], 2, /cannot be run/],
    ['columns of other types', ['', '--query', 'SELECT id FROM customers'], 2, /column/],
    [
      'a statement that changes rows',
      ['', '--query', 'DELETE FROM customers RETURNING email'],
      3,
      /read alone/,
    ],
    [
      'a statement that opens another file',
      ['', '--query', "ATTACH 'other.db' AS other"],
      2,
      /cannot be run/,
    ],
    ['parameters that mean nothing', ['?tabel=customers'], 2, /parameters table/],
    ['a header that is denied', ['?table=customers', '--no-header'], 2, /columns have names/],
  ] as const)('%s is refused in words', async (_, [address, ...options], status, message) => {
    const path = crm();
    const ending = await cli(['normalize', `sqlite:${path}${address}`, ...options]);
    expect(ending).toMatchObject({ status, stdout: '', stderr: expect.stringMatching(message) });
    expect(sqlite(path, 'SELECT count(*) FROM customers')).toBe('3\n');
    expect(readdirSync(dirname(path))).toEqual(['crm.db']);
  });

  it('bytes that are no text end the reading where the column is needed, and nowhere else', async () => {
    const path = crm(
      "CREATE TABLE t (phone, photo); INSERT INTO t VALUES ('+14155550123', x'ffd8ff'); CREATE TABLE u (email); INSERT INTO u VALUES (x'616461ff406578616d706c652e636f6d')",
    );
    expect(await cli(['normalize', `sqlite:${path}?table=t`])).toMatchObject({ status: 0 });
    const ending = await cli(['normalize', `sqlite:${path}?table=u`, '--column', 'email=email']);
    expect(ending).toMatchObject({ status: 3, stderr: expect.stringContaining('not UTF-8') });
    expect(ending.stdout).toBe('line,email\n');
  });

  it('is asked for by its address where a path alone is given, and is a SQLite file', async () => {
    const path = crm();
    expect(await cli(['normalize', path])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('sqlite:FILE?table=NAME'),
    });
    const text = temporary('list.csv');
    writeFileSync(text, 'phone\n+14155550123\n');
    const wrong = await cli(['normalize', `sqlite:${text}?table=customers`]);
    expect(wrong).toMatchObject({ status: 3, stderr: expect.stringContaining('no SQLite database') });
    const absent = await cli(['normalize', `sqlite:${temporary('none.db')}?table=customers`]);
    expect(absent).toMatchObject({ status: 3, stderr: expect.stringContaining('no such file') });
    expect(existsSync(join(dirname(text), 'none.db'))).toBe(false);
  });

  it('goes into a new file, which is its owner’s alone, or into one that is there', async () => {
    const list = `sqlite:${crm()}?table=customers`;
    const path = temporary('out.db');
    for (const table of ['first', 'second']) {
      const ending = await cli(['normalize', list, '-o', `sqlite:${path}?table=${table}`]);
      expect(ending).toMatchObject({ status: 0, stdout: '' });
      expect(sqlite(path, `SELECT * FROM ${table}`)).toBe(
        '1|+14155550123|ada@example.com\n2||bob@example.org\n',
      );
    }
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(sqlite(path, 'SELECT typeof(line), typeof(phone) FROM first LIMIT 1')).toBe('integer|text\n');
    expect(readdirSync(dirname(path))).toEqual(['out.db']);
  });

  it('is never overwritten, and is not read and written at once', async () => {
    const path = crm();
    const list = temporary('list.csv');
    writeFileSync(list, 'phone\n+14155550123\n');
    const there = await cli(['normalize', list, '-o', `sqlite:${path}?table=CUSTOMERS`]);
    expect(there).toMatchObject({ status: 2, stderr: expect.stringContaining('is there already') });
    const both = await cli(['normalize', `sqlite:${path}?table=customers`, '-o', `sqlite:${path}?table=out`]);
    expect(both).toMatchObject({ status: 2, stderr: expect.stringContaining('is also the input') });
    const text = await cli(['normalize', list, '-o', `sqlite:${list}?table=out`]);
    expect(text).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/also the input|no SQLite database/),
    });
    const report = await cli(['inspect', list, '-o', `sqlite:${path}?table=report`]);
    expect(report).toMatchObject({ status: 2, stderr: expect.stringContaining('is no list') });
    expect(sqlite(path, 'SELECT count(*) FROM customers; SELECT count(*) FROM sqlite_master')).toBe('3\n1\n');
  });

  it.each([['a new file'], ['a file that is there']])(
    'nothing of a list that ends with an error is in %s',
    async (which) => {
      const path = which === 'a new file' ? temporary('out.db') : crm();
      const before = readdirSync(dirname(path));
      const rows = async function* () {
        for (let i = 0; i < 150_000; i++) yield [i, `+1415555${i}`];
        throw new Error('the rows end here');
      };
      await expect(
        writeList(`sqlite:${path}?table=out`, { line: 'integer', phone: 'text' }, rows()),
      ).rejects.toThrow('the rows end here');
      expect(readdirSync(dirname(path))).toEqual(before);
      if (before.length > 0) expect(sqlite(path, 'SELECT name FROM sqlite_master')).toBe('customers\n');
    },
  );

  it('DuckDB has that database and nothing else', async () => {
    const [path, other] = [crm(), crm()];
    const list = temporary('list.csv');
    writeFileSync(list, 'phone\n1\n');
    const { io } = memoryIo();
    const address = parseAddress(`sqlite:${path}?table=customers`) as Parameters<typeof attached>[0];
    const database = await attached(address, 'read', 'LIST', io);
    try {
      expect(await database.rows('SELECT count(*) FROM list.main.customers')).toEqual([[3n]]);
      for (const statement of [
        `SELECT * FROM read_csv('${list}')`,
        `COPY (SELECT 1) TO '${join(dirname(list), 'out.csv')}'`,
        'INSERT INTO list.main.customers VALUES (4, NULL, NULL)',
        'LOAD httpfs',
        'SET enable_external_access = true',
      ]) {
        await expect(database.rows(statement), statement).rejects.toThrow('DuckDB refused.');
      }
    } finally {
      await database.close();
    }
    expect(sqlite(other, 'SELECT count(*) FROM customers')).toBe('3\n');
  });
});

describe.skipIf(noPostgres)(`a list on a PostgreSQL server${noPostgres}`, () => {
  let server: Postgres;
  let base: string;
  beforeAll(async () => {
    server = await startPostgres();
    base = `postgres://ada@127.0.0.1:${server.port}/crm`;
    server.run(
      `${CUSTOMERS} CREATE SCHEMA shop; CREATE TABLE shop."Weird.Name" (phone bigint); INSERT INTO shop."Weird.Name" VALUES (14155550123);` +
        "CREATE VIEW ada AS SELECT email FROM customers WHERE id = 1; CREATE FUNCTION grow() RETURNS text LANGUAGE sql AS 'INSERT INTO customers DEFAULT VALUES RETURNING email'; CREATE ROLE eve LOGIN PASSWORD 'other';",
    );
  });
  afterAll(() => server?.stop());
  const withPassword = (): void => void vi.stubEnv('PGPASSWORD', PASSWORD);

  it('is read as a table, a view, a table of another schema, and what a query gives', async () => {
    withPassword();
    const { stderr, ...ending } = await cli(['normalize', `${base}?table=customers`]);
    expect(ending).toEqual({ status: 0, stdout: NORMAL });
    expect(stderr).toContain(`postgres://127.0.0.1:${server.port}/crm?table=customers: read as PostgreSQL\n`);
    expect(await cli(['normalize', `${base}?table=ada`])).toMatchObject({
      stdout: 'line,email\n1,ada@example.com\n',
    });
    const weird = ['normalize', `${base}?schema=shop&table=Weird.Name`, '--international'];
    expect(await cli(weird)).toMatchObject({ stdout: 'line,phone\n1,+14155550123\n' });
    const query = [
      'normalize',
      base,
      '--query',
      'SELECT email FROM customers ORDER BY id DESC NULLS LAST LIMIT 2;',
    ];
    expect(await cli(query)).toMatchObject({ stdout: 'line,email\n2,bob@example.org\n' });
  });

  it('is read beside a list in a file, which a query is not for', async () => {
    withPassword();
    const list = temporary('list.csv');
    writeFileSync(list, 'email\nada@example.com\n');
    const compare = [
      'compare',
      list,
      base,
      '--query',
      'SELECT email FROM customers',
      '--plan',
      'SM',
      '--protocols',
      'plain',
      '--json',
    ];
    // What is compared then needs workers, and so a build.
    const { stderr } = await cli(compare);
    expect(stderr).toContain(`${list}: rows 1, identifiers 1, rejected 0\n`);
    expect(stderr).toContain('/crm: rows 3, identifiers 2, rejected 1\n');
  });

  it('is written in one transaction, and never overwritten', async () => {
    withPassword();
    const out = `${base}?table=shop.out`;
    expect(await cli(['normalize', `${base}?table=customers`, '-o', out])).toMatchObject({
      status: 0,
      stdout: '',
    });
    expect(server.run('SELECT * FROM shop.out')).toBe('1|+14155550123|ada@example.com\n2||bob@example.org\n');
    const again = await cli(['normalize', `${base}?table=customers`, '-o', out]);
    expect(again).toMatchObject({ status: 2, stderr: expect.stringContaining('is there already') });
    const nowhere = await cli(['normalize', `${base}?table=customers`, '-o', `${base}?table=none.out`]);
    expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringContaining('CREATE SCHEMA') });
    const rows = async function* () {
      for (let i = 0; i < 150_000; i++) yield [i, `+1415555${i}`];
      expect(server.run("SELECT count(*) FROM pg_tables WHERE tablename = 'half'")).toBe('0\n');
      throw new Error('the rows end here');
    };
    const half = writeList(`${base}?table=half`, { line: 'integer', phone: 'text' }, rows());
    await expect(half).rejects.toThrow('the rows end here');
    expect(server.run("SELECT count(*) FROM pg_tables WHERE tablename = 'half'")).toBe('0\n');
  });

  it('holds more rows than go at once', async () => {
    withPassword();
    const rows = Array.from({ length: 130_000 }, (_, i) => [i + 1, `+1415${String(5_000_000 + i)}`] as const);
    await writeList(`${base}?table=many`, { line: 'integer', phone: 'text' }, rows);
    expect(server.run('SELECT count(*), min(line), max(line), count(DISTINCT phone) FROM many')).toBe(
      '130000|1|130000|130000\n',
    );
  });

  it.each([
    ['a table that is not there', '?table=nobody', [], /no such table/],
    ['a column that is not there', '', ['--query', 'SELECT nothing FROM customers'], /cannot be run/],
    ['two statements', '', ['--query', 'SELECT 1; DROP TABLE customers'], /cannot be run/],
    [
      'a statement that changes rows',
      '',
      ['--query', 'DELETE FROM customers RETURNING email'],
      /cannot be run/,
    ],
    ['a function that writes', '', ['--query', 'SELECT grow() AS email'], /this user may not|read alone/],
    ['a cell that cannot be read', '', ['--query', 'SELECT phone::int FROM customers'], /ended the query/],
    ['an unknown parameter', '?table=customers&options=-c', [], /takes the parameters/],
  ] as const)('%s is refused in words, without a cell', async (_, address, options, message) => {
    withPassword();
    const ending = await cli(['normalize', `${base}${address}`, ...options]);
    expect(ending).toMatchObject({ stdout: '', stderr: expect.stringMatching(message) });
    expect(ending.status).toBeGreaterThan(1);
    expect(ending.stderr).not.toMatch(/555|example|ada@/);
    expect(server.run('SELECT count(*) FROM customers')).toBe('3\n');
  });

  it('nobody is let in without a password or with a wrong one, and no message has either', async () => {
    for (const password of [undefined, 'wrong-password']) {
      vi.stubEnv('PGPASSWORD', password);
      const ending = await cli(['normalize', `${base}?table=customers`]);
      expect(ending).toMatchObject({ status: 3, stdout: '', stderr: expect.stringContaining('PGPASSWORD') });
      expect(ending.stderr).not.toMatch(/wrong-password|ada/);
    }
  });

  it('a user without the right is refused', async () => {
    vi.stubEnv('PGPASSWORD', 'other');
    const ending = await cli(['normalize', `${base.replace('ada', 'eve')}?table=customers`]);
    expect(ending).toMatchObject({
      status: 3,
      stdout: '',
      stderr: expect.stringContaining('this user may not'),
    });
  });

  it('a database that is not there, a server that is none, and one without TLS are told apart', async () => {
    withPassword();
    const refused = async (address: string): Promise<string> => {
      const { status, stderr } = await cli(['normalize', address]);
      expect(status).toBe(3);
      return stderr;
    };
    expect(await refused(`postgres://ada@127.0.0.1:${server.port}/none?table=customers`)).toContain(
      'no such database',
    );
    expect(await refused('postgres://ada@127.0.0.1:1/crm?table=customers')).toContain(
      'nothing answers there',
    );
    expect(await refused(`${base}?table=customers&sslmode=require`)).toContain('sslmode=disable');
  });

  it('one that goes away while it is read ends the reading', async () => {
    withPassword();
    const query =
      "SELECT CASE WHEN i = 3000 THEN pg_terminate_backend(pg_backend_pid())::text ELSE 'u' || i || '@example.com' END AS email FROM generate_series(1, 3500) AS t(i)";
    const out = temporary('out.csv');
    const ending = await cli(['normalize', base, '--query', query, '-o', out]);
    expect(ending).toMatchObject({
      status: 3,
      stderr: expect.stringMatching(/Cannot read postgres:.*connection was lost/),
    });
    expect(readdirSync(dirname(out))).toEqual([]);
  });
});
