// SPDX-License-Identifier: Apache-2.0
/** A percentage on standard error, on a terminal only. */

import type { Io } from './io.js';

const INTERVAL_MS = 100;

export interface Progress {
  /** Takes what the library's `onProgress` gives. */
  update(done: number, total: number): void;
  /** Takes the line off the terminal. */
  clear(): void;
}

export function startProgress(io: Io, label: string): Progress {
  if (io.stderr.isTTY !== true) return { update() {}, clear() {} };
  let next = 0;
  let shown = false;
  return {
    update(done, total) {
      if (Date.now() < next) return;
      next = Date.now() + INTERVAL_MS;
      shown = true;
      io.stderr.write(`\r${label}: ${Math.floor((100 * done) / Math.max(1, total))} %`);
    },
    clear() {
      if (shown) io.stderr.write('\r\x1b[K');
    },
  };
}
