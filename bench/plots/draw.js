// SPDX-License-Identifier: Apache-2.0
/** A plot as SVG, from the stored results. The commits that were measured stand in its description. */

import { createHash } from 'node:crypto';
import { parse, View } from 'vega';
import { compile } from 'vega-lite';
import { originText, Stored } from '../cells.js';
import { config } from './style.js';

const escaped = (/** @type {string} */ text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/**
 * What a picture depends on, short: that of a committed one tells whether it is up to date.
 * @param {import('./plots.js').Plot} plot
 * @param {import('./style.js').Theme} theme
 */
export const fingerprint = (plot, theme) =>
  createHash('sha256')
    .update(JSON.stringify([plot.title, plot.alt, plot.spec(theme), config(theme)]))
    .digest('hex')
    .slice(0, 16);

/**
 * @param {import('./plots.js').Plot} plot
 * @param {import('./style.js').Theme} theme
 * @returns {Promise<string>}
 */
export async function draw(plot, theme) {
  const spec = /** @type {any} */ ({ ...plot.spec(theme), title: plot.title, config: config(theme) });
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  const origins = plot.from.map((name) => `${name}: ${originText(new Stored(name).record)}`);
  const described = [...origins, `fingerprint ${fingerprint(plot, theme)}`].join('\n');
  const [id, alt] = [`${plot.name}-${theme}`, escaped(plot.alt)];
  return svg
    .replace(/^<svg /, `<svg role="img" aria-labelledby="${id}" `)
    .replace(/^(<svg [^>]*>)/, `$1<title id="${id}">${alt}</title><desc>${escaped(described)}</desc>`)
    .concat('\n');
}
