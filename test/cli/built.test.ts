// SPDX-License-Identifier: Apache-2.0
/** The tool as it is installed: one file in dist that finds the library beside it. */

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporary } from './harness.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

interface Ending {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function veilmatch(argv: readonly string[], stdin = ''): Promise<Ending> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [main, ...argv], { maxBuffer: 1e8 }, (_, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
    child.stdin!.end(stdin);
  });
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

async function statusOf(child: ChildProcess): Promise<number | null> {
  const [status] = await once(child, 'close');
  return status;
}

describe('dist/cli/main.js', () => {
  it('is what the package installs as veilmatch', () => {
    expect(join(root, manifest.bin.veilmatch)).toBe(main);
    expect(readFileSync(main, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
    if (process.platform !== 'win32') expect(statSync(main).mode & 0o111).toBe(0o111);
  });

  it('prints its version', async () => {
    expect(await veilmatch(['--version'])).toEqual({
      status: 0,
      stdout: `${manifest.version}\n`,
      stderr: '',
    });
  });

  it('reads standard input and writes standard output', async () => {
    const token = createHash('sha256').update('+14155550123').digest('hex');
    expect(
      await veilmatch(['hash', '-', '--plain', '--country', 'US'], 'phone\n(415) 555-0123\n'),
    ).toMatchObject({
      status: 0,
      stdout: `line,phone\n2,${token}\n`,
    });
  });

  it('ends with the status of what happened, without a stack', async () => {
    // No column is known by its name or its cells; one known by its name holds a row that is rejected.
    expect(await veilmatch(['normalize', '-', '--strict'], 'word\nn/a\n')).toMatchObject({ status: 2 });
    expect(await veilmatch(['normalize', '-', '--strict'], 'phone\nn/a\n')).toMatchObject({ status: 1 });
    expect(
      await veilmatch(['normalize', '-', '--strict', '--column', 'phone=phone'], 'phone\nn/a\n'),
    ).toMatchObject({
      status: 1,
    });
    expect(await veilmatch(['normalize', '/none/list.csv'])).toEqual({
      status: 3,
      stdout: '',
      stderr: 'error: Cannot read /none/list.csv: there is no such file or folder.\n',
    });
  });

  it('reads a long list on worker threads, to the same result', async () => {
    const number = (i: number): string => `+1415${2_000_000 + i}`;
    const rows = Array.from({ length: 30_000 }, (_, i) => number(i));
    const { status, stdout } = await veilmatch(['normalize', '-'], `phone\n${rows.join('\n')}\n`);
    expect(status).toBe(0);
    expect(stdout).toBe(`line,phone\n${rows.map((row, i) => `${i + 2},${row}\n`).join('')}`);
  });

  it('writes the very same with one thread or three, whatever is in the list', async () => {
    const cells = [
      '415-555-01##,Ada##@Example.com,',
      '+1 (628) 555-01##,,',
      '"0171 12345##; +49 30 90182##",a##@x.org; b##@x.org,DE',
      '4917112345678,,DE',
      '00 44 20 7946 09##,"Nemo, Bob <bob##@example.org>",GB',
      'n/a,none,',
      '4.1555E+09,ä##@münchen.example,',
      '0151 2345##,bad@@x,Atlantis',
      '415-555-01##,"x""y""@z,US',
      ',,',
    ];
    const lines = Array.from({ length: 24_000 }, (_, i) =>
      cells[(i * 7919) % cells.length]!.replaceAll('##', String(i % 90).padStart(2, '0')),
    );
    const list = temporary('list.csv');
    writeFileSync(list, `phone,email,country\n${lines.join('\n')}\n`);
    for (const way of [['normalize'], ['hash', '--profile', 'meta'], ['normalize', '--json']]) {
      const endings = await Promise.all(
        [1, 3].map(async (threads) => {
          const rejected = temporary('rejected.csv');
          const argv = [
            ...way,
            list,
            '--country',
            'US',
            '--country-column',
            'country',
            '--threads',
            `${threads}`,
            '--rejected',
            rejected,
          ];
          return { ...(await veilmatch(argv)), rejected: readFileSync(rejected, 'utf8') };
        }),
      );
      const [one, ...others] = endings;
      expect(one).toMatchObject({
        status: 0,
        stderr: expect.stringMatching(/\d telephone numbers could be read/),
      });
      expect(one!.stdout.split('\n').length).toBeGreaterThan(16_000);
      expect(one!.rejected.split('\n').length).toBeGreaterThan(10_000);
      for (const other of others) {
        // By their digests: where long texts differ, showing it takes minutes.
        for (const part of ['stdout', 'rejected'] as const)
          expect(digest(other[part])).toBe(digest(one![part]));
        expect(other.stderr).toBe(one!.stderr);
      }
    }
  });

  it('ends quietly when its output is closed, as head does', async () => {
    const path = temporary('list.csv');
    writeFileSync(path, `phone\n${'+14155550123\n'.repeat(15_000)}`);
    const child = spawn(process.execPath, [main, 'normalize', path], { stdio: ['ignore', 'pipe', 'pipe'] });
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await statusOf(child)).toBe(0);
    expect(stderr).not.toMatch(/error|EPIPE/);
  });

  it.each([[['--help']], [['reverse', '--help']], [['nonsense']]])(
    'shows no stack when nobody reads what %j prints',
    async (argv) => {
      const child = spawn(process.execPath, [main, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
      const [gone, read] =
        argv[0] === 'nonsense' ? [child.stderr, child.stdout] : [child.stdout, child.stderr];
      gone.destroy();
      let text = '';
      read.on('data', (chunk) => {
        text += chunk;
      });
      expect(await statusOf(child)).toBe(argv[0] === 'nonsense' ? 2 : 0);
      expect(text).toBe('');
    },
  );

  it.skipIf(process.platform === 'win32')('removes what it has begun when it is interrupted', async () => {
    const output = temporary('out.csv');
    const child = spawn(process.execPath, [main, 'normalize', '-', '-o', output], {
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    // It ends before it has read all of it.
    child.stdin.on('error', () => undefined);
    // The file is there from the first rows on.
    child.stdin.write(`phone\n${'+14155550123\n'.repeat(50_000)}`);
    const begun = (): boolean =>
      readdirSync(dirname(output)).some((name) => statSync(join(dirname(output), name)).size > 0);
    while (!begun()) await new Promise((resolve) => setTimeout(resolve, 5));
    child.kill('SIGINT');
    expect(await statusOf(child)).toBe(130);
    expect(readdirSync(dirname(output))).toEqual([]);
  });

  it.skipIf(process.platform === 'win32').each(['SIGINT', 'SIGTERM'] as const)(
    'leaves none of the rows that wait on disk when %s ends it',
    async (signal) => {
      const output = temporary('shared.csv');
      const token = temporary('token');
      writeFileSync(token, `vmt_${'a'.repeat(43)}\n`);
      // Nobody listens there: the list is read first.
      const argv = [
        'connect',
        'ws://127.0.0.1:1',
        '-',
        '--token-file',
        token,
        '-o',
        output,
        '--spill',
        'always',
      ];
      const child = spawn(process.execPath, [main, ...argv], { stdio: ['pipe', 'ignore', 'ignore'] });
      // It ends before it has taken all.
      child.stdin!.on('error', () => {});
      child.stdin!.write(`phone\n${'+14155550123\n'.repeat(20_000)}`);
      const spilled = (): string | undefined =>
        readdirSync(dirname(output)).find((name) => name.startsWith('.veilmatch-'));
      while (spilled() === undefined && child.exitCode === null) {
        await new Promise((resume) => setTimeout(resume, 5));
      }
      expect(spilled()).toBeDefined();
      child.kill(signal);
      expect(await statusOf(child)).toBe(130);
      expect(readdirSync(dirname(output))).toEqual([]);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'goes on with a search that was interrupted, and loses nothing that was found before',
    async () => {
      const numbers = ['+12124567890', '+14155550123', '+16285550199', '+13102345678'];
      const tokens = numbers.map((number) => createHash('sha256').update(number).digest('hex'));
      const input = temporary('tokens.txt');
      writeFileSync(input, tokens.join('\n'));
      const folder = dirname(input);
      const [cursor, output] = [join(folder, 'search.json'), join(folder, 'found.csv')];
      const argv = [
        'reverse',
        input,
        '--country',
        'US',
        '--area-codes',
        '212,310,415,628',
        '--format',
        'e164',
      ];
      argv.push('--cursor', cursor, '--reveal', '-o', output);
      const child = spawn(process.execPath, [main, ...argv], { stdio: 'ignore' });
      while (!existsSync(cursor)) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGINT');
      expect(await statusOf(child)).toBe(130);
      expect(readdirSync(folder).sort()).toEqual(['search.json', 'tokens.txt']);
      expect(statSync(cursor).mode & 0o777).toBe(0o600);
      for (const token of tokens) expect(readFileSync(cursor, 'utf8')).not.toContain(token);

      const { status, stdout } = await veilmatch([...argv, '--json']);
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ targets: 4, recovered: 4, candidates: 4 * 7_920_000 });
      expect(readdirSync(folder).sort()).toEqual(['found.csv', 'tokens.txt']);
      expect(readFileSync(output, 'utf8').trimEnd().split('\n').sort()).toEqual(
        ['token,identifier', ...tokens.map((token, i) => `${token},${numbers[i]}`)].sort(),
      );
    },
  );

  it('names the licence of everything it contains', () => {
    const notices = readFileSync(join(root, 'dist/cli/THIRD-PARTY-NOTICES.txt'), 'utf8');
    expect(notices).toMatch(/^commander \d+\.\d+\.\d+ \(MIT\)$/m);
    expect(notices).not.toContain('libphonenumber');
    expect(readFileSync(main, 'utf8')).not.toMatch(/from ['"](?:libphonenumber-js|@noble)/);
  });
});
