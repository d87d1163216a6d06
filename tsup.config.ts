// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from 'tsup';

type BuildPlugin = NonNullable<Options['esbuildPlugins']>[number];

/** The command imports the library's modules from where they lie in dist, beside its own folder. */
const libraryStaysOutside: BuildPlugin = {
  name: 'library-stays-outside',
  setup(build) {
    build.onResolve({ filter: /^\.\.\// }, ({ path, importer }) =>
      /[\\/]src[\\/]cli[\\/][^\\/]+$/.test(importer) ? { path, external: true } : undefined,
    );
  },
};

/** The licences of the packages that a bundle contains, beside it. */
const thirdPartyNotices: BuildPlugin = {
  name: 'third-party-notices',
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd(({ metafile }) => {
      const folders = new Set(
        Object.keys(metafile?.inputs ?? {}).flatMap(
          (file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [],
        ),
      );
      const notices = [...folders].sort().map((folder) => {
        const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
        const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
        if (file === undefined) throw new Error(`${name} is bundled and has no licence file to pass on.`);
        return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
      });
      mkdirSync('dist/cli', { recursive: true });
      writeFileSync(
        'dist/cli/THIRD-PARTY-NOTICES.txt',
        `main.js contains these packages:\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`,
      );
    });
  },
};

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
    entry: [
      'src/**/*.ts',
      '!src/cli/**',
      '!src/kernel/assembly/**',
      '!src/group/worker.ts',
      '!src/**/*.d.ts',
    ],
    bundle: false,
    dts: {
      entry: {
        index: 'src/index.ts',
        'identifiers/index': 'src/identifiers/index.ts',
        'hashing/index': 'src/hashing/index.ts',
        'group/index': 'src/group/index.ts',
        'oprf/index': 'src/oprf/index.ts',
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
    esbuildPlugins: [libraryStaysOutside, thirdPartyNotices],
    // commander is CommonJS and asks for Node's own modules with require.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  },
];

export default config;
