// SPDX-License-Identifier: Apache-2.0
/** What a run of private set intersection has brought, for people. */

import type { Channel, ReceivedResult } from 'veilmatch/transport';
import { create } from './dom.js';
import type { Picker } from './picker.js';
import { bytes, count, duration, percentage, plural } from './text.js';

/** Rows that are shown; all of them are in the file. */
const SHOWN = 5;

export interface Run {
  readonly result: Pick<ReceivedResult, 'size' | 'peerSize' | 'matches'>;
  /** What is counted. */
  readonly counted: 'identifiers' | 'people';
  /** Identifiers. */
  readonly ownSize: number;
  readonly seconds: number;
  readonly traffic: Channel['traffic'];
}

export function receivedResult({ result, counted, ownSize, seconds, traffic }: Run, picker: Picker): Node[] {
  const { size, matches, peerSize } = result;
  // How many people the identifiers here are, only the other party is told.
  const lists =
    counted === 'identifiers'
      ? `${percentage(size, ownSize)} of the ${count(ownSize)} here; the other list has ${count(peerSize)}.`
      : `${count(ownSize)} identifiers are here; the other list has ${count(peerSize)} people.`;
  const nodes: Node[] = [
    create('p', { class: 'answer' }, create('strong', {}, count(size)), ` shared ${counted}`),
    create(
      'p',
      {},
      `${lists} ${duration(seconds)}, ${bytes(traffic.sent)} sent and ${bytes(traffic.received)} received.`,
    ),
  ];
  if (matches === undefined || matches.length === 0) return nodes;
  const { cells } = picker;
  const lines = matches.map((row) => cells(row).map(quoted).join(','));
  const file = new Blob(
    lines.map((line) => `${line}\n`),
    { type: 'text/csv' },
  );
  const link = create('a', { class: 'button quiet', download: 'shared.csv' }, 'Save the shared rows');
  link.href = URL.createObjectURL(file);
  nodes.push(
    create('p', {}, `${plural(matches.length, 'row', 'rows')} of this list; the first ones:`),
    create('ul', { class: 'rows' }, ...lines.slice(0, SHOWN).map((line) => create('li', {}, line))),
    create('p', {}, link),
  );
  return nodes;
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}
