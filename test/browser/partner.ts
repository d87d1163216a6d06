// SPDX-License-Identifier: Apache-2.0
/** The second page: the browser's own WebSocket against `veilmatch serve`. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, temporary } from '../cli/harness.js';
import { createAuthority } from '../support/certificates.js';
import { expectAccessible, type Pages } from './harness.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const number = (i: number): string => `+1415${2_000_000 + i}`;
const csv = (first: number, count: number): string =>
  `phone\n${Array.from({ length: count }, (_, i) => number(first + i)).join('\n')}\n`;

interface LogEntry {
  readonly event: string;
  readonly [field: string]: unknown;
}

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }
});

function file(content: string): string {
  const path = temporary('file');
  writeFileSync(path, content);
  return path;
}

interface Serving {
  readonly port: number;
  readonly token: string;
  readonly log: LogEntry[];
}

/** A server of 80 numbers that lets this page in, the token for it, and what it has logged so far. */
const serve = (origin: string, ...argv: string[]): Promise<Serving> =>
  serveList(file(csv(40, 80)), origin, ...argv);

async function serveList(list: string, origin: string, ...argv: string[]): Promise<Serving> {
  const known = temporary('partners.json');
  const { stdout } = await cli(['token', 'page', '--add', known]);
  const lists = [list, '--listen', '127.0.0.1:0', '--partners', known, '--origin', origin];
  const child = spawn(process.execPath, [main, 'serve', ...lists, ...argv], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.push(child);
  const log: LogEntry[] = [];
  let text = '';
  const port = await new Promise<number>((resolve, reject) => {
    child.on('exit', () => reject(new Error(`The server ended: ${text}`)));
    child.stderr!.on('data', (chunk) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop()!;
      for (const line of lines) if (line.startsWith('{')) log.push(JSON.parse(line));
      const listening = log.find(({ event }) => event === 'listening');
      if (listening !== undefined) resolve(listening.port as number);
    });
  });
  return { port, token: stdout.trim(), log };
}

async function ask(
  page: Page,
  url: string,
  token: string,
  rows = 60,
  text: string = csv(0, rows),
): Promise<void> {
  const list = { name: 'mine.csv', mimeType: 'text/csv', buffer: Buffer.from(text) };
  await page.locator('input[type=file]').setInputFiles(list);
  await page.locator('.summary', { hasText: `: ${rows.toLocaleString('en-US')} rows` }).waitFor();
  await page.locator('input[name=url]').fill(url);
  await page.locator('input[name=token]').fill(token);
  await page.locator('button[type=submit]').click();
}

async function errorOf(page: Page): Promise<string> {
  await page.locator('.error:not(:empty)').waitFor();
  return page.locator('.error').innerText();
}

export function partnerSuite(pages: () => Pages): void {
  describe('the page for a partner', () => {
    const origin = (): string => new URL(pages().server.url).origin;

    it('finds out which rows are shared with a served list, over ws on this machine', async () => {
      const { port, token, log } = await serve(origin(), '--reveal', 'intersection');
      const { page, problems, requests } = await pages().visit('partner.html');
      expect(await page.locator('[data-origin]').innerText()).toBe(origin());
      await expectAccessible(page);
      await ask(page, `ws://127.0.0.1:${port}`, token);
      expect(await page.locator('.answer').innerText()).toBe('20 shared identifiers');
      expect(await page.locator('.rows li').allInnerTexts()).toEqual([40, 41, 42, 43, 44].map(number));
      await expectAccessible(page);
      expect(problems).toEqual([]);
      expect(requests.filter((url) => url.startsWith('ws'))).toEqual([`ws://127.0.0.1:${port}/`]);
      expect(log.find(({ event }) => event === 'complete')).toMatchObject({ peer: 'page', peerSize: 60 });
    });

    it('finds out which rows are shared by oblivious transfers, over wss, on workers where the list is long', async () => {
      const { cert, key } = createAuthority('authority').issue('server', ['localhost']);
      const tls = ['--tls-cert', file(cert), '--tls-key', file(key)];
      const policy = file('{ "budgets": [] }');
      const ot = ['--reveal', 'intersection', '--protocol', 'ot', '--policy', policy];
      const { port, token, log } = await serve(origin(), ...ot, ...tls);
      const { page, problems, requests } = await pages().visit('partner.html', { ignoreHTTPSErrors: true });
      await ask(page, `wss://localhost:${port}`, token);
      expect(await page.locator('.answer').innerText()).toBe('20 shared identifiers');
      expect(await page.locator('.rows li').allInnerTexts()).toEqual([40, 41, 42, 43, 44].map(number));
      const asked = requests.length;
      // From 16 bins on there are workers, where the page has two threads at least.
      await ask(page, `wss://localhost:${port}`, token, 70_000);
      expect(await page.locator('.answer').innerText()).toBe('80 shared identifiers');
      expect(problems).toEqual([]);
      // Those of the base OTs, and those of the bins.
      const workers = new Set(requests.slice(asked).filter((url) => /worker[^/]*\.js$/.test(url)));
      const threads = await page.evaluate(() => navigator.hardwareConcurrency);
      expect(workers.size > 1).toBe(threads > 1);
      expect(log.filter(({ event }) => event === 'complete')).toMatchObject([
        { peer: 'page', peerSize: 60 },
        { peer: 'page', peerSize: 70_000 },
      ]);
    });

    it('finds out how many are shared, over wss', async () => {
      const { cert, key } = createAuthority('authority').issue('server', ['localhost']);
      const tls = ['--tls-cert', file(cert), '--tls-key', file(key)];
      const { port, token } = await serve(origin(), '--reveal', 'cardinality', ...tls);
      const { page, problems } = await pages().visit('partner.html', { ignoreHTTPSErrors: true });
      await ask(page, `wss://localhost:${port}`, token);
      // Too few to be counted, by the server's policy.
      expect(await errorOf(page)).toContain('policy');
      await ask(page, `wss://localhost:${port}`, token, 1000);
      expect(await page.locator('.answer').innerText()).toBe('80 shared identifiers');
      expect(await page.locator('.rows li').count()).toBe(0);
      expect(problems).toEqual([]);
    });

    it('counts people where the partner does, and no list with both kinds where it is not said to', async () => {
      const rows = Array.from({ length: 1000 }, (_, i) => `${number(i)},person${i}@example.com`);
      const list = `phone,email\n${rows.join('\n')}\n`;
      const theirs = file(
        `phone,email\n${rows.map((row, i) => (i % 2 === 0 ? row : row.replace(/^.*,/, ','))).join('\n')}\n`,
      );
      const { port, token } = await serveList(theirs, origin(), '--reveal', 'cardinality', '--people');
      const { page, problems } = await pages().visit('partner.html');
      await ask(page, `ws://127.0.0.1:${port}`, token, 1000, list);
      expect(await errorOf(page)).toContain('both telephone numbers and e-mail addresses');
      await page.locator('input[name=people]').check();
      await page.locator('button[type=submit]').click();
      expect(await page.locator('.answer').innerText()).toBe('1,000 shared people');
      expect(problems).toEqual([]);
    });

    it('is told when it is not let in: from another page, or without a good token', async () => {
      const { port, token, log } = await serve(origin(), '--reveal', 'intersection');
      const { page } = await pages().visit('partner.html', { bare: true });
      await ask(page, `ws://127.0.0.1:${port}`, token);
      expect(await errorOf(page)).toContain('Cannot connect to 127.0.0.1');
      expect(log.filter(({ event }) => event === 'turned-away')).toMatchObject([{ reason: 'origin' }]);

      const { page: own } = await pages().visit('partner.html');
      await ask(own, `ws://127.0.0.1:${port}`, `vmt_${'A'.repeat(43)}`);
      expect(await errorOf(own)).toContain('denied');
      await ask(own, `ws://127.0.0.1:${port}`, 'no token');
      await own.locator('.error', { hasText: 'vmt_' }).waitFor();
      await ask(own, 'ws://partner.example:8443', token);
      await own.locator('.error', { hasText: 'Use wss://' }).waitFor();
      await expectAccessible(own);
    });

    it('fits a phone, light and dark', async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page } = await pages().visit('partner.html', {
          colorScheme,
          viewport: { width: 360, height: 740 },
        });
        await expectAccessible(page);
      }
    });

    it('reaches WebSockets and nothing else', async () => {
      const { page } = await pages().visit('partner.html', { bare: true });
      const blocked = page.evaluate(
        () =>
          new Promise<string[]>((resolve) => {
            const found: string[] = [];
            document.addEventListener('securitypolicyviolation', ({ blockedURI }) => {
              if (found.push(blockedURI) === 2) resolve(found);
            });
            fetch('https://127.0.0.1:1/').catch(() => {});
            try {
              new WebSocket('ws://partner.example/');
            } catch {}
          }),
      );
      expect(await blocked).toEqual(['https://127.0.0.1:1/', 'ws://partner.example/']);
    });
  });
}
