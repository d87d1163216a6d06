// SPDX-License-Identifier: Apache-2.0
/** What a run between two machines says while it goes on, and when it is over. */

import type { Io } from '../../lists/io.js';
import type { Phase, Role } from '../../psi/index.js';
import { count, duration } from './comparison.js';
import { showStatus } from './progress.js';

const INTERVAL_MS = 200;
const BAR = 20;

const WORDS: Readonly<Record<Phase, string>> = {
  blind: 'blinding',
  evaluate: 'answering the partner',
  tag: 'making tags',
  unblind: 'reading the answers',
  encrypt: 'encrypting values',
};

interface RunProgress {
  /** Takes what the library's `onProgress` gives. */
  update(phase: Phase, done: number, total: number): void;
  /** Takes the line off the terminal. */
  clear(): void;
}

/** A bar with rate and time left for each phase, on a terminal only. */
export function startRunProgress(io: Io): RunProgress {
  if (io.stderr.isTTY !== true) return { update() {}, clear() {} };
  let current: Phase | undefined;
  let since = 0;
  let next = 0;
  return {
    update(phase, done, total) {
      const now = Date.now();
      if (phase !== current) {
        current = phase;
        since = now;
      } else if (now < next) return;
      next = now + INTERVAL_MS;
      showStatus(io, progressLine(phase, done, total, (now - since) / 1000));
    },
    clear() {
      if (current !== undefined) showStatus(io, '');
    },
  };
}

/** @param seconds since the phase began */
export function progressLine(phase: Phase, done: number, total: number, seconds: number): string {
  const share = done / Math.max(1, total);
  const filled = Math.round(share * BAR);
  const bar = `[${'#'.repeat(filled)}${'.'.repeat(BAR - filled)}]`;
  const rate = seconds > 0 ? done / seconds : 0;
  const left =
    rate > 0
      ? `, ${Math.round(rate).toLocaleString('en-US')}/s, ${duration((total - done) / rate)} left`
      : '';
  return `${WORDS[phase]} ${bar} ${Math.floor(100 * share)} %${left}`;
}

/** A run that is complete. */
export interface RunSummary {
  readonly runId: string;
  /** Bytes and time are those since it went on. */
  readonly resumed?: boolean;
  readonly reveal: string;
  readonly role: Role;
  /** Identifiers on the own list. */
  readonly ownSize: number;
  /** The same of the partner's, or people, where rows may have several. */
  readonly peerSize: number;
  /** What came of it, as the protocol tells it to programs. */
  readonly result: Readonly<Record<string, unknown>>;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly seconds: number;
}

/** On one level: what came of the run stands between the sizes and the costs. */
export function summaryJson({ result, bytesSent, bytesReceived, seconds, ...run }: RunSummary): string {
  const costs = { bytesSent, bytesReceived, seconds };
  return `${JSON.stringify({ ...run, ...result, ...costs }, null, 2)}\n`;
}

/** @param people whether the partner's list was counted in people */
export function summaryText(
  { ownSize, peerSize, bytesSent, bytesReceived, seconds, runId, resumed }: RunSummary,
  words: readonly (readonly [title: string, text: string])[],
  people = false,
): string {
  const line = (title: string, text: string): string => `${title.padEnd(11)} ${text}`;
  return [
    line('run', `${runId}${resumed ? ' (resumed; bytes and time are those since then)' : ''}`),
    line(
      'identifiers',
      `${count(ownSize)} here, ${count(peerSize)}${people ? ' people' : ''} at the partner's`,
    ),
    ...words.map(([title, text]) => line(title, text)),
    line('bytes', `${count(bytesSent)} sent, ${count(bytesReceived)} received`),
    line('time', duration(seconds)),
    '',
  ].join('\n');
}
