// SPDX-License-Identifier: Apache-2.0
/**
 * POPRF (RFC 9497, section 3.3.3): the VOPRF with a public input `info` that both parties know, such as a month or the name
 * of a purpose. Outputs under two infos have nothing in common.
 *
 * **What it leaks**: as the VOPRF does. The server is told `info`, and can refuse it or count for each one separately.
 */

import { type ByteList, concatBytes, u16, utf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type BatchOptions, countRecords } from '../group/group.js';
import {
  type Blinding,
  blindInputs,
  checkAnswer,
  evaluateInputs,
  type OprfOptions,
  type ProvedEvaluation,
  unblindAndHash,
} from './blinding.js';
import { type Context, checkInfo, checkPublicKey, checkSecretKey, createContext } from './context.js';
import { checkProofSize, generateProof, scalarTag, verifyProof } from './dleq.js';
import { requireSuite, type Suite } from './suite.js';

/** What the client has after `blind`, and gives to `finalize`. */
export interface TweakedBlinding extends Blinding {
  /** One element: the public key that goes with the info. */
  readonly tweakedKey: Uint8Array;
}

/** (Client) The verifiable OPRF with a public input, `info`, that takes part in the output. */
export class POPRFClient {
  readonly #context: Context;
  readonly #publicKey: Uint8Array;

  /**
   * @param publicKey pkS, one element, from where the client trusts it
   * @throws {VeilmatchError} `argument` for another length, `identity-element`
   */
  constructor(suite: Suite, publicKey: Uint8Array) {
    checkPublicKey(suite, publicKey);
    this.#context = createContext(suite, 'poprf');
    this.#publicKey = publicKey;
  }

  /**
   * (Client) Hides the inputs, each under a scalar of its own.
   * @param inputs 1 to 65,535 for one proof, of at most 65,535 bytes each
   * @param info public, at most 65,535 bytes
   * @throws {VeilmatchError} `argument`, `aborted`; `bad-element` for a bad public key; `identity-element` for an info that
   * shows the server's secret key
   */
  async blind(inputs: ByteList, info: Uint8Array, options: OprfOptions = {}): Promise<TweakedBlinding> {
    checkProofSize(inputs.length);
    const { suite } = this.#context;
    const tweakedKey = await suite.group.add(
      await suite.group.multiplyBase(infoScalar(this.#context, info)),
      this.#publicKey,
    );
    if (suite.isIdentity(tweakedKey)) {
      throw new VeilmatchError('identity-element', 'The info undoes the public key. Use another info.');
    }
    return { ...(await blindInputs(this.#context, inputs, options)), tweakedKey };
  }

  /**
   * (Client) Verifies the proof and returns the outputs.
   * @param inputs those that were blinded, in the same order
   * @param info the one that `blind` was given
   * @returns n x Nh bytes
   * @throws {VeilmatchError} `bad-proof` when another key or info was used or anything was changed; `wrong-size`,
   * `bad-element` or `identity-element` for a bad answer; `argument`, `aborted`
   */
  async finalize(
    inputs: ByteList,
    blinding: TweakedBlinding,
    evaluation: ProvedEvaluation,
    info: Uint8Array,
    options: BatchOptions = {},
  ): Promise<Uint8Array> {
    checkInfo(info);
    checkAnswer(this.#context, inputs, blinding, evaluation);
    // The server divides by its key, so it is the questions that are a multiple of the answers.
    const statement = {
      B: blinding.tweakedKey,
      C: evaluation.evaluatedElements,
      D: blinding.blindedElements,
    };
    await verifyProof(this.#context, statement, evaluation.proof, options);
    return unblindAndHash(this.#context, inputs, blinding, evaluation, info, options);
  }
}

/** (Server) The verifiable OPRF with a public input, `info`, that takes part in the output. */
export class POPRFServer {
  readonly #context: Context;
  readonly #secretKey: Uint8Array;

  /**
   * @param secretKey skS, one scalar; kept, not copied, so that wiping it ends the server
   * @throws {VeilmatchError} `argument` or `bad-scalar` for a key that is none
   */
  constructor(suite: Suite, secretKey: Uint8Array) {
    requireSuite(suite);
    checkSecretKey(suite, secretKey);
    this.#context = createContext(suite, 'poprf');
    this.#secretKey = secretKey;
  }

  /**
   * (Server) Evaluates what a client sent under the key and the info, and proves it. Count the elements: each is one guess
   * that the client may test.
   * @param blindedElements 1 to 65,535 elements, concatenated
   * @param info public, at most 65,535 bytes
   * @throws {VeilmatchError} `bad-element`, `identity-element` with the position; `bad-scalar` for an info that only
   * somebody can choose who knows the key: replace the key (InverseError); `argument`, `aborted`
   */
  async blindEvaluate(
    blindedElements: Uint8Array,
    info: Uint8Array,
    options: OprfOptions = {},
  ): Promise<ProvedEvaluation> {
    const { random, ...batch } = options;
    const { group, elementBytes } = this.#context.suite;
    checkProofSize(countRecords(blindedElements, elementBytes, 'Blinded elements'));
    const { key, inverse } = this.#tweaked(info);
    try {
      const evaluatedElements = await group.multiply(blindedElements, inverse, batch);
      const statement = { B: await group.multiplyBase(key), C: evaluatedElements, D: blindedElements };
      return { evaluatedElements, proof: await generateProof(this.#context, key, statement, options) };
    } finally {
      key.fill(0);
      inverse.fill(0);
    }
  }

  /**
   * (Server) The outputs for its own inputs.
   * @param info public, at most 65,535 bytes
   * @returns n x Nh bytes
   * @throws {VeilmatchError} `bad-scalar` as above; `argument`, `aborted`
   */
  async evaluate(inputs: ByteList, info: Uint8Array, options: BatchOptions = {}): Promise<Uint8Array> {
    const { key, inverse } = this.#tweaked(info);
    try {
      return await evaluateInputs(this.#context, inputs, inverse, info, options);
    } finally {
      key.fill(0);
      inverse.fill(0);
    }
  }

  /** t = skS + m and its inverse. */
  #tweaked(info: Uint8Array): { key: Uint8Array; inverse: Uint8Array } {
    const { scalars } = this.#context.suite;
    const key = scalars.add(this.#secretKey, infoScalar(this.#context, info));
    if (scalars.isZero(key)) {
      throw new VeilmatchError(
        'bad-scalar',
        'The info undoes the secret key (InverseError): whoever chose it knows the key. Replace the key.',
      );
    }
    return { key, inverse: scalars.invert(key) };
  }
}

/** m = HashToScalar("Info" || len || info). */
function infoScalar({ suite, contextString }: Context, info: Uint8Array): Uint8Array {
  checkInfo(info);
  const framed = concatBytes(utf8('Info'), u16(info.length), info);
  return suite.scalars.hasher(scalarTag(contextString))(framed);
}
