// SPDX-License-Identifier: Apache-2.0
import type { Options } from 'tsup';

const shared: Options = {
  format: 'esm',
  target: 'es2022',
  outDir: 'dist',
  sourcemap: false,
  // Both configurations write to one folder side by side, so neither may clean it; `npm run build` does.
  clean: false,
};

const config: Options[] = [
  {
    ...shared,
    // The library is transpiled file by file: dist mirrors src, a worker's URL is right relative to the module
    // that starts it, and a bundler sees the modules as they were written.
    entry: ['src/**/*.ts', '!src/cli/**', '!src/kernel/assembly/**', '!src/group/worker.ts'],
    bundle: false,
    dts: {
      entry: {
        index: 'src/index.ts',
        'identifiers/index': 'src/identifiers/index.ts',
        'hashing/index': 'src/hashing/index.ts',
        'group/index': 'src/group/index.ts',
        'psi/index': 'src/psi/index.ts',
        'attack/index': 'src/attack/index.ts',
        'protocols/index': 'src/protocols/index.ts',
      },
    },
  },
  {
    ...shared,
    // A worker is started by its address, where no import map and no bundler may be around: one file with all in it.
    entry: { 'group/worker': 'src/group/worker.ts' },
    bundle: true,
    noExternal: [/.*/],
    platform: 'neutral',
    dts: true,
  },
  {
    ...shared,
    // The command is one file that carries its devDependencies (CSV parser, argument parser) with it.
    entry: { 'cli/main': 'src/cli/main.ts' },
    bundle: true,
    platform: 'node',
  },
];

export default config;
