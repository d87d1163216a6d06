// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/pair`: PAIR 1.1 of IAB Tech Lab (Publisher Advertiser Identity Reconciliation), for partners on other software: the
 * commutative cipher over ristretto255 of `pkg/pair` in github.com/optable/match, byte for byte.
 *
 * **What this leaks:** more than the protocols of `veilmatch/psi`. Keys live for months, so both parties know each other's identifiers
 * again from run to run; the advertiser gets the publisher's whole list under Ks and Kp, and tests a guess with each element that it has
 * re-encrypted; and whoever gets salt and key reads all lists that were made with them. The document "PAIR with a partner on other
 * software" says who learns what.
 *
 * @module veilmatch/pair
 */

export { pairIdsFromTexts, pairIdsToTexts } from './ids.js';
export { defaultPairPolicy, pairTerms, SMALLEST_PAIR_LIST } from './limits.js';
export { matchPairIds, type PairMatch, pairMatchRate } from './match.js';
export { pairMatchKeys } from './match-keys.js';
export {
  decryptPairIds,
  encryptMatchKeys,
  type PairOptions,
  type ReencryptOptions,
  reencryptPairIds,
} from './pair.js';
export {
  type CreatePairOptions,
  createPairKey,
  createPairSalt,
  type PairSecret,
  pairSecretFromBytes,
  pairSecretToBytes,
  ROTATION_DAYS,
  requireFreshSecret,
} from './secrets.js';
