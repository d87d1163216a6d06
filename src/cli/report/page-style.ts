// SPDX-License-Identifier: Apache-2.0
/** How a report looks: in light, in the dark, on a telephone, and on paper. All colours have a contrast of WCAG 2.2 AA. */

export const STYLE = `
:root {
  color-scheme: light dark;
  --ink: #1f2328; --quiet: #57606a; --back: #ffffff; --line: #d0d7de; --track: #eaeef2;
  --first: #0550ae; --second: #bc4c00; --third: #6639ba;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e6edf3; --quiet: #9ea7b3; --back: #0d1117; --line: #3d444d; --track: #21262d;
    --first: #58a6ff; --second: #f0883e; --third: #bc8cff;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, Helvetica, Arial, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 0.5rem; }
h2 { font-size: 1.2rem; margin: 2.2rem 0 0.5rem; padding-top: 0.8rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.2rem 0 0.3rem; }
p, dl { margin: 0.5rem 0; overflow-wrap: anywhere; }
.quiet, figcaption, caption { color: var(--quiet); }
.answer { font-size: 1.25rem; font-weight: 600; }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: 0.2rem 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; }
figure { margin: 1rem 0; break-inside: avoid; }
figcaption, caption { text-align: left; font-size: 0.875rem; padding: 0.3rem 0; }
svg { display: block; width: 100%; overflow: visible; font-size: 13px; fill: var(--ink); }
svg .track { fill: var(--track); }
svg .rule { stroke: var(--line); stroke-width: 1; }
svg .tick { fill: var(--quiet); font-size: 12px; }
.first { fill: var(--first); }
.second { fill: var(--second); }
.third { fill: var(--third); }
.legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin: 0 0 0.4rem; padding: 0; list-style: none; font-size: 0.875rem; }
.legend svg { display: inline-block; width: 12px; height: 12px; margin-right: 0.4rem; vertical-align: -1px; }
.wide { overflow-x: auto; }
.wide:focus-visible { outline: 2px solid var(--first); outline-offset: 2px; }
table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.8rem 0.3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
.number { text-align: right; }
@media print {
  :root {
    color-scheme: light;
    --ink: #000000; --quiet: #444444; --back: #ffffff; --line: #bbbbbb; --track: #eeeeee;
    --first: #0550ae; --second: #bc4c00; --third: #6639ba;
  }
  @page { margin: 18mm 15mm; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; }
  tr, dl { break-inside: avoid; }
  .wide { overflow: visible; }
  svg { print-color-adjust: exact; }
}
`;
