// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cli, temporary } from './harness.js';

const HASH = 'a'.repeat(64);
const LIST = `Members of 2026

ID,Name,Mobile,Email,Token
1,"Ada, L",(415) 555-0123,ada@example.com,${HASH}
2,Bob,415-555-0124,bob@example.com,
3,Bob,415-555-0124,bob@example.com,
4,Eve,12,nobody,
5,"Zoe,x,y
${Array.from({ length: 12 }, (_, i) => `${i + 6},Guest,,front.desk@example.com,\n`).join('')}`;

describe('veilmatch inspect', () => {
  it('says what a list holds and how it would be read, and no value of it', async () => {
    const { status, stdout } = await cli(['inspect', '-', '--country', 'US'], { stdin: LIST });
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'standard input: read as CSV in UTF-8, fields separated by comma (found in its first lines; --delimiter overrules)',
      'standard input: 2 lines above the table are left out (--skip overrules)',
      'standard input: telephone numbers without a country are read in US (--country)',
      'standard input: its first line is a header (guessed; --no-header overrules)',
      'standard input: column 3 "Mobile" holds telephone numbers (by its name; --column NAME=phone overrules)',
      'standard input: column 4 "Email" holds e-mail addresses (by its name; --column NAME=email overrules)',
      '',
      'column 1 "ID": 16 filled, such as 9 (8), 99 (8)',
      'column 2 "Name": 16 filled, such as a (15), a, a (1)',
      'column 3 "Mobile"  phone: 4 filled, such as 999-999-9999 (2), (999) 999-9999 (1), 99 (1)',
      'column 4 "Email"  email: 16 filled, such as a.a@a.a (12), a@a.a (3), a (1)',
      'column 5 "Token": 1 filled, such as a (1); hashes 1',
      '',
      'rows 17; different telephone numbers 2, e-mail addresses 3; rows that only repeat earlier ones 12',
      '  an address in 12 rows (lines 9, 10, 11, 12, 13, ...): hardly one person',
      'countries of the numbers: US 2',
      'rejected:',
      '       1  phone too-short (line 7)',
      '       1  email not-an-email (line 7)',
      '       1  bad-record (line 8); their cells cannot be told apart: quotes go around a whole field, and around one that holds the delimiter',
      '',
      'go on with: veilmatch normalize - --column Mobile=phone --column Email=email --country US',
      '',
    ]);
    expect(stdout).not.toMatch(/555|ada|bob|front|Guest|aaaa/);
  });

  it('says it as JSON, to a file, and ends with status 1 where somebody is strict', async () => {
    const path = temporary('report.json');
    const argv = ['inspect', '-', '--country', 'US', '--json', '--strict', '-o', path];
    expect(await cli(argv, { stdin: LIST })).toMatchObject({ status: 1, stdout: '' });
    const report = JSON.parse(readFileSync(path, 'utf8'));
    expect(report).toMatchObject({
      reading: { format: 'CSV', encoding: 'utf-8', delimiter: ',', passed: 2, header: true, country: 'US' },
      counts: 'line',
      records: 17,
      identifiers: { phone: 2, email: 3 },
      repeatedRows: 12,
      frequent: [{ kind: 'email', rows: 12, lines: [9, 10, 11, 12, 13] }],
      countries: { US: 2 },
    });
    expect(report.columns[2]).toMatchObject({ number: 3, kind: 'phone', filled: 4 });
    expect(report.rejected).toContainEqual({ code: 'bad-record', count: 1, lines: [8] });
  });

  it.each([
    ['{"phone":"+1 415 555 0123"}\n{"phone":\n', 'a line is one JSON object, whole'],
    ['BEGIN:VCARD\nTEL:+14155550123\nEND:VCARD\nBEGIN:VCARD\nTEL:1\n', 'a card ends with END:VCARD'],
  ])('says of a bad record what its format asks for', async (stdin, advice) => {
    const { stdout } = await cli(['inspect', '-'], { stdin });
    expect(stdout).toMatch(new RegExp(`bad-record \\(line \\d\\); ${advice}\n`));
  });

  it('says of a list of hashes that they are some', async () => {
    const { status, stdout } = await cli(['inspect', '-'], { stdin: `line,phone\n2,${HASH}\n` });
    expect(status).toBe(0);
    expect(stdout).toContain('There are hashes in column 2 "phone":');
    expect(stdout).toContain('column 2 "phone": 1 filled, such as a (1); hashes 1\n');
    expect(stdout).toContain(
      'go on with:\n  if column 2 holds hashes of telephone numbers: veilmatch reverse - --column phone --country CC\n',
    );
  });

  it('says all the same of a list in which no column is recognised', async () => {
    const stdin = 'Ref;Value;Note\n4155550123;a;x\n4155550124;b;y\n1;b;c;d\n';
    const { status, stdout } = await cli(['inspect', '-'], { stdin });
    expect(status).toBe(0);
    expect(stdout.split('\n')).toEqual([
      'standard input: read as CSV in UTF-8, fields separated by semicolon (found in its first lines; --delimiter overrules)',
      'standard input: its first line is a header (guessed; --no-header overrules)',
      'standard input: no column could be recognised as telephone numbers or e-mail addresses. Say which to use: ' +
        '--column NAME=phone or --column NAME=email, by name or by number from 1. National telephone numbers are ' +
        'recognised when --country is given.',
      '',
      'column 1 "Ref": 3 filled, such as 9999999999 (2), 9 (1)',
      'column 2 "Value": 3 filled, such as a (3)',
      'column 3 "Note": 3 filled, such as a (3)',
      '',
      'rows 3; different telephone numbers 0, e-mail addresses 0; rows that only repeat earlier ones 0',
      'rejected:',
      '       1  bad-record (line 4); their cells cannot be told apart: quotes go around a whole field, and around one that holds the delimiter',
      '',
      'go on with:',
      '  if column 1 holds telephone numbers: veilmatch normalize - --column Ref=phone --country CC',
      '',
    ]);
    const strict = await cli(['inspect', '-', '--strict', '--json'], { stdin: 'Town\nParis\n' });
    expect(strict.status).toBe(1);
    expect(JSON.parse(strict.stdout)).toMatchObject({
      reading: { columns: [], names: ['Town'] },
      likely: [],
      rejected: [],
      records: 1,
    });
  });

  it.each([
    ['Town\nParis\n', [], 'veilmatch normalize - --column NAME=phone, or NAME=email'],
    ['Town,Ref\nParis,0171 x\n', ['--country', 'DE'], 'normalize - --country DE --column NAME=phone'],
    ['phone|email\n1|2\n', ['--delimiter', ','], 'go on with: veilmatch inspect - --delimiter pipe\n'],
  ])('names what to go on with where nothing is recognised: %j', async (stdin, options, line) => {
    const { status, stdout } = await cli(['inspect', '-', ...options], { stdin });
    expect(status).toBe(0);
    expect(stdout).toContain(line);
  });

  it('shows no cell that stands where a header should', async () => {
    const { stdout } = await cli(['inspect', '-', '--header', '--column', '2=phone'], {
      stdin: 'ada@example.com,+14155550123\nbob@example.com,+14155550124\n',
    });
    expect(stdout).not.toMatch(/ada|0123/);
  });
});
