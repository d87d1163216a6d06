// SPDX-License-Identifier: Apache-2.0
/**
 * The packed package in a browser, threads included, as Vite (development server and build) and webpack serve it.
 * Needs Chromium; where there is none the tests are skipped, and say so.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { createReadStream, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { transform } from 'esbuild';
import { createServer as createViteServer, type InlineConfig, type Plugin, build as viteBuild } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import webpack from 'webpack';
import { CHROMIUM, CHROMIUM_OPTIONS } from '../support/chromium.js';
import { installedProject, type Project } from './packed.js';

const MINUTES = 60_000;

/** What a page finds out, and sends to /result. `worker` is how it comes by its workers. */
const page = (imports: string, worker: string): string => `
  import { createBackend, randomScalar } from 'veilmatch/group';
  ${imports}
  const report = (result) => fetch('/result', { method: 'POST', body: JSON.stringify(result) });
  try {
    const scalars = new Uint8Array(2000 * 32);
    for (let i = 0; i < 2000; i++) scalars.set(randomScalar(), 32 * i);
    const threads = await createBackend({ concurrency: 2, ${worker} });
    const multiples = await threads.multiplyBase(scalars);
    await threads.dispose();
    const alone = await (await createBackend({ concurrency: 1 })).multiplyBase(scalars);
    const usual = await (await createBackend()).multiplyBase(scalars);
    await report({
      constantTime: threads.constantTime,
      threads: threads.concurrency,
      equal: multiples.join() === alone.join() && multiples.join() === usual.join(),
    });
  } catch (error) {
    await report({ error: String(error), cause: String(error.cause) });
  }`;

const EXPECTED = { constantTime: true, threads: 2, equal: true };
const OWN_WORKER = '';
const HTML = '<!doctype html><title>test</title><script type="module" src="/main.js"></script>';

let project: Project;
let profile: string;
let browser: ChildProcess | undefined;

/** Results come to whichever server the page was loaded from. */
let onResult: (result: unknown) => void = () => {};

function takeResult(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    response.end();
    onResult(JSON.parse(body));
  });
}

async function resultOf(url: string): Promise<unknown> {
  const result = new Promise((resolve) => {
    onResult = resolve;
  });
  const options = [...CHROMIUM_OPTIONS, `--user-data-dir=${profile}`];
  browser = spawn(CHROMIUM!, [...options, url], { stdio: 'ignore' });
  const ended = new Promise((resolve) =>
    browser!.on('exit', (status) => resolve(`Chromium ended: ${status}`)),
  );
  try {
    return await Promise.race([result, ended]);
  } finally {
    browser.kill();
    await ended;
  }
}

const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript' };

/** The page as it was built into a folder. */
async function resultOfFolder(folder: string): Promise<unknown> {
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : request.url!.split('?')[0]!;
    if (path === '/result') return takeResult(request, response);
    const file = join(folder, path);
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    return createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await resultOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.close();
  }
}

function source(name: string, code: string): string {
  const folder = join(project.folder, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'main.js'), code);
  writeFileSync(join(folder, 'index.html'), HTML);
  return folder;
}

const vite = (root: string): InlineConfig => ({ configFile: false, root, logLevel: 'silent' });

async function resultOfViteServer(root: string, config: InlineConfig): Promise<unknown> {
  const results: Plugin = {
    name: 'results',
    configureServer: (server) => void server.middlewares.use('/result', takeResult),
  };
  const options = { ...vite(root), ...config, plugins: [results] };
  const server = await createViteServer({ ...options, server: { host: '127.0.0.1', port: 0 } });
  await server.listen();
  try {
    return await resultOf(`http://127.0.0.1:${(server.httpServer!.address() as AddressInfo).port}/`);
  } finally {
    await server.close();
  }
}

/** What webpack's own minifier does to the package, in a fraction of its time. */
const minifier: webpack.WebpackPluginInstance = {
  apply(compiler: webpack.Compiler): void {
    const step = { name: 'minifier', stage: webpack.Compilation.PROCESS_ASSETS_STAGE_OPTIMIZE_SIZE };
    compiler.hooks.compilation.tap(step.name, (compilation) =>
      compilation.hooks.processAssets.tapPromise(step, async (assets) => {
        for (const [name, asset] of Object.entries(assets)) {
          const { code } = await transform(String(asset.source()), { minify: true });
          compilation.updateAsset(name, new webpack.sources.RawSource(code));
        }
      }),
    );
  },
};

describe.runIf(CHROMIUM)('in Chromium', { timeout: 2 * MINUTES }, () => {
  beforeAll(() => {
    project = installedProject();
    profile = mkdtempSync(join(tmpdir(), 'veilmatch-chromium-'));
  });
  afterAll(() => {
    project?.remove();
    if (profile !== undefined) rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  test("Vite's development server, the package left as it is", async () => {
    const root = source('vite-dev', page('', OWN_WORKER));
    const config = { optimizeDeps: { exclude: ['veilmatch'] } };
    expect(await resultOfViteServer(root, config)).toEqual(EXPECTED);
  });

  test("Vite's development server, the package bundled beforehand, with a worker of the page's own", async () => {
    const imports = "import VeilmatchWorker from 'veilmatch/worker?worker';";
    const root = source('vite-dev-bundled', page(imports, 'worker: () => new VeilmatchWorker()'));
    expect(await resultOfViteServer(root, {})).toEqual(EXPECTED);
  });

  test("Vite's build", async () => {
    const root = source('vite-build', page('', OWN_WORKER));
    await viteBuild({ ...vite(root), build: { target: 'esnext' }, worker: { format: 'es' } });
    expect(await resultOfFolder(join(root, 'dist'))).toEqual(EXPECTED);
  });

  test('webpack', async () => {
    const root = source('webpack', page('', OWN_WORKER));
    const path = join(root, 'dist');
    await new Promise<void>((resolve, reject) => {
      const options: webpack.Configuration = {
        context: root,
        mode: 'production',
        entry: './main.js',
        output: { path, filename: 'main.js', publicPath: '/' },
        experiments: { topLevelAwait: true },
        optimization: { minimizer: [minifier] },
      };
      webpack(options, (error, stats) => {
        if (error || stats?.hasErrors()) reject(error ?? new Error(stats?.toString('errors-only')));
        else resolve();
      });
    });
    writeFileSync(join(path, 'index.html'), HTML);
    expect(await resultOfFolder(path)).toEqual(EXPECTED);
  });
});
