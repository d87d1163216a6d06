// SPDX-License-Identifier: Apache-2.0
import type { ViteUserConfig } from 'vitest/config';

const config: ViteUserConfig = {
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/support/state-home.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Every core takes files: by default one is kept free, which on two cores is half of them.
    maxWorkers: '100%',
  },
};

export default config;
