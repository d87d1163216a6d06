// SPDX-License-Identifier: Apache-2.0
/**
 * Who may be answered through files: a request counts as answered before anything is evaluated for it, in the ledger that
 * holds the budgets; one that fails half way is used up as well.
 */

import { VeilmatchError } from '../../errors.js';
import { type AdmissionOptions, admission } from '../../policy/admission.js';
import type { Ledger } from '../../policy/ledger.js';
import type { RunRequest } from '../../psi/run/party.js';

/** Who the partner is to the ledger, and what is allowed: as in `AdmissionOptions`. */
export type Allowed = Pick<AdmissionOptions, 'peer' | 'ledger' | 'policy' | 'all' | 'onRefusal'>;

type Admit = (run: RunRequest) => Promise<void>;

/**
 * The option `admit` of a sender that answers a request.
 * @param requestId in hexadecimal
 * @param run names the run, where this party has a state of it: what was counted for that is not counted again
 * @throws {VeilmatchError} `argument`. The function that is returned: `bad-file` for a request that was answered, `refused`
 */
export function answeringOnce(allowed: Allowed, requestId: string, run: string | undefined): Admit {
  const admit = admission({ ...allowed, run });
  return async (asked) => {
    const giveBack = await useUp(allowed, requestId, run, asked);
    try {
      await admit(asked);
    } catch (error) {
      // It may be asked again when there is budget.
      await giveBack();
      throw error;
    }
  };
}

/**
 * Notes that a request was answered: for this peer alone, since the id of a request is no secret, and somebody else may have
 * put it into a request of his own.
 * @returns what takes the note back
 * @throws {VeilmatchError} `bad-file` where it was answered already
 */
async function useUp(
  { peer, ledger }: { readonly peer: string; readonly ledger: Ledger },
  requestId: string,
  run: string | undefined,
  { peerSize, ownSize }: RunRequest,
): Promise<() => Promise<void>> {
  const entry = `answered ${requestId} of ${peer}`;
  // As it was noted at first. Nobody makes such an entry any more, so nobody can use it against another.
  const former = `answered ${requestId}`;
  await ledger.update([entry, former], (accounts) => {
    if (accounts.every((charges) => charges.length === 0)) {
      const charge = { at: Date.now(), elements: peerSize, work: peerSize + ownSize };
      return [[{ ...charge, ...(run !== undefined && { run }) }], []];
    }
    const [own] = accounts[0]!;
    if (run !== undefined && own?.run === run) return accounts;
    throw new VeilmatchError('bad-file', 'The request was answered already. Ask the partner for a new one.');
  });
  return () => ledger.update([entry], () => [[]]);
}
