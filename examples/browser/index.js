// SPDX-License-Identifier: Apache-2.0
// Three pages: one reads hashes back and compares the protocols, and nothing leaves it; the others connect, to a partner and to a directory.

import { buildPages } from './build.js';
import { servePages } from './serve.js';

/**
 * Builds the pages and serves them until the process ends, or until what is returned is closed.
 * @param {(line: string) => void} say
 */
export async function story(say) {
  const folder = await buildPages();
  const server = await servePages(folder);
  say(`The pages are at ${server.url} until you press Ctrl-C.`);
  say(`They are static files: examples/browser/dist can be served from any folder of any server.`);
  return server;
}
