// SPDX-License-Identifier: Apache-2.0
import { configDefaults, type ViteUserConfig, type ViteUserConfigFnObject } from 'vitest/config';

/**
 * What a test needs decides to which project it belongs, and where it lies says so. What is named nowhere here is `unit`:
 * it imports from src, and needs neither the build nor a browser nor another engine.
 */
export const NEEDS: Readonly<Record<'packed' | 'browser' | 'matrix', readonly string[]>> = {
  /** The build, or the package as it is packed and installed: documents, benches, processes of the tool, its worker files. */
  packed: [
    'test/{docstrings,documents,figures,names}.test.ts',
    'test/bench/*.test.ts',
    'test/package/{bundled,bundles,installed}.test.ts',
    'test/interop/{python,worker}.test.ts',
    'test/cli/{built,faults,file-faults,machines}.test.ts',
    'test/datasets/{kills,large}.test.ts',
    'test/transport/file-ledger.test.ts',
    'test/{*,psi/ot}/{parallel,workers}.test.ts',
  ],
  /** A Chromium. */
  browser: ['test/browser/{pages,reports}.test.ts', 'test/*/browser.test.ts'],
  /** Other engines than the one that runs the tests. */
  matrix: ['test/*/{engines,runtimes}.test.ts'],
};

/** Unit tests that put something else in the place of a module (`vi.mock`), which others must not find there. */
export const MOCKING: readonly string[] = [
  'test/group/checked.test.ts',
  'test/psi/{replies,turns}.test.ts',
  'test/psi/ot/lanes.test.ts',
  'test/lists/duckdb-absent.test.ts',
];

const needy = Object.entries(NEEDS);

const config: ViteUserConfig = {
  test: {
    setupFiles: ['test/support/state-home.ts', 'test/support/equal-bytes.ts', 'test/support/properties.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // In CI a test gets a second attempt, on a machine that others use too, and .ci/run ends with every test that needed one. A
    // property that found a counterexample gets none: the next draw would hide it.
    retry: process.env.CI ? { count: 1, condition: /^(?!Property failed)/ } : 0,
    // Every core takes files: by default one is kept free, which on two cores is half of them.
    maxWorkers: '100%',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...MOCKING, ...needy.flatMap(([, include]) => include)],
          // Processes and what they have loaded are shared: for each file anew, that takes as long as most of its tests.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'unit-mocking', include: [...MOCKING] } },
      ...needy.map(([name, include]) => ({
        extends: true as const,
        test: { name, include: [...include], globalSetup: ['test/support/built.ts'] },
      })),
    ],
  },
};

const configured: ViteUserConfigFnObject = ({ mode }) => {
  // For test/support/effort.ts, in whatever process: projects read this once more, and are told of no mode.
  process.env.QUICK ??= mode === 'quick' ? '1' : '';
  return config;
};

export default configured;
