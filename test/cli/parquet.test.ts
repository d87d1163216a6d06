// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTokens } from '../../src/cli/flags/tokens.js';
import { QUICK, times } from '../support/effort.js';
import { readParquet, writeParquet } from '../support/parquet.js';
import { cli, memoryIo, readList, temporary } from './harness.js';

async function parquet(query: string, options = ''): Promise<string> {
  const path = temporary('list.parquet');
  await writeParquet(path, query, options);
  return path;
}

describe('a Parquet list', () => {
  it('is read by its columns names, with rows in place of lines', async () => {
    const path = await parquet(
      "FROM (VALUES (1, '(415) 555-0123', 'Ada@Example.com'), (2, 'n/a', NULL), (3, NULL, 'bob@example.org'), (4, NULL, NULL)) AS t(id, Phone, \"E-mail\")",
    );
    const { status, stdout, stderr } = await cli(['normalize', path, '--country', 'US']);
    expect(status).toBe(0);
    expect(stdout).toBe('line,phone,email\n1,+14155550123,ada@example.com\n3,,bob@example.org\n');
    expect(stderr.replaceAll(path, 'LIST').split('\n')).toEqual([
      'LIST: read as Parquet',
      'LIST: telephone numbers without a country are read in US (--country)',
      'LIST: column 2 "Phone" holds telephone numbers (by its name; --column NAME=phone overrules)',
      'LIST: column 3 "E-mail" holds e-mail addresses (by its name; --column NAME=email overrules)',
      'LIST: rows 4, telephone numbers 1, e-mail addresses 2, rejected 2',
      '       1  phone not-a-number (row 2)',
      '       1  empty (row 4)',
      '',
    ]);
  });

  it('has text of every type', async () => {
    const types = [
      ['4155550123::BIGINT', '4155550123'],
      ['4155550123::UBIGINT', '4155550123'],
      ['4155550123::HUGEINT::DECIMAL(38, 0)', '4155550123'],
      ['4155550123::DECIMAL(18, 0)', '4155550123'],
      ['4155550123::DOUBLE', '4155550123.0'],
      ["'+1 415 555 0123'::VARCHAR", '+1 415 555 0123'],
      ["'+1 415 555 0123'::BLOB", '+1 415 555 0123'],
      ["'  '::VARCHAR", undefined],
      ['NULL::BIGINT', undefined],
      ["'+14155550123'::ENUM('+14155550123')", '+14155550123'],
      ["'2018-03-17'::DATE", '2018-03-17'],
      ['true', 'true'],
      ["['+14155550123', '+14155550124']", '[+14155550123, +14155550124]'],
    ] as const;
    for (const [value, text] of types) {
      const path = await parquet(`SELECT ${value} AS phone`);
      const { rows } = await readList(path, { columns: [{ name: 'phone', field: 'phone' }] }, memoryIo().io);
      expect(rows, value).toEqual([text === undefined ? {} : { phone: text }]);
    }
  });

  it('takes whole numbers for what they are, and floating-point numbers where no digit can be lost', async () => {
    const path = await parquet(
      'SELECT CASE WHEN i < 600 THEN 4155550000 + i END::BIGINT AS phone FROM range(3000) AS t(i)',
    );
    const { stdout } = await cli(['normalize', path, '--country', 'US']);
    const lines = Array.from({ length: 600 }, (_, i) => `${i + 1},+1415555${String(i).padStart(4, '0')}\n`);
    expect(stdout).toBe(`line,phone\n${lines.join('')}`);
    const float = await parquet(
      "SELECT unnest([4155550123, 41555501230000000])::DOUBLE AS phone, 'ada@example.com' AS email",
    );
    const read = await cli(['normalize', float, '--country', 'US', '--column', 'phone']);
    expect(read.stdout).toBe('line,phone\n1,+14155550123\n');
    expect(read.stderr).toContain('1  phone spreadsheet-damage (row 2)');
  });

  it('gives its rows in their order, with their numbers, over row groups', async () => {
    const path = await parquet(
      "SELECT '+1415' || (2000000 + i) AS phone FROM range(10000) AS t(i)",
      ', ROW_GROUP_SIZE 2048',
    );
    const { rows, lines, records, counts } = await readList(path, {}, memoryIo().io);
    expect([records, counts]).toEqual([10_000, 'row']);
    expect(rows).toEqual(Array.from({ length: 10_000 }, (_, i) => ({ phone: `+1415${2_000_000 + i}` })));
    expect(lines).toEqual(rows.map((_, i) => i + 1));
  });

  it('is what it begins with, whatever its name; names may be odd and folders say nothing', async () => {
    const path = await parquet(`SELECT '+14155550123' AS "a ""b"", c.d", 'x' AS "A ""B"", c.d"`);
    const folder = join(dirname(path), "phone=it's");
    mkdirSync(folder);
    const renamed = join(folder, 'list.csv');
    writeFileSync(renamed, readFileSync(path));
    const { columns, rows } = await readList(
      renamed,
      { columns: [{ name: '1', field: 'phone' }] },
      memoryIo().io,
    );
    expect(columns.header?.length).toBe(2);
    expect(rows).toEqual([{ phone: '+14155550123' }]);
  });

  it('is empty where it has no rows, and has the country of a row', async () => {
    const empty = await parquet("SELECT 'x' AS phone WHERE false");
    expect((await cli(['normalize', empty])).stdout).toBe('line,phone\n');
    const path = await parquet("SELECT '030 123456' AS phone, 'DE' AS land");
    expect((await cli(['normalize', path, '--country-column', 'land'])).stdout).toBe(
      'line,phone\n1,+4930123456\n',
    );
  });

  it('can hold tokens', async () => {
    const token = createHash('sha256').update('+14155550123').digest('hex');
    const path = await parquet(
      `FROM (VALUES (1, '${token}'), (2, NULL), (3, 'none'), (4, '${token}')) AS t(id, hash)`,
    );
    const list = await readTokens(path, { named: () => true, truncated: false }, memoryIo().io);
    expect(list).toMatchObject({
      tokens: [token, token],
      tokenBytes: 32,
      rejected: { count: 1, lines: [3] },
      notes: ['recognised tokens of 32 bytes in column 2, below a header'],
    });
  });

  it.each([
    ['its end is missing', (bytes: Buffer) => bytes.subarray(0, bytes.length - 20)],
    ['all but its beginning is missing', (bytes: Buffer) => bytes.subarray(0, 8)],
    ['its index is damaged', (bytes: Buffer) => bytes.fill(0xff, bytes.length - 60, bytes.length - 12)],
  ])('is refused where %s', async (_, damage) => {
    const path = await parquet("SELECT '+1415' || (2000000 + i) AS phone FROM range(100) AS t(i)");
    writeFileSync(path, damage(readFileSync(path)));
    const { status, stdout, stderr } = await cli(['normalize', path]);
    expect([status, stdout]).toEqual([3, '']);
    expect(stderr).toContain('cannot be read as Parquet');
    expect(stderr).not.toContain('1415');
  });

  it('is refused where its text is damaged, without a word of it', async () => {
    const path = await parquet(
      "SELECT 'ada@example.com'::BLOB AS email UNION ALL SELECT '\\xFF\\xFEsecret'::BLOB",
      ', COMPRESSION uncompressed',
    );
    const { status, stderr } = await cli(['normalize', path]);
    expect(status).toBe(3);
    expect(stderr).toContain('text that is not UTF-8');
    expect(stderr).not.toMatch(/secret|ada/);
  });

  it('never crashes the tool, whatever is changed in it', async () => {
    const path = await parquet("SELECT '+1415' || (2000000 + i) AS phone FROM range(200) AS t(i)");
    const good = readFileSync(path);
    const changes = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(changes, async (bytes) => {
        const bad = Buffer.from(good);
        for (const [position, value] of bytes) bad[position] = value;
        writeFileSync(path, bad);
        const { status, stderr } = await cli(['normalize', path, '--column', '1=phone']);
        expect([0, 2, 3]).toContain(status);
        expect(stderr).not.toContain('unforeseen');
      }),
      { numRuns: times(60) },
    );
  });

  it.each([
    [['--no-header'], /its columns have names/],
    [['--delimiter', ';'], /nothing separates them/],
  ])('takes no %s', async (argv, message) => {
    const path = await parquet("SELECT 'x' AS phone");
    const { status, stderr } = await cli(['normalize', path, ...argv]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('comes from no stream, and from no path that stands for several', async () => {
    const path = await parquet("SELECT 'x' AS phone");
    const streamed = await cli(['normalize', '-'], { stdin: readFileSync(path) });
    expect(streamed).toMatchObject({ status: 3, stderr: expect.stringContaining('Name the file itself') });
    const star = join(dirname(path), 'li*t.parquet');
    writeFileSync(star, readFileSync(path));
    expect(await cli(['normalize', star])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('Rename it'),
    });
  });
});

describe('a Parquet output', () => {
  const LIST =
    'phone,email\n(415) 555-0123,Ada@Example.com\nn/a,"bob, ""b"" <bob@example.org>"\n,\n+14155550124,\n';

  it('has the columns of the CSV output, and nothing where there is nothing', async () => {
    const [output, rejected] = [temporary('out.parquet'), temporary('rejected.parquet')];
    const argv = ['normalize', '-', '--country', 'US', '-o', output, '--rejected', rejected];
    expect(await cli(argv, { stdin: LIST })).toMatchObject({ status: 0, stdout: '' });
    expect(await readParquet(output)).toEqual({
      columns: [
        ['line', 'UINTEGER'],
        ['phone', 'VARCHAR'],
        ['email', 'VARCHAR'],
      ],
      rows: [
        [2, '+14155550123', 'ada@example.com'],
        [3, null, 'bob@example.org'],
        [5, '+14155550124', null],
      ],
    });
    expect((await readParquet(rejected)).rows).toEqual([
      [3, 'phone', 'not-a-number', null],
      [4, null, 'empty', null],
    ]);
    for (const path of [output, rejected]) expect(readdirSync(dirname(path)).length).toBe(1);
  });

  it('can be read back, and says what the CSV output says', async () => {
    const cell = fc.constantFrom(
      '+14155550123',
      'n/a',
      '',
      ' 4155550124',
      'Ada@Example.com',
      'é@example.org',
      '"',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 30 }), async (rows) => {
        const quoted = rows.map((cells) => `${cells.map((c) => `"${c.replaceAll('"', '""')}"`).join(',')}\n`);
        const stdin = `phone,email\n${quoted.join('')}`;
        const argv = ['--country', 'US', '--column', 'phone', '--column', 'email'];
        const output = temporary('out.parquet');
        const csv = await cli(['normalize', '-', ...argv], { stdin });
        expect((await cli(['normalize', '-', ...argv, '-o', output], { stdin })).status).toBe(csv.status);
        const { columns, rows: written } = await readParquet(output);
        const lines = written.map((cells) => `${cells.map((c) => c ?? '').join(',')}\n`).join('');
        expect(`${columns.map(([name]) => name).join(',')}\n${lines}`).toBe(csv.stdout);
      }),
      { numRuns: times(15) },
    );
  });

  it.skipIf(QUICK)('keeps the order of a long list', async () => {
    const count = 150_000;
    const stdin = `phone\n${Array.from({ length: count }, (_, i) => `+1415${2_000_000 + i}\n`).join('')}`;
    const output = temporary('out.parquet');
    // From the sources there is no worker's file to be started.
    const argv = ['hash', '-', '--profile', 'meta', '--threads', '1', '-o', output];
    expect((await cli(argv, { stdin })).status).toBe(0);
    const { rows } = await readParquet(output);
    expect(rows.length).toBe(count);
    expect(rows.every(([line], i) => line === i + 2)).toBe(true);
    const token = createHash('sha256').update('14152149999').digest('hex');
    expect(rows.at(-1)).toEqual([150_001, token]);
  });

  it('leaves the old file, and nothing else, where the list turns out to be bad', async () => {
    const output = temporary('out.parquet');
    writeFileSync(output, 'old');
    chmodSync(output, 0o600);
    const stdin = `phone\n${'+14155550123\n'.repeat(3000)}\0bad`;
    expect((await cli(['normalize', '-', '-o', output], { stdin })).status).toBe(3);
    expect(readFileSync(output, 'utf8')).toBe('old');
    expect(readdirSync(dirname(output))).toEqual(['out.parquet']);
    expect((await cli(['normalize', '-', '-o', output], { stdin: 'phone\n+14155550123\n' })).status).toBe(0);
    if (process.platform !== 'win32') expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(output))).toEqual(['out.parquet']);
  });

  it.each([
    ['normalize', ['-', '--json'], /A JSON document is no list/],
    ['compare', ['a.csv', 'b.csv', '--country', 'US'], /A comparison is no list/],
  ])('is nothing for %s %s', async (command, argv, message) => {
    const output = temporary('out.parquet');
    const { status, stderr } = await cli([command, ...argv, '-o', output], { stdin: LIST });
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(output)).toBe(false);
  });
});
