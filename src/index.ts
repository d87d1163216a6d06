// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch`: the parts that most programs need. Everything else is in the subpaths, and a program that must stay small
 * imports from those: `veilmatch/hashing` and `veilmatch/psi` carry no telephone metadata.
 *
 * @module veilmatch
 */

export { numberingPlan, reverse } from './attack/index.js';
export { type ErrorCode, type ErrorDetails, VeilmatchError } from './errors.js';
export { createBackend, type GroupBackend } from './group/index.js';
export {
  campaignKey,
  joinTokens,
  keyed,
  reversiblePlain,
  reversibleSalted,
  reversibleSlow,
} from './hashing/index.js';
export {
  hashRows,
  type Identifier,
  IdentifierSet,
  identifiersFromRows,
  normalizeEmail,
  normalizePhone,
  profiles,
  type Row,
} from './identifiers/index.js';
export {
  type CardinalityResult,
  type IntersectionResult,
  intersect,
  type Reveal,
  type WithSender,
} from './psi/index.js';
