// SPDX-License-Identifier: Apache-2.0
/** The pages of examples/browser in Chromium: the one that nothing leaves, and those that connect. */

import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CHROMIUM } from '../support/chromium.js';
import { directorySuite } from './directory.js';
import { expectAccessible, expectNoneElsewhere, Pages, watch } from './harness.js';
import { partnerSuite } from './partner.js';

let pages: Pages;

const hash = (algorithm: string, text: string, encoding: 'hex' | 'base64' = 'hex'): string =>
  createHash(algorithm).update(text).digest(encoding);

/** Four digits after one exchange of San Francisco's: ten thousand numbers, which take no time to try. */
const EXCHANGE = '415555';
const number = (i: number): string => `${EXCHANGE}${String(i).padStart(4, '0')}`;
const csv = (first: number, count: number): Buffer =>
  Buffer.from(
    `id,mobile\n${Array.from({ length: count }, (_, i) => `${i},+1${number(first + i)}`).join('\n')}\n`,
  );
const fileOf = (buffer: Buffer): { name: string; mimeType: string; buffer: Buffer } => ({
  name: 'list.csv',
  mimeType: 'text/csv',
  buffer,
});

const answerIn = (page: Page, id: string): Promise<string> => page.locator(`#${id} .answer`).innerText();

async function readBack(page: Page): Promise<string> {
  await page.locator('#reverse input[name=areaCodes]').fill(EXCHANGE);
  await page.locator('#reverse button[type=submit]').click();
  return answerIn(page, 'reverse');
}

describe.runIf(CHROMIUM)('the page', () => {
  beforeAll(async () => {
    pages = await Pages.open();
  });
  afterEach(() => pages?.leave());
  afterAll(() => pages?.close());

  describe('one hash', () => {
    it.each([false, true])('is read back in the tab; by a server of nothing but files: %s', async (bare) => {
      const visit = await pages.visit('', { bare });
      const { page } = visit;
      expect(await page.evaluate(() => globalThis.crossOriginIsolated)).toBe(!bare);
      await page.locator('#reverse input[name=phone]').fill('+1 415-555-0199');
      expect(await page.locator('[data-token]').innerText()).toBe(hash('sha256', '14155550199'));
      expect(await page.locator('[data-size]').innerText()).toBe('15,840,000');
      expect(await readBack(page)).toMatch(/^\+14155550199 after /);
      expect(await page.locator('#reverse .finding').innerText()).toContain('number 200 of 10,000');
      expect(await page.locator('#reverse [data-lead]').innerText()).toMatch(/^[\d,.]+/);
      expect(await page.locator('[data-platform]').innerText()).toContain(bare ? 'a copy' : 'share memory');
      expectNoneElsewhere(visit);
    });

    it('is read back by what stands there when the page is opened, as soon as somebody presses the button', async () => {
      const { page } = await pages.visit();
      const [size, codes] = [page.locator('[data-size]'), page.locator('#reverse input[name=areaCodes]')];
      // So few that a telephone tries them while one looks on.
      expect(Number((await size.innerText()).replaceAll(',', ''))).toBeLessThan(20_000_000);
      await page.locator('#reverse button[type=submit]').click();
      expect(await answerIn(page, 'reverse')).toMatch(/^\+14155550123 after /);
      // The area codes are those of one country.
      await page.locator('#reverse select[name=country]').selectOption('DE');
      expect(await codes.inputValue()).toBe('');
      await page.locator('#reverse select[name=country]').selectOption('US');
      expect(await codes.inputValue()).toBe('415, 628');
    });

    it('is made and read back as each platform writes it', async () => {
      const { page } = await pages.visit();
      for (const [platform, token, label] of [
        ['google', hash('sha256', '+14155550123'), 'SHA-256'],
        ['uid2', hash('sha256', '+14155550123', 'base64'), 'SHA-256'],
        ['liveramp', hash('sha1', '4155550123'), 'SHA-1'],
      ] as const) {
        await page.locator('#reverse select[name=platform]').selectOption(platform);
        expect(await page.locator('[data-token]').innerText()).toBe(token);
        expect(await page.locator('[data-algorithm]').innerText()).toBe(label);
        expect(await readBack(page)).toMatch(/^\+14155550123 /);
      }
    });

    it('of something that is no number is not made, and the page says why', async () => {
      const { page } = await pages.visit();
      const phone = page.locator('#reverse input[name=phone]');
      await phone.fill('12');
      expect(await page.locator('#reverse .error').innerText()).toMatch(/digits/);
      expect(await phone.getAttribute('aria-invalid')).toBe('true');
      expect(await page.locator('[data-token]').innerText()).toBe('–');
      await expectAccessible(page);
      await phone.fill('(415) 555-0123');
      expect(await page.locator('#reverse .error').textContent()).toBe('');
      const areaCodes = page.locator('#reverse input[name=areaCodes]');
      await areaCodes.fill('abc');
      expect(await areaCodes.getAttribute('aria-invalid')).toBe('true');
      expect(await phone.getAttribute('aria-invalid')).toBe(null);
    });

    it('is announced every five seconds at most, and stops when it is told', async () => {
      const { page } = await pages.visit();
      await page.evaluate(() => {
        const times: number[] = [];
        const region = document.querySelector('#reverse [aria-live]')!;
        new MutationObserver(() => times.push(performance.now())).observe(region, { childList: true });
        Object.assign(globalThis, { times });
      });
      // A number at the end of the plan, of the whole country.
      await page.locator('#reverse input[name=areaCodes]').fill('');
      await page.locator('#reverse input[name=phone]').fill('(989) 999-9999');
      // Between two announcements nobody has to wait: a search takes all cores.
      await page.clock.install();
      await page.locator('#reverse button[type=submit]').click();
      const announced = (count: number): Promise<unknown> =>
        page.waitForFunction(
          (count) => (globalThis as unknown as { times: number[] }).times.length >= count,
          count,
        );
      await announced(1);
      await page.clock.fastForward(5000);
      await announced(2);
      expect(await page.locator('#reverse [aria-live]').innerText()).toMatch(/numbers a second, .* tried\.$/);
      await expectAccessible(page);
      await page.locator('#reverse [data-stop]').click();
      await page.locator('#reverse .finding', { hasText: 'Stopped after' }).waitFor();
      const times = await page.evaluate(() => (globalThis as unknown as { times: number[] }).times);
      for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(4990);
      expect(await page.locator('#reverse button[type=submit]').isVisible()).toBe(true);
    });
  });

  describe('a hashed list', () => {
    it('is audited, in whatever way the numbers were written, and none of them is shown', async () => {
      const visit = await pages.visit();
      const { page } = visit;
      const tokens = [1, 2, 3].map((i) => hash('sha256', number(i)));
      const lines = [...tokens, hash('sha256', 'something else'), 'not a hash', tokens[0]];
      await page
        .locator('#audit textarea')
        .fill(`row,hash\n${lines.map((line, i) => `${i},${line}`).join('\n')}\n`);
      await page.locator('#audit input[name=areaCodes]').fill(EXCHANGE);
      await page.locator('#audit button[type=submit]').click();
      expect(await answerIn(page, 'audit')).toBe('75 % of the list can be read');
      // What counts leads, and not how fast it was found out.
      expect(await page.locator('#audit .rate').innerText()).toMatch(/^3 of 4\s+customers read$/);
      const finding = await page.locator('#audit .finding').innerText();
      expect(finding).toContain('3 of 4 different hashes were read back');
      expect(finding).toContain('3 had been hashed as 4155550123.');
      expect(finding).toContain('1 line is no hash like the others');
      expect(finding).not.toContain(number(1));
      await expectAccessible(page);
      expectNoneElsewhere(visit);
    });

    it.each([
      ['md5', 'base64'],
      ['sha1', 'hex'],
    ] as const)('of %s in %s is recognised', async (algorithm, encoding) => {
      const { page } = await pages.visit();
      await page.locator('#audit textarea').fill(hash(algorithm, `+1${number(7)}`, encoding));
      await page.locator('#audit input[name=areaCodes]').fill(EXCHANGE);
      await page.locator('#audit button[type=submit]').click();
      expect(await answerIn(page, 'audit')).toBe('100 % of the list can be read');
    });

    it('can be a generated one; a search of it can be stopped; without hashes there is none', async () => {
      const { page } = await pages.visit();
      await page.locator('#audit button[type=submit]').click();
      expect(await page.locator('#audit .error').innerText()).toContain('holds nothing');
      await page.locator('#audit textarea').fill('no hashes');
      await page.locator('#audit button[type=submit]').click();
      expect(await page.locator('#audit .error').innerText()).toContain('No hashes were found');
      await page.locator('#audit [data-sample]').click();
      await page.locator('#audit input[name=areaCodes]').fill('');
      await page.locator('#audit button[type=submit]').click();
      await page.locator('#audit [data-stop]').click();
      expect(await answerIn(page, 'audit')).toMatch(/^Stopped; so far: [\d.]+ % of the list/);
    });
  });

  describe('the comparison', () => {
    it('runs and attacks the protocols on two files, one chosen and one dropped', async () => {
      const visit = await pages.visit();
      const { page } = visit;
      const [receiver, sender] = [
        page.locator('#compare .picker').nth(0),
        page.locator('#compare .picker').nth(1),
      ];
      await receiver.locator('input[type=file]').setInputFiles(fileOf(csv(0, 30)));
      const transfer = await page.evaluateHandle((text) => {
        const data = new DataTransfer();
        data.items.add(new File([text], 'dropped.csv', { type: 'text/csv' }));
        return data;
      }, csv(20, 40).toString());
      await sender.locator('.drop').dispatchEvent('drop', { dataTransfer: transfer });
      await sender.locator('.summary', { hasText: 'dropped.csv: 40 rows, 2 columns.' }).waitFor();
      expect(await sender.locator('select[name=phoneColumn] option:checked').innerText()).toBe('mobile');
      await page.locator('#compare input[name=areaCodes]').fill(EXCHANGE);
      for (const box of await page.locator('#compare input[type=checkbox]').all()) await box.uncheck();
      for (const id of ['plain', 'keyed', 'ecdh-psi'])
        await page.locator(`#compare input[value=${id}]`).check();
      await page.locator('#compare button[type=submit]').click();
      await page.locator('#compare [data-step]', { hasText: 'Done: 3 of 3' }).waitFor();
      const rows = await page
        .locator('#compare tbody tr')
        .evaluateAll((all) =>
          all.map((row) => [...row.children].map((cell) => cell.firstChild?.textContent)),
        );
      const time = expect.stringMatching(/^[\d.]+ m?s$/);
      const sent = expect.stringMatching(/^[\d.]+ k?B$/);
      expect(rows).toEqual([
        ['plain', '10 of 10', time, sent, '30 of 30', '30 of 30', '30 of 30'],
        ['keyed', '10 of 10', time, sent, '30 of 30', 'none of 30', '30 of 30'],
        ['ecdh-psi', '10 of 10', time, sent, 'none of 30', 'none of 30', '30 of 30'],
      ]);
      expect(await page.locator('#compare caption').innerText()).toBe(
        '30 identifiers ask about 40. The attackers try 10,000 numbers.',
      );
      const bars = await page
        .locator('#compare tbody .leak')
        .evaluateAll((all) => all.map((bar) => (bar as HTMLElement).style.inlineSize));
      expect(bars).toEqual(['100%', '100%', '100%', '0%', '0%', '0%']);
      // What a partner may ask for does not look like what a protocol gives away.
      const asked = await page
        .locator('#compare tbody .asked')
        .evaluateAll((all) =>
          all.map((bar) => [
            (bar as HTMLElement).style.inlineSize,
            getComputedStyle(bar).backgroundImage.slice(0, 9),
          ]),
        );
      expect(asked).toEqual(Array(3).fill(['100%', 'repeating']));
      await expectAccessible(page);
      await page.setViewportSize({ width: 360, height: 740 });
      await expectAccessible(page);
      expectNoneElsewhere(visit);
    });

    it('takes generated lists, and stops when it is told', async () => {
      const { page } = await pages.visit();
      await page.locator('#compare button[type=submit]').click();
      expect(await page.locator('#compare .error').innerText()).toContain('choose a file first');
      await page.locator('#compare [data-sample]').click();
      await page.locator('#compare button[type=submit]').click();
      await page.locator('#compare caption', { hasText: 'The attackers try 15,840,000 numbers.' }).waitFor();
      await page.locator('#compare [data-stop]').click();
      await page.locator('#compare [data-step]', { hasText: 'Stopped.' }).waitFor();
      expect(await page.locator('#compare .error').innerText()).toBe('');
    });
  });

  describe('two tabs', () => {
    it.each([
      ['intersection', '20 shared identifiers', 1],
      ['people', '20 shared people', 0],
    ] as const)('find out what their lists share: %s', async (reveal, answer, links) => {
      const visit = await pages.visit();
      const { page } = visit;
      const opening = page.context().waitForEvent('page');
      await page.locator('#tabs [data-other]').click();
      const other = watch(await opening);
      await other.page.locator('#tabs h2:focus').waitFor();
      expect(await other.page.locator('#tabs select[name=role]').inputValue()).toBe('sender');
      for (const [tab, list] of [
        [page, csv(0, 60)],
        [other.page, csv(40, 80)],
      ] as const) {
        await tab.locator('#tabs input[type=file]').setInputFiles(fileOf(list));
        await tab.locator('#tabs .summary', { hasText: 'rows' }).waitFor();
        await tab.locator('#tabs select[name=reveal]').selectOption(reveal);
        await tab.locator('#tabs button[type=submit]').click();
      }
      expect(await answerIn(page, 'tabs')).toBe(answer);
      expect(await answerIn(other.page, 'tabs')).toBe('The other tab has its answer');
      expect(await other.page.locator('#tabs .finding').innerText()).toContain(
        `the other list has 60 ${reveal === 'people' ? 'people' : 'identifiers'}`,
      );
      expect(await page.locator('#tabs .finding a[download]').count()).toBe(links);
      if (links > 0) {
        const download = page.waitForEvent('download');
        await page.locator('#tabs .finding a[download]').click();
        expect((await download).suggestedFilename()).toBe('shared.csv');
      }
      await expectAccessible(page);
      await expectAccessible(other.page);
      expectNoneElsewhere(visit);
      expectNoneElsewhere(other);
    });

    it('count people whom one list knows by a number and the other one by an address', async () => {
      const { page } = await pages.visit();
      const opening = page.context().waitForEvent('page');
      await page.locator('#tabs [data-other]').click();
      const other = await opening;
      // Of thirty people on both lists ten have no number here; each row has one or two identifiers.
      const people = (cells: (i: number) => string): Buffer =>
        Buffer.from(
          `Contact ID,Mobile,E-mail\n${Array.from({ length: 30 }, (_, i) => `41550001${i + 10},${cells(i)}\n`).join('')}`,
        );
      for (const [tab, list] of [
        [page, people((i) => `${i < 10 ? '' : number(i)},person${i}@example.com`)],
        [other, people((i) => `${number(i)},${i < 20 ? `person${i}@example.com` : ''}`)],
      ] as const) {
        await tab.locator('#tabs input[type=file]').setInputFiles(fileOf(list));
        await tab.locator('#tabs .summary', { hasText: '30 rows, 3 columns' }).waitFor();
        expect(await tab.locator('#tabs select[name=phoneColumn] option:checked').innerText()).toBe('Mobile');
        expect(await tab.locator('#tabs select[name=emailColumn] option:checked').innerText()).toBe('E-mail');
        await tab.locator('#tabs select[name=reveal]').selectOption('people');
        await tab.locator('#tabs button[type=submit]').click();
      }
      expect(await answerIn(page, 'tabs')).toBe('30 shared people');
      // Of another list nothing was found yet.
      await page.locator('#tabs input[type=file]').setInputFiles(fileOf(csv(0, 60)));
      await page.locator('#tabs .summary', { hasText: '60 rows' }).waitFor();
      expect(await page.locator('#tabs .answer').count()).toBe(0);
    });

    it('that do not want the same, or have no partner, end', async () => {
      const { page } = await pages.visit();
      await page.locator('#tabs button', { hasText: 'generated' }).click();
      await page.locator('#tabs button[type=submit]').click();
      await page.locator('#tabs [data-step]', { hasText: 'Waiting' }).waitFor();
      await page.locator('#tabs [data-stop]').click();
      await page.locator('#tabs [data-step]', { hasText: 'Stopped.' }).waitFor();

      const other = await page.context().newPage();
      await other.goto(page.url());
      await other.locator('#tabs button', { hasText: 'generated' }).click();
      await other.locator('#tabs input[name=meeting]').fill('same');
      await page.locator('#tabs input[name=meeting]').fill('same');
      await page.locator('#tabs button[type=submit]').click();
      await other.locator('#tabs button[type=submit]').click();
      await page.locator('#tabs .error:not(:empty)').waitFor();
      expect(await page.locator('#tabs .error').innerText()).toContain('Both parties are the receiver.');
    });
  });

  describe('for everybody', () => {
    it.each([
      ['light', { colorScheme: 'light' }],
      ['dark', { colorScheme: 'dark' }],
      ['a phone', { colorScheme: 'light', viewport: { width: 360, height: 740 }, hasTouch: true }],
      ['a dark phone', { colorScheme: 'dark', viewport: { width: 360, height: 740 } }],
      ['little motion', { reducedMotion: 'reduce' }],
    ] as const)('has nothing against WCAG 2.2 AA and fits: %s', async (name, options) => {
      const { page } = await pages.visit('', options);
      await expectAccessible(page);
      await readBack(page);
      await page.locator('summary').click();
      await expectAccessible(page);
      for (const part of ['audit', 'compare']) {
        await page.locator(`nav [href='#${part}']`).click();
        await page.locator(`#${part} [data-sample]`).click();
        await expectAccessible(page);
      }
      const { background, scrolling } = await page.evaluate(() => ({
        background: getComputedStyle(document.body).backgroundColor,
        scrolling: getComputedStyle(document.documentElement).scrollBehavior,
      }));
      expect(background).toBe(name.includes('dark') ? 'rgb(20, 24, 27)' : 'rgb(252, 251, 248)');
      expect(scrolling).toBe(name === 'little motion' ? 'auto' : 'smooth');
    });

    it('can be used with the keyboard alone', async () => {
      const { page } = await pages.visit();
      const focused = (): Promise<string> =>
        page.evaluate(
          () =>
            document.activeElement?.textContent?.trim() || document.activeElement?.getAttribute('name') || '',
        );
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('phone');
      await page.keyboard.press('ControlOrMeta+a');
      await page.keyboard.type('415 555 0142');
      for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
      expect(await focused()).toBe('areaCodes');
      await page.keyboard.type(EXCHANGE);
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('Read it back');
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineWidth);
      expect(Number.parseFloat(outline)).toBeGreaterThanOrEqual(2);
      await page.keyboard.press('Enter');
      expect(await answerIn(page, 'reverse')).toMatch(/^\+14155550142 /);
      // The button that took its place has given it back, with the focus.
      await page.waitForFunction(() => document.activeElement?.textContent === 'Read it back');
    });
  });

  it('can reach nothing but its own server, and neither can its workers', async () => {
    let reached = 0;
    const elsewhere = createServer((_, response) => {
      reached++;
      response.setHeader('access-control-allow-origin', '*').end();
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const { port } = elsewhere.address() as AddressInfo;
    try {
      // Where no headers forbid any of it.
      const { page } = await pages.visit('', { bare: true });
      const blocked = await page.evaluate(async (address) => {
        const violations: string[] = [];
        document.addEventListener('securitypolicyviolation', (event) =>
          violations.push(event.effectiveDirective),
        );
        await fetch(`http://${address}/`).catch(() => {});
        navigator.sendBeacon(`http://${address}/`);
        new Image().src = `http://${address}/`;
        try {
          new WebSocket(`ws://${address}/`);
        } catch {}
        const script = document.createElement('script');
        script.src = `http://${address}/`;
        document.head.append(script);
        await new Promise((resolve) => setTimeout(resolve, 500));
        return violations.sort();
      }, `127.0.0.1:${port}`);
      expect(blocked).toEqual(['connect-src', 'connect-src', 'connect-src', 'img-src', 'script-src-elem']);
      const { page: other } = await pages.visit();
      const started = other.waitForEvent('worker');
      await other.locator('#reverse input[name=areaCodes]').fill('');
      await other.locator('#reverse button[type=submit]').click();
      const fromWorker = await (await started).evaluate(
        (address) =>
          fetch(`http://${address}/`, { mode: 'no-cors' }).then(
            () => 'answered',
            () => 'blocked',
          ),
        `127.0.0.1:${port}`,
      );
      expect(fromWorker).toBe('blocked');
      expect(reached).toBe(0);
    } finally {
      elsewhere.close();
    }
  });

  partnerSuite(() => pages);
  directorySuite(() => pages);
});
