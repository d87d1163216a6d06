// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac, hkdfSync } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROFILE_NAMES } from '../../src/identifiers/profiles.js';
import { cli, temporary } from './harness.js';

const LIST = 'phone,email\n(650)555-1212,John_Smith@gmail.com\nn/a,\n';
const PHONE = '+16505551212';
const EMAIL = 'john_smith@gmail.com';

async function hashed(...options: string[]): Promise<{ phone: string; email: string }> {
  const { status, stdout, stderr } = await cli(['hash', '-', '--country', 'US', ...options], { stdin: LIST });
  expect(stderr).toContain('1  phone not-a-number (line 3)');
  expect(status).toBe(0);
  const [header, row, end] = stdout.split('\n');
  expect([header, end]).toEqual(['line,phone,email', '']);
  const [line, phone, email] = row!.split(',');
  expect(line).toBe('2');
  return { phone: phone!, email: email! };
}

function file(name: string, content: string | Uint8Array): string {
  const path = temporary(name);
  writeFileSync(path, content);
  return path;
}

describe('veilmatch hash', () => {
  it('hashes as a platform does', async () => {
    // Meta: https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/customer-information-parameters
    expect(await hashed('--profile', 'meta')).toEqual({
      phone: 'e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176',
      email: '62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f',
    });
  });

  it.each(['sha256', 'sha1', 'md5'])('hashes plainly with %s, in hex and base64', async (algorithm) => {
    for (const encoding of ['hex', 'base64'] as const) {
      const digest = (text: string): string => createHash(algorithm).update(text).digest(encoding);
      expect(await hashed('--plain', '--algorithm', algorithm, '--encoding', encoding)).toEqual({
        phone: digest(PHONE),
        email: digest(EMAIL),
      });
    }
  });

  it.each([
    ['as it is', 'pepper', 'pepper'],
    ['without a line feed', 'pepper\n', 'pepper'],
    ['without a CRLF', 'pepper\r\n', 'pepper'],
    ['with all line feeds but one', 'pepper\n\n', 'pepper\n'],
  ])('salts with the file %s', async (_, content, salt) => {
    const path = file('salt.txt', content);
    expect((await hashed('--salt-file', path)).phone).toBe(
      createHash('sha256')
        .update(salt + PHONE)
        .digest('hex'),
    );
    expect((await hashed('--salt-file', path, '--salt-position', 'suffix')).phone).toBe(
      createHash('sha256')
        .update(PHONE + salt)
        .digest('hex'),
    );
  });

  it('keys with the bytes that the file has in hexadecimal', async () => {
    const key = createHash('sha256').update('a key for tests').digest();
    const path = file('key.txt', `${key.toString('hex')}\n`);
    const hmac = (under: Uint8Array): string => createHmac('sha256', under).update(PHONE).digest('hex');
    expect((await hashed('--key-file', path)).phone).toBe(hmac(key));
    const derived = hkdfSync('sha256', key, new Uint8Array(0), 'veilmatch campaign key v1:spring', 32);
    expect((await hashed('--key-file', path, '--campaign', 'spring')).phone).toBe(
      hmac(new Uint8Array(derived)),
    );
  });

  it('passes on what a platform lets one choose', async () => {
    expect((await hashed('--profile', 'google', '--encoding', 'base64')).phone).toBe(
      createHash('sha256').update(PHONE).digest('base64'),
    );
    expect((await hashed('--profile', 'liveramp', '--algorithm', 'md5')).email).toBe(
      createHash('md5').update(EMAIL).digest('hex'),
    );
  });

  it('writes JSON', async () => {
    const { stdout } = await cli(['hash', '-', '--plain', '--country', 'US', '--json'], { stdin: LIST });
    const digest = (text: string): string => createHash('sha256').update(text).digest('hex');
    expect(JSON.parse(stdout)).toMatchObject({
      rows: 2,
      tokens: [{ line: 2, phone: digest(PHONE), email: digest(EMAIL) }],
      rejected: [{ line: 3, field: 'phone', code: 'not-a-number' }],
    });
  });

  it('gives equal identifiers equal tokens, however they are written', async () => {
    const stdin = 'phone\n415-555-0123\n+1 (415) 555.0123\ntel:+1-415-555-0123\n';
    const { stdout } = await cli(['hash', '-', '--plain', '--country', 'US'], { stdin });
    const tokens = stdout
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',')[1]);
    expect(tokens.length).toBe(3);
    expect(new Set(tokens).size).toBe(1);
  });

  it.each([
    ['no way of hashing', [], /one of --profile, --plain, --salt-file, --key-file/],
    ['two ways', ['--plain', '--profile', 'meta'], /--profile and --plain contradict each other/],
    ['a campaign without a key', ['--plain', '--campaign', 'x'], /--campaign means nothing with --plain/],
    [
      'an encoding that the platform sets',
      ['--profile', 'meta', '--encoding', 'hex'],
      /--encoding.*--profile meta/,
    ],
    ['an algorithm with a key', ['--key-file', 'k', '--algorithm', 'md5'], /--algorithm.*--key-file/],
    ['list and key from one stream', ['--key-file', '-'], /Only one file can come from standard input/],
    [
      'a platform that is not known',
      ['--profile', 'myspace'],
      new RegExp(`Allowed choices are ${PROFILE_NAMES.join(', ')}`),
    ],
  ])('ends with 2 for %s', async (_, options, message) => {
    const { status, stdout, stderr } = await cli(['hash', '-', ...options], { stdin: LIST });
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(message);
  });

  it.each([
    ['that is too short', '00112233445566778899aabbccddeeff', /a key of 16 bytes; at least 32/],
    [
      'that is not hexadecimal',
      'correct horse battery staple correct horse',
      /not hold a key in hexadecimal/,
    ],
    ['of half a byte too much', '0'.repeat(65), /not hold a key in hexadecimal/],
    ['that is empty', '', /not hold a key in hexadecimal/],
    ['that is far too long', 'ab'.repeat(40_000), /it is no key and no salt/],
  ])('refuses a key file %s without showing it, and writes nothing', async (_, content, message) => {
    const path = file('key.txt', content);
    const output = join(dirname(path), 'out.csv');
    const argv = ['hash', '-', '--key-file', path, '--country', 'US', '-o', output];
    const { status, stderr } = await cli(argv, { stdin: LIST });
    expect(status).toBe(3);
    expect(stderr).toMatch(message);
    if (content.length < 100 && content !== '') {
      expect(stderr).not.toContain(content);
      expect(stderr).toContain('openssl rand -hex 32 > key.txt');
    }
    expect(readdirSync(dirname(path))).toEqual(['key.txt']);
  });

  it('refuses an empty salt, and a file that is not there', async () => {
    const argv = (path: string): string[] => ['hash', '-', '--salt-file', path];
    expect(await cli(argv(file('salt.txt', '\n')), { stdin: LIST })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('holds no salt. Make one with'),
    });
    expect(await cli(argv(temporary('none')), { stdin: LIST })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('there is no such file'),
    });
  });

  it('says in its help who can read the tokens back', async () => {
    const { status, stdout } = await cli(['hash', '--help']);
    expect(status).toBe(0);
    expect(stdout).toContain('Hashed lists can be read back.');
    expect(stdout).toMatch(/--profile, --plain {2}anybody who sees the list/);
    expect(stdout).toMatch(/--salt-file +everybody who has the salt/);
    expect(stdout).toMatch(/--key-file +everybody who has the key/);
  });
});
