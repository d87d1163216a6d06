// SPDX-License-Identifier: Apache-2.0
/**
 * Lifted ElGamal over ristretto255: the encryption of a number v under P = sG is (rG, vG + rP) with a fresh r. Encryptions
 * are added component by component; whoever has s reads vG, and a logarithm gives v.
 *
 * Semantically secure under the decisional Diffie-Hellman assumption, and malleable on purpose.
 */

import { concatBytes } from '../../bytes.js';
import { type BatchOptions, ELEMENT_BYTES, type GroupBackend, SCALAR_BYTES } from '../../group/group.js';
import { addScalars, multiplyScalars } from '../../group/scalar.js';
import { type RandomSource, randomScalar, randomScalars } from '../../random.js';
import { inTurns } from '../../workers/turn.js';
import { CIPHERTEXT_BYTES } from '../run/suite.js';
import { scalarOf } from './logarithm.js';

/** L - 1, little-endian. */
const MINUS_ONE: Uint8Array = Uint8Array.of(
  ...[0xec, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10],
);

/** Numbers whose scalars are made between two turns of the event loop: some milliseconds, of which two lists may come together. */
const MASKED = 512;

/**
 * Encrypts numbers under one's own key, which takes two multiplications of the generator each.
 * @param secret s, 32 bytes
 * @param values from 0 to 2^40
 * @returns n x 64 bytes
 */
export async function encryptOwn(
  backend: GroupBackend,
  secret: Uint8Array,
  values: ArrayLike<number>,
  random: RandomSource,
  options: BatchOptions = {},
): Promise<Uint8Array> {
  const count = values.length;
  // One batch: r of every number, then v + rs of every number.
  const scalars = new Uint8Array(2 * count * SCALAR_BYTES);
  scalars.set(randomScalars(count, random));
  const mask = (from: number, to: number): void => {
    for (let i = from; i < to; i++) {
      const r = scalars.subarray(i * SCALAR_BYTES, (i + 1) * SCALAR_BYTES);
      // A scalar is not zero, so v is added as v + 1 and -1.
      const masked = addScalars(multiplyScalars(r, secret), scalarOf(values[i]! + 1));
      scalars.set(addScalars(masked, MINUS_ONE), (count + i) * SCALAR_BYTES);
    }
  };
  try {
    await inTurns(count, mask, MASKED);
    const elements = await backend.multiplyBase(scalars, undefined, options);
    const ciphertexts = new Uint8Array(count * CIPHERTEXT_BYTES);
    for (let i = 0; i < count; i++) {
      ciphertexts.set(elementAt(elements, i), i * CIPHERTEXT_BYTES);
      ciphertexts.set(elementAt(elements, count + i), i * CIPHERTEXT_BYTES + ELEMENT_BYTES);
    }
    return ciphertexts;
  } finally {
    scalars.fill(0);
  }
}

/**
 * Encrypts the multiple that a scalar makes of the generator; without one, an encryption of zero.
 * @param publicKey P, 32 bytes
 * @param scalar 32 bytes
 * @returns 64 bytes
 */
export async function encryptScalar(
  backend: GroupBackend,
  publicKey: Uint8Array,
  scalar: Uint8Array | undefined,
  random: RandomSource,
): Promise<Uint8Array> {
  const r = randomScalar(random);
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
 * @param ciphertexts n x 64 bytes
 * @returns 64 bytes
 * @throws {VeilmatchError} `bad-element`, with the position of the ciphertext
 */
export async function addCiphertexts(
  backend: GroupBackend,
  ciphertexts: Uint8Array,
  options: BatchOptions = {},
): Promise<Uint8Array> {
  const count = ciphertexts.length / CIPHERTEXT_BYTES;
  const ones = new Uint8Array(count * SCALAR_BYTES);
  const halves = [new Uint8Array(ones.length), new Uint8Array(ones.length)] as const;
  for (let i = 0; i < count; i++) {
    ones[i * SCALAR_BYTES] = 1;
    halves[0].set(elementAt(ciphertexts, 2 * i), i * ELEMENT_BYTES);
    halves[1].set(elementAt(ciphertexts, 2 * i + 1), i * ELEMENT_BYTES);
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
  #total: Uint8Array = new Uint8Array(CIPHERTEXT_BYTES);

  constructor(backend: GroupBackend) {
    this.#backend = backend;
  }

  /** An encryption of the sum of what was selected, 64 bytes. */
  get total(): Uint8Array {
    return this.#total;
  }

  /**
   * @param ciphertexts n x 64 bytes
   * @param selected n bytes: 1 for a ciphertext that counts, 0 for one that does not
   * @throws {VeilmatchError} `bad-element`, with the position of the ciphertext, selected or not
   */
  async add(ciphertexts: Uint8Array, selected: Uint8Array, options: BatchOptions = {}): Promise<void> {
    // What this sum is does not matter: making it decodes everything.
    await addCiphertexts(this.#backend, ciphertexts, options);
    const masked = ciphertexts.slice();
    for (let i = 0; i < masked.length; i++) masked[i]! &= -selected[Math.floor(i / CIPHERTEXT_BYTES)]!;
    const part = await addCiphertexts(this.#backend, masked, options);
    this.#total = await this.#backend.add(this.#total, part);
  }
}

/**
 * The multiple of the generator that a ciphertext holds.
 * @param secret s, 32 bytes
 * @returns vG, 32 bytes
 * @throws {VeilmatchError} `bad-element`, `identity-element`
 */
export async function decrypt(
  backend: GroupBackend,
  secret: Uint8Array,
  ciphertext: Uint8Array,
): Promise<Uint8Array> {
  const shared = await backend.multiply(elementAt(ciphertext, 0), secret);
  return backend.subtract(elementAt(ciphertext, 1), shared);
}

function elementAt(elements: Uint8Array, index: number): Uint8Array {
  return elements.subarray(index * ELEMENT_BYTES, (index + 1) * ELEMENT_BYTES);
}
