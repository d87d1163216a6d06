// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { absoluteAddress, isLocal, parseAddress, placeName } from '../../src/lists/address.js';
import { UNNAMED } from '../../src/path-name.js';
import { cli } from '../cli/harness.js';

describe('the address of a list', () => {
  it.each([
    ['list.csv', { kind: 'file', path: 'list.csv' }],
    ['-', { kind: 'stdin' }],
    ['C:\\lists\\a.csv', { kind: 'file', path: 'C:\\lists\\a.csv' }],
    ['./sqlite:a?b', { kind: 'file', path: './sqlite:a?b' }],
    ['2024:11.csv', { kind: 'file', path: '2024:11.csv' }],
    ['sqlite:/a b%20.db?table=my+list', { kind: 'sqlite', path: '/a b%20.db', table: 'my list' }],
    ['sqlite:crm.db', { kind: 'sqlite', path: 'crm.db', table: undefined }],
    [
      'postgres://h/d?table=t',
      { kind: 'postgres', host: 'h', database: 'd', schema: 'public', table: 't', port: undefined },
    ],
    [
      'postgresql://a%40b@[::1]:5/d%20e?table=s.t',
      { user: 'a@b', host: '::1', port: '5', database: 'd e', schema: 's', table: 't' },
    ],
    [
      'postgres:///d?host=/run/pg&schema=s&table=a.b.c',
      { host: '/run/pg', schema: 's', table: 'a.b.c', user: undefined },
    ],
    ['postgres://?secret=crm&table=t', { secret: 'crm', host: undefined, database: undefined }],
    ['S3://bucket/a/b*.csv', { kind: 'object', url: 's3://bucket/a/b*.csv' }],
    ['gs://bucket/a', { kind: 'object', url: 'gs://bucket/a' }],
    ['https://h/a?b=c#d', { kind: 'web', url: 'https://h/a?b=c' }],
    ['http://localhost:8/a', { kind: 'web', url: 'http://localhost:8/a' }],
    ['http://127.9.9.9/a', { kind: 'web', url: 'http://127.9.9.9/a' }],
  ])('%s is read', (text, address) => {
    expect(parseAddress(text)).toMatchObject(address);
  });

  it.each([
    ['postgres://ada:geheim@h/d?table=t', /password/],
    ['postgres://ada@h/d?table=t&password=geheim', /password/],
    ['postgres://h/d?table=t&sslpassword=geheim', /password/],
    ['https://ada:geheim@h/a.csv', /login/],
    ['https://geheim@h/a.csv', /login/],
    ['s3://geheim@bucket/a', /no login/],
    ['s3://bucket/a?s3_secret_access_key=geheim', /no parameters/],
    ['http://geheim.example/a.csv', /in the clear/],
    ['http://127.0.0.1.geheim.example/a.csv', /in the clear/],
    ['mysql://ada:geheim@h/d', /no place/],
    ['postgres://geheim:x:y@h:p/', /cannot be read/],
    ['postgres://h/d?table=t&geheim=1', /takes the parameters/],
    ['postgres://h/d?table=geheim&table=t', /each once/],
    ['postgres://h/%E0%A4%A?table=t', /%25/],
    ['postgres://h/d?table=a.b.geheim', /schema=/],
    ['sqlite:', /names no file/],
    ['sqlite:a.db?geheim=1', /takes the parameters/],
    ['s3://bucket', /names no object/],
  ])('%s is refused, and not repeated', (text, message) => {
    expect(() => parseAddress(text)).toThrow(
      expect.objectContaining({ code: 'argument', message: expect.stringMatching(message) }),
    );
    expect(() => parseAddress(text)).not.toThrow(/geheim/);
    expect(placeName(text)).not.toContain('geheim');
  });

  it.each([
    ['postgres://ada@h:5/d?table=t&sslmode=require', 'postgres://h:5/d?table=t'],
    ['postgres://h/d?table=s.t', 'postgres://h/d?table=s.t'],
    ['postgres:///d?host=/run/pg', 'postgres:///run/pg/d'],
    ['sqlite:crm.db?table=t', 'sqlite:crm.db?table=t'],
    ['https://h/a.csv?token=geheim', 'https://h/a.csv'],
    ['s3://bucket/a.csv', 's3://bucket/a.csv'],
    ['a.csv', 'a.csv'],
    ['-', 'standard input'],
    ['ada@example.com', UNNAMED],
  ])('%s is called by its place alone', (text, name) => {
    expect(placeName(text)).toBe(name);
  });

  it('is not called by a place that looks like somebody', () => {
    for (const text of [
      'sqlite:crm.db?table=%2B14155550123',
      'sqlite:ada@example.com?table=t',
      'https://h/14155550123',
      's3://b/ada@example.com',
    ])
      expect(placeName(text)).toContain('not repeated');
  });

  it('never throws anything of its own, and never has a password in its name', () => {
    const scheme = fc.constantFrom('', 'sqlite:', 'postgres://', 's3://', 'https://', 'x://');
    fc.assert(
      fc.property(scheme, fc.string({ unit: 'grapheme' }), (start, rest) => {
        const text = start + rest;
        expect(typeof placeName(text)).toBe('string');
        expect(typeof isLocal(text)).toBe('boolean');
        try {
          expect(parseAddress(text).kind).toBeTypeOf('string');
        } catch (error) {
          expect(error).toMatchObject({ name: 'VeilmatchError', code: 'argument' });
        }
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{8,12}$/), (password) => {
        expect(placeName(`postgres://u:QQ${password}@h/d?table=t`)).not.toContain(`QQ${password}`);
      }),
    );
  });

  it('is the same from any folder', () => {
    expect(absoluteAddress('sqlite:a.db?table=t')).toBe(`sqlite:${process.cwd()}/a.db?table=t`);
    expect(absoluteAddress('a.csv')).toBe(`${process.cwd()}/a.csv`);
    expect(absoluteAddress('postgres://ada@h/d?table=t')).toBe('postgres://ada@h/d?table=t');
  });
});

describe('commands', () => {
  it.each([
    ['normalize', 'postgres://ada:geheim@h/d?table=t'],
    ['normalize', 'list.csv', '-o', 'postgres://ada:geheim@h/d?table=t'],
    ['hash', 'list.csv', '--plain', '--rejected', 'https://ada:geheim@h/a.csv'],
    ['inspect', 'postgres://ada:geheim@h/d?table=t', '--json'],
    ['compare', 'list.csv', 'postgres://ada:geheim@h/d?table=t', '--plan', 'US'],
    ['reverse', 'postgres://ada:geheim@h/d?table=t', '--plain', '--plan', 'US'],
    ['connect', 'ws://127.0.0.1:1', 'postgres://ada:geheim@h/d?table=t', '--dry-run'],
    ['serve', 'postgres://ada:geheim@h/d?table=t', '--dry-run'],
    ['normalize', 'list.csv', 'postgres://ada:geheim@h/d?table=t'],
    ['normalize', 'list.csv', '--salt', 'postgres://ada:geheim@h/d'],
  ])('refuse a password in an address, and do not repeat it: %s %s', async (...argv) => {
    vi.stubEnv('PGPASSWORD', undefined);
    const { status, stdout, stderr } = await cli(argv);
    vi.unstubAllEnvs();
    expect(status).toBeGreaterThan(1);
    expect(stdout + stderr).not.toContain('geheim');
  });

  it('refuse a query of what is no database', async () => {
    const ending = await cli(['normalize', '-', '--query', 'SELECT 1'], { stdin: 'phone\n' });
    expect(ending).toMatchObject({ status: 2, stderr: expect.stringContaining('Leave --query away') });
  });
});
