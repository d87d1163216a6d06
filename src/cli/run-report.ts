// SPDX-License-Identifier: Apache-2.0
/** What a run between two machines says while it goes on, and when it is over. */

import type { Phase } from '../psi/index.js';
import { count, duration } from './comparison.js';
import type { Io } from './io.js';

const INTERVAL_MS = 200;
const BAR = 24;

const WORDS: Readonly<Record<Phase, string>> = {
  blind: 'blinding',
  evaluate: "evaluating the partner's elements",
  tag: 'making tags',
  unblind: 'reading the answers',
  encrypt: 'encrypting values',
};

export interface RunProgress {
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
      io.stderr.write(`\r\x1b[K${progressLine(phase, done, total, (now - since) / 1000)}`);
    },
    clear() {
      if (current !== undefined) io.stderr.write('\r\x1b[K');
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
  readonly ownSize: number;
  readonly peerSize: number;
  /** Distinct identifiers that are shared, where this party learns it. */
  readonly shared?: number;
  /** Rows of this party's list with a shared identifier, where it learns that. */
  readonly rows?: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly seconds: number;
}

export function summaryText(summary: RunSummary): string {
  const { ownSize, peerSize, shared, rows, bytesSent, bytesReceived, seconds, runId, resumed } = summary;
  const matches =
    shared === undefined
      ? []
      : [`shared      ${count(shared)}${rows === undefined ? '' : ` (in ${count(rows)} rows)`}`];
  return [
    `run         ${runId}${resumed ? ' (resumed; bytes and time are those since then)' : ''}`,
    `identifiers ${count(ownSize)} here, ${count(peerSize)} at the partner's`,
    ...matches,
    `bytes       ${count(bytesSent)} sent, ${count(bytesReceived)} received`,
    `time        ${duration(seconds)}`,
    '',
  ].join('\n');
}
