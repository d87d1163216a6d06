// SPDX-License-Identifier: Apache-2.0
/**
 * A ledger whose updates are committed together where several wait: what takes time is the database's word that they are on the
 * disk, and it is the same for one and for many. They are decided one after another all the same.
 */

import { VeilmatchError } from '../../errors.js';
import type { Ledger } from '../../policy/ledger.js';
import type { KeptLedger } from '../files/queued-ledger.js';
import type { AccountNames, Update } from './charge-rows.js';

/** Updates of one transaction at most. */
const MOST = 64;

interface Waiting {
  readonly update: Update;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param commit makes some updates in one step, and gives what those threw that refused; what it throws itself all of them
 * hear. It is never called while it is under way
 * @param release what is to be done at the end, once
 */
export function batchedLedger(
  names: AccountNames,
  commit: (updates: readonly Update[]) => Promise<ReadonlyMap<Update, unknown>>,
  release: () => Promise<void> | void,
): KeptLedger {
  let open = true;
  const waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, MOST);
      try {
        const refusals = await commit(batch.map(({ update }) => update));
        for (const { update, resolve, reject } of batch) {
          if (refusals.has(update)) reject(refusals.get(update));
          else resolve();
        }
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    running = undefined;
  };
  return {
    update(accounts: readonly string[], decide: Parameters<Ledger['update']>[1]): Promise<void> {
      if (!open) return Promise.reject(new VeilmatchError('argument', 'This ledger has been closed.'));
      return new Promise<void>((resolve, reject) => {
        const update = { accounts: accounts.map((account) => names.of(account)), decide };
        waiting.push({ update, resolve, reject });
        running ??= run();
      });
    },
    async close() {
      const first = open;
      open = false;
      await running;
      if (first) await release();
    },
  };
}
