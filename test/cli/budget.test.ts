// SPDX-License-Identifier: Apache-2.0
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { numberingPlan } from '../../src/attack/index.js';
import { daysToEnumerate, defaultContactPolicy, defaultPolicy } from '../../src/psi/index.js';
import { cli, temporary } from './harness.js';

async function days(...argv: string[]): Promise<number | null> {
  const { status, stdout, stderr } = await cli(['budget', ...argv, '--json']);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return JSON.parse(stdout).days;
}

function policyFile(policy: unknown): string {
  const path = temporary('policy.json');
  writeFileSync(path, typeof policy === 'string' ? policy : JSON.stringify(policy));
  return path;
}

describe('veilmatch budget', () => {
  it('prints what the library says of a plan under the defaults', async () => {
    const { size } = numberingPlan('US', { areaCodes: ['415'] });
    const area = ['--country', 'US', '--area-codes', '415'];
    expect(await days(...area)).toBe(daysToEnumerate(defaultPolicy, size));
    expect(await days(...area, '--for', 'contacts')).toBe(daysToEnumerate(defaultContactPolicy, size));
    const { stdout } = await cli(['budget', ...area, '--for', 'contacts']);
    expect(stdout).toContain(`${size.toLocaleString('en-US')} numbers`);
    expect(stdout).toContain('In any 720 hours: at most 300 runs, at most 20,000 elements.');
    expect(stdout).toMatch(/One peer needs at least [\d,.]+ days \(\d+ years\)/);
  });

  it('says of each limit whom it binds', async () => {
    const { stdout } = await cli(['budget', '--country', 'SG']);
    expect(stdout).toContain('Binds the partner whatever it runs: largestSet, largestRatio, budgets.\n');
    expect(stdout).toMatch(/^Binds only an honest partner, .*: smallestCountedSet\.$/m);
    const open = await cli(['budget', '--country', 'SG', '--policy', policyFile({ budgets: [] })]);
    expect(open.stdout).not.toContain('Binds');
  });

  it('takes a policy from a file, and the size of the sender’s set', async () => {
    const path = policyFile({ largestRatio: 2, budgets: [{ hours: 24, runs: 1 }] });
    const { size } = numberingPlan('SG');
    expect(await days('--country', 'SG', '--policy', path, '--own-size', '50000')).toBe(
      Math.ceil(size / 100_000) - 1,
    );
  });

  it('says so where nothing is stopped, or nothing allowed', async () => {
    const open = await cli(['budget', '--country', 'SG', '--policy', policyFile({ budgets: [] })]);
    expect(open.stdout).toContain('may have any size');
    expect(open.stdout).toContain('this policy does not stop it');
    const closed = policyFile({ budgets: [{ hours: 1, elements: 0 }] });
    expect(await days('--country', 'SG', '--policy', closed)).toBeNull();
    expect((await cli(['budget', '--country', 'SG', '--policy', closed])).stdout).toContain(
      'Nothing is allowed',
    );
  });

  it.each([
    ['no JSON', '{', 'is not JSON'],
    ['no policy', '[]', 'A policy must be an object'],
    ['an unknown limit', '{"budgets":[],"largest":1}', 'nothing else'],
    ['a whole list', `"${'x'.repeat(70_000)}"`, 'too long'],
  ])('ends with 3 for a file with %s', async (_, text, message) => {
    const { status, stdout, stderr } = await cli(['budget', '--country', 'SG', '--policy', policyFile(text)]);
    expect({ status, stdout }).toEqual({ status: 3, stdout: '' });
    expect(stderr).toContain(message);
  });

  it.each([
    [[]],
    [['--country', 'XX']],
    [['--country', 'US', '--own-size', 'x']],
    [['--country', 'US', '--for', 'all']],
  ])('ends with 2 for %j', async (argv) => {
    expect((await cli(['budget', ...argv])).status).toBe(2);
  });

  it('has examples that it understands', async () => {
    const { stdout } = await cli(['budget', '--help']);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
    const path = policyFile({ budgets: [] });
    const examples = [...stdout.matchAll(/^ {2}veilmatch (.*)$/gm)].map(([, line]) => line!);
    expect(examples.length).toBe(3);
    for (const line of examples) {
      const argv = line.split(' ').map((word) => (word === 'policy.json' ? path : word));
      expect((await cli(argv)).status).toBe(0);
    }
  });
});
