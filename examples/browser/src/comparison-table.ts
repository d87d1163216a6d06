// SPDX-License-Identifier: Apache-2.0
/**
 * The comparison as a table with bars. On a narrow screen its rows become blocks; the roles are written out, since a
 * table that is displayed as something else loses them.
 */

import type { AttackReport, ProtocolReport } from 'veilmatch/protocols';
import { create } from './dom.js';
import { bytes, count, duration } from './text.js';

const HEADINGS = [
  'Protocol',
  'Found',
  'Time',
  'Sent',
  'Partner reads',
  'Line reads',
  'Asking reads',
] as const;

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
      'Partner, line, asking: how many of the other list’s numbers, which the asking party did not have, are read by ' +
        'that party offline, by somebody who reads every byte on the way, and by a party that asks about invented ' +
        'people. Out of those that the attack could meet.',
    ),
  );
  return { root: create('div', {}, table, notes), caption, body };
}

/** @param all - by whose largest figures the bars are drawn */
export function reportRow(report: ProtocolReport, all: readonly ProtocolReport[]): HTMLElement {
  const { partner, outsider, enumerating } = report.attacks;
  const cells = [
    [`${count(report.matches)} of ${count(report.truth)}${report.correct ? '' : ', wrong'}`],
    [time(report), bar('cost', logarithmic(secondsOf(report), all.map(secondsOf)))],
    [sent(report), bar('cost', logarithmic(bytesOf(report), all.map(bytesOf)))],
    ...[partner, outsider, enumerating].map((attack) => [
      reads(attack),
      bar('leak', attack.answersTried === 0 ? 0 : attack.recovered / attack.answersTried),
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

function reads({ recovered, answersTried, sampled }: AttackReport): string {
  const result = recovered === 0 ? 'none' : count(recovered);
  return `${result} of ${count(answersTried)}${sampled ? ', sampled' : ''}`;
}

/** From a hundredth of the way for the smallest figure. */
function logarithmic(value: number, all: readonly number[]): number {
  const [least, most] = [Math.min(...all), Math.max(...all)].map(Math.log10) as [number, number];
  return most === least ? 0.5 : 0.06 + (0.94 * (Math.log10(value) - least)) / (most - least);
}

/** Says nothing that the text beside it does not. */
function bar(kind: 'cost' | 'leak', share: number): HTMLElement {
  const fill = create('span', { class: kind });
  fill.style.inlineSize = `${100 * share}%`;
  return create('span', { class: 'track', 'aria-hidden': 'true' }, fill);
}
