// SPDX-License-Identifier: Apache-2.0
/** Serves the built pages on this machine. */

import { createReadStream, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** With these a page may share memory between its workers. */
const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

/**
 * The policy that a page states. Sent as a header too, it binds the page's workers: to them the words in the page say
 * nothing.
 * @param {string} html
 */
const policyOf = (html) => /http-equiv="Content-Security-Policy"\s+content="([^"]+)"/.exec(html)?.[1] ?? '';

/**
 * @param {string} folder
 * @param {{ port?: number, bare?: boolean }} [options] - port 0, the default, is one that is free; a bare server sends none
 *   of the headers, as a host for static files may not
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function servePages(folder, { port = 0, bare = false } = {}) {
  const workerPolicy = policyOf(readFileSync(join(folder, 'index.html'), 'utf8'));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = normalize(pathname === '/' ? '/index.html' : pathname);
    const file = join(folder, path);
    const type = TYPES[extname(file)];
    if (
      type === undefined ||
      !file.startsWith(folder) ||
      !statSync(file, { throwIfNoEntry: false })?.isFile()
    ) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('There is no such page.\n');
      return;
    }
    response.setHeader('content-type', type);
    if (!bare) {
      const policy = path.endsWith('.html') ? policyOf(readFileSync(file, 'utf8')) : workerPolicy;
      response.setHeaders(new Headers({ ...ISOLATION, 'content-security-policy': policy }));
    }
    createReadStream(file).pipe(response);
  });
  await /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    })
  );
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
