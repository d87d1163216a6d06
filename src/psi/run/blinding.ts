// SPDX-License-Identifier: Apache-2.0
/**
 * How the receiver hides its elements, and takes that off the answers again. What it sends is uniform either way, so the
 * sender cannot tell which way it is.
 */

import type { ByteList } from '../../bytes.js';
import type { BatchOptions, GroupBackend } from '../../group/group.js';
import type { RandomSource } from '../../random.js';
import type { PsiSuite } from './ciphersuite.js';

/**
 * `additive`: H(x) + rG, a fresh r for each element; two multiplications of a fixed base, but the answers must come in
 * the order of the questions. `multiplicative`: a * H(x), one a for the run.
 */
export type BlindingName = 'additive' | 'multiplicative';

/** Of the settings of a party, what its blinding takes. */
interface BlindingSettings {
  readonly backend: GroupBackend;
  readonly random: RandomSource;
  readonly suite: PsiSuite;
}

export interface Blinding {
  /** Elements to send for the next identifiers of the list, concatenated. */
  blind(identifiers: ByteList, options: BatchOptions): Promise<Uint8Array>;
  /** b * H(x) from the answers to the elements from number `first` on, concatenated. */
  unblind(answers: Uint8Array, first: number, options: BatchOptions): Promise<Uint8Array>;
  wipe(): void;
}

export class MultiplicativeBlinding implements Blinding {
  readonly #backend: GroupBackend;
  readonly #dst: Uint8Array;
  readonly #scalar: Uint8Array;
  readonly #inverse: Uint8Array;

  constructor({ backend, random, suite }: BlindingSettings) {
    const { scalars } = suite.group;
    this.#backend = backend;
    this.#dst = suite.dst;
    this.#scalar = scalars.random(random);
    this.#inverse = scalars.invert(this.#scalar);
  }

  blind(identifiers: ByteList, options: BatchOptions): Promise<Uint8Array> {
    return this.#backend.hashAndMultiply(identifiers, this.#dst, this.#scalar, options);
  }

  unblind(answers: Uint8Array, _first: number, options: BatchOptions): Promise<Uint8Array> {
    return this.#backend.multiply(answers, this.#inverse, options);
  }

  wipe(): void {
    this.#scalar.fill(0);
    this.#inverse.fill(0);
  }
}

export class AdditiveBlinding implements Blinding {
  readonly #settings: BlindingSettings;
  readonly #publicKey: Uint8Array;
  /** One r for each element, in the order of the list. */
  readonly #scalars: Uint8Array;
  #drawn = 0;

  /**
   * @param publicKey the sender's B
   * @param size elements in the receiver's list
   */
  constructor(settings: BlindingSettings, publicKey: Uint8Array, size: number) {
    this.#settings = settings;
    this.#publicKey = publicKey;
    this.#scalars = new Uint8Array(size * settings.suite.group.scalarBytes);
  }

  blind(identifiers: ByteList, options: BatchOptions): Promise<Uint8Array> {
    const { backend, random, suite } = this.#settings;
    const drawn = suite.group.scalars.random(random, identifiers.length);
    const scalars = this.#scalars.subarray(this.#drawn, this.#drawn + drawn.length);
    scalars.set(drawn);
    drawn.fill(0);
    this.#drawn += drawn.length;
    return backend.hashAndAddBase(identifiers, suite.dst, scalars, options);
  }

  unblind(answers: Uint8Array, first: number, options: BatchOptions): Promise<Uint8Array> {
    const { backend, suite } = this.#settings;
    const { elementBytes, scalarBytes } = suite.group;
    const end = first + answers.length / elementBytes;
    const scalars = this.#scalars.subarray(first * scalarBytes, end * scalarBytes);
    return backend.subtractBase(answers, scalars, this.#publicKey, options);
  }

  wipe(): void {
    this.#scalars.fill(0);
  }
}
