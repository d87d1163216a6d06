// SPDX-License-Identifier: Apache-2.0
/**
 * The suites of the group again, under V8's baseline compiler alone and under other release lines of Node, which npm
 * brings; where it cannot, the test is skipped and says so. Under the running one they are tests like all others. CI=true runs
 * them as a quick run does, SLOW=1 in full, side by side.
 */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nodeOfMajor } from '../../bench/engines.js';
import { run } from '../package/packed.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MAJORS = [20, 22, 24, 26].filter((major) => !process.versions.node.startsWith(`${major}.`));
const FILES = ['test/group/wasm.test.ts', 'test/group/properties.test.ts', 'test/kernel/field.test.ts'];
const MINUTES = 60_000;
const { SLOW, CI } = process.env;

/** What the suites print in a vitest of their own, which has one process. */
async function suites(program: string, ...options: string[]): Promise<{ status: number; printed: string }> {
  const { SLOW: _, CI: _____, VITEST: __, VITEST_POOL_ID: ___, VITEST_WORKER_ID: ____, ...env } = process.env;
  const argv = ['node_modules/vitest/vitest.mjs', 'run', ...FILES, '--project=unit', '--maxWorkers=1'];
  // As often as they otherwise do, properties draw under the running engine: here compilers are tried.
  const effort = { QUICK: SLOW ? '' : '1' };
  const { status, stdout, stderr } = await run(program, [...argv, ...options], root, { ...env, ...effort });
  return { status, printed: `${stdout}\n${stderr}` };
}

const PASSED = {
  status: 0,
  printed: expect.stringMatching(new RegExp(`Test Files .*${FILES.length} passed`)),
};

describe.runIf(SLOW || CI).concurrent('the group', { timeout: 10 * MINUTES }, () => {
  test('under the baseline compiler alone', async () => {
    expect(await suites(process.execPath, '--execArgv=--liftoff-only')).toEqual(PASSED);
  });

  test.each(MAJORS)('under Node %i', async (major) => {
    let program: string;
    try {
      program = nodeOfMajor(major);
    } catch {
      console.warn(`SKIPPED: npm cannot bring Node ${major} here.`);
      return;
    }
    const version = execFileSync(program, ['--version'], { encoding: 'utf8' });
    expect(version.startsWith(`v${major}.`)).toBe(true);
    expect(await suites(program)).toEqual(PASSED);
  });
});
