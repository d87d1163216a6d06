// SPDX-License-Identifier: Apache-2.0
/**
 * The comparison as a table with bars. On a narrow screen its rows become blocks; the roles are written out, since a
 * table that is displayed as something else loses them.
 */

import type { AttackReport, ProtocolReport } from 'veilmatch/compare';
import { create } from './dom.js';
import { bytes, count, duration, plural } from './text.js';

const HEADINGS = [
  'Protocol',
  'Found',
  'Time',
  'Sent',
  'Partner reads',
  'Line reads',
  'By asking for each',
] as const;

/** Of seconds and of bytes: an empty list takes none. */
const LEAST = 1e-4;

export interface ResultTable {
  readonly root: HTMLElement;
  readonly caption: HTMLElement;
  readonly body: HTMLElement;
}

export function resultTable(): ResultTable {
  const caption = create('caption', {});
  const headings = HEADINGS.map((heading) => create('th', { scope: 'col', role: 'columnheader' }, heading));
  const body = create('tbody', { role: 'rowgroup' });
  const table = create(
    'table',
    { role: 'table' },
    caption,
    create('thead', { role: 'rowgroup' }, create('tr', { role: 'row' }, ...headings)),
    body,
  );
  const notes = create(
    'div',
    { class: 'legend' },
    create('p', {}, 'Bars of time and of bytes are logarithmic. “About” marks a sample that was scaled up.'),
    create(
      'p',
      {},
      'Partner, line: how many of the other list’s numbers, which the asking party did not have, are read by that party ' +
        'offline and by somebody who reads every byte on the way; and how long trying all possible numbers takes.',
    ),
    create(
      'p',
      {},
      'By asking for each (hatched): what a party finds out that puts every possible number into its own list. No protocol ' +
        'hides an answer from who may ask; each number is a question that the other party answers, counts, and can refuse ' +
        'by a limit or a budget. With hashes nobody has to be asked.',
    ),
    create(
      'p',
      {},
      'Found is what the protocol counts: identifiers, rows or people, as its name says. The attacks count telephone ' +
        'numbers of the other list that are not shared, so the two figures are not parts of one another.',
    ),
  );
  return { root: create('div', {}, table, notes), caption, body };
}

/** @param all - by whose largest figures the bars are drawn */
export function reportRow(report: ProtocolReport, all: readonly ProtocolReport[]): HTMLElement {
  const { partner, outsider, enumerating } = report.attacks;
  const sample = report.share < 1 ? [hint(`on ${plural(report.rows, 'row', 'rows')}`)] : [];
  const cells = [
    [`${count(report.size)} of ${count(report.truth)}${report.correct ? '' : ', wrong'}`, ...sample],
    [time(report), bar('cost', logarithmic(secondsOf(report), all.map(secondsOf)))],
    [sent(report), bar('cost', logarithmic(bytesOf(report), all.map(bytesOf)))],
    // One attack may stand for all three, so their places tell them apart.
    ...[partner, outsider, enumerating].map((attack, i) => [
      `${attack.recovered === 0 ? 'none' : count(attack.recovered)} of ${count(attack.answersTried)}`,
      bar(i === 2 ? 'asked' : 'leak', attack.answersTried === 0 ? 0 : attack.recovered / attack.answersTried),
      hint(effort(attack)),
    ]),
  ];
  return create(
    'tr',
    { role: 'row' },
    create('th', { scope: 'row', role: 'rowheader' }, report.protocol),
    ...cells.map((content, i) =>
      create('td', { role: 'cell', 'data-heading': HEADINGS[i + 1]! }, ...content),
    ),
  );
}

/** Of the whole lists. */
function secondsOf({ seconds, share }: ProtocolReport): number {
  return seconds / share;
}

function bytesOf({ bytes: { toSender, toReceiver }, share }: ProtocolReport): number {
  return (toSender + toReceiver) / share;
}

function time(report: ProtocolReport): string {
  return `${report.share < 1 ? 'about ' : ''}${duration(secondsOf(report))}`;
}

function sent(report: ProtocolReport): string {
  return `${report.share < 1 ? 'about ' : ''}${bytes(Math.round(bytesOf(report)))}`;
}

/** What it takes to try all numbers, where trying helps. */
function effort({ recovered, sampled, secondsForSpace }: AttackReport): string {
  const tried = sampled ? 'a sample tried' : 'all tried';
  if (recovered === 0) return tried;
  return sampled ? `${tried}; all: ${duration(secondsForSpace)}` : `${tried} in ${duration(secondsForSpace)}`;
}

function hint(text: string): HTMLElement {
  return create('span', { class: 'hint' }, text);
}

/** Of the way from the smallest figure, which is still to be seen, to the largest. */
function logarithmic(value: number, all: readonly number[]): number {
  const magnitude = (each: number): number => Math.log10(Math.max(each, LEAST));
  const [least, most] = [magnitude(Math.min(...all)), magnitude(Math.max(...all))];
  return most === least ? 0.5 : 0.06 + (0.94 * (magnitude(value) - least)) / (most - least);
}

/** Says nothing that the text beside it does not. */
function bar(kind: 'cost' | 'leak' | 'asked', share: number): HTMLElement {
  const fill = create('span', { class: kind });
  fill.style.inlineSize = `${100 * share}%`;
  return create('span', { class: 'track', 'aria-hidden': 'true' }, fill);
}
