// SPDX-License-Identifier: Apache-2.0
import { createHash, createHmac } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ReversalSummary } from '../../src/attack/index.js';
import { reversalText } from '../../src/cli/report/reverse-report.js';
import { cli, type Ending, temporary } from './harness.js';

const digest = (text: string, algorithm = 'sha256'): Buffer => createHash(algorithm).update(text).digest();
const token = (text: string, algorithm = 'sha256'): string => digest(text, algorithm).toString('hex');

/** A hundred numbers. */
const PLAN = ['--country', 'US', '--area-codes', '41555501'];
const NUMBERS = ['+14155550101', '+14155550123', '+14155550199'];
const ELSEWHERE = '+442079460958';

function file(name: string, content: string | Uint8Array): string {
  const path = temporary(name);
  writeFileSync(path, content);
  return path;
}

async function result(stdin: string, ...options: string[]): Promise<Record<string, unknown>> {
  const { status, stdout, stderr } = await cli(['reverse', '-', ...options, '--json'], { stdin });
  expect(`${status} ${status === 0 ? '' : stderr}`).toBe('0 ');
  return JSON.parse(stdout);
}

describe('veilmatch reverse', () => {
  it('counts, as text and as JSON, and shows no identifier and no token', async () => {
    const stdin = [...NUMBERS, ELSEWHERE].map((number) => token(number)).join('\n');
    const text = await cli(['reverse', '-', ...PLAN], { stdin });
    expect(text).toMatchObject({ status: 0 });
    expect(text.stdout).toMatch(/^targets +4\nrecovered +3 \(75 %\)\nwritten as +e164 3\ncandidates +\d+/);
    expect(text.stdout).toMatch(/seconds +[\d.]+\ncandidates a second +\S+/);
    const json = await cli(['reverse', '-', ...PLAN, '--format', 'e164', '--json'], { stdin });
    const document = JSON.parse(json.stdout);
    expect(Object.keys(document).slice(0, 5)).toEqual([
      'targets',
      'recovered',
      'candidates',
      'seconds',
      'candidatesPerSecond',
    ]);
    expect(document).toMatchObject({ targets: 4, recovered: 3, candidates: 100 });
    for (const { stdout, stderr } of [text, json]) {
      for (const number of NUMBERS) {
        expect(stdout + stderr).not.toContain(number.slice(2));
        expect(stdout + stderr).not.toContain(token(number));
      }
    }
  });

  it.each([
    ['sha256', 'hex'],
    ['sha1', 'hex'],
    ['md5', 'hex'],
    ['sha256', 'base64'],
    ['sha1', 'base64'],
    ['md5', 'base64'],
    ['sha256', 'base64url'],
    ['sha1', 'base64url'],
    ['md5', 'base64url'],
  ] as const)('recognises %s in %s by the length', async (algorithm, encoding) => {
    const stdin = NUMBERS.map((number) => digest(number, algorithm).toString(encoding)).join('\n');
    expect(await result(stdin, ...PLAN)).toMatchObject({ targets: 3, recovered: 3 });
    expect(await result(`token\n${stdin}\n`, ...PLAN, '--algorithm', algorithm)).toMatchObject({
      recovered: 3,
    });
  });

  it('finds out how numbers were written, or is told', async () => {
    const written = NUMBERS.map((number) =>
      token(`(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`),
    );
    const formats = [{ format: '(###) ###-####', matches: 3 }];
    expect(await result(written.join('\n'), ...PLAN)).toMatchObject({ recovered: 3, formats });
    expect(await result(written.join('\n'), ...PLAN, '--format', '(###) ###-####')).toMatchObject({
      recovered: 3,
      candidates: 100,
    });
    expect(await result(written.join('\n'), ...PLAN, '--format', 'digits')).toMatchObject({ recovered: 0 });
    const meta = NUMBERS.map((number) => token(number.slice(1))).join('\n');
    expect(await result(meta, ...PLAN, '--format', 'meta')).toMatchObject({ recovered: 3, candidates: 100 });
    const liveramp = NUMBERS.map((number) => token(number.slice(2), 'sha1')).join('\n');
    expect(await result(liveramp, ...PLAN, '--format', 'liveramp')).toMatchObject({ recovered: 3 });
  });

  it('reads what veilmatch hash writes: the column of telephone numbers, or that of e-mail addresses', async () => {
    const list = 'phone,email\n415-555-0123,john@gmail.com\n415-555-0199,nobody.at.all.here@example.org\n';
    const hashed = await cli(['hash', '-', '--plain', '--country', 'US'], { stdin: list });
    expect(await result(hashed.stdout, ...PLAN)).toMatchObject({ targets: 2, recovered: 2 });
    expect(await result(hashed.stdout, ...PLAN, '--column', 'PHONE')).toMatchObject({ recovered: 2 });
    expect(await result(hashed.stdout, ...PLAN, '--column', '3')).toMatchObject({ recovered: 0 });
    const emails = await result(hashed.stdout, '--emails', '--candidates', '5000', '--accident', 'none');
    expect(emails).toMatchObject({ targets: 2, recovered: 1, candidates: 5000 });
  });

  it('tries addresses of words and rules of the user', async () => {
    const words = file('words.txt', 'ada\nmax@example.net\n');
    const rules = file('rules.txt', '[patterns]\n{word}@{domain}\n{address}\n[domain]\nexample.com\n');
    const stdin = `${token('ada@example.com')}\n${token('max@example.net')}\n${token('x@y.example')}\n`;
    expect(
      await result(stdin, '--emails', '--words', words, '--rules', rules, '--accident', 'none'),
    ).toMatchObject({
      recovered: 2,
      candidates: 2,
    });
  });

  it.each([
    [['--accident', 'newlin'], /accident must be none, auto/],
    [['--format', 'e165'], /format/],
  ])('says before the list is read that there is no %j', async (flags, message) => {
    const argv = ['reverse', '/nowhere/tokens.txt', '--country', 'US', ...flags];
    expect(await cli(argv)).toMatchObject({ status: 2, stderr: expect.stringMatching(message) });
  });

  it('names the accident that has happened to the texts', async () => {
    const stdin = NUMBERS.map((number) => token(`${number}\n`)).join('\n');
    const { stdout, stderr } = await cli(['reverse', '-', ...PLAN], { stdin });
    expect(stdout).toMatch(/recovered +3 \(100 %\)\nwritten as +e164 3\naccident +newline 3\n/);
    expect(stderr).toContain('tokens 3, rejected 0');
    expect(await result(stdin, ...PLAN, '--accident', 'newline', '--format', 'e164')).toMatchObject({
      recovered: 3,
      candidates: 100,
    });
    const { status } = await cli(['reverse', '-', ...PLAN, '--accident', 'new line'], { stdin });
    expect(status).toBe(2);
  });

  it('says of a list that it cannot read what it tried, and what that does not prove', async () => {
    const { stdout } = await cli(['reverse', '-', ...PLAN], { stdin: token('nobody') });
    expect(stdout).toMatch(/recovered +0 \(0 %\)/);
    expect(stdout).toContain('Nothing was found. That proves little: what was tried is');
    expect(stdout).toMatch(/on all 100 candidates: e164, digits, national, ###-###-####/);
    expect(stdout).toMatch(/on all 100 candidates, what may have happened to texts: newline, crlf, utf-16le/);
    expect(stdout).toContain('a salt or key that nobody has named');
    const { tried, space } = (await result(token('nobody'), ...PLAN)) as { tried: unknown[]; space: number };
    expect(space).toBe(100);
    expect(tried[0]).toEqual({ format: 'e164', candidates: 100, matches: 0 });
    const some = await cli(['reverse', '-', ...PLAN], {
      stdin: [NUMBERS[0]!, 'nobody'].map((t) => token(t)).join('\n'),
    });
    expect(some.stdout).not.toContain('Nothing was found');
  });

  it('says what helps a list that may be too short for a sample', () => {
    const nothing = {
      ...{ targets: 1, recovered: 0, matches: 0, expectedFalseMatches: 0, formats: [], accidents: [] },
      ...{ candidates: 110, space: 100, seconds: 1, candidatesPerSecond: 110, rest: 0 },
    };
    const whole = { format: 'e164', candidates: 100, matches: 0 };
    const sampled = { ...whole, accident: 'newline', candidates: 10 } as const;
    const text = (tried: readonly object[]): string =>
      reversalText({ ...nothing, tried } as unknown as ReversalSummary);
    expect(text([whole, sampled])).toContain('Of a short list none may be in that part: --accident');
    expect(text([whole])).not.toContain('Of a short list');
  });

  it('a salt for each token: beside it, in a column of that name, or in one that is named', async () => {
    const salted = NUMBERS.map((number, i) => ({ hash: token(`s${i}${number}`), salt: `s${i}` }));
    const lines = (between: string): string =>
      salted.map(({ hash, salt }) => `${hash}${between}${salt}`).join('\n');
    expect(await result(lines(':'), ...PLAN)).toMatchObject({ recovered: 3 });
    expect(await result(`hash,salt\n${lines(',')}`, ...PLAN)).toMatchObject({ recovered: 3 });
    expect(await result(lines(';'), ...PLAN, '--salt-column', '2')).toMatchObject({ recovered: 3 });
    expect(await cli(['reverse', '-', ...PLAN, '--salt-column', '3'], { stdin: lines(';') })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('--salt-column'),
    });
    const text = await cli(['reverse', '-', ...PLAN], {
      stdin: lines(':').replace(/[0-9a-f]{4}:/g, '0000:'),
    });
    expect(text.stdout).toContain('before and behind each salt');
  });

  it.each([
    ['birth dates', ['--birth-dates'], ['19970216', '02/29'], 'email,birthdate'],
    ['postal codes', ['--postal-codes', '--country', 'US'], ['94103', '00501'], 'email,zip'],
  ])('%s', async (_, options, texts, header) => {
    const list = `${header}\n${texts.map((text) => `${token('x')},${token(text)}`).join('\n')}\n`;
    expect(await result(list, ...options)).toMatchObject({ targets: 2, recovered: 2 });
  });

  it('with salt or key', async () => {
    const salt = file('salt.txt', 'pepper\n');
    const salted = NUMBERS.map((number) => token(`pepper${number}`)).join('\n');
    expect(await result(salted, ...PLAN, '--salt-file', salt)).toMatchObject({ recovered: 3 });
    expect(await result(salted, ...PLAN)).toMatchObject({ recovered: 0 });
    const suffixed = NUMBERS.map((number) => token(`${number}pepper`)).join('\n');
    expect(await result(suffixed, ...PLAN, '--salt-file', salt, '--salt-position', 'suffix')).toMatchObject({
      recovered: 3,
    });
    const key = digest('a key for tests');
    const keyFile = file('key.txt', key.toString('hex'));
    const keyed = NUMBERS.map((number) => createHmac('sha256', key).update(number).digest('base64')).join(
      '\n',
    );
    expect(await result(keyed, ...PLAN, '--key-file', keyFile)).toMatchObject({ recovered: 3 });
    expect(await result(keyed, ...PLAN, '--key-file', keyFile, '--campaign', 'x')).toMatchObject({
      recovered: 0,
    });
  });

  it('ranges of a carrier, and what is to be left out', async () => {
    const ranges = file('ranges.csv', 'prefix,digits\n151123456,11\n15112345,11\n15113,5-6\n');
    const stdin = ['+4915112345678', '+4915113', '+49151137', '+491521000000']
      .map((number) => token(number))
      .join('\n');
    const options = ['--country', 'DE', '--ranges', ranges, '--format', 'e164'];
    expect(await result(stdin, ...options)).toMatchObject({ recovered: 3, candidates: 1011 });
    expect(await result(stdin, ...options, '--exclude', '151137')).toMatchObject({
      recovered: 2,
      candidates: 1010,
    });
    const bad = file('ranges.csv', '151,11\nx,11\n');
    expect(await cli(['reverse', '-', '--country', 'DE', '--ranges', bad], { stdin })).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('line 2 is no range'),
    });
  });

  it('tokens that were cut, with the matches that chance brings about', async () => {
    const stdin = NUMBERS.map((number) => token(number).slice(0, 8)).join('\n');
    const { status, stderr } = await cli(['reverse', '-', ...PLAN], { stdin });
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('--truncated') });
    expect(await result(`token_id\n${stdin}`, ...PLAN, '--truncated', '--format', 'e164')).toMatchObject({
      recovered: 3,
      matches: 3,
      expectedFalseMatches: 300 / 2 ** 32,
    });
    const half = NUMBERS.map((number) => digest(number, 'sha1').subarray(0, 10).toString('base64')).join(
      '\n',
    );
    expect(await result(half, ...PLAN, '--truncated', '--algorithm', 'sha1')).toMatchObject({ recovered: 3 });
  });

  it('says which cells are no tokens, by their lines', async () => {
    const stdin = `id,token\n1,${token(NUMBERS[0]!)}\n2,n/a\n3,\n4,${token(NUMBERS[1]!)}\n5,${token('x').slice(2)}\n6,${token('y')}\n`;
    const { status, stderr, stdout } = await cli(['reverse', '-', ...PLAN], { stdin });
    expect(status).toBe(0);
    expect(stdout).toMatch(/targets +3\n/);
    expect(stderr).toContain('recognised tokens of 32 bytes in column 2, below a header');
    expect(stderr).toContain('tokens 3, rejected 2');
    expect(stderr).toContain('2  no token like the others (lines 3, 6)');
    expect(await cli(['reverse', '-', ...PLAN, '--strict'], { stdin })).toMatchObject({ status: 1 });
  });

  it('shows rate and time left on a terminal', async () => {
    const stdin = token('x');
    const { stderr } = await cli(['reverse', '-', ...PLAN], { stdin, terminal: true });
    expect(stderr).toMatch(/\rreverse: \d+ %/);
    expect(stderr).toContain('\r\x1b[K');
  });
});

describe('veilmatch reverse --reveal', () => {
  it('writes token,identifier to a file of which only the owner can read anything', async () => {
    const input = file(
      'tokens.txt',
      [...NUMBERS, ELSEWHERE].map((number) => digest(number).toString('base64url')).join('\n'),
    );
    const output = join(dirname(input), 'found.csv');
    writeFileSync(output, 'from yesterday', { mode: 0o644 });
    const { status, stdout } = await cli(['reverse', input, ...PLAN, '--reveal', '-o', output]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/recovered +3/);
    const [header, ...lines] = readFileSync(output, 'utf8').trimEnd().split('\n');
    expect(header).toBe('token,identifier');
    expect(lines.sort()).toEqual(
      NUMBERS.map((number) => `${digest(number).toString('base64url')},${number}`).sort(),
    );
    if (process.platform !== 'win32') expect(statSync(output).mode & 0o777).toBe(0o600);
    expect(readdirSync(dirname(input)).sort()).toEqual(['found.csv', 'tokens.txt']);
  });

  it('leaves nothing behind when the search fails', async () => {
    const input = file('tokens.txt', token(NUMBERS[0]!));
    const argv = [
      'reverse',
      input,
      '--country',
      'US',
      '--area-codes',
      '000',
      '--reveal',
      '-o',
      join(dirname(input), 'o.csv'),
    ];
    expect(await cli(argv)).toMatchObject({ status: 2 });
    expect(readdirSync(dirname(input))).toEqual(['tokens.txt']);
  });
});

describe('veilmatch reverse --cursor', () => {
  /** Slow enough to be stopped, and searched on one thread: two hundred thousand addresses a range. */
  const EMAILS = ['--emails', '--candidates', '200000', '--accident', 'none'];

  async function stoppedAtOnce(argv: readonly string[]): Promise<Ending> {
    return cli(argv, { signal: AbortSignal.abort() });
  }

  it('is written when the command is stopped, and removed when it has come to its end', async () => {
    const input = file('tokens.txt', ['john@gmail.com', 'x@y.example'].map((text) => token(text)).join('\n'));
    const cursor = join(dirname(input), 'search.json');
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 20);
    const argv = ['reverse', input, ...EMAILS, '--cursor', cursor];
    const stopped = await cli(argv, { signal: stop.signal });
    // It may have been over already, on a very fast machine.
    if (stopped.status === 130 && existsSync(cursor)) {
      expect(stopped.stdout).toBe('');
      const text = readFileSync(cursor, 'utf8');
      expect(text).not.toContain('john');
      expect(text).not.toContain(token('john@gmail.com'));
      if (process.platform !== 'win32') expect(statSync(cursor).mode & 0o777).toBe(0o600);
    }
    const ended = await cli([...argv, '--json']);
    expect(JSON.parse(ended.stdout)).toMatchObject({ recovered: 1, candidates: 200_000 });
    expect(readdirSync(dirname(input))).toEqual(['tokens.txt']);
  });

  it('belongs to one search', async () => {
    const input = file('tokens.txt', NUMBERS.map((number) => token(number)).join('\n'));
    const cursor = join(dirname(input), 'search.json');
    const state = {
      version: 1,
      search: '00'.repeat(32),
      trial: 0,
      done: [],
      found: '00',
      matches: [0],
      tried: [0],
      seconds: 0,
    };
    const argv = ['reverse', input, ...PLAN, '--format', 'e164', '--cursor', cursor];
    writeFileSync(cursor, JSON.stringify({ kind: 'veilmatch reversal', cursor: state }));
    expect(await cli(argv)).toMatchObject({ status: 2, stderr: expect.stringContaining('another search') });
    expect(await cli([...argv, '--reveal', '-o', join(dirname(input), 'o.csv')])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('was begun without --reveal'),
    });
    for (const content of [
      '',
      'phone\n1\n',
      '{}',
      '[]',
      'null',
      '{"kind":"veilmatch reversal","revealed":[[9,"x"]]}',
    ]) {
      writeFileSync(cursor, content);
      const { status, stderr } = await cli(argv);
      expect({ status, stderr }).toEqual({
        status: 3,
        stderr: expect.stringMatching(
          /is not a file that an interrupted search has left|search.json is empty/,
        ),
      });
      expect(readFileSync(cursor, 'utf8')).toBe(content);
    }
  });

  it('can be written, or the search does not begin', async () => {
    const input = file('tokens.txt', token(NUMBERS[0]!));
    const argv = ['reverse', input, ...PLAN, '--cursor', '/none/search.json'];
    expect(await cli(argv)).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('Cannot write /none/search.json'),
    });
    expect(await stoppedAtOnce(['reverse', input, ...PLAN])).toMatchObject({ status: 130, stdout: '' });
  });
});

describe('veilmatch reverse, told what does not go together', () => {
  it.each([
    [
      'nothing to try',
      [],
      /--country CC for the telephone numbers of a country, --emails, --birth-dates, or --postal-codes/,
    ],
    ['--reveal without a file', [...PLAN, '--reveal'], /--reveal means nothing without --output.*-o FILE/],
    ['a file without --reveal', [...PLAN, '-o', 'x.csv'], /--output means nothing without --reveal/],
    ['identifiers on standard output', [...PLAN, '--reveal', '-o', '-'], /need the name of a file/],
    ['a cursor on standard output', [...PLAN, '--cursor', '-'], /need the name of a file/],
    [
      'e-mail addresses of a country',
      ['--emails', '--country', 'US'],
      /--country means nothing with --emails/,
    ],
    ['words without --emails', [...PLAN, '--words', 'w'], /--words means nothing without --emails/],
    [
      'salt and key',
      [...PLAN, '--salt-file', 's', '--key-file', 'k'],
      /--salt-file means nothing with --key-file/,
    ],
    [
      'an algorithm with a key',
      [...PLAN, '--key-file', 'k', '--algorithm', 'md5'],
      /--algorithm means nothing with/,
    ],
    ['a salt position without salt', [...PLAN, '--salt-position', 'suffix'], /without --salt-file/],
    [
      'a key from the stream of the tokens',
      [...PLAN, '--key-file', '-'],
      /Only one file can come from standard input/,
    ],
    [
      'a cursor that is the output',
      [...PLAN, '--cursor', 'x', '--reveal', '-o', './x'],
      /is also another output/,
    ],
    [
      'a platform that hashes otherwise',
      [...PLAN, '--format', 'meta', '--algorithm', 'sha256', '--salt-file', 'S'],
      /contradict/,
    ],
    ['a format that is none', [...PLAN, '--format', 'phone'], /The format must be e164, digits/],
    ['a country that is none', ['--country', 'UK'], /GB \(not UK\)/],
    ['types that are none', [...PLAN, '--types', 'PAGER'], /Give some of MOBILE/],
    ['no candidates', ['--emails', '--candidates', '0'], /whole number from 1/],
    [
      'a column that is not there',
      [...PLAN, '--column', '7'],
      /has 1 column, and none of that name or number/,
    ],
    ['tokens of another hash', [...PLAN, '--algorithm', 'md5'], /holds digests of 16 bytes.*--algorithm/],
  ])('%s: ends with 2', async (_, options, message) => {
    const salt = file('salt.txt', 'pepper');
    const argv = options.map((option) => (option === 'S' ? salt : option));
    const { status, stdout, stderr } = await cli(['reverse', '-', ...argv], { stdin: token(NUMBERS[0]!) });
    expect(stderr).toMatch(message);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  });

  it('two columns of tokens: ends with 2 and says which', async () => {
    const stdin = `a,b\n${token('1')},${token('2')}\n`;
    expect(await cli(['reverse', '-', ...PLAN], { stdin })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('2 columns of tokens: 1, 2. Say which one to read: --column NUMBER'),
    });
  });

  it('says in its help what it may be used for', async () => {
    const { status, stdout } = await cli(['reverse', '--help']);
    expect(status).toBe(0);
    const text = stdout.replace(/\s+/g, ' ');
    expect(text).toContain('Only for lists that you control, or are authorised in writing to assess.');
    expect(text).toContain("Re-identifying other people's data can be an offence");
    expect(text).toContain('section 171 of the Data Protection Act 2018');
    expect(text).toContain(
      'Hashed lists are personal data, and so is what private set intersection returns. This is no legal advice.',
    );
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  });
});
