// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/oprf`: oblivious pseudorandom functions ([RFC 9497](https://www.rfc-editor.org/rfc/rfc9497)), in
 * batches. Names are those of the RFC.
 *
 * **What this leaks:** to the server how many inputs there are; to the client the outputs of what it asked.
 *
 * @module veilmatch/oprf
 */

export type { Blinding, BlindingMethod, Evaluation, OprfOptions, ProvedEvaluation } from './blinding.js';
export {
  type Context,
  createContext,
  createContextString,
  deriveKeyPair,
  generateKeyPair,
  type KeyPair,
  type OprfMode,
  publicKeyOf,
} from './context.js';
export {
  generateProof,
  MAX_PROOF_ELEMENTS,
  type ProofContext,
  type ProofOptions,
  type Statement,
  verifyProof,
} from './dleq.js';
export { OPRFClient, OPRFServer } from './oprf.js';
export { p256Sha256 } from './p256.js';
export { POPRFClient, POPRFServer, type TweakedBlinding } from './poprf.js';
export { ristretto255Sha512 } from './ristretto255.js';
export type { Suite, SuiteGroup, SuiteIdentifier, SuiteScalars } from './suite.js';
export { VOPRFClient, type VOPRFClientOptions, VOPRFServer } from './voprf.js';
