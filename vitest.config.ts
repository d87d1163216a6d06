// SPDX-License-Identifier: Apache-2.0
import { configDefaults, type TestProjectConfiguration, type ViteUserConfig } from 'vitest/config';

/**
 * What a test needs decides to which project it belongs, and where it lies says so. What is named nowhere here is `unit`:
 * it imports from src, and needs neither the build nor a browser nor another engine.
 */
export const NEEDS: Readonly<Record<'packed' | 'browser' | 'matrix', readonly string[]>> = {
  /** The build, or the package as it is packed and installed: documents, benches, processes of the tool, its worker files. */
  packed: [
    'test/{documents,figures,names}.test.ts',
    'test/{bench,package}/**/*.test.ts',
    'test/interop/python.test.ts',
    'test/cli/{built,faults,machines}.test.ts',
    'test/*/{parallel,workers}.test.ts',
  ],
  /** A Chromium. */
  browser: ['test/browser/pages.test.ts', 'test/*/browser.test.ts'],
  /** Other engines than the one that runs the tests. */
  matrix: ['test/*/{engines,runtimes}.test.ts'],
};

const { packed, browser, matrix } = NEEDS;

/** A project of the tests that match, and match nothing that the others are for. */
const project = (
  name: string,
  include: readonly string[],
  exclude: readonly string[],
  built: boolean,
): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    include: [...include],
    exclude: [...configDefaults.exclude, ...exclude],
    globalSetup: built ? ['test/support/built.ts'] : [],
  },
});

const config: ViteUserConfig = {
  test: {
    setupFiles: ['test/support/state-home.ts', 'test/support/equal-bytes.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Every core takes files: by default one is kept free, which on two cores is half of them.
    maxWorkers: '100%',
    projects: [
      project('unit', ['test/**/*.test.ts'], [...packed, ...browser, ...matrix], false),
      project('packed', packed, [...browser, ...matrix], true),
      project('browser', browser, [], true),
      project('matrix', matrix, [], true),
    ],
  },
};

export default config;
