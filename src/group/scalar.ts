// SPDX-License-Identifier: Apache-2.0
/** Arithmetic on scalars, 32 bytes little-endian in [1, L - 1], where L is the order of ristretto255. */

import { ristretto255 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { type RandomSource, randomScalar, secureRandom } from '../random.js';
import { checkScalar, SCALAR_BYTES } from './group.js';

const { Fn } = ristretto255.Point;

/**
 * The inverse modulo L. BigInt arithmetic takes time that depends on its operands, so what is inverted is the scalar
 * times a fresh random mask, which is uniform whatever the scalar is; the two multiplications by the mask remain.
 * @throws {VeilmatchError} `bad-scalar`
 */
export function invertScalar(scalar: Uint8Array, random: RandomSource = secureRandom): Uint8Array {
  checkScalar(scalar);
  const mask = bytesToNumberLE(randomScalar(random));
  const masked = Fn.mul(bytesToNumberLE(scalar), mask);
  return numberToBytesLE(Fn.mul(Fn.inv(masked), mask), SCALAR_BYTES);
}

/** The product modulo L, of public or masked scalars: the time depends on them. */
export function multiplyScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
  checkScalar(a);
  checkScalar(b);
  return numberToBytesLE(Fn.mul(bytesToNumberLE(a), bytesToNumberLE(b)), SCALAR_BYTES);
}
