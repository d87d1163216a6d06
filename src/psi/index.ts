// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/psi`: private set intersection over ristretto255, `veilmatch-psi-v1`.
 *
 * **What this leaks:** the result, to whom it was promised, and the sizes of both sets. [Choosing a
 * protocol](../../docs/choosing-a-protocol.md) and the [threat model](../../docs/threat-model.md) say it case by case;
 * [protocol.md](../../docs/protocol.md) is the specification.
 *
 * @module veilmatch/psi
 */

export { IdentifierSet, type SetInput } from '../identifiers/set.js';
export { type IntersectOptions, intersect } from './intersection/intersect.js';
export { psiReceiver, type ReceiverResult } from './intersection/receiver.js';
export { psiSender, type SenderResult } from './intersection/sender.js';
export { type JoinIds, type JoinIdsOptions, joinIds } from './join-ids/join.js';
export {
  type JoinIdsResult,
  joinIdsReceiver,
  joinIdsSender,
  PSEUDONYM_BYTES,
  pseudonymsOfRows,
} from './join-ids/join-ids.js';
export {
  countPeople,
  type MatchedPerson,
  matchPeople,
  type PeopleOptions,
  peopleMatched,
} from './people/match-people.js';
export type { LeftOut, MergeBothOptions, MergeLimits, MergeOptions } from './people/merge-limits.js';
export { leaveOut } from './people/merging.js';
export {
  type PeoplePartyOptions,
  type PeopleReceiverResult,
  type PeopleSenderResult,
  peopleReceiver,
  peopleSender,
} from './people/people.js';
export type { BlindingName } from './run/blinding.js';
export {
  type LeakageOptions,
  type PsiLeakage,
  psiLeakage,
  type SumLeakageOptions,
  sumLeakage,
} from './run/leakage.js';
export { PsiMachine } from './run/machine.js';
export { padSet } from './run/padding.js';
export type { CommonOptions, PartyOptions, Phase, RunRequest } from './run/party.js';
export {
  type CardinalityResult,
  type IntersectionResult,
  intersectionResult,
  type SenderShare,
  senderShare,
} from './run/result.js';
export type { CoarseCount, RevealOption } from './run/reveal.js';
export type { Mode, Reveal, Role } from './run/suite.js';
export { LOGARITHM_LIMIT, type LogarithmOptions, Logarithms } from './sum/logarithm.js';
export { OpenedSum } from './sum/opened-sum.js';
export type { SumOptions } from './sum/party.js';
export { type SumReceiverResult, sumReceiver } from './sum/receiver.js';
export { type SumSenderResult, sumSender } from './sum/sender.js';
export { type IntersectionSumOptions, intersectionSum } from './sum/sum.js';
export { type SumResult, sumResult } from './sum/values.js';

// What a sender allows.

export {
  type AdmissionOptions,
  type AdmissionRequest,
  admission,
  type Refusal,
} from '../policy/admission.js';
export { BINDS, type Bound, limitsThatBind } from '../policy/binding.js';
export { daysToEnumerate } from '../policy/enumeration.js';
export { type Accounts, type Charge, type Ledger, memoryLedger } from '../policy/ledger.js';
export {
  type Budget,
  checkBudgets,
  checkPolicy,
  defaultContactPolicy,
  defaultPolicy,
  defaultSumPolicy,
  type Policy,
  workLimit,
} from '../policy/policy.js';
export { openKey, sealKey } from '../sealed/key.js';
export type { SealOptions, Unlock } from '../sealed/unlock.js';
