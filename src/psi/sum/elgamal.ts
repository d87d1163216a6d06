// SPDX-License-Identifier: Apache-2.0
/**
 * Lifted ElGamal over the group of a run: the encryption of a number v under P = sG is (rG, vG + rP) with a fresh r. Encryptions
 * are added component by component; whoever has s reads vG, and a logarithm gives v.
 *
 * Semantically secure under the decisional Diffie-Hellman assumption, and malleable on purpose.
 */

import { concatBytes, recordAt } from '../../bytes.js';
import type { BatchOptions, GroupBackend } from '../../group/group.js';
import type { RandomSource } from '../../random.js';
import { inTurns } from '../../workers/turn.js';
import { ciphertextBytes } from '../run/ciphersuite.js';

/** Numbers whose scalars are made between two turns of the event loop: some milliseconds, of which two lists may come together. */
const MASKED = 512;

/**
 * Encrypts numbers under one's own key, which takes two multiplications of the generator each.
 * @param secret s
 * @param values from 0 to 2^40
 * @returns n ciphertexts, of two elements each
 */
export async function encryptOwn(
  backend: GroupBackend,
  secret: Uint8Array,
  values: ArrayLike<number>,
  random: RandomSource,
  options: BatchOptions = {},
): Promise<Uint8Array> {
  const { elementBytes, scalarBytes, scalars: modulo } = backend.group;
  const count = values.length;
  // One batch: r of every number, then v + rs of every number.
  const scalars = new Uint8Array(2 * count * scalarBytes);
  scalars.set(modulo.random(random, count));
  const mask = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const r = scalars.subarray(i * scalarBytes, (i + 1) * scalarBytes);
      // A scalar is not zero, so v is added as v + 1 and -1.
      const masked = modulo.add(modulo.multiply(r, secret), modulo.of(values[i]! + 1));
      scalars.set(modulo.add(masked, modulo.minusOne), (count + i) * scalarBytes);
    }
  };
  try {
    await inTurns(count, mask, MASKED);
    const elements = await backend.multiplyBase(scalars, undefined, options);
    const ciphertexts = new Uint8Array(elements.length);
    for (let i = 0; i < count; i++) {
      ciphertexts.set(recordAt(elements, elementBytes, i), 2 * i * elementBytes);
      ciphertexts.set(recordAt(elements, elementBytes, count + i), (2 * i + 1) * elementBytes);
    }
    return ciphertexts;
  } finally {
    scalars.fill(0);
  }
}

/**
 * Encrypts the multiple that a scalar makes of the generator; without one, an encryption of zero.
 * @param publicKey P
 * @returns a ciphertext
 */
export async function encryptScalar(
  backend: GroupBackend,
  publicKey: Uint8Array,
  scalar: Uint8Array | undefined,
  random: RandomSource,
): Promise<Uint8Array> {
  const r = backend.group.scalars.random(random);
  try {
    const shared = await backend.multiply(publicKey, r);
    const message = scalar === undefined ? undefined : await backend.multiplyBase(scalar);
    return concatBytes(
      await backend.multiplyBase(r),
      message === undefined ? shared : await backend.add(message, shared),
    );
  } finally {
    r.fill(0);
  }
}

/**
 * An encryption of the sum of what is encrypted.
 * @param ciphertexts concatenated
 * @returns a ciphertext
 * @throws {VeilmatchError} `bad-element`, with the position of the ciphertext
 */
export async function addCiphertexts(
  backend: GroupBackend,
  ciphertexts: Uint8Array,
  options: BatchOptions = {},
): Promise<Uint8Array> {
  const { elementBytes, scalarBytes, scalars } = backend.group;
  const count = ciphertexts.length / ciphertextBytes(backend.group);
  const one = scalars.of(1);
  const ones = new Uint8Array(count * scalarBytes);
  const halves = [new Uint8Array(count * elementBytes), new Uint8Array(count * elementBytes)] as const;
  for (let i = 0; i < count; i++) {
    ones.set(one, i * scalarBytes);
    halves[0].set(recordAt(ciphertexts, elementBytes, 2 * i), i * elementBytes);
    halves[1].set(recordAt(ciphertexts, elementBytes, 2 * i + 1), i * elementBytes);
  }
  return concatBytes(
    await backend.weightedSum(halves[0], ones, options),
    await backend.weightedSum(halves[1], ones, options),
  );
}

/**
 * Adds up some of many ciphertexts so that the work does not tell which: every one is decoded, and every one is added. In
 * the place of one that is left out stands the identity twice, an encryption of zero.
 */
export class CiphertextSum {
  readonly #backend: GroupBackend;
  /** An encryption of zero. */
  readonly #nothing: Uint8Array;
  #total: Uint8Array;

  constructor(backend: GroupBackend) {
    const { identity } = backend.group;
    this.#backend = backend;
    this.#nothing = concatBytes(identity, identity);
    this.#total = this.#nothing;
  }

  /** An encryption of the sum of what was selected. */
  get total(): Uint8Array {
    return this.#total;
  }

  /**
   * @param ciphertexts n of them, concatenated
   * @param selected n bytes: 1 for a ciphertext that counts, 0 for one that does not
   * @throws {VeilmatchError} `bad-element`, with the position of the ciphertext, selected or not
   */
  async add(ciphertexts: Uint8Array, selected: Uint8Array, options: BatchOptions = {}): Promise<void> {
    // What this sum is does not matter: making it decodes everything.
    await addCiphertexts(this.#backend, ciphertexts, options);
    const masked = ciphertexts.slice();
    const [nothing, width] = [this.#nothing, this.#nothing.length];
    for (let i = 0; i < masked.length; i++) {
      const other = nothing[i % width]!;
      masked[i] = other ^ ((masked[i]! ^ other) & -selected[Math.floor(i / width)]!);
    }
    const part = await addCiphertexts(this.#backend, masked, options);
    this.#total = await this.#backend.add(this.#total, part);
  }
}

/**
 * The multiple of the generator that a ciphertext holds.
 * @param secret s
 * @returns vG
 * @throws {VeilmatchError} `bad-element`, `identity-element`
 */
export async function decrypt(
  backend: GroupBackend,
  secret: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const { elementBytes } = backend.group;
  const shared = await backend.multiply(recordAt(ciphertext, elementBytes, 0), secret);
  return backend.subtract(recordAt(ciphertext, elementBytes, 1), shared);
}
