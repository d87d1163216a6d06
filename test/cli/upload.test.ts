// SPDX-License-Identifier: Apache-2.0
/** `veilmatch hash --upload`: files as platforms take them. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { cli, temporary } from './harness.js';

const h = (text: string): string => createHash('sha256').update(text).digest('hex');

const LIST = [
  'Customer ID;E-Mail;Phone;First Name;Last Name;ZIP;City;Country;Date of birth;Sex;Notes',
  '0042;Ada@Example.com;(415) 555-0123;Ada;Lovelace;10001-1234;New York;US;1985-12-10;F;vip',
  `0043;${h('bob@example.com')};030 123456;Bob;Müller;10115;Berlin;Germany;03/04/1990;male;`,
  '0044;carol(at)example.com;;Carol;Jones;;;;;;',
].join('\n');

function list(text = LIST): { path: string; out: string } {
  const path = temporary('list.csv');
  writeFileSync(path, text);
  return { path, out: join(dirname(path), 'audience.csv') };
}
const linesOf = (path: string): string[] => readFileSync(path, 'utf8').trimEnd().split('\n');

describe('veilmatch hash --upload', () => {
  it('writes what the platform takes, finds the fields by their names, and says what it did', async () => {
    const { path, out } = list();
    const argv = ['hash', path, '--profile', 'meta', '--upload', '--country', 'US', '-o', out];
    const { status, stdout, stderr } = await cli([...argv, '--date-order', 'dmy']);
    expect([status, stdout]).toEqual([0, '']);
    expect(linesOf(out)).toEqual([
      'email,phone,fn,ln,zip,ct,country,doby,gen',
      [
        ...[h('ada@example.com'), h('14155550123'), h('ada'), h('lovelace'), h('10001'), h('newyork')],
        ...[h('us'), h('1985'), h('f')],
      ].join(','),
      [
        ...[h('bob@example.com'), h('4930123456'), h('bob'), h('müller'), h('10115'), h('berlin')],
        ...[h('de'), h('1990'), h('m')],
      ].join(','),
      ['', '', h('carol'), h('jones'), '', '', '', '', ''].join(','),
    ]);
    expect(stderr).toContain(
      `${path}: columns used: phone, email, country, firstName, lastName, postalCode, city`,
    );
    expect(stderr).toContain('not taken by this upload, and left out: externalId');
    expect(stderr).toContain(`${out}: rows 3`);
    expect(stderr).toContain('rows 3, values taken 19, hashes kept as they were 1, rejected 1');
    expect(stderr).toContain('email not-an-email (line 4)');
    expect(stderr).not.toMatch(/carol|ada@/i);
  });

  it('has a summary, and a limit of what may be rejected, too', async () => {
    const { path, out } = list();
    const summary = join(dirname(path), 'summary.json');
    const argv = ['hash', path, '--profile', 'meta', '--upload', '--country', 'US', '-o', out, '--quiet'];
    const result = await cli([...argv, '--date-order', 'dmy', '--max-rejected', '0', '--summary', summary]);
    expect(result).toEqual({ status: 1, stdout: '', stderr: '' });
    expect(JSON.parse(readFileSync(summary, 'utf8'))).toMatchObject({
      rows: 3,
      taken: 19,
      kept: 1,
      unused: ['externalId'],
      files: [{ name: out, rows: 3 }],
      rejected: { total: 1, by: [{ field: 'email', code: 'not-an-email', count: 1, lines: [4] }] },
    });
  });

  it('reads numbers as it is told, each of several, and says which could be others', async () => {
    const { path, out } = list(
      'phone,email\n49171 1234567,\n4155550123 / +44 20 7946 0958,"ada@example.com; bob@example.com"\n',
    );
    const argv = ['hash', path, '--profile', 'meta', '--upload', '-o', out];
    const plain = await cli([...argv, '--country', 'DE']);
    expect(plain.stderr).toContain('1 telephone numbers could be read in another way');
    expect(plain.stderr).toContain('phone country-code (line 2)');
    const strict = await cli([...argv, '--country', 'DE', '--strict']);
    expect([strict.status, strict.stderr]).toEqual([1, expect.stringContaining('phone ambiguous (line 2)')]);
    expect((await cli([...argv, '--country', 'US', '--international'])).status).toBe(0);
    expect(linesOf(out)[1]).toBe(`,${h('491711234567')}`);
    await cli([...argv, '--country', 'US']);
    expect(linesOf(out).slice(1)).toEqual([
      [h('ada@example.com'), h('14155550123')].join(),
      [h('bob@example.com'), h('442079460958')].join(),
    ]);
  });

  it('reads numbers by codes that are dialled, which name no country for the file', async () => {
    const { path, out } = list('phone,country_code\n020 7946 0958,44\n030 123456,+49\n');
    const { status, stderr } = await cli(['hash', path, '--profile', 'meta', '--upload', '-o', out]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('2  country not-valid (lines 2, 3)')]);
    expect(linesOf(out).slice(1)).toEqual([`${h('442079460958')},`, `${h('4930123456')},`]);
  });

  it('rejects dates that can be read both ways unless their order is said, and names them', async () => {
    const { path, out } = list();
    const rejected = join(dirname(path), 'rejected.csv');
    const argv = ['hash', path, '--profile', 'meta', '--upload', '--country', 'US', '-o', out];
    const { status, stderr } = await cli([...argv, '--rejected', rejected, '--strict']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/birthDate ambiguous \(line 3\); dates .* need --date-order/);
    expect(linesOf(rejected)).toEqual([
      'line,field,code,value',
      '3,birthDate,ambiguous,',
      '4,email,not-an-email,',
    ]);
  });

  it('makes one row of a record with several numbers, in columns side by side', async () => {
    const { path, out } = list(
      'email,home,mobile\nada@x.org,+14155550101,+14155550102\nbob@x.org,,+14155550103\n',
    );
    const columns = ['--column', 'email', '--column', 'home=phone', '--column', 'mobile=phone'];
    const { status } = await cli(['hash', path, '--profile', 'tiktok', '--upload', ...columns, '-o', out]);
    expect(status).toBe(0);
    expect(linesOf(out)).toEqual([
      'Email_SHA256,Phone_SHA256,Phone_SHA256',
      [h('ada@x.org'), h('+14155550101'), h('+14155550102')].join(','),
      [h('bob@x.org'), h('+14155550103'), ''].join(','),
    ]);
  });

  it('numbers the files where the platform takes no more rows in one, and puts the kind in their names', async () => {
    const people = Array.from(
      { length: 100_001 },
      (_, i) => `a${i}@x.org,+1415555${String(i % 10_000).padStart(4, '0')}`,
    );
    const { path, out } = list(['email,phone', ...people].join('\n'));
    const { status, stderr } = await cli(['hash', path, '--profile', 'snap', '--upload', '-o', `${out}.gz`]);
    expect(status).toBe(0);
    const named = (suffix: string): string => `${out.replace(/\.csv$/, suffix)}.csv.gz`;
    const rows = (suffix: string): string[] =>
      gunzipSync(readFileSync(named(suffix)))
        .toString('utf8')
        .trimEnd()
        .split('\n');
    expect(rows('-email')).toHaveLength(100_000);
    expect(rows('-email-2')).toEqual([h('a100000@x.org')]);
    expect(rows('-phone')).toHaveLength(100_000);
    expect(rows('-phone-2')).toHaveLength(1);
    expect(existsSync(`${out}.gz`)).toBe(false);
    expect(stderr).toContain('audience-email-2.csv.gz: rows 1');
  });

  it('leaves nothing behind when it fails', async () => {
    const { path, out } = list('email,phone\nada@x.org,\n\0');
    const { status } = await cli(['hash', path, '--profile', 'snap', '--upload', '-o', out]);
    expect(status).not.toBe(0);
    for (const name of ['audience.csv', 'audience-email.csv', 'audience-phone.csv'])
      expect(existsSync(join(dirname(path), name))).toBe(false);
  });

  it.each([
    [['--plain'], /--profile/],
    [['--profile', 'meta', '--encoding', 'hex'], /--upload/],
    [['--profile', 'google', '--encoding', 'hex'], /mean nothing with --upload/],
    [['--profile', 'microsoft'], /microsoftCustomerMatch/],
    [['--profile', 'meta', '--json'], /--json/],
  ])('refuses %j', async (flags, message) => {
    const { path, out } = list();
    const { status, stderr } = await cli(['hash', path, '--upload', ...flags, '-o', out]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(existsSync(out)).toBe(false);
  });

  it('says before the list is read that a platform has no upload', async () => {
    const { out } = list();
    const none = await cli(['hash', `${out}.none`, '--upload', '--profile', 'microsoft', '-o', out]);
    expect(none).toMatchObject({ status: 2, stderr: expect.stringMatching(/no upload file/) });
  });

  it('needs a file to write, which is no Parquet and not the list', async () => {
    const { path, out } = list();
    const argv = ['hash', path, '--profile', 'meta', '--upload'];
    expect((await cli(argv)).stderr).toMatch(/say where with -o/);
    expect((await cli([...argv, '-o', out.replace('.csv', '.parquet')])).stderr).toMatch(/Parquet/);
    expect((await cli([...argv, '-o', path])).stderr).toMatch(/also the input/);
    expect((await cli(['hash', path, '--profile', 'meta', '--date-order', 'dmy'])).stderr).toMatch(
      /without --upload/,
    );
    expect(readFileSync(path, 'utf8')).toBe(LIST);
  });
});
