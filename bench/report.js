// SPDX-License-Identifier: Apache-2.0
/** One page with everything that is stored: plots, figures, every cell. It needs no other file and no network. */

import { readdirSync } from 'node:fs';
import { originText, spreadText } from './cells.js';
import { figures } from './figures.js';
import { draw } from './plots/draw.js';
import { plots } from './plots/plots.js';
import { THEMES } from './plots/style.js';
import { load, RESULTS } from './record.js';

const escaped = (/** @type {unknown} */ text) =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const TITLES = /** @type {Record<string, string>} */ ({
  targets: 'Targets',
  peers: 'Beside other libraries',
  sizes: 'Every protocol at its largest size',
  growth: 'Growth: exponents of n, fitted',
  phases: 'Where the time of an intersection goes',
  threads: 'Threads',
  ceiling: 'The ceiling of the machine',
  billion: 'A billion rows',
  hashing: 'Hashing schemes',
  contact: 'Contact discovery',
});

/** Tables and paragraphs of a block of figures. @param {string} markdown */
function html(markdown) {
  const inline = (/** @type {string} */ text) =>
    escaped(text)
      .replace(/`([^`]+)`/g, '<code>$1</code>')
      .replace(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>');
  return markdown
    .split('\n\n')
    .map((part) => {
      if (!part.startsWith('|')) return `<p>${inline(part)}</p>`;
      const [head = [], , ...rows] = part.split('\n').map((line) => line.slice(2, -2).split(' | '));
      return tableOf(
        head.map(inline),
        rows.map((row) => row.map(inline)),
      );
    })
    .join('\n');
}

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows - HTML already */
function tableOf(head, rows) {
  const line = (/** @type {readonly string[]} */ cells, /** @type {string} */ tag) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
  return `<div class="wide"><table><thead>${line(head, 'th')}</thead><tbody>${rows.map((row) => line(row, 'td')).join('\n')}</tbody></table></div>`;
}

/** @param {string} name */
function wholeCase(name) {
  const record = load(name);
  if (record === undefined) return '';
  const labels = (/** @type {object} */ of) => Object.values(of).map(escaped).join(', ');
  const mark = (/** @type {any} */ stored) =>
    stored === undefined ? '' : `stored: ${escaped(originText(stored))}`;
  const value = (/** @type {any} */ figure) =>
    typeof figure === 'number' || figure?.median !== undefined ? spreadText(figure) : figure;
  const rows = [
    ...record.cells.map(({ of, figures: own, failure, stored }) => [
      labels(of),
      failure === undefined
        ? Object.entries(own)
            .map(([figure, one]) => `${escaped(figure)} ${escaped(value(one))}`)
            .join('<br>')
        : `<strong>failed</strong>: ${escaped(failure)}`,
      mark(stored),
    ]),
    ...record.ratios.map(({ of, times, stored }) => [
      labels(of),
      `${spreadText(times)} times faster`,
      mark(stored),
    ]),
  ];
  return `<details><summary><h3>${escaped(name)}</h3> ${escaped(originText(record))}</summary>${tableOf(['what', 'figures', ''], rows)}</details>`;
}

/** @returns {Promise<string>} the page */
export async function report() {
  const themes = /** @type {import('./plots/style.js').Theme[]} */ (Object.keys(THEMES));
  const drawn = await Promise.all(
    plots.map(async (plot) => {
      const pictures = await Promise.all(
        themes.map(async (theme) => `<div class="${theme}">${await draw(plot, theme)}</div>`),
      );
      return `<figure>${pictures.join('')}</figure>`;
    }),
  );
  const blocks = Object.entries(TITLES).map(
    ([name, title]) => `<h2>${title}</h2>\n${html(figures[name]?.() ?? '')}`,
  );
  const names = readdirSync(RESULTS)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>veilmatch: benchmarks</title>
<style>
:root { color-scheme: light dark; --ink: #1f2328; --back: #fff; --line: #d8dee4; }
.dark { display: none; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --back: #0d1117; --line: #30363d; }
  .dark { display: block; }
  .light { display: none; }
}
body { font: 16px/1.5 Helvetica, Arial, sans-serif; color: var(--ink); background: var(--back); max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
figure { margin: 1.5rem 0; }
figure svg { max-width: 100%; height: auto; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.875rem; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.7rem; border-bottom: 1px solid var(--line); }
h3 { display: inline; font-size: 1rem; }
summary { margin: 0.6rem 0; }
</style>
</head>
<body>
<h1>veilmatch: benchmarks</h1>
<p>Medians; in brackets the 10th and the 90th percentile of the rounds. Ratios are taken within rounds of one run.</p>
${html(figures.origins?.() ?? '')}
${drawn.join('\n')}
${blocks.join('\n')}
<h2>Everything that is stored</h2>
${names.map(wholeCase).join('\n')}
</body>
</html>
`;
}
