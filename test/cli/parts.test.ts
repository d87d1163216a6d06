// SPDX-License-Identifier: Apache-2.0
/** Several files as one list. */

import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { filesFitting, fits } from '../../src/lists/glob.js';
import { placeIn } from '../../src/lists/record-source.js';
import { CustomerList } from '../../src/lists/table.js';
import { writeParquet } from '../support/parquet.js';
import { cli, memoryIo, readList, temporary } from './harness.js';

function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const path = temporary('');
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

/** What the command says, without the folder. */
async function run(
  path: string,
  ...argv: string[]
): Promise<{ status: number; stdout: string; stderr: string }> {
  const { status, stdout, stderr } = await cli(argv.map((word) => word.replaceAll('@', path)));
  return { status, stdout: stdout.replaceAll(path, ''), stderr: stderr.replaceAll(path, '') };
}

describe('a pattern', () => {
  it('names files in the order of their characters, folders or not, and nothing hidden', async () => {
    const path = folder({
      'a/part-10.csv': '',
      'a/part-2.csv': '',
      'a/.part-3.csv': '',
      'b/part-1.csv': '',
      'b/part-1.txt': '',
      'part-0.csv': '',
    });
    mkdirSync(join(path, 'a/part-9.csv'));
    symlinkSync(join(path, 'b'), join(path, 'c'));
    const found = async (pattern: string): Promise<string[]> =>
      (await filesFitting(join(path, pattern))).map((file) => file.slice(path.length).replace(/^\//, ''));
    expect(await found('*/part-*.csv')).toEqual([
      'a/part-10.csv',
      'a/part-2.csv',
      'b/part-1.csv',
      'c/part-1.csv',
    ]);
    expect(await found('a/*')).toEqual(['a/part-10.csv', 'a/part-2.csv']);
    expect(await found('*/part-1.txt')).toEqual(['b/part-1.txt', 'c/part-1.txt']);
    await expect(found('none*')).rejects.toMatchObject({ code: 'io' });
    await expect(found('part-0.csv/*')).rejects.toMatchObject({ code: 'io' });
  });

  it('fits what an expression would', () => {
    const text = fc.stringMatching(/^[ab.]{0,8}$/);
    fc.assert(
      fc.property(fc.stringMatching(/^[ab*.]{0,8}$/), text, (pattern, name) => {
        const expression = new RegExp(`^${pattern.replaceAll('.', '\\.').replace(/\*+/g, '.*')}$`);
        const hides = pattern.includes('*') && name.startsWith('.') && !pattern.startsWith('.');
        expect(fits(pattern, name)).toBe(expression.test(name) && !hides);
      }),
    );
  });

  it('is a name where a file has it', async () => {
    const path = folder({ 'a*.csv': 'email\nada@example.com\n', 'ab.csv': 'email\nbob@example.com\n' });
    expect(await run(path, 'normalize', '@/a*.csv')).toMatchObject({
      stdout: 'line,email\n2,ada@example.com\n',
    });
  });
});

describe('several files', () => {
  const PARTS = {
    'part-1.csv': 'phone,email\n+1 415 555 0123,ada@example.com\n,(none)\n',
    'part-2.csv': 'phone,email\n"+1 415 555 0124",\na,b,c\n',
    'part-3.csv': 'phone,email\n',
    'part-4.csv.gz': gzipSync('phone,email\r\n\r\nn/a,dan@example.com\r\n'),
  };

  it('are one list, whose lines are numbered through and told by their own files', async () => {
    const path = folder(PARTS);
    const { status, stdout, stderr } = await run(
      path,
      'normalize',
      '@/part-*',
      '--rejected',
      '@/rejected.csv',
    );
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'line,phone,email\n2,+14155550123,ada@example.com\n5,+14155550124,\n10,,dan@example.com\n',
    });
    expect(stderr).toContain('/part-*: read as 4 files of CSV in UTF-8');
    expect(stderr).toContain('bad-record (/part-2.csv line 3)');
    expect(readFileSync(join(path, 'rejected.csv'), 'utf8').replaceAll(path, '')).toBe(
      'line,file,file_line,field,code,value\n3,/part-1.csv,3,email,not-an-email,\n6,/part-2.csv,3,,bad-record,\n10,/part-4.csv.gz,3,phone,not-a-number,\n',
    );
  });

  it('are told to programs, too', async () => {
    const path = folder(PARTS);
    const { stdout } = await run(path, 'normalize', '@/part-*', '--json');
    const { reading, rejected } = JSON.parse(stdout);
    expect(reading.files).toEqual([
      { name: '/part-1.csv', after: 0 },
      { name: '/part-2.csv', after: 3 },
      { name: '/part-3.csv', after: 6 },
      { name: '/part-4.csv.gz', after: 7 },
    ]);
    expect(rejected.map(({ line }: { line: number }) => placeIn(reading.files, line))).toEqual([
      { file: '/part-1.csv', line: 3 },
      { file: '/part-2.csv', line: 3 },
      { file: '/part-4.csv.gz', line: 3 },
    ]);
    const inspected = await run(path, 'inspect', '@/part-*');
    expect(inspected.stdout).toContain('bad-record (/part-2.csv line 3)');
  });

  it('may be without names, or of JSON and Parquet', async () => {
    const bare = folder({ 'a1.csv': 'ada@example.com\n', 'a2.csv': 'ada@example.com\nbob@example.com\n' });
    expect(await run(bare, 'normalize', '@/a*.csv')).toMatchObject({
      stdout: 'line,email\n1,ada@example.com\n2,ada@example.com\n3,bob@example.com\n',
    });
    const json = folder({
      'a1.jsonl': '{"id":1,"email":"ada@example.com"}\n',
      'a2.jsonl': '{"email":"bob@example.com","more":true}\nnone\n{"id":3}\n',
    });
    const { stdout, stderr } = await run(json, 'normalize', '@/a*.jsonl');
    expect(stdout).toBe('line,email\n1,ada@example.com\n2,bob@example.com\n');
    expect(stderr).toContain('bad-record (/a2.jsonl line 2)');
    expect(stderr).toContain('empty (/a2.jsonl line 3)');
    const parquet = temporary('');
    for (const part of [1, 2])
      await writeParquet(join(parquet, `p${part}.parquet`), `SELECT 'ada${part}@example.com' AS email`);
    expect(await run(parquet, 'normalize', '@/p*.parquet')).toMatchObject({
      stdout: 'line,email\n1,ada1@example.com\n2,ada2@example.com\n',
    });
  });

  it('are looked at over the first ones, where these are short', async () => {
    const numbers = (from: number): string =>
      Array.from({ length: 200 }, (_, i) => `x,+1 415 555 0${from + i}\n`).join('');
    const path = folder({
      'a1.csv': 'a,b\n',
      'a2.csv': `a,b\n${numbers(100)}`,
      'a3.csv': `a,b\n${numbers(300)}`,
    });
    const list = await readList(join(path, 'a*.csv'), {}, memoryIo().io);
    expect(list.columns.phone).toEqual([1]);
    expect(list.rows).toHaveLength(400);
    expect(list.lines.at(-1)).toBe(1 + 201 + 201);
  });

  it.each([
    ['another name', { 'b.csv': 'phone,mail\n1,2\n' }, '/b.csv has another name for column 2'],
    ['another order', { 'b.csv': 'email,phone\n1,2\n' }, '/b.csv has another name for column 1'],
    ['a column more', { 'b.csv': 'phone,email,city\n1,2,3\n' }, '/b.csv has 3 columns and not 2'],
    ['no names', { 'b.csv': '+14155550123,bob@example.com\n' }, '/b.csv has another name for column 1'],
    ['another kind', { 'b.csv': '{"phone":"1","email":"2"}\n' }, '/b.csv is JSON Lines, and /a.csv is CSV'],
  ])('with %s are refused by name, without a cell, and nothing is written', async (_, parts, message) => {
    const path = folder({ 'a.csv': 'phone,email\n+14155550123,ada@example.com\n', ...parts });
    const { status, stderr } = await run(path, 'normalize', '@/*.csv', '-o', '@/out.txt');
    expect(status).toBe(3);
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/14155550123|example\.com/);
    expect(readdirSync(path).sort()).toEqual(['a.csv', 'b.csv']);
  });

  it('one of which is removed meanwhile end with its name', async () => {
    const rows = Array.from({ length: 600 }, (_, i) => `u${i}@example.com\n`).join('');
    const path = folder({ 'a.csv': `email\n${rows}`, 'b.csv': 'email\nbob@example.com\n' });
    const list = await CustomerList.open(join(path, '*.csv'), {}, memoryIo().io);
    rmSync(join(path, 'b.csv'));
    const read = async (): Promise<void> => {
      for await (const _ of list.rows());
    };
    await expect(read()).rejects.toMatchObject({
      code: 'io',
      message: expect.stringMatching(/b\.csv: there is no such file/),
    });
    await list.close();
  });

  it('are never overwritten by what is read of them', async () => {
    const path = folder(PARTS);
    const { status, stderr } = await run(path, 'normalize', '@/part-*', '-o', '@/part-2.csv');
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('is also the input'),
    });
  });
});
