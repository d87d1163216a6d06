// SPDX-License-Identifier: Apache-2.0
/** A run between two machines as a page: what came of it, who learnt what, and what it cost. */

import type { Leakage } from '../../psi/described/described.js';
import { count, duration, size } from './comparison.js';
import { html } from './markup.js';
import { pageText, type Section, tableOf, termsOf } from './page.js';
import { barPlot } from './plots.js';
import type { RunSummary } from './run-report.js';

/** What a protocol says of the run. */
interface RunTold {
  /** The protocol's name for people. */
  readonly title: string;
  readonly leakage: Leakage;
  /** The result for people. */
  readonly words: readonly (readonly [title: string, text: string])[];
  /** Whether the partner's list was counted in people. */
  readonly people: boolean;
}

export function runPage(summary: RunSummary, told: RunTold): string {
  const { role, runId, resumed, result } = summary;
  const shared = sharedOf(result);
  return pageText({
    title: 'What two lists share',
    answer:
      shared === undefined
        ? 'The run is complete, and this party learnt nothing of what the lists share.'
        : `The two lists share ${count(shared)} ${told.people ? 'people' : 'identifiers'}.`,
    lead: [
      `${told.title}. This party was the ${role}, which ${role === 'receiver' ? 'asks' : 'answers'}.`,
      `Run ${runId}${resumed ? ', resumed: bytes and time are those since then' : ''}.`,
    ],
    sections: [outcome(summary, told, shared), learnt(told, role), costs(summary)],
  });
}

/** How many, where the protocol tells this party. */
function sharedOf({ shared }: RunSummary['result']): number | undefined {
  return typeof shared === 'number' ? shared : undefined;
}

function outcome(
  { ownSize, peerSize, result }: RunSummary,
  { words, people }: RunTold,
  shared: number | undefined,
): Section {
  const sizes: [string, number][] = [
    ['on this list', ownSize],
    ["on the partner's list", peerSize],
    ...(shared === undefined ? [] : [['on both', shared] as [string, number]]),
  ];
  const { coarse } = result;
  return {
    title: 'The result',
    content: html`${barPlot({
      title: people ? "Identifiers here, and people on the partner's list" : 'Identifiers',
      bars: sizes.map(([label, value]) => ({ label, values: [value], said: count(value) })),
    })}
${words.length === 0 ? '' : termsOf(words)}
${typeof coarse === 'number' ? html`<p class="quiet">The count was made coarser, in steps of ${count(coarse)}.</p>` : ''}`,
  };
}

function learnt({ leakage }: RunTold, role: RunSummary['role']): Section {
  const you = (party: RunSummary['role']): string => `${party}${party === role ? ' (this party)' : ''}`;
  return {
    title: 'Who can find out what',
    content: termsOf([
      ['purpose', leakage.result],
      [you('receiver'), leakage.receiver],
      [you('sender'), leakage.sender],
      ['who reads the line', leakage.outsider],
      ['invented list', leakage.enumerating],
    ]),
  };
}

function costs({ bytesSent, bytesReceived, seconds, ownSize, peerSize }: RunSummary): Section {
  const elements = ownSize + peerSize;
  return {
    title: 'What it cost',
    content: html`${barPlot({
      title: 'Bytes on the line',
      bars: [
        { label: 'sent', values: [bytesSent], said: size(bytesSent) },
        { label: 'received', values: [bytesReceived], said: size(bytesReceived) },
      ],
    })}
${tableOf(
  'Time and bytes of the run',
  [['what'], ['all', 'number'], ['for each element of both lists', 'number']],
  [
    [
      'bytes, both ways',
      count(bytesSent + bytesReceived),
      elements > 0 ? ((bytesSent + bytesReceived) / elements).toFixed(1) : '-',
    ],
    ['time', duration(seconds), elements > 0 ? `${((seconds / elements) * 1e6).toFixed(1)} µs` : '-'],
  ],
)}`,
  };
}
