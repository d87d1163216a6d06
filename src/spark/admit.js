// SPDX-License-Identifier: Apache-2.0
/**
 * What the driver asks before a request is answered: whether the policy allows it, by the ledger that `veilmatch serve` and `veilmatch psi
 * respond` charge, too. One question as JSON on the standard input, `{ partner, ledger, policy?, requestId, run, peerSize, ownSize, reveal }`,
 * and `{}` or `{ code, message }` as the answer.
 */

import { text } from 'node:stream/consumers';
import { openNamed } from '../cli/secrets/named-ledger.ts';
import { VeilmatchError } from '../errors.ts';
import { checkPolicy } from '../policy/policy.ts';
import { countingTerms, namingTerms } from '../policy/terms.ts';
import { partnerId } from '../transport/door/partners.ts';
import { answeringOnce } from '../transport/exchange/admitted.ts';

const TERMS = { intersection: namingTerms, cardinality: countingTerms };

/** @param {any} asked */
async function admit({ partner, ledger: place, policy, requestId, run, peerSize, ownSize, reveal }) {
  const checked = policy === undefined ? undefined : checkPolicy(policy);
  const ledger = await openNamed(place);
  let limit;
  const onRefusal = (refusal) => {
    limit = refusal;
  };
  try {
    const allowed = { peer: partnerId(partner), ledger, policy: checked, onRefusal };
    await answeringOnce(allowed, requestId, run)({ peerSize, ownSize, learns: reveal, terms: TERMS[reveal] });
    return {};
  } catch (error) {
    if (limit === undefined) throw error;
    // The library's words are for the partner, who is not told which limit it is.
    return {
      code: 'refused',
      message: `The policy refuses this run by its limit ${limit}. Nothing was evaluated or counted.`,
    };
  } finally {
    await ledger.close();
  }
}

let answer;
try {
  answer = await admit(JSON.parse(await text(process.stdin)));
} catch (error) {
  if (!(error instanceof VeilmatchError)) throw error;
  answer = { code: error.code, message: error.message };
}
process.stdout.write(JSON.stringify(answer));
