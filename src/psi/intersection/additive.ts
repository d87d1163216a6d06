// SPDX-License-Identifier: Apache-2.0
/** The blinding of a receiver whose answers come in the order of its questions. */

import type { ByteList } from '../../bytes.js';
import type { BatchOptions } from '../../group/group.js';
import type { Blinding, BlindingSettings } from '../shuffled/blinding.js';

/**
 * `additive`: H(x) + rG, a fresh r for each element; two multiplications of a fixed base, but the answers must come in
 * the order of the questions. `multiplicative`: a * H(x), one a for the run.
 */
export type BlindingName = 'additive' | 'multiplicative';

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
