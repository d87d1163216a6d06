// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const bench = new URL('../../bench/', import.meta.url);
const names = readdirSync(new URL('cases', bench), { recursive: false })
  .map(String)
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.replace('.js', ''));

function run(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [fileURLToPath(new URL('run.js', bench)), ...args], {
    encoding: 'utf8',
  });
}

describe('the bench runner', () => {
  test('--help lists every case', () => {
    const { status, stdout } = run('--help');
    expect(status).toBe(0);
    for (const name of names) expect(stdout).toContain(name);
  });

  test('an unknown name or option is an error of usage that lists the cases', () => {
    for (const wrong of ['no-such-case', '--no-such-option', '--sizes=1e6', '--sizes=10,,2']) {
      const { status, stdout, stderr } = run(wrong, '--quick');
      expect(status).toBe(2);
      expect(stdout).toBe('');
      for (const name of names) expect(stderr).toContain(name);
    }
  });
});

test.each(names)('case %s says what it is', async (name) => {
  const { default: each } = await import(new URL(`cases/${name}.js`, bench).href);
  expect(each.name).toBe(name);
  expect(each.description).toMatch(/^.{10,100}$/);
  expect(each.run).toBeTypeOf('function');
});
