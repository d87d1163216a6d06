// SPDX-License-Identifier: Apache-2.0
/** Makes one module of the targets, the engine and the instrumented sources. */

import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { instrument } from './instrument.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SRC = join(ROOT, 'src');
/** Made by programs: nothing that anybody sends decides what they do. */
const NOT_COUNTED = /[\\/](?:assembly|generated)[\\/]|\.generated\.ts$|\.d\.ts$/;

/** What the bundle begins with: counters, and the limit on the steps of a run. */
const probe = (/** @type {number} */ counters, /** @type {unknown} */ facts) => `
import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
class __TooManySteps extends Error { name = 'TooManySteps'; }
const __counts = new Uint32Array(${counters});
const __probe = globalThis.__probe = { counts: __counts, steps: 0, limit: Infinity, ...${JSON.stringify(facts)} };
function __hit(n) {
  __counts[n]++;
  if (++__probe.steps > __probe.limit) throw new __TooManySteps('The run took more steps than its input allows.');
}
`;

/**
 * @param {string} outfile - inside the repository, so that packages are found
 */
export async function buildTargets(outfile) {
  /** @type {Map<string, string>} */
  const sources = new Map();
  /** @type {import('./instrument.js').Place[]} */
  const places = [];
  /** @type {Record<string, string[]>} */
  const words = {};
  const files = (await readdir(SRC, { recursive: true })).filter((path) => path.endsWith('.ts')).sort();
  for (const path of files.map((file) => join(SRC, file))) {
    if (NOT_COUNTED.test(path)) continue;
    const name = relative(ROOT, path).replaceAll('\\', '/');
    const made = instrument(await readFile(path, 'utf8'), name, places.length);
    sources.set(path, made.text);
    places.push(...made.places);
    words[name] = made.words;
  }
  await build({
    entryPoints: [join(ROOT, 'test', 'fuzz', 'main.ts')],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: { js: probe(places.length, { places, words }) },
    plugins: [
      {
        name: 'instrumented',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, ({ path }) => {
            const contents = sources.get(path);
            return contents === undefined ? undefined : { contents, loader: 'ts' };
          });
        },
      },
    ],
  });
}
