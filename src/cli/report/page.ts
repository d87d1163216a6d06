// SPDX-License-Identifier: Apache-2.0
/**
 * A report as one page: all of it in one file, which asks nobody for anything and runs nothing. It holds counts, shapes and
 * times, so that it can be handed on; what is put into it is the caller's to see to, and no caller gives it a value of a list.
 */

import { createHash } from 'node:crypto';
import { type Content, html, Markup } from './markup.js';
import { STYLE } from './page-style.js';

/** A part of a page under a heading of its own. */
export interface Section {
  readonly title: string;
  readonly content: Content;
}

interface Page {
  readonly title: string;
  /** The result, in a sentence. */
  readonly answer: string;
  /** What is under the answer. */
  readonly lead: readonly string[];
  readonly sections: readonly Section[];
}

/** A column of a table: its heading, and whether what stands in it are numbers. */
type Column = readonly [heading: string, kind?: 'number'];

/** Nothing but the one style sheet above it: no script, no picture, no address. */
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** @returns the whole file */
export function pageText({ title, answer, lead, sections }: Page, now: Date = new Date()): string {
  const day = now.toISOString().slice(0, 10);
  const { text } = html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} - veilmatch</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="answer">${answer}</p>
${lead.map((each) => html`<p>${each}</p>\n`)}
${sections.map(
  ({ title: heading, content }) => html`<section>
<h2>${heading}</h2>
${content}
</section>
`,
)}
<p class="quiet">Made by veilmatch on <time datetime="${day}">${day}</time>. This page is complete in itself, and holds counts, shapes and times: no identifier, no token, no key.</p>
</main>
</body>
</html>
`;
  return `<!doctype html>\n${text}`;
}

/**
 * @param rows of cells, as many as there are columns; the first names its row
 */
export function tableOf(
  caption: string,
  columns: readonly Column[],
  rows: ReadonlyArray<readonly Content[]>,
): Markup {
  const kind = (i: number): string => columns[i]?.[1] ?? 'text';
  // A table that is wider than a telephone is moved by the keyboard, too.
  return html`<div class="wide" role="region" tabindex="0" aria-label="${caption}">
<table>
<caption>${caption}</caption>
<thead><tr>${columns.map(([heading], i) => html`<th scope="col" class="${kind(i)}">${heading}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (cells) =>
    html`<tr>${cells.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td class="${kind(i)}">${cell}</td>`))}</tr>\n`,
)}</tbody>
</table>
</div>
`;
}

/** Terms, and what is said of each. */
export function termsOf(terms: ReadonlyArray<readonly [term: string, text: Content]>): Markup {
  return html`<dl>
${terms.map(([term, text]) => html`<dt>${term}</dt><dd>${text}</dd>\n`)}</dl>
`;
}
