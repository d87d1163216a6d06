// SPDX-License-Identifier: Apache-2.0
/**
 * VOPRF (RFC 9497, section 3.3.2): the OPRF with a proof that the whole batch was evaluated under the key behind pkS.
 *
 * **What it leaks**: as the OPRF does, and the server cannot answer under another key than the one that the client was told
 * of. Whether all clients were told of the same is for them to find out: pin pkS, or have it signed and published.
 */

import { requireOptions } from '../arguments.js';
import type { ByteList } from '../bytes.js';
import { type BatchOptions, countRecords } from '../group/group.js';
import {
  type Blinding,
  type BlindingMethod,
  blindInputs,
  checkAnswer,
  evaluateInputs,
  type OprfOptions,
  type ProvedEvaluation,
  subtractAndHash,
  unblindAndHash,
} from './blinding.js';
import { type Context, checkPublicKey, checkSecretKey, createContext, publicKeyOf } from './context.js';
import { checkProofSize, generateProof, verifyProof } from './dleq.js';
import { requireSuite, type Suite } from './suite.js';

/** Options of a client of the verifiable OPRF. */
export interface VOPRFClientOptions {
  /** Default: `multiplicative`, the RFC's. A client finalizes what it, or one of the same option, has blinded. */
  readonly blinding?: BlindingMethod | undefined;
}

/** (Client) The verifiable OPRF: refuses answers that were not made under the announced key. */
export class VOPRFClient {
  readonly #context: Context;
  readonly #publicKey: Uint8Array;
  readonly #blinding: BlindingMethod;

  /**
   * @param publicKey pkS, one element, from where the client trusts it
   * @throws {VeilmatchError} `argument` for another length, `identity-element`
   */
  constructor(suite: Suite, publicKey: Uint8Array, options: VOPRFClientOptions = {}) {
    requireOptions(options);
    checkPublicKey(suite, publicKey);
    this.#context = createContext(suite, 'voprf');
    this.#publicKey = publicKey;
    this.#blinding = options.blinding ?? 'multiplicative';
  }

  /**
   * (Client) Hides the inputs, each under a scalar of its own.
   * @param inputs 1 to 65,535 for one proof, of at most 65,535 bytes each
   * @throws {VeilmatchError} `argument`, `aborted`
   */
  async blind(inputs: ByteList, options: OprfOptions = {}): Promise<Blinding> {
    checkProofSize(inputs.length);
    return blindInputs(this.#context, inputs, options, this.#blinding);
  }

  /**
   * (Client) Verifies the proof and returns the outputs.
   * @param inputs those that were blinded, in the same order
   * @returns n x Nh bytes
   * @throws {VeilmatchError} `bad-proof` when another key was used or anything was changed; `wrong-size`, `bad-element` or
   * `identity-element` for a bad answer or public key; `argument`, `aborted`
   */
  async finalize(
    inputs: ByteList,
    blinding: Blinding,
    evaluation: ProvedEvaluation,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    checkAnswer(this.#context, inputs, blinding, evaluation);
    const statement = {
      B: this.#publicKey,
      C: blinding.blindedElements,
      D: evaluation.evaluatedElements,
    };
    await verifyProof(this.#context, statement, evaluation.proof, options);
    return this.#blinding === 'additive'
      ? subtractAndHash(this.#context, inputs, blinding, evaluation, this.#publicKey, options)
      : unblindAndHash(this.#context, inputs, blinding, evaluation, undefined, options);
  }
}

/** (Server) The verifiable OPRF: proves that it used its announced key. */
export class VOPRFServer {
  readonly #context: Context;
  readonly #secretKey: Uint8Array;

  /**
   * @param secretKey skS, one scalar; kept, not copied, so that wiping it ends the server
   * @throws {VeilmatchError} `argument` or `bad-scalar` for a key that is none
   */
  constructor(suite: Suite, secretKey: Uint8Array) {
    requireSuite(suite);
    checkSecretKey(suite, secretKey);
    this.#context = createContext(suite, 'voprf');
    this.#secretKey = secretKey;
  }

  /**
   * (Server) Multiplies what a client sent by the key, and proves it. Count the elements: each is one guess that the client
   * may test.
   * @param blindedElements 1 to 65,535 elements, concatenated
   * @throws {VeilmatchError} `bad-element`, `identity-element` with the position; `argument`, `aborted`
   */
  async blindEvaluate(blindedElements: Uint8Array, options: OprfOptions = {}): Promise<ProvedEvaluation> {
    const { random, ...batch } = options;
    const { suite } = this.#context;
    checkProofSize(countRecords(blindedElements, suite.elementBytes, 'Blinded elements'));
    const evaluatedElements = await suite.group.multiply(blindedElements, this.#secretKey, batch);
    const statement = {
      B: await publicKeyOf(suite, this.#secretKey),
      C: blindedElements,
      D: evaluatedElements,
    };
    return {
      evaluatedElements,
      proof: await generateProof(this.#context, this.#secretKey, statement, options),
    };
  }

  /**
   * (Server) The outputs for its own inputs.
   * @returns n x Nh bytes
   * @throws {VeilmatchError} `argument`, `aborted`
   */
  evaluate(inputs: ByteList, options: BatchOptions = {}): Promise<Uint8Array> {
    return evaluateInputs(this.#context, inputs, this.#secretKey, undefined, options);
  }
}
