// SPDX-License-Identifier: Apache-2.0
/** A module of the sources as one file, for a process or a worker of its own that cannot read TypeScript. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll } from 'vitest';

const src = fileURLToPath(new URL('../../src/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'veilmatch-bundled-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Each is built once: a process that reads it may not meet another one that writes it anew. */
const built = new Map<string, Promise<string>>();

/** @param module in `src`, such as `workers/serve.ts`; returns the address to import it from */
export function bundled(module: string): Promise<string> {
  let address = built.get(module);
  if (address === undefined) {
    address = bundle(module);
    built.set(module, address);
  }
  return address;
}

async function bundle(module: string): Promise<string> {
  const outfile = join(folder, module.replace(/\.ts$/, '.mjs'));
  await build({ entryPoints: [join(src, module)], outfile, bundle: true, format: 'esm', platform: 'node' });
  return pathToFileURL(outfile).href;
}
