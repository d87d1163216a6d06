// SPDX-License-Identifier: Apache-2.0
/**
 * The suites of the group again, under V8's baseline compiler alone and under other release lines of Node, which npm
 * brings; where it cannot, the test is skipped and says so. SLOW=1 or CI=true runs them.
 */

import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { nodeOfMajor } from '../../bench/engines.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MAJORS = [20, 22, 24, 26];
const FILES = ['test/group/wasm.test.ts', 'test/group/properties.test.ts', 'test/kernel/field.test.ts'];
const MINUTES = 60_000;
const { SLOW, CI } = process.env;

/** Runs the suites in a vitest of their own; fails with what it printed. */
function runSuites(program: string, ...options: string[]): void {
  const { SLOW: _, CI: _____, VITEST: __, VITEST_POOL_ID: ___, VITEST_WORKER_ID: ____, ...env } = process.env;
  const argv = ['node_modules/vitest/vitest.mjs', 'run', ...FILES, ...options];
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd: root, env, encoding: 'utf8' });
  expect(status, `${stdout}\n${stderr}`).toBe(0);
  expect(stdout).not.toMatch(/no tests/i);
}

describe.runIf(SLOW || CI)('the group', () => {
  test('under the baseline compiler alone', { timeout: 5 * MINUTES }, () => {
    runSuites(process.execPath, '--execArgv=--liftoff-only');
  });

  test.each(MAJORS)('under Node %i', { timeout: 5 * MINUTES }, (major) => {
    let program: string;
    try {
      program = nodeOfMajor(major);
    } catch {
      console.warn(`SKIPPED: npm cannot bring Node ${major} here.`);
      return;
    }
    const version = execFileSync(program, ['--version'], { encoding: 'utf8' });
    expect(version.startsWith(`v${major}.`)).toBe(true);
    runSuites(program);
  });
});
