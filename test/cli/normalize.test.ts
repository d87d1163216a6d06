// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cli, temporary } from './harness.js';

const LIST = `id,Mobile phone,E-mail
1,(415) 555-0123,Ada@Example.com
2,"+1 415 555 0124 ext. 7",
3,n/a,"Nemo, Bob <bob@example.org>"
4,4.1555E+09,
5,,
6,555-0123,bad@@example.com
`;

const NORMALIZED = `line,phone,email
2,+14155550123,ada@example.com
3,+14155550124,
4,,bob@example.org
`;

const REJECTED = [
  { line: 4, field: 'phone', code: 'not-a-number' },
  { line: 5, field: 'phone', code: 'spreadsheet-damage' },
  { line: 6, code: 'empty' },
  { line: 7, field: 'phone', code: 'too-short' },
  { line: 7, field: 'email', code: 'not-an-email' },
];

describe('veilmatch normalize', () => {
  it('writes what it could read, with the lines of the list', async () => {
    const { status, stdout, stderr } = await cli(['normalize', '-', '--country', 'US'], { stdin: LIST });
    expect(status).toBe(0);
    expect(stdout).toBe(NORMALIZED);
    expect(stderr.split('\n')).toEqual([
      'standard input: read as CSV in UTF-8, fields separated by comma (found in its first lines; --delimiter overrules)',
      'standard input: telephone numbers without a country are read in US (--country)',
      'standard input: its first line is a header (guessed; --no-header overrules)',
      'standard input: column 2 "Mobile phone" holds telephone numbers (by its name; --column NAME=phone overrules)',
      'standard input: column 3 "E-mail" holds e-mail addresses (by its name; --column NAME=email overrules)',
      'standard input: rows 6, telephone numbers 2, e-mail addresses 2, rejected 5',
      '       1  phone not-a-number (line 4)',
      '       1  phone spreadsheet-damage (line 5); a spreadsheet has cut digits off: export the column as text again',
      '       1  empty (line 6)',
      '       1  phone too-short (line 7)',
      '       1  email not-an-email (line 7)',
      '',
    ]);
  });

  it('ends with status 1 where more was rejected than may be, and writes the result all the same', async () => {
    const status = async (...options: string[]) =>
      (await cli(['normalize', '-', '--country', 'US', ...options], { stdin: LIST })).status;
    // Four cells were taken, five rejected.
    expect(await status('--max-rejected', '5')).toBe(0);
    expect(await status('--max-rejected', '4')).toBe(1);
    expect(await status('--max-rejected', '56%')).toBe(0);
    expect(await status('--max-rejected', '55%')).toBe(1);
    const { stdout } = await cli(['normalize', '-', '--country', 'US', '--max-rejected', '0'], {
      stdin: LIST,
    });
    expect(stdout).toBe(NORMALIZED);
    for (const bad of ['', '2,5%', '101%', '-1', 'many']) expect(await status('--max-rejected', bad)).toBe(2);
  });

  it('ends with status 1 where all was rejected', async () => {
    const argv = ['normalize', '-', '--column', 'phone'];
    expect(await cli(argv, { stdin: 'phone\n0171 1234567\n0172 7654321\n' })).toMatchObject({ status: 1 });
    expect(await cli(argv, { stdin: 'phone\n0171 1234567\n+491727654321\n' })).toMatchObject({ status: 0 });
    expect(await cli(argv, { stdin: 'phone,id\n' })).toMatchObject({ status: 0 });
  });

  it('says nothing where it is asked to be quiet, and all of it in a summary for programs', async () => {
    const [rejected, summary] = [temporary('rejected.csv'), temporary('summary.json')];
    const argv = [
      'normalize',
      '-',
      '--country',
      'US',
      '--quiet',
      '--rejected',
      rejected,
      '--summary',
      summary,
    ];
    expect(await cli(argv, { stdin: LIST })).toEqual({ status: 0, stdout: NORMALIZED, stderr: '' });
    expect(readFileSync(rejected, 'utf8')).toContain('\n4,phone,not-a-number,\n');
    const report = JSON.parse(readFileSync(summary, 'utf8'));
    expect(report).toMatchObject({
      rows: 6,
      taken: { phone: 2, email: 2 },
      rejected: { total: 5 },
      ambiguous: { total: 0, by: [] },
      reading: { format: 'CSV', country: 'US' },
    });
    expect(report.rejected.by).toContainEqual({ field: 'phone', code: 'too-short', count: 1, lines: [7] });
    expect(readFileSync(summary, 'utf8')).not.toMatch(/555|ada@/i);
    const table = await cli(['normalize', '-', '--summary', 'summary.parquet'], { stdin: LIST });
    expect(table.status).toBe(2);
  });

  it('writes one JSON document', async () => {
    const { stdout } = await cli(['normalize', '-', '--country', 'US', '--json'], { stdin: LIST });
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 6,
      normalized: [
        { line: 2, phone: '+14155550123', email: 'ada@example.com' },
        { line: 3, phone: '+14155550124' },
        { line: 4, email: 'bob@example.org' },
      ],
      rejected: REJECTED,
    });
  });

  it.each([
    [
      'JSON',
      '[{"phone":["+14155550123","abc","+14155550124"],"email":["ada@example.com","bob(at)example.com"]}]',
      1,
    ],
    [
      'vCard',
      'BEGIN:VCARD\nFN:Ada\nTEL:+14155550123\nTEL:abc\nTEL:+14155550124\nEMAIL:ada@example.com\nEMAIL:bob(at)example.com\nEND:VCARD\n',
      1,
    ],
    ['CSV', 'phone,email\n"+14155550123\nabc\n+14155550124","ada@example.com\nbob(at)example.com"\n', 2],
  ])(
    'keeps what can be read of a cell with several values, and says which one could not: %s',
    async (_, stdin, line) => {
      const read = await cli(['normalize', '-', '--json'], { stdin });
      expect(read.status).toBe(0);
      expect(JSON.parse(read.stdout)).toMatchObject({
        normalized: [{ line, phone: '+14155550123;+14155550124', email: 'ada@example.com' }],
        rejected: [
          { line, field: 'phone', code: 'not-a-number', value: 2 },
          { line, field: 'email', code: 'not-an-email', value: 2 },
        ],
      });
      expect(read.stderr).toContain('rejected 2\n');
      expect(await cli(['normalize', '-', '--strict'], { stdin })).toMatchObject({ status: 1 });
    },
  );

  it('counts countries that are not known, and puts no other in their place', async () => {
    const stdin =
      'phone,country\n030 1234567,Germany (+49)\n415 555 0123,US - United States\n030 7654321,Atlantis\n+43 1 5123456,Atlantis\n';
    const options = ['--country', 'DE', '--country-column', 'country'];
    const read = await cli(['normalize', '-', ...options, '--json'], { stdin });
    expect(JSON.parse(read.stdout)).toMatchObject({
      normalized: [{ phone: '+49301234567' }, { phone: '+14155550123' }, { line: 5, phone: '+4315123456' }],
      rejected: [{ line: 4, field: 'phone', code: 'no-country' }],
      unknownCountries: { count: 2, lines: [4, 5] },
    });
    expect(read.stderr).toContain('2 cells of the column of countries name none that is known (lines 4, 5)');
    const inspected = await cli(['inspect', '-', ...options], { stdin });
    expect(inspected.stdout).toContain('2 cells of the column of countries name none that is known');
  });

  it('writes to files, the rejected cells to one of their own', async () => {
    const input = temporary('list.csv');
    const [output, rejected] = ['out.csv', 'rejected.csv'].map((name) => join(dirname(input), name)) as [
      string,
      string,
    ];
    writeFileSync(input, LIST);
    const ending = await cli(['normalize', input, '--country', 'us', '-o', output, '--rejected', rejected]);
    expect(ending).toMatchObject({ status: 0, stdout: '' });
    expect(readFileSync(output, 'utf8')).toBe(NORMALIZED);
    const lines = REJECTED.map(({ line, field = '', code }) => `${line},${field},${code},\n`);
    expect(readFileSync(rejected, 'utf8')).toBe(`line,field,code,value\n${lines.join('')}`);
    expect(readdirSync(dirname(input)).length).toBe(3);
  });

  it('ends with 1 under --strict when something was rejected, and writes the output', async () => {
    const argv = ['normalize', '-', '--country', 'US', '--strict'];
    expect(await cli(argv, { stdin: LIST })).toMatchObject({ status: 1, stdout: NORMALIZED });
    expect((await cli(argv, { stdin: 'phone\n4155550123\n' })).status).toBe(0);
  });

  it('has the columns that the list has', async () => {
    expect((await cli(['normalize', '-'], { stdin: 'mail\nada@example.com\n' })).stdout).toBe(
      'line,email\n2,ada@example.com\n',
    );
    expect((await cli(['normalize', '-'], { stdin: 'phone,mail\n' })).stdout).toBe('line,phone,email\n');
  });

  it('asks for assigned ranges with --assigned', async () => {
    // A possible length, in an area code that nobody has.
    const stdin = 'phone\n+1 999 555 0123\n';
    expect((await cli(['normalize', '-'], { stdin })).stdout).toBe('line,phone\n2,+19995550123\n');
    const { stdout, stderr } = await cli(['normalize', '-', '--assigned'], { stdin });
    expect(stdout).toBe('line,phone\n');
    expect(stderr).toContain('1  phone not-valid (line 2)');
  });

  it('reads numbers in the country of their row, and tells what to do without one', async () => {
    const stdin = 'land,phone\nDE,030 123456\nFR,01 23 45 67 89\nUK,020 7946 0958\n,020 7946 0958\n';
    const { stdout, stderr } = await cli(['normalize', '-', '--country-column', 'land'], { stdin });
    expect(stdout).toBe('line,phone\n2,+4930123456\n3,+33123456789\n4,+442079460958\n');
    expect(stderr).toContain(
      '1  phone no-country (line 5); national telephone numbers need a country: --country',
    );
  });

  it("writes a platform's own text with --profile", async () => {
    const stdin =
      'phone,email\n(650)555-1212, John.Smith+x@gmail.com\n"+44 (0)20 7946 0958",n/a\n\u200b,\n,\n';
    const argv = ['normalize', '-', '--country', 'US', '--json', '--profile'];
    expect(JSON.parse((await cli([...argv, 'meta'], { stdin })).stdout)).toMatchObject({
      rows: 4,
      normalized: [
        { line: 2, phone: '16505551212', email: 'john.smith+x@gmail.com' },
        { line: 3, phone: '442079460958' },
      ],
      rejected: [
        { line: 3, field: 'email', code: 'not-an-email' },
        { line: 4, code: 'empty' },
        { line: 5, code: 'empty' },
      ],
    });
    const uid2 = JSON.parse((await cli([...argv, 'uid2'], { stdin })).stdout);
    expect(uid2.normalized[0]).toEqual({ line: 2, phone: '+16505551212', email: 'johnsmith@gmail.com' });
    const linkedin = JSON.parse(
      (await cli([...argv, 'linkedin'], { stdin: 'phone\n+14155550123\n' })).stdout,
    );
    expect(linkedin.rejected).toEqual([{ line: 2, field: 'phone', code: 'not-supported' }]);
  });

  it('reads the country of a row with --profile too', async () => {
    const stdin = 'land,phone\nDE,030 123456\nAtlantis,020 7946 0958\n';
    const argv = ['normalize', '-', '--profile', 'meta', '--country-column', 'land'];
    const { stdout, stderr } = await cli(argv, { stdin });
    expect(stdout).toBe('line,phone\n2,4930123456\n');
    expect(stderr).toContain('1  phone no-country (line 3)');
  });

  it('shows progress on a terminal only, as a share where the size is known, and takes it away', async () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `+1415${2_000_000 + i}`);
    const stdin = `phone\n${rows.join('\n')}\n`;
    const path = temporary('list.csv');
    writeFileSync(path, stdin);
    const onTerminal = await cli(['normalize', path], { terminal: true });
    expect(onTerminal.stderr).toMatch(/\r\S*list\.csv: \d+ %/);
    expect(onTerminal.stderr).toContain('\r\x1b[K');
    const streamed = await cli(['normalize', '-'], { stdin, terminal: true });
    expect(streamed.stderr).toContain('\rstandard input: ');
    expect(streamed.stderr).not.toMatch(/standard input: \d+ %/);
    const elsewhere = await cli(['normalize', '-'], { stdin });
    expect(elsewhere.stderr).not.toContain('\r');
    expect(elsewhere.stdout).toBe(onTerminal.stdout);
    expect(elsewhere.stdout).toBe(streamed.stdout);
  });

  it('says which numbers could be read in another way, and refuses them where somebody is strict', async () => {
    const stdin = 'phone,Country\n0151 12345678,DE\n4917112345678,\n(415) 555-0123,US\n';
    const read = await cli(['normalize', '-', '--country', 'DE'], { stdin });
    expect(read.stdout).toBe('line,phone\n2,+4915112345678\n3,+4917112345678\n4,+14155550123\n');
    expect(read.stderr).toContain('1 telephone numbers could be read in another way, too');
    expect(read.stderr).toContain('1  phone country-code (line 3)');
    const strict = await cli(['normalize', '-', '--country', 'DE', '--strict'], { stdin });
    expect(strict.status).toBe(1);
    expect(strict.stdout).toBe('line,phone\n2,+4915112345678\n4,+14155550123\n');
    expect(strict.stderr).toContain('1  phone ambiguous (line 3)');
    const told = await cli(['normalize', '-', '--country', 'DE', '--international'], { stdin });
    expect(told.stderr).not.toContain('another way');
  });
});
