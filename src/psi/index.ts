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

export { autoIntersection, type Found, type FoundBy } from './auto/index.js';
export { type CardinalityOptions, cardinality } from './cardinality/index.js';
export type { SentFrame } from './described/observe.js';
export { type IntersectOptions, intersect, type WithSender } from './intersect.js';
export type { BlindingName } from './intersection/additive.js';
export { type IntersectionOptions, intersection } from './intersection/index.js';
export type { PartyOptions } from './intersection/party.js';
export type {
  CardinalityResult,
  IntersectionResult,
  SenderResult,
} from './intersection/result.js';
export type { CoarseCount, Reveal } from './intersection/reveal.js';
export { type JoinIdsTaken, joinIds } from './join-ids/index.js';
export { createJoinIds, type JoinIds } from './join-ids/join.js';
export {
  countPeople,
  type MatchedPerson,
  matchPeople,
  type PeopleOptions,
  peopleMatched,
} from './match-people.js';
export { type OtIntersectionOptions, otIntersection } from './ot/index.js';
export { people } from './people/index.js';
export type { PsiSuite } from './run/ciphersuite.js';
export type { NamedMode, RunKind } from './run/kind.js';
export { PsiMachine } from './run/machine.js';
export type { Given, OptionOf, OptionSpec } from './run/options.js';
export { padSet } from './run/padding.js';
export type { CommonOptions, Phase, RunRequest } from './run/party.js';
export type { ByRole, ListOwn, Party, Protocol } from './run/protocol.js';
export type { Learner, Role } from './run/suite.js';
export type { LeftOut, MergeBothOptions, MergeLimits, MergeOptions } from './shuffled/merge-limits.js';
export { leaveOut } from './shuffled/merging.js';
export { type SumSenderOwn, type SumTaken, sum } from './sum/index.js';
export { LOGARITHM_LIMIT, type LogarithmOptions, Logarithms } from './sum/logarithm.js';
export type { SumOptions } from './sum/party.js';
export { type IntersectionSumOptions, intersectionSum } from './sum/sum.js';
export type { SumResult } from './sum/values.js';

// What a sender allows.

export {
  type AdmissionOptions,
  type AdmissionRequest,
  admission,
  type Refusal,
} from '../policy/admission.js';
export { BINDS, type Bound, limitsThatBind } from '../policy/binding.js';
export type { Accounts, Charge } from '../policy/charges.js';
export { daysToEnumerate } from '../policy/enumeration.js';
export { type Ledger, memoryLedger } from '../policy/ledger.js';
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
export type { Charged, RunSizes, Terms } from '../policy/terms.js';
export type { DescribedProtocol, Draw, Leakage, OptionFlag } from './described/described.js';
export { type BothOptions, runBoth } from './run/both.js';
