// SPDX-License-Identifier: Apache-2.0
/** How many tokens could be read back, as a page. */

import type { ReversalSummary, Tried } from '../../attack/index.js';
import { count, duration } from './comparison.js';
import { html } from './markup.js';
import { pageText, type Section, tableOf, termsOf } from './page.js';
import { barPlot } from './plots.js';
import { compact } from './progress.js';
import { percentage } from './reverse-report.js';

export function reversalPage(summary: ReversalSummary): string {
  const { targets, recovered } = summary;
  return pageText({
    title: 'How much of a hashed list can be read back',
    answer: `${percentage(recovered, targets)} of the list was read back: ${count(recovered)} of ${count(targets)} different tokens.`,
    lead: [
      recovered > 0
        ? 'Nothing was broken or stolen: what the tokens can stand for was hashed in turn and looked up among them. Whoever has this list can do the same.'
        : 'Nothing was found, which proves little: below is all that was tried. Other countries, types of numbers or addresses, a salt or key that nobody has named, two accidents at once, and other hashes were not.',
    ],
    sections: [found(summary), ways(summary), work(summary)],
  });
}

function found({
  targets,
  recovered,
  matches,
  expectedFalseMatches,
  formats,
  accidents,
}: ReversalSummary): Section {
  const kinds = [
    ...formats.map((each) => [`written as ${each.format}`, each.matches] as const),
    ...accidents.map((each) => [`happened to it: ${each.accident}`, each.matches] as const),
  ];
  return {
    title: 'What was read',
    content: html`${barPlot(
      {
        title: 'Different tokens',
        bars: [
          { label: 'read back', values: [recovered], said: count(recovered) },
          { label: 'not read', values: [targets - recovered], said: count(targets - recovered) },
        ],
      },
      targets,
    )}
${
  kinds.length === 0
    ? ''
    : barPlot({
        title: 'How those had been written that were read',
        bars: kinds.map(([label, value]) => ({ label, values: [value], said: count(value) })),
      })
}
${
  expectedFalseMatches > 1e-6
    ? html`<p>Tokens and identifiers fit each other ${count(matches)} times, of which ${Number(expectedFalseMatches.toPrecision(2))} by chance on average: short tokens can be those of several.</p>`
    : ''
}`,
  };
}

function ways({ tried, space }: ReversalSummary): Section {
  const salt = ({ ownSalt }: Tried): string =>
    ownSalt === undefined ? '-' : ownSalt === 'prefix' ? 'before the text' : 'behind the text';
  return {
    title: 'What was tried',
    content: tableOf(
      `Ways in which the tokens may have been made, in the order in which they were tried; there are ${count(space)} candidates`,
      [['written as'], ['what had happened'], ['own salt'], ['candidates', 'number'], ['matches', 'number']],
      tried.map((way) => [
        way.format ?? 'as it is',
        way.accident ?? '-',
        salt(way),
        `${count(way.candidates)}${way.candidates < space ? ' (a part)' : ''}`,
        count(way.matches),
      ]),
    ),
  };
}

function work({ candidates, seconds, candidatesPerSecond, space }: ReversalSummary): Section {
  return {
    title: 'What it took',
    content: termsOf([
      ['candidates', count(candidates)],
      ['time', duration(seconds)],
      ['rate', `${compact(candidatesPerSecond)} candidates a second on this machine`],
      ['all, one way', candidatesPerSecond > 0 ? duration(space / candidatesPerSecond) : '-'],
    ]),
  };
}
