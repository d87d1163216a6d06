// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/attack`: what can be read back, and from what.
 *
 * For lists that you control, or are authorised in writing to assess: re-identifying other people's data can be an
 * offence.
 */

export { NumberList } from './candidates.js';
export type { NumberFormat } from './format.js';
export {
  type Candidates,
  type LineType,
  NumberingPlan,
  numberingPlan,
  type PlanOptions,
  type PlanSpec,
} from './plan.js';
export {
  type Recovered,
  type Reversal,
  type ReversalSummary,
  type ReverseOptions,
  reverse,
} from './reverse.js';
export type { SearchOptions } from './scan.js';
export {
  type AttackOptions,
  type AttackResult,
  attackTranscript,
  type Knowledge,
  type Observation,
  type OprfObservation,
  type PsiObservation,
  type SentMessage,
  type TokenObservation,
  type Transcript,
} from './transcript.js';
