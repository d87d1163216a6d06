// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import type { Options } from 'tsup';

type BuildPlugin = NonNullable<Options['esbuildPlugins']>[number];

/** A bundle imports the library's modules from where they lie in dist, beside its own folder. */
const libraryStaysOutside: BuildPlugin = {
  name: 'library-stays-outside',
  setup(build) {
    build.onResolve({ filter: /^\.\.\// }, ({ path, importer }) =>
      /[\\/]src[\\/][^\\/]+[\\/][^\\/]+$/.test(importer) ? { path, external: true } : undefined,
    );
  },
};

/** What a package of Node's asks for with `require`, asked for at run time: no bundler sees a Node module. */
const builtinsAtRunTime: BuildPlugin = {
  name: 'builtins-at-run-time',
  setup(build) {
    build.onResolve({ filter: /^[a-z_]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path, namespace: 'builtin' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}');`,
    }));
  },
};

/** The different licences that these files begin with, for a package that has no file of its own for them. */
function headersOf(files: readonly string[]): string {
  const headers = files.map((file) => /^(?:\/\/.*\n)+/.exec(readFileSync(file, 'utf8'))?.[0] ?? '');
  return [...new Set(headers.filter((header) => header.includes('Copyright')))]
    .map((header) => header.replace(/^\/\/ ?/gm, '').trim())
    .join('\n\n');
}

/** The licences of the packages that a bundle contains, beside it. */
const thirdPartyNotices = (file: string): BuildPlugin => ({
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
        const files = Object.keys(metafile?.inputs ?? {}).filter((path) => path.startsWith(`${folder}/`));
        const text = file === undefined ? headersOf(files) : readFileSync(join(folder, file), 'utf8').trim();
        if (text === '') throw new Error(`${name} is bundled and has no licence to pass on.`);
        return `${name} ${version} (${license})\n\n${text}\n`;
      });
      const folder = join('dist', dirname(file));
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, 'THIRD-PARTY-NOTICES.txt'),
        `${basename(file)} contains these packages:\n\n${notices.join(`\n${'-'.repeat(80)}\n\n`)}`,
      );
    });
  },
});

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
      '!src/wire/generated/**',
      '!src/wire/messages.ts',
      '!src/transport/ws.ts',
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
        'transport/index': 'src/transport/index.ts',
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
    // The messages of the wire format carry the protobuf runtime and the generated code with them.
    entry: { 'wire/messages': 'src/wire/messages.ts' },
    bundle: true,
    platform: 'neutral',
    esbuildPlugins: [libraryStaysOutside, thirdPartyNotices('wire/messages.js')],
  },
  {
    ...shared,
    entry: { 'transport/ws': 'src/transport/ws.ts' },
    bundle: true,
    platform: 'node',
    // Two packages that make ws a little faster where they are installed; it asks for them in vain.
    external: ['bufferutil', 'utf-8-validate'],
    esbuildPlugins: [builtinsAtRunTime, thirdPartyNotices('transport/ws.js')],
  },
  {
    ...shared,
    // The command is one file that carries its devDependencies (CSV parser, argument parser) with it.
    entry: { 'cli/main': 'src/cli/main.ts' },
    bundle: true,
    platform: 'node',
    // Native code, and asked for only where somebody installed it.
    external: ['@duckdb/node-api'],
    esbuildPlugins: [libraryStaysOutside, thirdPartyNotices('cli/main.js')],
    // commander is CommonJS and asks for Node's own modules with require.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  },
];

export default config;
