// SPDX-License-Identifier: Apache-2.0
/**
 * A percentage and the time left on standard error, and for long searches the rate. Where there is no terminal, long searches say it in a
 * line from time to time, and others nothing.
 */

import type { Io } from '../../lists/io.js';
import { duration } from './comparison.js';

const INTERVAL_MS = 100;
const LINES_EVERY_MS = 10_000;
const CLEAR_REST = '\x1b[K';
const USUAL_COLUMNS = 80;

export interface Progress {
  /** Takes what the library's `onProgress` gives; without a total, what was done is shown as it is. */
  update(done: number, total: number | undefined): void;
  /** Takes the line off the terminal. */
  clear(): void;
}

/** Of a command that is to say nothing. */
export const NO_PROGRESS: Progress = { update() {}, clear() {} };

/**
 * @param unit - what is counted, for commands that show how fast it goes and how long it will take
 * @param now - in milliseconds
 */
export function startProgress(io: Io, label: string, unit?: string, now: () => number = Date.now): Progress {
  const onTerminal = io.stderr.isTTY === true;
  if (!onTerminal && unit === undefined) return NO_PROGRESS;
  // A search that is over soon needs no line.
  let next = onTerminal ? 0 : now() + LINES_EVERY_MS;
  let shown = false;
  let first: { readonly done: number; readonly at: number } | undefined;
  return {
    update(done, total) {
      const time = now();
      first ??= { done, at: time };
      if (time < next) return;
      next = time + (onTerminal ? INTERVAL_MS : LINES_EVERY_MS);
      shown = onTerminal;
      const share =
        total === undefined
          ? done.toLocaleString('en-US')
          : `${Math.floor((100 * done) / Math.max(1, total))} %`;
      const rate = (1000 * (done - first.done)) / (time - first.at);
      const left = total !== undefined && rate > 0 ? `, ${duration((total - done) / rate)} left` : '';
      const pace = unit !== undefined && left !== '' ? `, ${compact(rate)} ${unit} a second${left}` : left;
      const text = `${label}: ${share}${pace}`;
      if (onTerminal) showStatus(io, text);
      else io.stderr.write(`${text}\n`);
    },
    clear() {
      if (shown) showStatus(io, '');
    },
  };
}

/** Puts a text in place of the last line, cut to the terminal: one that is wrapped could not be taken off again. */
export function showStatus(io: Io, text: string): void {
  const columns = io.stderr.columns || USUAL_COLUMNS;
  io.stderr.write(`\r${text.slice(0, columns - 1)}${CLEAR_REST}`);
}

/** `12.3 million`, for people. */
export function compact(value: number): string {
  return COMPACT.format(value);
}

const COMPACT = new Intl.NumberFormat('en', {
  notation: 'compact',
  compactDisplay: 'long',
  maximumSignificantDigits: 3,
});
