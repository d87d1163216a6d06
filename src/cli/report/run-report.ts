// SPDX-License-Identifier: Apache-2.0
/** What a run between two machines says while it goes on, and when it is over. */

import type { Io } from '../../lists/io.js';
import type { CoarseCount, Phase } from '../../psi/index.js';
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
  readonly ownSize: number;
  readonly peerSize: number;
  /** Distinct identifiers that are shared, where this party learns it. */
  readonly shared?: number;
  /** How the count was rounded, where it was. */
  readonly coarse?: CoarseCount;
  /** Rows of this party's list with a shared identifier, where it learns that. */
  readonly rows?: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  readonly seconds: number;
}

export function summaryText(summary: RunSummary): string {
  const { ownSize, peerSize, shared, coarse, rows, bytesSent, bytesReceived, seconds, runId, resumed } =
    summary;
  const inRows = rows === undefined ? '' : ` (in ${count(rows)} rows)`;
  const rounded = coarse === undefined ? '' : ` (${coarseText(coarse)})`;
  const matches = shared === undefined ? [] : [`shared      ${count(shared)}${inRows}${rounded}`];
  return [
    `run         ${runId}${resumed ? ' (resumed; bytes and time are those since then)' : ''}`,
    `identifiers ${count(ownSize)} here, ${count(peerSize)} at the partner's`,
    ...matches,
    `bytes       ${count(bytesSent)} sent, ${count(bytesReceived)} received`,
    `time        ${duration(seconds)}`,
    '',
  ].join('\n');
}

/** `rounded down to a multiple of 100; 0 stands for fewer than 500` */
function coarseText({ step, atLeast }: CoarseCount): string {
  return `rounded down to a multiple of ${count(step)}; 0 stands for fewer than ${count(Math.max(step, atLeast))}`;
}
