// SPDX-License-Identifier: Apache-2.0
/** `npm run bench:plots`: draws docs/plots/*.svg, fills the figures into the documents, and writes bench/report.html. */

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fillDocuments } from '../documents.js';
import { report } from '../report.js';
import { draw } from './draw.js';
import { plots } from './plots.js';
import { THEMES } from './style.js';

const FOLDER = new URL('../../docs/plots/', import.meta.url);

await mkdir(FOLDER, { recursive: true });
for (const plot of plots) {
  for (const theme of /** @type {import('./style.js').Theme[]} */ (Object.keys(THEMES))) {
    await writeFile(new URL(`${plot.name}-${theme}.svg`, FOLDER), await draw(plot, theme));
  }
}
for (const document of await fillDocuments()) console.log(`filled ${document}`);
const page = new URL('../report.html', import.meta.url);
await writeFile(page, await report());
console.log(`plots in ${fileURLToPath(FOLDER)}, report in ${fileURLToPath(page)}`);
