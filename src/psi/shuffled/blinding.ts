// SPDX-License-Identifier: Apache-2.0
/**
 * How the receiver hides its elements, and takes that off the answers again. What it sends is uniform either way, so the
 * sender cannot tell which way it is.
 */

import type { ByteList } from '../../bytes.js';
import type { BatchOptions, GroupBackend } from '../../group/group.js';
import type { RandomSource } from '../../random.js';
import type { PsiSuite } from '../run/ciphersuite.js';

/** Of the settings of a party, what its blinding takes. */
export interface BlindingSettings {
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
