// SPDX-License-Identifier: Apache-2.0
/** Builds the three pages into static files, which any server can serve from any folder. */

import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
/**
 * How long the bundler's plugins took is nobody's business here; and that `auto` loads the protocol that it has chosen when it has, which
 * pages with all of them have anyway, is no mistake.
 */
const checks = { pluginTimings: false, ineffectiveDynamicImport: false };

/** @param {string} [outDir] @returns {Promise<string>} where the files are */
export async function buildPages(outDir = fileURLToPath(new URL('dist', import.meta.url))) {
  await build({
    configFile: false,
    root,
    base: './',
    logLevel: 'warn',
    worker: { format: 'es', rolldownOptions: { checks } },
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      // Data in addresses is what the pages' security policies forbid.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1000,
      rolldownOptions: {
        input: ['index', 'partner', 'contacts'].map((name) => `${root}${name}.html`),
        checks,
      },
    },
  });
  return outDir;
}
