// SPDX-License-Identifier: Apache-2.0
/** The built pages of examples/browser, a server for them, and a Chromium that looks at them. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { packed } from '../package/packed.js';
import { CHROMIUM, CHROMIUM_OPTIONS } from '../support/chromium.js';

interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The parts of the examples that are JavaScript, which the tests import as it is. */
interface Scripts {
  readonly 'install.js': { installPacked(tarball?: string): void };
  readonly 'browser/build.js': { buildPages(folder: string): Promise<string> };
  readonly 'browser/serve.js': {
    servePages(folder: string, options?: { readonly bare: boolean }): Promise<PageServer>;
  };
}
const script = <Path extends keyof Scripts>(path: Path): Promise<Scripts[Path]> =>
  import(new URL(`../../examples/${path}`, import.meta.url).href);

interface PageProblem {
  readonly kind: 'error' | 'console' | 'request';
  readonly text: string;
}

/** A page, all that it asked a network for, and all that it complained about. */
interface Visit {
  readonly page: Page;
  readonly requests: readonly string[];
  readonly problems: readonly PageProblem[];
}

export class Pages {
  /** Sends the headers that the example's server sends. */
  readonly server: PageServer;
  /** Sends files and no more: the page is not isolated from other origins, and its policy is what it says itself. */
  readonly bare: PageServer;
  readonly #browser: Browser;
  readonly #folder: string;

  private constructor(browser: Browser, folder: string, server: PageServer, bare: PageServer) {
    this.#browser = browser;
    this.#folder = folder;
    this.server = server;
    this.bare = bare;
  }

  static async open(): Promise<Pages> {
    const { installPacked } = await script('install.js');
    const { buildPages } = await script('browser/build.js');
    const { servePages } = await script('browser/serve.js');
    installPacked(packed().file);
    const folder = mkdtempSync(join(tmpdir(), 'veilmatch-pages-'));
    await buildPages(folder);
    const browser = await chromium.launch({ executablePath: CHROMIUM!, args: [...CHROMIUM_OPTIONS] });
    const server = await servePages(folder);
    return new Pages(browser, folder, server, await servePages(folder, { bare: true }));
  }

  /** Closes all that was opened: a search that still runs would hold the next test up. */
  async leave(): Promise<void> {
    for (const context of this.#browser.contexts()) await context.close();
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.server.close();
    await this.bare.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async visit(
    path = '',
    { bare = false, ...options }: BrowserContextOptions & { readonly bare?: boolean } = {},
  ): Promise<Visit> {
    const context = await this.#browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
    context.setDefaultTimeout(40_000);
    const page = await context.newPage();
    const visit = watch(page);
    await page.goto((bare ? this.bare : this.server).url + path);
    return visit;
  }
}

export function watch(page: Page): Visit {
  const requests: string[] = [];
  const problems: PageProblem[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('websocket', (socket) => requests.push(socket.url()));
  page.on('requestfailed', (request) => problems.push({ kind: 'request', text: request.url() }));
  page.on('pageerror', (error) => problems.push({ kind: 'error', text: error.message }));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      problems.push({ kind: 'console', text: message.text() });
  });
  return { page, requests, problems };
}

/** That nothing went wrong, and nothing was asked of anybody but the server of the page. */
export function expectNoneElsewhere({ page, requests, problems }: Visit): void {
  expect(problems).toEqual([]);
  const { origin } = new URL(page.url());
  expect(requests.filter((url) => !/^(?:blob|data):/.test(url) && new URL(url).origin !== origin)).toEqual(
    [],
  );
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  // Of a rule that is kept one place is enough, and how it would be selected is what takes the most time.
  resultTypes: ['violations'],
};

/** That axe finds nothing against WCAG 2.2 AA in the page as it is now, and that nothing runs over its edge. */
export async function expectAccessible(page: Page): Promise<void> {
  // By the debugger's own evaluation, which the page's security policy has no say in.
  await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate<AxeResults, RunOptions>(
    (rules) => (globalThis as unknown as { axe: typeof import('axe-core') }).axe.run(document, rules),
    RULES,
  );
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
  );
  expect(found).toEqual([]);
  expect(passes.length).toBeGreaterThan(20);
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    globalThis.innerWidth,
  ]);
  expect(content).toBeLessThanOrEqual(window!);
}
