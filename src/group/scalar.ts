// SPDX-License-Identifier: Apache-2.0
/**
 * Arithmetic on scalars modulo L = 2^252 + 27742317777372353535851937790883648493, the order of ristretto255. Scalars
 * are 32 bytes little-endian.
 *
 * Sums and products are made of limbs of eight bits in small integers, with no branch and no address that depends on a
 * value. Only the inversion goes through BigInt, behind a mask.
 */

import { ristretto255 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';
import { VeilmatchError } from '../errors.js';
import { type RandomSource, randomScalar, secureRandom } from '../random.js';
import { checkScalar, checkScalars, SCALAR_BYTES } from './group.js';

const { Fn } = ristretto255.Point;

/** Bytes that `reduceScalar` takes: with twice the length of a scalar, uniform bytes give a uniform scalar. */
export const WIDE_BYTES = 64;

/** L, little-endian: limbs 0 to 15 and the 2^252 in limb 31. */
const ORDER: Int32Array = Int32Array.of(
  ...[0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14],
  ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10],
);

/** Limbs that a multiple of L - 2^252 is subtracted from: its 16, and four for the carry to die away. */
const LOW_LIMBS = 20;

/**
 * 512 bits, little-endian, modulo L.
 * @param wide 64 bytes
 * @throws {VeilmatchError} `argument` for another length
 */
export function reduceScalar(wide: Uint8Array): Uint8Array {
  if (wide.length !== WIDE_BYTES) {
    throw new VeilmatchError('argument', `A scalar is reduced from ${WIDE_BYTES} bytes, not ${wide.length}.`);
  }
  return reduceLimbs(Int32Array.from(wide));
}

/**
 * a + b modulo L, which can be zero.
 * @throws {VeilmatchError} `bad-scalar`
 */
export function addScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
  checkScalar(a);
  checkScalar(b);
  const limbs = new Int32Array(WIDE_BYTES);
  for (let i = 0; i < SCALAR_BYTES; i++) limbs[i] = a[i]! + b[i]!;
  return reduceLimbs(limbs);
}

/**
 * a * b modulo L.
 * @throws {VeilmatchError} `bad-scalar`
 */
export function multiplyScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
  checkScalar(a);
  checkScalar(b);
  return product(a, b);
}

/**
 * a - b * c modulo L, which can be zero: the response of a Schnorr proof.
 * @throws {VeilmatchError} `bad-scalar`
 */
export function subtractProduct(a: Uint8Array, b: Uint8Array, c: Uint8Array): Uint8Array {
  for (const scalar of [a, b, c]) checkScalar(scalar);
  const negated = new Int32Array(SCALAR_BYTES);
  for (let i = 0; i < SCALAR_BYTES; i++) negated[i] = ORDER[i]! - c[i]!;
  carryThrough(negated);
  const limbs = new Int32Array(WIDE_BYTES);
  limbs.set(a);
  addProduct(limbs, b, negated);
  negated.fill(0);
  return reduceLimbs(limbs);
}

/**
 * The inverse modulo L. BigInt arithmetic takes time that depends on its operands, so what is inverted is the scalar
 * times a fresh random mask, which is uniform whatever the scalar is.
 * @throws {VeilmatchError} `bad-scalar`
 */
export function invertScalar(scalar: Uint8Array, random: RandomSource = secureRandom): Uint8Array {
  checkScalar(scalar);
  const mask = randomScalar(random);
  const masked = numberToBytesLE(Fn.inv(bytesToNumberLE(product(scalar, mask))), SCALAR_BYTES);
  return product(masked, mask);
}

/**
 * The inverses modulo L, by one inversion and three multiplications each.
 * @param scalars n x 32 bytes
 * @throws {VeilmatchError} `bad-scalar` with the position of the first that is zero or not reduced
 */
export function invertScalars(scalars: Uint8Array, random: RandomSource = secureRandom): Uint8Array {
  checkScalars(scalars);
  const at = (bytes: Uint8Array, start: number): Uint8Array => bytes.subarray(start, start + SCALAR_BYTES);
  // First the products of all scalars up to each one; then, from the last one down, what undoes them.
  const inverses = new Uint8Array(scalars.length);
  let all = Uint8Array.of(1, ...new Uint8Array(SCALAR_BYTES - 1));
  for (let start = 0; start < scalars.length; start += SCALAR_BYTES) {
    inverses.set(all, start);
    all = product(all, at(scalars, start));
  }
  let rest = invertScalar(all, random);
  for (let start = scalars.length - SCALAR_BYTES; start >= 0; start -= SCALAR_BYTES) {
    inverses.set(product(rest, at(inverses, start)), start);
    rest = product(rest, at(scalars, start));
  }
  return inverses;
}

function product(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const limbs = new Int32Array(WIDE_BYTES);
  addProduct(limbs, a, b);
  return reduceLimbs(limbs);
}

/** limbs += a * b; each limb grows by less than 2^21. */
function addProduct(limbs: Int32Array, a: Uint8Array, b: ArrayLike<number>): void {
  for (let i = 0; i < SCALAR_BYTES; i++) {
    const digit = a[i]!;
    for (let j = 0; j < SCALAR_BYTES; j++) limbs[i + j]! += digit * b[j]!;
  }
}

/**
 * The value modulo L of 64 limbs below 2^22, whose sum is below 2^512. The limbs are wiped.
 *
 * 2^256 = -16 (L - 2^252) modulo L takes the upper 32 limbs away, one by one, and leaves limbs in [-129, 128]. Then
 * limb 31, divided by 16, says how often L fits; what remains lies between -2^248 and 2^252, and L makes a negative
 * remainder right.
 */
function reduceLimbs(limbs: Int32Array): Uint8Array<ArrayBuffer> {
  carryThrough(limbs);
  for (let i = WIDE_BYTES - 1; i >= SCALAR_BYTES; i--) {
    const times = 16 * limbs[i]!;
    let carry = 0;
    for (let low = 0, j = i - SCALAR_BYTES; low < LOW_LIMBS; low++, j++) {
      const value = limbs[j]! + carry - times * ORDER[low]!;
      // To the nearest multiple of 256, so that limbs stay small on both sides of zero.
      carry = (value + 128) >> 8;
      limbs[j] = value - (carry << 8);
    }
    limbs[i - SCALAR_BYTES + LOW_LIMBS]! += carry;
    limbs[i] = 0;
  }
  const value = limbs.subarray(0, SCALAR_BYTES);
  addOrder(value, -(value[SCALAR_BYTES - 1]! >> 4));
  addOrder(value, -carryThrough(value));
  carryThrough(value);
  const reduced = Uint8Array.from(value);
  limbs.fill(0);
  return reduced;
}

function addOrder(limbs: Int32Array, times: number): void {
  for (let i = 0; i < SCALAR_BYTES; i++) limbs[i]! += times * ORDER[i]!;
}

/** Brings every limb into [0, 255]. Returns what is carried out of the last one: -1 from a negative number. */
function carryThrough(limbs: Int32Array): number {
  let carry = 0;
  for (let i = 0; i < limbs.length; i++) {
    const value = limbs[i]! + carry;
    carry = value >> 8;
    limbs[i] = value & 255;
  }
  return carry;
}
