// SPDX-License-Identifier: Apache-2.0
/** Lists for spreadsheets: no cell is a formula, and what was written so is read back as it was. */

import { readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCsv } from '../../src/lists/csv.js';
import { csvLine, withOutputs } from '../../src/lists/output.js';
import { SharedRows } from '../../src/lists/shared-rows.js';
import { guarded, unguarded } from '../../src/lists/spreadsheet.js';
import { Uint32List } from '../../src/lists/uint32-list.js';
import { cli, memoryIo, temporary } from './harness.js';

/** What spreadsheets take for the beginning of a formula, by OWASP; white space before it may be taken off. */
const isFormula = (cell: string): boolean =>
  /^[\t\r\n=+\-@＝＋－＠]/.test(cell) || /^[=+\-@＝＋－＠]/.test(cell.trim());

/** As a spreadsheet reads it, and nothing of this package. */
const cellsOf = (csv: string): string[][] => parse(csv, { relax_column_count: true });

async function readBack(csv: string): Promise<(readonly string[])[]> {
  const records: (readonly string[])[] = [];
  const chunks = (async function* () {
    yield csv;
  })();
  await readCsv(chunks, (fields) => records.push(fields), {
    source: 'x',
    dialect: { delimiter: ',', skip: 0 },
  });
  return records;
}

const cell = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '=',
        '+',
        '-',
        '@',
        '\t',
        '\r',
        '\n',
        "'",
        '＝',
        '＠',
        ' ',
        '"',
        ',',
        'cmd|calc',
        '1',
        '\u00a0',
      ),
      fc.string({ unit: 'grapheme', maxLength: 3 }),
    ),
    { maxLength: 5 },
  )
  .map((parts) => parts.join('').replaceAll('\0', ''));

describe('a cell for a spreadsheet', () => {
  it.each([
    '=1+1',
    '+14155550123',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '＠x',
    ' =1',
    '\u00a0+1',
    "'=1",
    "''@a",
  ])('gets an apostrophe: %j', (text) => {
    expect(guarded(text)).toBe(`'${text}`);
    expect(isFormula(guarded(text))).toBe(false);
    expect(unguarded(guarded(text))).toBe(text);
  });

  it.each([
    '',
    '4155550123',
    'ada@example.com',
    "'",
    "'ada@example.com",
    'a=b',
    'tel:+1',
    "o'hara-smith@example.com",
  ])('stays as it is: %j', (text) => {
    expect(guarded(text)).toBe(text);
    expect(unguarded(text)).toBe(text);
  });

  it('is never a formula and is read back, whatever stands in it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1 }), async (rows) => {
        // A line of nothing is passed over.
        const full = rows.map(([phone, email], i) => [i + 1, phone, email]);
        const csv = full.map((row) => csvLine(row, { spreadsheet: true })).join('');
        expect(cellsOf(csv).flat().filter(isFormula)).toEqual([]);
        expect(await readBack(csv)).toEqual(full.map((row) => row.map(String)));
      }),
    );
  });
});

/** Rows of which every cell is one that a spreadsheet would compute with, and some that no reader takes. */
const LIST = [
  'phone,email',
  '+1 415 555 0123,=ada@example.com',
  '"=HYPERLINK(""https://evil.example"",""+1 415 555 0124"")",+grace@example.com',
  '+1 415 555 0125,-alan@example.com',
  '',
].join('\n');

describe('--spreadsheet', () => {
  const list = (): string => {
    const path = temporary('list.csv');
    writeFileSync(path, LIST);
    return path;
  };
  const COLUMNS = ['--column', 'phone', '--column', 'email', '--country', 'US'];

  it.each([
    ['normalize', []],
    ['normalize', ['--profile', 'google']],
    ['hash', ['--plain', '--encoding', 'base64']],
    ['hash', ['--profile', 'uid2']],
  ])(
    '%s %j: no cell is a formula, and reading the file is reading the plain one',
    async (command, options) => {
      const path = list();
      const argv = [command, path, ...options, ...COLUMNS];
      const plain = await cli(argv);
      const { stdout, status } = await cli([...argv, '--spreadsheet']);
      expect(status).toBe(0);
      expect(cellsOf(stdout).flat().filter(isFormula)).toEqual([]);
      expect(await readBack(stdout)).toEqual(await readBack(plain.stdout));
      if (command === 'normalize') {
        expect(cellsOf(plain.stdout).flat().filter(isFormula)).not.toEqual([]);
        const again = temporary('again.csv');
        writeFileSync(again, stdout);
        const read = await cli(['normalize', again, '--column', 'phone', '--column', 'email', ...options]);
        expect(read.stdout).toBe(plain.stdout);
      }
    },
  );

  it('is written into files, compressed ones among them, and with what was rejected', async () => {
    const [plain, packed, rejected] = ['out.csv', 'out.csv.gz', 'rejected.csv'].map((name) =>
      temporary(name),
    );
    const path = list();
    const options = [...COLUMNS, '--spreadsheet', '--rejected', rejected!];
    expect((await cli(['normalize', path, ...options, '-o', plain!])).status).toBe(0);
    expect((await cli(['normalize', path, ...options, '-o', packed!])).status).toBe(0);
    expect(readFileSync(plain!, 'utf8')).toContain("'+14155550125,'-alan@example.com\n");
    expect((await cli(['normalize', packed!])).stdout).toBe((await cli(['normalize', plain!])).stdout);
    expect(readFileSync(rejected!, 'utf8')).toBe('line,field,code,value\n3,phone,not-a-number,\n');
  });

  it('holds for rows that turned out to be shared, as they stood in the list', async () => {
    const output = temporary('shared.csv');
    const { io } = memoryIo();
    const kept = new SharedRows(output, 'never', io);
    const lines = new Uint32List();
    for (const line of [2, 3]) lines.push(line);
    await kept.add({ phone: ['+1 415 555 0123', "=cmd|' /C calc'!A0"], email: ['@a', '@a'] });
    await withOutputs([output], [], io, (file) =>
      kept.write(file!, [0, 1], { lines, kinds: ['phone', 'email'] }, { spreadsheet: true }),
    );
    expect(readFileSync(output, 'utf8')).toBe(
      "line,phone,email\n2,'+1 415 555 0123,'@a\n3,'=cmd|' /C calc'!A0,'@a\n",
    );
  });

  it('holds for what was read back out of tokens', async () => {
    const tokens = temporary('tokens.csv');
    const { stdout } = await cli(
      ['hash', '-', '--plain', '--encoding', 'base64', '--column', '1=phone', '--spreadsheet'],
      {
        stdin: '+14155550123\n+14155550188\n+14155550199\n',
      },
    );
    writeFileSync(tokens, stdout);
    const found = temporary('found.csv');
    const { status } = await cli(
      ['reverse', tokens, '--ranges', '-', '--country', 'US', '--reveal', '-o', found, '--spreadsheet'],
      { stdin: '41555501,10\n' },
    );
    expect(status).toBe(0);
    const cells = cellsOf(readFileSync(found, 'utf8'));
    expect(cells.flat().filter(isFormula)).toEqual([]);
    expect(cells.map(([, identifier]) => identifier).sort()).toEqual([
      "'+14155550123",
      "'+14155550188",
      "'+14155550199",
      'identifier',
    ]);
  });

  it.each(['hash', 'normalize', 'serve', 'connect', 'reverse', 'psi finish'])(
    'is there for %s',
    async (command) => {
      expect((await cli([...command.split(' '), '--help'])).stdout).toContain('--spreadsheet');
    },
  );

  it('means nothing beside --json', async () => {
    const { status, stderr } = await cli(['normalize', list(), ...COLUMNS, '--json', '--spreadsheet']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('--spreadsheet');
  });
});
