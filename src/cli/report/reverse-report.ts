// SPDX-License-Identifier: Apache-2.0
/** How many tokens could be read back, as people read it, and as machines do. */

import type { ReversalSummary } from '../../attack/index.js';
import { compact } from './progress.js';

export function reversalJson({
  targets,
  recovered,
  candidates,
  seconds,
  candidatesPerSecond,
  ...more
}: ReversalSummary): string {
  return `${JSON.stringify({ targets, recovered, candidates, seconds, candidatesPerSecond, ...more })}\n`;
}

export function reversalText(summary: ReversalSummary): string {
  const { targets, recovered, matches, expectedFalseMatches, formats, candidates, seconds } = summary;
  const rows: [string, string][] = [
    ['targets', count(targets)],
    ['recovered', `${count(recovered)} (${percentage(recovered, targets)})`],
  ];
  if (expectedFalseMatches > 1e-6) {
    const chance = expectedFalseMatches.toPrecision(2);
    rows.push(['matches', `${count(matches)}, of which ${Number(chance)} by chance on average`]);
  }
  if (formats.length > 0)
    rows.push(['written as', formats.map((each) => `${each.format} ${count(each.matches)}`).join(', ')]);
  rows.push(
    ['candidates', count(candidates)],
    ['seconds', seconds.toFixed(seconds < 10 ? 2 : 0)],
    ['candidates a second', compact(summary.candidatesPerSecond)],
  );
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Rounded down: not all is never 100 %. */
function percentage(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.floor((1000 * part) / whole) / 10} %`;
}
