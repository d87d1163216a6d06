// SPDX-License-Identifier: Apache-2.0
/** The third page: contacts in a tab against `veilmatch directory serve`. */

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { cli, temporary } from '../cli/harness.js';
import { createAuthority } from '../support/certificates.js';
import { expectAccessible, type Pages } from './harness.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const number = (i: number): string => `+1415${2_000_000 + i}`;
/** Bytes of script, compressed, that the page may take before it asks for a directory. */
const SCRIPT_CEILING = 100_000;

const running: ChildProcess[] = [];
afterEach(async () => {
  for (const child of running.splice(0)) {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }
});

interface Serving {
  readonly url: string;
  readonly token: string;
  readonly signer: string;
}

/** A directory of persons 0 to 20, whose server lets pages of this origin in. */
async function serve(origin: string): Promise<Serving> {
  const root = dirname(temporary('x'));
  const path = (name: string, content?: string): string => {
    if (content !== undefined) writeFileSync(join(root, name), content);
    return join(root, name);
  };
  const signer = (await cli(['key', 'members', '-o', path('members.key')])).stdout.trim();
  const token = (await cli(['token', 'page', '--add', path('accounts.json')])).stdout.trim();
  const members = path(
    'members.csv',
    `phone\n${Array.from({ length: 20 }, (_, i) => number(i)).join('\n')}\n`,
  );
  const made = ['create', path('public'), members, '--id', 'members', '--key-file', path('members.key')];
  expect(await cli(['directory', ...made])).toMatchObject({ status: 0 });
  const { cert, key } = createAuthority('authority').issue('server', ['localhost']);
  const argv = [
    ...['directory', 'serve', path('public'), '--listen', '127.0.0.1:0', '--origin', origin],
    ...['--partners', path('accounts.json'), '--ledger', path('ledger.json')],
    ...['--tls-cert', path('server.pem', cert), '--tls-key', path('server.key', key)],
  ];
  const child = spawn(process.execPath, [main, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
  running.push(child);
  for await (const line of createInterface(child.stderr!)) {
    const said = line.startsWith('{') ? JSON.parse(line) : {};
    if (said.event === 'listening') return { url: `wss://localhost:${said.port}`, token, signer };
  }
  throw new Error('The server has ended.');
}

async function fetchDirectory(page: Page, { url, signer }: Serving): Promise<void> {
  await page.locator('input[name=url]').fill(url);
  await page.locator('input[name=signer]').fill(signer);
  await page.locator('#directory button[type=submit]').click();
}

async function find(page: Page, name: string, content: string, token: string): Promise<void> {
  await page
    .locator('input[type=file]')
    .setInputFiles({ name, mimeType: 'text/plain', buffer: Buffer.from(content) });
  await page.locator('#contacts .summary', { hasText: 'row' }).waitFor();
  await page.locator('input[name=token]').fill(token);
  await page.locator('#contacts button[type=submit]').click();
}

async function errorIn(page: Page, id: string): Promise<string> {
  await page.locator(`#${id} .error:not(:empty)`).waitFor();
  return page.locator(`#${id} .error`).innerText();
}

/** A card, as a telephone exports one. */
const card = (name: string, numbers: readonly string[]): string =>
  `BEGIN:VCARD\r\nVERSION:3.0\r\nFN:${name}\r\n${numbers.map((one) => `TEL;TYPE=CELL:${one}\r\n`).join('')}END:VCARD\r\n`;

export function directorySuite(pages: () => Pages): void {
  describe('the page for contacts', () => {
    const origin = (): string => new URL(pages().server.url).origin;

    it('lights up who is a member, of a vCard that does not leave the tab', async () => {
      const serving = await serve(origin());
      const { page, problems, requests } = await pages().visit('contacts.html', { ignoreHTTPSErrors: true });
      const sent: Buffer[] = [];
      const bodies: (string | null)[] = [];
      page.on('request', (request) => bodies.push(request.postData()));
      page.on('websocket', (socket) =>
        socket.on('framesent', ({ payload }) => sent.push(Buffer.from(payload as Buffer))),
      );
      expect(await page.locator('#contacts').isVisible()).toBe(false);
      await expectAccessible(page);
      await fetchDirectory(page, serving);
      await page.locator('#directory [data-step]', { hasText: 'members: 20 members.' }).waitFor();
      const numbers = [[number(500), number(3)], [number(600)], [number(19)]];
      const names = ['Ada, with two numbers', 'Grace', 'Hedy'];
      const cards = names.map((name, i) => card(name, numbers[i]!)).join('');
      await find(page, 'contacts.vcf', cards, serving.token);
      expect(await page.locator('#contacts .answer').innerText()).toBe('2 of 3 contacts are members');
      expect(await page.locator('.contacts li').allInnerTexts()).toEqual([
        'Ada, with two numbers member',
        'Grace',
        'Hedy member',
      ]);
      expect(await page.locator('.contacts [data-member]').count()).toBe(2);
      await expectAccessible(page);
      expect(problems).toEqual([]);

      // Nobody but the server of the page and that of the directory was asked, for files and over one WebSocket.
      const { host } = new URL(serving.url);
      const elsewhere = requests.filter((url) => !/^blob:/.test(url) && !url.startsWith(origin()));
      expect(elsewhere.map((url) => url.replace(/[0-9a-f]{64}$/, 'DIGEST'))).toEqual([
        `https://${host}/header`,
        `https://${host}/segments/DIGEST`,
        `wss://${host}/`,
      ]);
      expect(bodies.filter((body) => body !== null)).toEqual([]);
      const all = Buffer.concat(sent);
      // A query, and a point for each number, with what frames them.
      expect(all.length).toBeGreaterThan(4 * 32);
      expect(all.length).toBeLessThan(4 * 32 + 400);
      for (const one of numbers.flat()) {
        const digests = [one, one.slice(1), `tel:${one}`].map((text) =>
          createHash('sha256').update(text).digest(),
        );
        for (const told of [Buffer.from(one.slice(1)), ...digests]) expect(all.includes(told)).toBe(false);
      }
    });

    it('lights up who is a member of a CSV file, as often as it is asked', async () => {
      const serving = await serve(origin());
      const { page } = await pages().visit('contacts.html', { ignoreHTTPSErrors: true });
      await fetchDirectory(page, serving);
      await page.locator('#contacts').waitFor();
      const csv = `Name,Mobile\nAda,(415) 200-0001\nGrace,(415) 200-0700\nNobody,12\n`;
      for (let i = 0; i < 2; i++) {
        await find(page, 'contacts.csv', csv, serving.token);
        await page.locator('#contacts .answer', { hasText: '1 of 3 contacts' }).waitFor();
        expect(await page.locator('.contacts [data-member]').allInnerTexts()).toEqual(['Ada member']);
      }
      expect(await page.locator('#contacts .finding').innerText()).toContain('1 cell cannot be read');
      await page.setViewportSize({ width: 360, height: 740 });
      await expectAccessible(page);
    });

    it('is told what is wrong: with the key, the token, or the page itself', async () => {
      const serving = await serve(origin());
      const { page } = await pages().visit('contacts.html', { ignoreHTTPSErrors: true });
      await fetchDirectory(page, { ...serving, signer: '' });
      expect(await errorIn(page, 'directory')).toContain('64 hexadecimal digits');
      await fetchDirectory(page, { ...serving, signer: `members ed25519:${'ab'.repeat(32)}` });
      await page.locator('#directory .error', { hasText: 'not trusted' }).waitFor();
      await expectAccessible(page);
      expect(await page.locator('#contacts').isVisible()).toBe(false);
      await fetchDirectory(page, serving);
      await page.locator('#contacts').waitFor();
      await find(page, 'contacts.vcf', card('Ada', [number(1)]), `vmt_${'A'.repeat(43)}`);
      expect(await errorIn(page, 'contacts')).toContain('denied');
      // From an origin that the server was not told of.
      const { page: other } = await pages().visit('contacts.html', { ignoreHTTPSErrors: true, bare: true });
      await fetchDirectory(other, serving);
      expect(await errorIn(other, 'directory')).toContain('does not answer');
    });

    it('loads less than 100 kB of script before the filter', async () => {
      const serving = await serve(origin());
      const { page, requests } = await pages().visit('contacts.html', { ignoreHTTPSErrors: true });
      await fetchDirectory(page, serving);
      await page.locator('#contacts').waitFor();
      const filter = requests.findIndex((url) => url.includes('/segments/'));
      expect(filter).toBeGreaterThan(0);
      const sizeOf = async (url: string): Promise<number> =>
        gzipSync(Buffer.from(await (await fetch(url)).arrayBuffer()), { level: 9 }).length;
      const before = requests.slice(0, filter).filter((url) => url.endsWith('.js'));
      const sizes = await Promise.all(before.map(sizeOf));
      const size = sizes.reduce((sum, one) => sum + one, 0);
      expect(size).toBeGreaterThan(10_000);
      expect(size).toBeLessThan(SCRIPT_CEILING);
    });
  });
}
