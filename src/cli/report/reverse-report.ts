// SPDX-License-Identifier: Apache-2.0
/** How many tokens could be read back, as people read it, and as machines do. */

import type { ReversalSummary, Tried } from '../../attack/index.js';
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
  const { targets, recovered, matches, expectedFalseMatches, formats, accidents, candidates, seconds } =
    summary;
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
  if (accidents.length > 0)
    rows.push(['accident', accidents.map((each) => `${each.accident} ${count(each.matches)}`).join(', ')]);
  rows.push(
    ['candidates', count(candidates)],
    ['seconds', seconds.toFixed(seconds < 10 ? 2 : 0)],
    ['candidates a second', compact(summary.candidatesPerSecond)],
  );
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
  return recovered === 0 && targets > 0 ? table + nothingFound(summary) : table;
}

/** What was tried, and what that does not say. */
function nothingFound({ tried, space }: ReversalSummary): string {
  const [whole, sampled] = [true, false].map((all) =>
    tried.filter(({ candidates }) => candidates >= space === all),
  ) as [Tried[], Tried[]];
  const lines = ['', 'Nothing was found. That proves little: what was tried is'];
  for (const [ways, of] of [
    [whole, `all ${count(space)} candidates`],
    [sampled, `a part of the ${count(space)} candidates`],
  ] as const) {
    if (ways.length === 0) continue;
    const formats = names(
      ways.filter(({ accident }) => accident === undefined).map(({ format }) => format ?? 'as it is'),
    );
    const accidents = names(ways.flatMap(({ accident }) => accident ?? []));
    const salts = ways.some(({ ownSalt }) => ownSalt !== undefined) ? ', before and behind each salt' : '';
    if (formats !== '') lines.push(`  on ${of}${salts}: ${formats}`);
    if (accidents !== '') lines.push(`  on ${of}, what may have happened to texts: ${accidents}`);
  }
  if (sampled.length > 0) {
    lines.push(
      'Of a short list none may be in that part: --accident tries one that is named on all candidates, and --area-codes leaves fewer.',
    );
  }
  lines.push(
    'Other countries, types of numbers or addresses, a salt or key that nobody has named, two accidents at once, and other hashes',
    'were not. None of them protects a list: whoever knows how it was made reads it.',
    '',
  );
  return lines.join('\n');
}

const names = (all: readonly string[]): string => [...new Set(all)].join(', ');

function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** Rounded down: not all is never 100 %. */
export function percentage(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.floor((1000 * part) / whole) / 10} %`;
}
