// SPDX-License-Identifier: Apache-2.0
/** What somebody new reads first: help, and the answer to a command line that is none. */

import { describe, expect, it } from 'vitest';
import { cli } from './harness.js';

const COMMANDS = [
  ...['normalize', 'hash', 'compare', 'reverse', 'budget', 'token', 'serve', 'connect', 'key', 'worker'],
  ...['psi', 'psi request', 'psi respond', 'psi finish'],
  ...[
    'pair',
    'pair salt',
    'pair key',
    'pair hash',
    'pair encrypt',
    'pair reencrypt',
    'pair match',
    'pair decrypt',
  ],
];

it.each(['--strict', '--assigned'])('%s means one thing in every command that has it', async (flag) => {
  const helps = await Promise.all(
    COMMANDS.map(async (command) => (await cli([...command.split(' '), '--help'])).stdout),
  );
  const meanings = helps.flatMap((help) => {
    const [, meaning] = new RegExp(`^ +${flag} +((?:.|\\n {20,})*)`, 'm').exec(help) ?? [];
    return meaning === undefined ? [] : [meaning.replace(/\s+/g, ' ').trim()];
  });
  expect(meanings.length).toBeGreaterThan(2);
  expect(new Set(meanings).size).toBe(1);
});

describe.each(COMMANDS)('%s', (command) => {
  const argv = command.split(' ');

  it('says in its help what it does, what is required, and how it is used', async () => {
    const { status, stdout, stderr } = await cli([...argv, '--help']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: veilmatch .*\n\n[A-Z].*\.\n/);
    expect(stdout).toMatch(/^Examples?:\n {2}.*veilmatch /m);
  });

  it('fits the terminal, but for what is to be copied', async () => {
    for (const columns of [60, 80, 200]) {
      const { stdout } = await cli([...argv, '--help'], { terminal: true, columns });
      const flowing = stdout
        .split('\n\n')
        .flatMap((part) => part.split('\n').filter((line) => part.startsWith('Options:') || /^\S/.test(line)))
        .filter((line) => !line.startsWith('Usage:'));
      const longest = Math.max(...flowing.map((line) => line.length));
      expect(longest).toBeLessThanOrEqual(Math.min(columns, 100));
      expect(longest).toBeGreaterThan(Math.min(columns, 100) / 2);
    }
  });

  it('points to its help after a wrong option', async () => {
    const { status, stdout, stderr } = await cli([...argv, '--nonsense']);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(`Try: veilmatch ${command} --help`);
  });
});

describe('veilmatch', () => {
  it('marks the options that cannot be left out', async () => {
    const { stdout } = await cli(['psi', 'request', '--help'], { columns: 100 });
    expect(stdout).toMatch(/--key <FILE> .*\(required\)/);
    expect(stdout).not.toMatch(/--days <N> .*\(required\)/);
  });

  it.each([
    [['servve'], /unknown command 'servve'\n\(Did you mean serve\?\)\nTry: veilmatch --help/],
    [['frobnicate'], /unknown command 'frobnicate'\nTry: veilmatch --help/],
    [['--verison'], /unknown option '--verison'\n\(Did you mean --version\?\)/],
    [['psi', 'requst'], /\(Did you mean request\?\)\nTry: veilmatch psi --help/],
    [['psi'], /Usage: veilmatch psi/],
  ])('%j ends with 2 and points to what was meant', async (argv, message) => {
    const { status, stdout, stderr } = await cli(argv);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });
});
