// SPDX-License-Identifier: Apache-2.0
/** The scripts that shells complete by, as far as the shells are here. */

import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { jobCommands } from '../../src/cli/registry.js';
import { registry } from '../../src/compare/registry.js';
import { cli, temporary } from './harness.js';

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;
const scriptFor = async (shell: string): Promise<string> => {
  const { status, stdout, stderr } = await cli(['completion', shell]);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
};

it.each(['bash', 'zsh', 'fish'])('the script for %s knows every command and flag', async (shell) => {
  const script = await scriptFor(shell);
  for (const { name, options } of await jobCommands(async () => registry)) {
    expect(script).toContain(name.split(' ').at(-1));
    for (const { long } of options)
      expect(script).toContain(shell === 'fish' ? `-l ${long!.slice(2)}` : long);
  }
});

it('refuses a shell that it does not know', async () => {
  const { status, stderr } = await cli(['completion', 'tcsh']);
  expect([status, stderr]).toEqual([2, 'error: Give one of bash, zsh, fish.\n']);
});

describe.runIf(has('bash'))('bash', () => {
  let script: string;
  beforeEach(async () => {
    script = temporary('completion.bash');
    writeFileSync(script, await scriptFor('bash'));
  });

  /** What is offered for the last word of a line, by bash's own compgen. */
  const offered = (...line: string[]): string[] => {
    const words = line.map((word) => `'${word}'`).join(' ');
    const program = `. '${script}'; COMP_WORDS=(veilmatch ${words}); COMP_CWORD=${line.length}; _veilmatch; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-c', program], {
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    return stdout.split('\n').filter(Boolean);
  };

  it('completes commands, groups, flags and the words behind flags', () => {
    expect(offered('no')).toEqual(['normalize']);
    expect(offered('ps')).toEqual(['psi']);
    expect(offered('psi', 're')).toEqual(['request', 'respond']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(offered('connect', 'wss://h', '--token')).toEqual(['--token-file']);
    expect(offered('psi', 'finish', '--state-')).toEqual(['--state-key-file']);
    expect(offered('connect', '--role', '')).toEqual(['receiver', 'sender']);
    expect(offered('connect', '--role', '=', 'r')).toEqual(['receiver']);
    expect(offered('hash', '--profile', 'met')).toEqual(['meta']);
  });

  it('leaves names of files to bash, and offers nothing where anything may stand', () => {
    expect(offered('hash', 'cust')).toEqual([]);
    expect(offered('hash', '--key-file', '')).toEqual([]);
    expect(offered('hash', '--campaign', '')).toEqual([]);
  });
});

describe.each(['zsh', 'fish'])('%s', (shell) => {
  it.runIf(has(shell))('can read its script', async () => {
    const path = temporary(`completion.${shell}`);
    writeFileSync(path, await scriptFor(shell));
    const { status, stderr } = spawnSync(shell, ['-n', path], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
  });
});
