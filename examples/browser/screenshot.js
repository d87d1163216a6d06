// SPDX-License-Identifier: Apache-2.0
// Draws docs/images: the page after it has read a hash back, light and dark.

import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { CHROMIUM, CHROMIUM_OPTIONS } from '../../test/support/chromium.js';
import { installPacked } from '../install.js';
import { story } from './index.js';

const folder = fileURLToPath(new URL('../../docs/images/', import.meta.url));

installPacked();
await mkdir(folder, { recursive: true });
const server = await story(() => {});
const browser = await chromium.launch({
  executablePath: CHROMIUM,
  args: [...CHROMIUM_OPTIONS, '--disable-lcd-text'],
});
try {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1100, height: 950 } });
    await page.goto(server.url);
    await page.locator('#reverse input[name=areaCodes]').fill('415, 628');
    await page.locator('#reverse button[type=submit]').click();
    await page.locator('#reverse .answer').waitFor();
    await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
    // From the heading to the end of the answer.
    const clip = { x: 0, y: 72, width: 1100, height: 862 };
    await page.screenshot({ path: `${folder}page-${colorScheme}.png`, clip });
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
}
