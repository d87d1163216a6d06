// SPDX-License-Identifier: Apache-2.0
/**
 * The plots of a report, as SVG within its page. Lengths are shares of the width and letters are not scaled, so that a plot
 * is read on a telephone as on paper; each says in its title and its description what it shows. Plots of documents are
 * drawn by other means (bench/plots): that renderer is many times the size of this package.
 */

import { type Content, html, type Markup } from './markup.js';

/** A line of a plot: what it is of, its values, and how these are said. */
interface Bar {
  readonly label: string;
  /** As many as there are series. */
  readonly values: readonly number[];
  readonly said: string;
}

interface Plot {
  readonly title: string;
  /** What the series are called, where there are several; up to three. */
  readonly series?: readonly string[];
  readonly bars: readonly Bar[];
}

const TEXT = 16;
const GAP = 12;
const COLOURS = ['first', 'second', 'third'] as const;

/**
 * Bars from nothing to the whole.
 * @param whole the value of a bar over the full width; the largest of all where nothing is said
 */
export function barPlot(plot: Plot, whole?: number): Markup {
  const most = whole ?? Math.max(...plot.bars.flatMap(({ values }) => values));
  const thick = plot.series === undefined ? 12 : 6;
  const height = (bar: Bar): number => TEXT + 6 + bar.values.length * (thick + 2) + GAP;
  let top = 0;
  const lines = plot.bars.map((bar) => {
    const y = top;
    top += height(bar);
    return html`${labelled(bar, y)}${bar.values.map((value, i) => {
      const at = y + TEXT + 6 + i * (thick + 2);
      const width = percent(most > 0 ? value / most : 0);
      return html`<rect class="track" x="0" y="${at}" width="100%" height="${thick}"/><rect class="${COLOURS[i]!}" x="0" y="${at}" width="${width}" height="${thick}"/>`;
    })}\n`;
  });
  return figure(plot, top, lines);
}

/**
 * A point for each value on an axis of powers of ten, for what differs by more than a bar can show. What is nothing has no point.
 * @param said how a power of ten is written
 */
export function pointPlot(plot: Plot, said: (value: number) => string): Markup {
  const logs = plot.bars.flatMap(({ values }) => values.filter((value) => value > 0).map(Math.log10));
  const low = logs.length > 0 ? Math.floor(Math.min(...logs)) : 0;
  const high = Math.max(low + 1, ...logs.map(Math.ceil));
  const line = TEXT + 6 + 12 + GAP;
  const bottom = plot.bars.length * line;
  const lines = plot.bars.map((bar, i) => {
    const y = i * line;
    const at = y + TEXT + 12;
    return html`${labelled(bar, y)}<line class="rule" x1="0" x2="100%" y1="${at}" y2="${at}"/>${bar.values
      .filter((value) => value > 0)
      .map((value, each) => {
        const place = percent((Math.log10(value) - low) / (high - low));
        return html`<circle class="${COLOURS[each]!}" cx="${place}" cy="${at}" r="6"/>`;
      })}\n`;
  });
  const every = Math.ceil((high - low) / 5);
  const ticks: Content[] = [];
  for (let power = low; power <= high; power += every) {
    const anchor = power === low ? 'start' : power + every > high ? 'end' : 'middle';
    const place = percent((power - low) / (high - low));
    ticks.push(
      html`<text class="tick" x="${place}" y="${bottom + 12}" text-anchor="${anchor}">${said(10 ** power)}</text>`,
    );
  }
  return figure(plot, bottom + TEXT, [lines, ticks]);
}

function labelled({ label, said }: Bar, y: number): Markup {
  const base = y + TEXT - 3;
  return html`<text x="0" y="${base}">${label}</text><text x="100%" y="${base}" text-anchor="end">${said}</text>`;
}

function figure({ title, series, bars }: Plot, height: number, lines: Content): Markup {
  const of = series === undefined ? '' : `${series.join(', ')}. `;
  const description = of + bars.map(({ label, said }) => `${label}: ${said}`).join('; ');
  const legend =
    series === undefined
      ? ''
      : html`<ul class="legend">${series.map(
          (name, i) =>
            html`<li><svg aria-hidden="true"><rect class="${COLOURS[i]!}" width="12" height="12"/></svg>${name}</li>`,
        )}</ul>\n`;
  return html`<figure>
<figcaption>${title}</figcaption>
${legend}<svg role="img" aria-label="${title}. ${description}." width="100%" height="${height}">
${lines}</svg>
</figure>
`;
}

const percent = (share: number): string => `${Number((100 * Math.min(1, Math.max(0, share))).toFixed(2))}%`;
