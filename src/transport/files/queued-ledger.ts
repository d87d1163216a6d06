// SPDX-License-Identifier: Apache-2.0
/** A ledger whose updates in this process wait for each other, and that can be closed. */

import { VeilmatchError } from '../../errors.js';
import type { Ledger } from '../../policy/ledger.js';

/** A ledger that is kept somewhere, and closed at the end. */
export interface KeptLedger extends Ledger {
  /** Waits for updates that are under way, and takes no more. */
  close(): Promise<void>;
}

/**
 * @param update makes one update, and is never called while it makes another
 * @param release what is to be done at the end, once
 */
export function queuedLedger(update: Ledger['update'], release: () => Promise<void> | void): KeptLedger {
  let open = true;
  /** Fulfilled when the updates that were begun are over, whatever became of them. */
  let idle: Promise<void> = Promise.resolve();
  return {
    update(accounts, decide) {
      if (!open) return Promise.reject(new VeilmatchError('argument', 'This ledger has been closed.'));
      const done = idle.then(() => update(accounts, decide));
      idle = done.catch(() => undefined);
      return done;
    },
    async close() {
      const first = open;
      open = false;
      await idle;
      if (first) await release();
    },
  };
}
