// SPDX-License-Identifier: Apache-2.0
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { run } from '../../src/cli/program.js';
import { COMMANDS, commandsFor } from '../../src/cli/registry.js';
import { registry } from '../../src/compare/registry.js';
import { cli, memoryIo, temporary } from './harness.js';

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const LISTED = ['normalize', 'hash'];

describe('the registry', () => {
  it('has each command under its own name', async () => {
    for (const [name, load] of Object.entries(COMMANDS)) {
      const command = await load(async () => registry);
      expect(command.name).toBe(name);
    }
  });

  it.each([
    [['hash', 'list.csv', '--plain'], ['hash']],
    [['psi', 'request', 'list.csv'], ['psi request']],
    [['serve', '--help'], ['serve']],
  ])('of %j loads that command alone', (argv, names) => {
    expect(commandsFor(argv)).toEqual(names);
  });

  it.each([[[]], [['--help']], [['help', 'hash']], [['psi']], [['psi', 'requst']], [['toString']]])(
    'of %j loads all, to tell of them',
    (argv) => {
      expect(commandsFor(argv)).toEqual(Object.keys(COMMANDS));
    },
  );
});

describe('veilmatch', () => {
  it('prints its version and its help', async () => {
    expect(await cli(['--version'])).toEqual({ status: 0, stdout: `${manifest.version}\n`, stderr: '' });
    const help = await cli(['--help']);
    expect(help).toMatchObject({ status: 0, stderr: '' });
    for (const name of LISTED) expect(help.stdout).toContain(`  ${name} [options]`);
    expect(help.stdout).toContain('Exit status: 0 done');
    expect(help.stdout.replace(/\s+/g, ' ')).toContain('of normalize and hash without -o the rows before it');
  });

  it('prints its help and ends with 2 when it is told nothing', async () => {
    const { status, stdout, stderr } = await cli([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('Usage: veilmatch');
  });

  it.each(LISTED)(
    '%s --help has every option and examples, in lines of at most 120 characters',
    async (name) => {
      const { status, stdout } = await cli([name, '--help']);
      expect(status).toBe(0);
      for (const option of [
        '--country',
        '--column',
        '--strict',
        '--json',
        '--output',
        '--rejected',
        '--assigned',
      ]) {
        expect(stdout).toContain(option);
      }
      expect(stdout).toContain('Examples:');
      expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
      expect((await cli(['help', name])).stdout).toBe(stdout);
    },
  );

  it('understands every example in its help', async () => {
    const examples: string[] = [];
    for (const argv of [['--help'], ...[...LISTED, 'reverse'].map((name) => [name, '--help'])]) {
      const { stdout } = await cli(argv);
      examples.push(...[...stdout.matchAll(/^ {2}.*?(veilmatch .*)$/gm)].map(([, line]) => line!));
    }
    const lists = examples.filter((line) => !line.includes('--help') && !line.includes('[options]'));
    expect(lists.length).toBeGreaterThan(6);
    for (const line of lists) {
      const argv = [...line.matchAll(/(?:"[^"]*"|[^\s"])+/g)]
        .slice(1)
        .map(([word]) => word.replaceAll('"', ''));
      // The files of the examples are not there, which is found out after the options were understood.
      const { status, stderr } = await cli(argv);
      expect(`${line}: ${status} ${stderr}`).toMatch(/: 3 error: (?:Cannot read|standard input is empty)/);
    }
  });

  it.each([
    [['nomalize', 'x'], /unknown command 'nomalize'\n\(Did you mean normalize\?\)/],
    [['normalize'], /missing required argument 'file'\nTry: veilmatch normalize --help/],
    [['normalize', 'a', 'b'], /too many arguments.*a pattern in quotes.*'part-\*\.csv'/s],
    [['normalize', 'a', '--contry', 'US'], /unknown option '--contry'\n\(Did you mean --country\?\)/],
    [['normalize', 'a', '--country', 'UK'], /'UK' is invalid. Give two letters.*GB \(not UK\)/],
    [['normalize', 'a', '--column', 'tel'], /Give NAME=phone, NAME=email or NAME=opaque/],
    [['normalize', 'a', '--column', 'tel=fax'], /Give NAME=phone, NAME=email or NAME=opaque/],
    [['normalize', 'a', '--delimiter', '||'], /Give one character, or tab/],
    [['normalize', 'a', '--charset', 'none'], /Give a name such as utf-8/],
    [['normalize', 'a', '-o'], /argument missing/],
  ])('%j ends with 2 and says what to do', async (argv, message) => {
    const { status, stdout, stderr } = await cli(argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('ends with 2 for a column that the file does not have, and lists those it has', async () => {
    const { status, stderr } = await cli(['normalize', '-', '--column', 'fax=phone'], {
      stdin: 'id,phone\n1,2\n',
    });
    expect(status).toBe(2);
    expect(stderr).toBe(
      'error: standard input has no column "fax". It has column 1 "id", column 2 "phone". ' +
        'Give one of them, or its number from 1.\n',
    );
  });

  it.each([
    ['a file that is not there', ['/none/list.csv'], '', 'there is no such file'],
    ['a folder', [tmpdir()], '', 'it is a folder'],
    ['an empty file', ['-'], '', 'standard input is empty'],
    [
      'encodings that are mixed',
      ['-'],
      Buffer.from('phone,name\n1,Zo\xeb\n2,Zoë\n', 'latin1'),
      'not valid UTF-8 at byte 15',
    ],
    ['UTF-16 without a mark', ['-'], Buffer.from('phone\n', 'utf16le'), 'UTF-16 without a byte order mark'],
    [
      'an output in a folder that is not there',
      ['-', '-o', '/none/out.csv'],
      'phone\n',
      'Cannot write /none/out.csv',
    ],
  ])('ends with 3 for %s, in one line', async (_, argv, stdin, message) => {
    const { status, stdout, stderr } = await cli(['normalize', ...argv], { stdin });
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toMatch(/^error: [^\n]*\n$/);
    expect(stderr).toContain(message);
  });

  it('takes a header with nothing below it for an empty list', async () => {
    expect(await cli(['normalize', '-'], { stdin: 'phone\n' })).toMatchObject({
      status: 0,
      stdout: 'line,phone\n',
    });
  });

  it('writes nothing when the list turns out to be broken at its end', async () => {
    const input = temporary('list.csv');
    const output = join(dirname(input), 'out.csv');
    writeFileSync(input, `phone\n${'+14155550123\n'.repeat(50_000)}\0+14155550123`);
    writeFileSync(output, 'from yesterday');
    // From the sources there is no worker file.
    const files = ['-o', output, '--rejected', join(dirname(input), 'rejected.csv')];
    const argv = ['normalize', input, '--threads', '1', ...files];
    expect(await cli(argv)).toMatchObject({ status: 3, stderr: expect.stringContaining('zero bytes') });
    expect(readFileSync(output, 'utf8')).toBe('from yesterday');
    expect(readdirSync(dirname(input)).sort()).toEqual(['list.csv', 'out.csv']);
  });

  it('does not write over its input', async () => {
    const input = temporary('list.csv');
    writeFileSync(input, 'phone\n+14155550123\n');
    for (const options of [
      ['-o', input],
      ['--rejected', input],
    ]) {
      expect(await cli(['normalize', input, ...options])).toMatchObject({
        status: 2,
        stderr: expect.stringContaining('is also the input'),
      });
    }
    expect(readFileSync(input, 'utf8')).toBe('phone\n+14155550123\n');
  });

  it('ends quietly when the reader of its output has gone', async () => {
    const stdout = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' })),
    });
    const { io, stderr } = memoryIo({ stdin: `phone\n${'+14155550123\n'.repeat(5000)}` });
    expect(await run(['normalize', '-', '--strict'], { ...io, stdout })).toBe(0);
    expect(stderr()).not.toContain('error');
  });

  it('stops when it is told to while it waits for input, and leaves nothing behind', async () => {
    const output = temporary('out.csv');
    const controller = new AbortController();
    const stdin = new Readable({ read() {} });
    stdin.push('phone\n+14155550123\n');
    const running = cli(['normalize', '-', '-o', output], { stdin, signal: controller.signal });
    while (readdirSync(dirname(output)).length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    controller.abort();
    expect(await running).toEqual({ status: 130, stdout: '', stderr: '' });
    expect(readdirSync(dirname(output))).toEqual([]);
  });

  it('stops when it is told to while it works', async () => {
    const controller = new AbortController();
    const stdin = `phone,email\n${'+14155550123,ada@example.com\n'.repeat(12_000)}`;
    for (const options of [['--profile', 'meta'], ['--plain']]) {
      const { io } = memoryIo({ stdin, signal: controller.signal });
      // The note about the columns is written between the reading and the work.
      const stderr = Object.assign(
        new Writable({
          write(_chunk, _encoding, done) {
            controller.abort();
            done();
          },
        }),
        { isTTY: false },
      );
      expect(await run(['hash', '-', ...options], { ...io, stderr })).toBe(130);
    }
  });

  it('shows no stack and no foreign message', async () => {
    const stdin = new Readable({
      read() {
        this.destroy(new TypeError('+14155550123'));
      },
    });
    const { status, stderr } = await cli(['normalize', '-'], { stdin });
    expect(status).toBe(3);
    expect(stderr).toBe(
      'error: something unforeseen went wrong (TypeError). Please report it, without your list.\n',
    );
  });

  it('does not call numbers safe that no attack has looked for', async () => {
    const list = temporary('list.csv');
    const partner = temporary('partner.csv');
    writeFileSync(list, 'phone\n+1 415 555 0123\n');
    writeFileSync(partner, 'phone\n+1 628 555 0177\n');
    const attack = ['--country', 'US', '--area-codes', '415555', '--protocols', 'plain', '--json'];
    const plain = await cli(['compare', list, partner, ...attack.slice(0, -1)]);
    // None of the partner's numbers is in the plan.
    expect(plain.stdout).toMatch(/^plain .* 0 of 0 +-$/m);
    const { protocols } = JSON.parse((await cli(['compare', list, partner, ...attack])).stdout);
    expect(protocols[0].attacks.partner).toMatchObject({ answersTried: 0 });
  });

  it('never prints a value of the list in a message', async () => {
    const value = fc.oneof(
      fc.stringMatching(/^[2-9]\d{9}$/),
      fc.stringMatching(/^\+1 [2-9]\d\d [2-9]\d\d \d{4}$/),
      fc.stringMatching(/^[a-z]{8,12}@[a-z]{8}\.(com|org)$/),
      fc.stringMatching(/^[a-z]{8,12}@@[a-z]{8}\.com$/),
      fc.stringMatching(/^\d\.\d{5,8}E\+0?9$/),
      fc.stringMatching(/^"[a-z]{9,12}"?[a-z]{8}$/),
    );
    const row = fc.array(
      fc.oneof({ weight: 9, arbitrary: value }, { weight: 1, arbitrary: fc.constant('') }),
      {
        minLength: 2,
        maxLength: 3,
      },
    );
    const header = fc.constantFrom('', 'phone,email\n', 'a,b,c\n', '\n\n');
    const options = fc.constantFrom(
      ['normalize', '-', '--strict'],
      ['normalize', '-', '--country', 'US', '--column', '1=phone'],
      ['normalize', '-', '--header', '--column', 'fax=phone'],
      ['normalize', '-', '--header'],
      ['hash', '-', '--plain', '--country-column', '2', '--column', '1=email'],
      ['hash', '-', '--profile', 'meta', '--no-header'],
    );
    await fc.assert(
      fc.asyncProperty(
        header,
        fc.array(row, { minLength: 1, maxLength: 6 }),
        options,
        async (first, rows, argv) => {
          const stdin = first + rows.map((cells) => `${cells.join(',')}\n`).join('');
          const { stderr } = await cli(argv, { stdin });
          for (const cell of rows.flat()) {
            if (cell !== '') expect(stderr).not.toContain(cell.replaceAll('"', ''));
          }
        },
      ),
    );
  });
});
