// SPDX-License-Identifier: Apache-2.0
/** `veilmatch/psi`: private set intersection over ristretto255, `veilmatch-psi-v1`. */

export { IdentifierSet, type SetInput } from '../identifiers/set.js';
export type { BlindingName } from './blinding.js';
export { type IntersectOptions, intersect } from './intersect.js';
export { PsiMachine } from './machine.js';
export type { CommonOptions, PartyOptions, Phase, RunRequest } from './party.js';
export { psiReceiver, type ReceiverResult } from './receiver.js';
export {
  type CardinalityResult,
  type IntersectionResult,
  intersectionResult,
  type SenderShare,
  senderShare,
} from './result.js';
export type { CoarseCount, RevealOption } from './reveal.js';
export { psiSender, type SenderResult } from './sender.js';
export type { Mode, Reveal, Role } from './suite.js';
