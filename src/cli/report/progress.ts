// SPDX-License-Identifier: Apache-2.0
/** A percentage on standard error, and for long searches rate and time left; on a terminal only. */

import type { Io } from '../../lists/io.js';
import { duration } from './comparison.js';

const INTERVAL_MS = 100;
const CLEAR_REST = '\x1b[K';
const USUAL_COLUMNS = 80;

export interface Progress {
  /** Takes what the library's `onProgress` gives; without a total, what was done is shown as it is. */
  update(done: number, total: number | undefined): void;
  /** Takes the line off the terminal. */
  clear(): void;
}

/** @param unit - what is counted, for commands that show how fast it goes and how long it will take */
export function startProgress(io: Io, label: string, unit?: string): Progress {
  if (io.stderr.isTTY !== true) return { update() {}, clear() {} };
  let next = 0;
  let shown = false;
  let first: { readonly done: number; readonly at: number } | undefined;
  return {
    update(done, total) {
      first ??= { done, at: Date.now() };
      if (Date.now() < next) return;
      next = Date.now() + INTERVAL_MS;
      shown = true;
      const share =
        total === undefined
          ? done.toLocaleString('en-US')
          : `${Math.floor((100 * done) / Math.max(1, total))} %`;
      const rate = (1000 * (done - first.done)) / (Date.now() - first.at);
      const pace =
        unit !== undefined && total !== undefined && rate > 0
          ? `, ${compact(rate)} ${unit} a second, ${duration((total - done) / rate)} left`
          : '';
      showStatus(io, `${label}: ${share}${pace}`);
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
