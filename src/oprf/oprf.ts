// SPDX-License-Identifier: Apache-2.0
/**
 * OPRF (RFC 9497, section 3.3.1): the server has a key, the client an input, and the client gets the keyed hash of its
 * input. `OPRFClient.blind`, `OPRFServer.blindEvaluate`, `OPRFClient.finalize`.
 *
 * **What it leaks**: to the server how many inputs there are, and nothing about them, however much it computes; to the
 * client the outputs it asked for, nothing about the key or about other outputs. The client does **not** learn which key
 * was used: a server can mark a client by giving it a key of its own, or answer anything. `voprf.ts` shows the key.
 */

import type { ByteList } from '../bytes.js';
import type { BatchOptions } from '../group/group.js';
import {
  type Blinding,
  blindInputs,
  checkAnswer,
  type Evaluation,
  evaluateInputs,
  type OprfOptions,
  unblindAndHash,
} from './blinding.js';
import { type Context, checkSecretKey, createContext } from './context.js';
import { requireSuite, type Suite } from './suite.js';

/** (Client) The plain OPRF: proves nothing, for a server that is trusted with its key. */
export class OPRFClient {
  readonly #context: Context;

  constructor(suite: Suite) {
    this.#context = createContext(suite, 'oprf');
  }

  /**
   * (Client) Hides the inputs, each under a scalar of its own.
   * @param inputs at most 65,535 bytes each
   * @throws {VeilmatchError} `argument`, `aborted`
   */
  blind(inputs: ByteList, options: OprfOptions = {}): Promise<Blinding> {
    return blindInputs(this.#context, inputs, options);
  }

  /**
   * (Client) The outputs, from the server's answer.
   * @param inputs those that were blinded, in the same order
   * @returns n x Nh bytes
   * @throws {VeilmatchError} `wrong-size`, `bad-element` or `identity-element` for a bad answer; `argument`, `aborted`
   */
  async finalize(
    inputs: ByteList,
    blinding: Blinding,
    evaluation: Evaluation,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    checkAnswer(this.#context, inputs, blinding, evaluation);
    return unblindAndHash(this.#context, inputs, blinding, evaluation, undefined, options);
  }
}

/** (Server) The plain OPRF. */
export class OPRFServer {
  readonly #context: Context;
  readonly #secretKey: Uint8Array;

  /**
   * @param secretKey skS, one scalar; kept, not copied, so that wiping it ends the server
   * @throws {VeilmatchError} `argument` or `bad-scalar` for a key that is none
   */
  constructor(suite: Suite, secretKey: Uint8Array) {
    requireSuite(suite);
    checkSecretKey(suite, secretKey);
    this.#context = createContext(suite, 'oprf');
    this.#secretKey = secretKey;
  }

  /**
   * (Server) Multiplies what a client sent by the key. Count the elements: each is one guess that the client may test.
   * @param blindedElements n elements, concatenated
   * @throws {VeilmatchError} `bad-element`, `identity-element` with the position; `argument`, `aborted`
   */
  async blindEvaluate(blindedElements: Uint8Array, options: BatchOptions = {}): Promise<Evaluation> {
    const { group } = this.#context.suite;
    return { evaluatedElements: await group.multiply(blindedElements, this.#secretKey, options) };
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
