// SPDX-License-Identifier: Apache-2.0
/** The pages of `--report` in Chromium: on a telephone and on a screen, in the dark and in light, and on paper. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonSample, inspectionSample, reversalSample, runSample } from '../cli/pages.js';
import { CHROMIUM, CHROMIUM_OPTIONS } from '../support/chromium.js';
import { expectAccessible, expectNoneElsewhere, watch } from './harness.js';

const PAGES = {
  compare: () => comparisonSample(true),
  connect: () => runSample(),
  inspect: () => inspectionSample(),
  reverse: () => reversalSample(),
};

let browser: Browser;
let folder: string;

describe.runIf(CHROMIUM)('a report', () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: [...CHROMIUM_OPTIONS] });
    folder = mkdtempSync(join(tmpdir(), 'veilmatch-reports-'));
  });
  afterAll(async () => {
    await browser?.close();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(PAGES))(
    'of %s is read anywhere, and asks nobody for anything',
    async (name, page) => {
      const path = join(folder, `${name}.html`);
      writeFileSync(path, page());
      for (const [width, colorScheme] of [
        [390, 'dark'],
        [1200, 'light'],
      ] as const) {
        const context = await browser.newContext({ viewport: { width, height: 800 }, colorScheme });
        const visit = watch(await context.newPage());
        await visit.page.goto(pathToFileURL(path).href);
        expect(await visit.page.title()).toMatch(/ - veilmatch$/);
        await expectAccessible(visit.page);
        // What is drawn has its style, which the page's own policy admits, and its letters stay within it.
        const plots = await visit.page.locator('svg[role=img]').evaluateAll((all) =>
          all.map((svg) => {
            const { left, right } = svg.getBoundingClientRect();
            const texts = [...svg.querySelectorAll('text')].map((text) => text.getBoundingClientRect());
            const crossing = texts.filter((one, i) =>
              texts.some(
                (other, j) =>
                  j > i &&
                  one.right > other.left &&
                  one.left < other.right &&
                  one.top < other.bottom &&
                  one.bottom > other.top,
              ),
            );
            return {
              title: svg.getAttribute('aria-label'),
              outside: texts.filter((one) => one.left < left - 1 || one.right > right + 1).length,
              crossing: crossing.length,
              drawn: [...svg.querySelectorAll('.first')].every(
                (shape) => getComputedStyle(shape).fill !== 'rgb(0, 0, 0)',
              ),
            };
          }),
        );
        expect(plots.length).toBeGreaterThan(1);
        for (const plot of plots) expect(plot).toMatchObject({ outside: 0, crossing: 0, drawn: true });
        expectNoneElsewhere(visit);
        if (width > 1000) {
          await visit.page.emulateMedia({ media: 'print' });
          const paper = await visit.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
          expect(paper).toBe('rgb(255, 255, 255)');
        }
        await context.close();
      }
    },
  );
});
