// SPDX-License-Identifier: Apache-2.0
/** Who has used how much, as a policy needs it. This one forgets when the process ends; `veilmatch/transport` has one in a file. */

import { requireFunction, requireTexts } from '../arguments.js';
import { type Accounts, type Charge, checkedAccounts } from './charges.js';

/** Where charges are kept, by accounts: one for each peer, and any others. */
export interface Ledger {
  /**
   * Replaces the charges of some accounts by what `decide` makes of them, in one step: no other update of this ledger comes
   * between, of another process neither, and the new charges are durable when the promise is fulfilled. Where `decide`
   * throws, nothing changes.
   * @param accounts - their names; each once
   * @param decide - given the charges of each account, in that order; returns as many
   */
  update(accounts: readonly string[], decide: (charges: Accounts) => Accounts): Promise<void>;
}

/**
 * A ledger in memory, empty at first.
 * @example
 * ```ts
 * import { admission, memoryLedger } from 'veilmatch/psi';
 *
 * const policy = { budgets: [{ hours: 24, runs: 1 }] };
 * const admit = admission({ peer: 'acme', ledger: memoryLedger(), policy });
 * const run = { peerSize: 5, ownSize: 5, learns: 'cardinality' };
 * await admit(run);
 * console.log(await admit(run).catch(({ code }) => code)); // → refused
 * ```
 */
export function memoryLedger(): Ledger {
  const charges = new Map<string, readonly Charge[]>();
  return {
    async update(accounts, decide) {
      requireTexts(accounts, 'The accounts');
      requireFunction(decide, 'What decides of the accounts');
      const before = accounts.map((account) => charges.get(account) ?? []);
      const known = new Set(before.flat());
      const after = checkedAccounts(decide(before), accounts.length, (charge) => known.has(charge));
      for (const [i, account] of accounts.entries()) charges.set(account, after[i]!);
    },
  };
}
