// SPDX-License-Identifier: Apache-2.0
/** What each subpath brings into a browser's bundle, as two bundlers make it. */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, transform } from 'esbuild';
import { build as viteBuild } from 'vite';
import { describe, expect, it } from 'vitest';
import { root, specifiers } from './packed.js';

/** Lists as files are read on Node. */
const modules = specifiers.filter((specifier) => !/\.json$|\/(?:lists|datasets)$/.test(specifier));

interface Bundle {
  readonly code: string;
  readonly metafile: Metafile;
}

/** esbuild takes no Node module for a browser: a bundle that needs one is not made. */
async function bundle(code: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    absWorkingDir: root,
    bundle: true,
    format: 'esm',
    platform: 'browser',
    minify: true,
    metafile: true,
    write: false,
    logLevel: 'silent',
    // The repository's own configuration maps the package to its sources.
    tsconfigRaw: {},
  });
  return { code: outputFiles[0]!.text, metafile };
}

/** The packages that a bundle was made from. */
function packagesOf({ metafile }: Bundle): string[] {
  const names = Object.keys(metafile.inputs).map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path.split('/')[0]!,
  );
  return [...new Set(names)].filter((name) => name !== '<stdin>').sort();
}

const everything = (specifier: string): Promise<Bundle> =>
  bundle(`import * as module from '${specifier}'; globalThis.module = module;`);

describe('esbuild', () => {
  it.each(['node:os', 'os', 'node:worker_threads'])('would not take %s', async (builtin) => {
    await expect(bundle(`import * as module from '${builtin}'; console.log(module);`)).rejects.toThrow(
      builtin,
    );
  });

  it.each(modules)('bundles %s without a Node module', async (specifier) => {
    const { metafile } = await everything(specifier);
    expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([]);
  });

  it.each([
    ['veilmatch/hashing', ['@noble/hashes', 'dist']],
    ['veilmatch/group', ['@noble/curves', '@noble/hashes', 'dist']],
    // One file, with what it needs of noble in it.
    ['veilmatch/worker', ['dist']],
    ['veilmatch/oprf', ['@noble/curves', '@noble/hashes', 'dist']],
    ['veilmatch/pair', ['@noble/curves', '@noble/hashes', 'dist']],
    ['veilmatch/psi', ['@noble/curves', '@noble/hashes', 'dist']],
  ])('finds no telephone metadata in %s', async (specifier, packages) => {
    expect(packagesOf(await everything(specifier))).toEqual(packages);
  });

  it('leaves the telephone metadata out when the main module is used without telephone numbers', async () => {
    const code =
      "import { intersect, reversiblePlain } from 'veilmatch'; console.log(intersect, reversiblePlain);";
    const { metafile } = await bundle(code);
    const [output] = Object.values(metafile.outputs);
    const kept = Object.entries(output!.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    expect(kept.map(([path]) => path)).toContain('dist/psi/intersect.js');
    expect(kept.filter(([path]) => path.includes('libphonenumber-js'))).toEqual([]);
  });
});

it('veilmatch/workers beside a bundle is every worker that the modules in it start', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'veilmatch-workers-'));
  const program = `
    import { numberingPlan, reverse } from 'veilmatch/attack';
    import { createBackend, randomScalar, secureRandom } from 'veilmatch/group';
    import { reversiblePlain } from 'veilmatch/hashing';
    import { identifiersFromRows } from 'veilmatch/identifiers';
    const plan = numberingPlan('US', { areaCodes: ['41555'] });
    const token = reversiblePlain().token(plan.at(plan.size - 1));
    const { recovered } = await reverse([token], { plan, concurrency: 2 }).summary;
    const backend = await createBackend({ concurrency: 2 });
    const uniform = secureRandom(64 * 4000);
    const points = await backend.mapAndMultiply(uniform, randomScalar());
    await backend.dispose();
    const rows = Array.from({ length: 25_000 }, (_, i) => ({ phone: '+1415' + (2_000_000 + i) }));
    const { set } = await identifiersFromRows(rows, { concurrency: 2 });
    console.log(recovered, points.length, set.size);
  `;
  try {
    const made = {
      absWorkingDir: root,
      bundle: true,
      format: 'esm',
      platform: 'browser',
      tsconfigRaw: {},
    } as const;
    const from = (contents: string, outfile: string): Promise<unknown> =>
      build({
        ...made,
        stdin: { contents, resolveDir: root },
        outfile: join(folder, outfile),
        logLevel: 'silent',
      });
    await from(program, 'page.mjs');
    await from("import 'veilmatch/workers';", 'worker.js');
    // Of a folder without package.json Node takes such a file for CommonJS.
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const printed = execFileSync(process.execPath, [join(folder, 'page.mjs')], { encoding: 'utf8' });
    expect(printed).toBe('1 128000 25000\n');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Bytes on the line: minified and compressed. */
const gzipped = (contents: string | Uint8Array): number => gzipSync(contents, { level: 9 }).length;

describe('what a page loads', () => {
  /** Thousands of bytes at the most, for all that a subpath exports, in one file. */
  const CEILINGS: Readonly<Record<string, number>> = {
    veilmatch: 187,
    'veilmatch/errors': 1,
    'veilmatch/identifiers': 96,
    'veilmatch/hashing': 17,
    'veilmatch/group': 51,
    'veilmatch/worker': 20,
    'veilmatch/workers': 260,
    'veilmatch/oprf': 33,
    'veilmatch/pair': 58,
    'veilmatch/psi': 106,
    'veilmatch/contact': 72,
    'veilmatch/tables': 90,
    'veilmatch/transport': 132,
    'veilmatch/attack': 256,
    'veilmatch/compare': 204,
  };

  it('has a ceiling for each subpath', () => {
    expect(Object.keys(CEILINGS)).toEqual(modules);
  });

  it.each(modules)('stays below the ceiling of %s', async (specifier) => {
    const { code } = await everything(specifier);
    expect(gzipped(code)).toBeLessThan(CEILINGS[specifier]! * 1000);
  });

  /** The bytes of a program's chunks: of those that it begins with, and of those that hold one of these modules. */
  async function loaded(code: string, ...later: readonly string[]): Promise<number> {
    const { metafile, outputFiles } = await build({
      stdin: { contents: code, resolveDir: root },
      absWorkingDir: root,
      bundle: true,
      splitting: true,
      outdir: 'out',
      format: 'esm',
      platform: 'browser',
      minify: true,
      metafile: true,
      write: false,
      logLevel: 'silent',
      tsconfigRaw: {},
    });
    const chunks = new Set<string>();
    const load = (path: string): void => {
      if (chunks.has(path)) return;
      chunks.add(path);
      for (const { path: other, kind } of metafile.outputs[path]!.imports)
        if (kind !== 'dynamic-import') load(other);
    };
    for (const [path, { entryPoint, inputs }] of Object.entries(metafile.outputs)) {
      if (entryPoint === '<stdin>' || later.some((module) => module in inputs)) load(path);
    }
    return outputFiles
      .filter(({ path }) => [...chunks].some((chunk) => path === join(root, chunk)))
      .reduce((sum, { contents }) => sum + gzipped(contents), 0);
  }

  it('is less than 66 kB for either party of a PSI, with the kernel that runs there and the worker', async () => {
    const code =
      "import { IdentifierSet } from 'veilmatch/identifiers';" +
      "import { intersect, intersection } from 'veilmatch/psi';" +
      'globalThis.psi = [IdentifierSet, intersect, intersection];';
    const worker = gzipped((await everything('veilmatch/worker')).code);
    for (const kernel of ['fma', 'integer']) {
      const program = await loaded(code, `dist/kernel/${kernel}.generated.js`);
      expect(program).toBeGreaterThan(await loaded(code));
      expect(program + worker).toBeLessThan(66_000);
    }
  });

  it.each([
    'dist/kernel/fma.generated.js',
    'dist/kernel/integer.generated.js',
    'dist/group/unchecked-noble.js',
  ])('leaves %s until it is chosen', async (module) => {
    const code = "import { createBackend } from 'veilmatch/group'; createBackend();";
    expect(await loaded(code, module)).toBeGreaterThan(await loaded(code));
  });

  it('leaves the kernel of ot-psi until it is run', async () => {
    const code = "import { otIntersection } from 'veilmatch/psi'; globalThis.psi = otIntersection;";
    expect(await loaded(code, 'dist/kernel/ot.generated.js')).toBeGreaterThan(await loaded(code));
  });

  it('leaves the WebSockets of Node out of a page, which has its own', async () => {
    const { metafile } = await everything('veilmatch/transport');
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain('dist/transport/door/connect.js');
    expect(inputs).not.toContain('dist/transport/channel/ws.js');
  });
});

describe('Vite', () => {
  const ENTRY = 'virtual:entry';

  interface Output {
    readonly files: readonly { readonly name: string; readonly code: string }[];
    readonly modules: readonly string[];
  }

  async function viteBundle(code: string): Promise<Output> {
    const built = await viteBuild({
      configFile: false,
      root,
      logLevel: 'silent',
      plugins: [
        {
          name: 'entry',
          resolveId: (id) => (id === ENTRY ? `\0${ENTRY}` : undefined),
          load: (id) => (id === `\0${ENTRY}` ? code : undefined),
        },
      ],
      worker: { format: 'es' },
      build: { write: false, minify: false, rollupOptions: { input: ENTRY } },
    });
    const outputs = [built].flat().flatMap((result) => ('output' in result ? result.output : []));
    return {
      files: outputs.map((file) => ({
        name: file.fileName,
        code: file.type === 'chunk' ? file.code : String(file.source),
      })),
      modules: outputs.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : [])),
    };
  }

  /** Vite replaces a Node module by one that throws when it is used. */
  const replaced = ({ files, modules }: Output): string[] => [
    ...files
      .filter(({ code }) => /__vite-browser-external|from ?["']node:/.test(code))
      .map(({ name }) => name),
    ...modules.filter((id) => id.includes('__vite-browser-external')),
  ];

  it('would show a Node module', async () => {
    expect(replaced(await viteBundle("import { cpus } from 'node:os'; console.log(cpus());"))).not.toEqual(
      [],
    );
  });

  it.each(modules)('bundles %s without a Node module', async (specifier) => {
    const output = await viteBundle(`import * as module from '${specifier}'; globalThis.module = module;`);
    expect(output.modules.some((id) => id.startsWith(join(root, 'dist')))).toBe(true);
    expect(replaced(output)).toEqual([]);
  });

  it.each(['veilmatch/hashing', 'veilmatch/group', 'veilmatch/oprf', 'veilmatch/psi'])(
    'finds no telephone metadata in %s',
    async (specifier) => {
      const output = await viteBundle(`import * as module from '${specifier}'; globalThis.module = module;`);
      expect(output.modules.filter((id) => id.includes('libphonenumber-js'))).toEqual([]);
    },
  );

  it.each(['veilmatch/identifiers', 'veilmatch/attack'])(
    'makes a file of the worker of %s',
    async (specifier) => {
      const { files } = await viteBundle(
        `import * as module from '${specifier}'; globalThis.module = module;`,
      );
      expect(files.map(({ name }) => name)).toContainEqual(expect.stringMatching(/^assets\/worker-.*\.js$/));
    },
  );
});

describe('dist', () => {
  const library = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.js') && !/^cli[\\/]/.test(path),
  );

  /** esbuild makes no CommonJS of a module with top-level await; nor does `require` take one. */
  const asCommonJs = (code: string): Promise<unknown> =>
    transform(code, { format: 'cjs', logLevel: 'silent', tsconfigRaw: {} });

  it('has no top-level await, which require() refuses', async () => {
    await expect(asCommonJs('await 0;')).rejects.toThrow(/top-level await/i);
    expect(library.length).toBeGreaterThan(10);
    for (const path of library) await asCommonJs(readFileSync(join(root, 'dist', path), 'utf8'));
  });
});
