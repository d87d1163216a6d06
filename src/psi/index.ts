// SPDX-License-Identifier: Apache-2.0
/** `veilmatch/psi`: private set intersection over ristretto255, `veilmatch-psi-v1`. */

export { IdentifierSet, type SetInput } from '../identifiers/set.js';
export type { Filter, FilterKind } from './filter/filter.js';
export { buildFilter, type FilterOptions, filterKinds, parseFilter } from './filter/formats.js';
export { type IntersectOptions, intersect } from './intersect.js';
export { PsiMachine } from './machine.js';
export type { CommonOptions, PartyOptions, Phase, RunRequest } from './party.js';
// What a sender publishes, and what it allows.
export { type AdmissionOptions, type AdmissionRequest, admission, type Refusal } from './policy/admission.js';
export { daysToEnumerate } from './policy/enumeration.js';
export { type Charge, type Ledger, memoryLedger } from './policy/ledger.js';
export {
  type Budget,
  checkPolicy,
  defaultContactPolicy,
  defaultPolicy,
  type Policy,
} from './policy/policy.js';
export { psiReceiver, type ReceiverResult } from './receiver.js';
export { type CardinalityResult, type IntersectionResult, intersectionResult } from './result.js';
export { psiSender, type SenderResult } from './sender.js';
export type { Mode, Reveal, Role } from './suite.js';
