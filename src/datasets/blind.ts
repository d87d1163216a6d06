// SPDX-License-Identifier: Apache-2.0
/**
 * How the receiver hides its identifiers in a dataset, and takes that off the answers again: in the ordered mode by a scalar of the
 * identifier's own, H(x) + r(x) G, in the shuffled one by one scalar for the run, a H(x).
 */

import type { ByteList } from '../bytes.js';
import type { BatchOptions, GroupBackend } from '../group/group.js';
import { blindingSecret, suite } from './party.js';
import { nameOf, scalarFrom, scalarsOf } from './secrets.js';
import type { Step } from './step.js';

export class DatasetBlinding {
  readonly #ordered: boolean;
  readonly #backend: GroupBackend;
  readonly #secret: Uint8Array;
  #isWiped = false;
  /** What files are called that hold what it has blinded. */
  readonly name: string;

  /** Bound to the list, of which it is the only one there will be. */
  constructor({ own, mode, options }: Step, backend: GroupBackend) {
    this.#ordered = mode.ordered;
    this.#backend = backend;
    this.#secret = blindingSecret(options.journal, own);
    this.name = nameOf(this.#secret);
  }

  async blind(identifiers: ByteList, options: BatchOptions): Promise<Uint8Array> {
    this.#checkSecret();
    if (!this.#ordered) {
      const scalar = scalarFrom(this.#secret);
      return this.#wiping(scalar, this.#backend.hashAndMultiply(identifiers, suite.dst, scalar, options));
    }
    const scalars = scalarsOf(this.#secret, identifiers);
    return this.#wiping(scalars, this.#backend.hashAndAddBase(identifiers, suite.dst, scalars, options));
  }

  /** b H(x). @param identifiers of the answers, in their order; not looked at in the shuffled mode */
  async unblind(
    answers: Uint8Array,
    identifiers: ByteList | undefined,
    publicKey: Uint8Array,
    options: BatchOptions,
  ): Promise<Uint8Array> {
    this.#checkSecret();
    if (!this.#ordered || identifiers === undefined) {
      const scalar = scalarFrom(this.#secret);
      const inverse = suite.group.scalars.invert(scalar);
      scalar.fill(0);
      return this.#wiping(inverse, this.#backend.multiply(answers, inverse, options));
    }
    const scalars = scalarsOf(this.#secret, identifiers);
    return this.#wiping(scalars, this.#backend.subtractBase(answers, scalars, publicKey, options));
  }

  /** Nothing may be under way, and nothing is blinded afterwards. */
  wipe(): void {
    this.#secret.fill(0);
    this.#isWiped = true;
  }

  /** With a secret that is wiped anybody could take the blinding off. */
  #checkSecret(): void {
    if (this.#isWiped) throw new Error('The secret of the blinding was wiped.');
  }

  async #wiping(secret: Uint8Array, result: Promise<Uint8Array>): Promise<Uint8Array> {
    try {
      return await result;
    } finally {
      secret.fill(0);
    }
  }
}
