// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/attack`: what can be read back, and from what: [reversal](../../docs/reversal.md) and the [dictionary
 * attack](../../docs/dictionary-attack.md).
 *
 * For lists that you control, or are authorised in writing to assess: re-identifying other people's data can be an
 * offence.
 *
 * @module veilmatch/attack
 */

export { ACCIDENTS, type Accident } from './accidents.js';
export { NumberList } from './candidates.js';
export {
  type Bill,
  type Cost,
  type CostOptions,
  costOf,
  PRICES,
  PUBLISHED_RATES,
  type PublishedRate,
  scaledRate,
} from './cost.js';
export type { ReversalCursor } from './cursor.js';
export { type DictionarySpec, EmailDictionary } from './emails/dictionary.js';
export { type EmailDictionaryOptions, type EmailLists, emailDictionary } from './emails/email-dictionary.js';
export type { Weighted } from './emails/ranked-list.js';
export { type EmailRules, emailRules, wordList } from './emails/rules.js';
export { type BirthDatesOptions, birthDates } from './fields/birth-dates.js';
export { postalCodes } from './fields/postal-codes.js';
export type { NumberFormat } from './format.js';
export type { LineType } from './metadata.js';
export {
  type Candidates,
  NumberingPlan,
  numberingPlan,
  type PlanOptions,
  type PlanSpec,
  rangePlan,
} from './plan.js';
export type { NumberRange } from './prefixes.js';
export type { AccidentOption, FormatOption, TokenOptions } from './recipe.js';
export {
  type Recovered,
  type Reversal,
  type ReversalSummary,
  type ReverseEmailsOptions,
  type ReverseOptions,
  reverse,
  type Tried,
} from './reverse.js';
export type { SearchOptions } from './scan.js';
export type { Span } from './spans.js';
export {
  type AttackOptions,
  type AttackResult,
  attackTranscript,
  type Knowledge,
  type Observation,
  type OprfObservation,
  type OtObservation,
  type PairObservation,
  type PsiObservation,
  type SentMessage,
  type TokenObservation,
  type Transcript,
} from './transcript.js';
