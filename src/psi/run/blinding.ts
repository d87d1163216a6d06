// SPDX-License-Identifier: Apache-2.0
/**
 * How the receiver hides its elements, and takes that off the answers again. What it sends is uniform either way, so the
 * sender cannot tell which way it is.
 */

import type { ByteList } from '../../bytes.js';
import { type BatchOptions, type GroupBackend, SCALAR_BYTES } from '../../group/group.js';
import { invertScalar } from '../../group/scalar.js';
import { type RandomSource, randomScalar, randomScalars } from '../../random.js';
import { DST } from './suite.js';

/**
 * `additive`: H(x) + rG, a fresh r for each element; two multiplications of a fixed base, but the answers must come in
 * the order of the questions. `multiplicative`: a * H(x), one a for the run.
 */
export type BlindingName = 'additive' | 'multiplicative';

export interface Blinding {
  /** Elements to send for the next identifiers of the list, n x 32 bytes. */
  blind(identifiers: ByteList, options: BatchOptions): Promise<Uint8Array>;
  /** b * H(x) from the answers to the elements from number `first` on, n x 32 bytes each. */
  unblind(answers: Uint8Array, first: number, options: BatchOptions): Promise<Uint8Array>;
  wipe(): void;
}

export class MultiplicativeBlinding implements Blinding {
  readonly #backend: GroupBackend;
  readonly #scalar: Uint8Array;
  readonly #inverse: Uint8Array;

  constructor(backend: GroupBackend, random: RandomSource) {
    this.#backend = backend;
    this.#scalar = randomScalar(random);
    this.#inverse = invertScalar(this.#scalar);
  }

  blind(identifiers: ByteList, options: BatchOptions): Promise<Uint8Array> {
    return this.#backend.hashAndMultiply(identifiers, DST, this.#scalar, options);
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
  readonly #backend: GroupBackend;
  readonly #random: RandomSource;
  readonly #publicKey: Uint8Array;
  /** One r for each element, in the order of the list. */
  readonly #scalars: Uint8Array;
  #drawn = 0;

  /**
   * @param publicKey the sender's B, 32 bytes
   * @param size elements in the receiver's list
   */
  constructor(backend: GroupBackend, random: RandomSource, publicKey: Uint8Array, size: number) {
    this.#backend = backend;
    this.#random = random;
    this.#publicKey = publicKey;
    this.#scalars = new Uint8Array(size * SCALAR_BYTES);
  }

  blind(identifiers: ByteList, options: BatchOptions): Promise<Uint8Array> {
    const drawn = randomScalars(identifiers.length, this.#random);
    const scalars = this.#scalars.subarray(this.#drawn, this.#drawn + drawn.length);
    scalars.set(drawn);
    drawn.fill(0);
    this.#drawn += drawn.length;
    return this.#backend.hashAndAddBase(identifiers, DST, scalars, options);
  }

  unblind(answers: Uint8Array, first: number, options: BatchOptions): Promise<Uint8Array> {
    const start = first * SCALAR_BYTES;
    const scalars = this.#scalars.subarray(start, start + answers.length);
    return this.#backend.subtractBase(answers, scalars, this.#publicKey, options);
  }

  wipe(): void {
    this.#scalars.fill(0);
  }
}
