// SPDX-License-Identifier: Apache-2.0
/**
 * Arithmetic on scalars modulo L = 2^252 + 27742317777372353535851937790883648493, the order of ristretto255. Scalars
 * are 32 bytes little-endian.
 *
 * All of it is made of limbs of 16 bits in doubles, which hold sums and products exactly, with no branch and no address that
 * depends on a value.
 */

import { VeilmatchError } from '../errors.js';
import { checkScalar, checkScalars, SCALAR_BYTES } from './group.js';

/** Bytes that `reduceScalar` takes: with twice the length of a scalar, uniform bytes give a uniform scalar. */
const WIDE_BYTES = 64;

const RADIX = 0x10000;
/** Limbs of a scalar. */
const LIMBS = 16;

/** L: limbs 0 to 7, and the 2^252 in limb 15. */
const ORDER: Float64Array = Float64Array.of(
  ...[0xd3ed, 0x5cf5, 0x631a, 0x5812, 0x9cd6, 0xa2f7, 0xf9de, 0x14de],
  ...[0, 0, 0, 0, 0, 0, 0, 0x1000],
);

/** Limbs that a multiple of L - 2^252 is subtracted from: its eight, and two for the carry to die away. */
const LOW_LIMBS = 10;

/**
 * 512 bits, little-endian, modulo L.
 * @param wide 64 bytes
 * @throws {VeilmatchError} `argument` for another length
 */
export function reduceScalar(wide: Uint8Array): Uint8Array {
  if (wide.length !== WIDE_BYTES) {
    throw new VeilmatchError('argument', `A scalar is reduced from ${WIDE_BYTES} bytes, not ${wide.length}.`);
  }
  return reduceLimbs(limbsOf(wide));
}

/**
 * a + b modulo L, which can be zero.
 * @throws {VeilmatchError} `bad-scalar`
 */
export function addScalars(a: Uint8Array, b: Uint8Array): Uint8Array {
  checkScalar(a);
  checkScalar(b);
  const limbs = new Float64Array(2 * LIMBS);
  const [x, y] = [limbsOf(a), limbsOf(b)];
  for (let i = 0; i < LIMBS; i++) limbs[i] = x[i]! + y[i]!;
  wipe(x, y);
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
  const [x, y, negated] = [limbsOf(a), limbsOf(b), limbsOf(c)];
  for (let i = 0; i < LIMBS; i++) negated[i] = ORDER[i]! - negated[i]!;
  carryThrough(negated);
  const limbs = new Float64Array(2 * LIMBS);
  limbs.set(x);
  addProduct(limbs, y, negated);
  wipe(x, y, negated);
  return reduceLimbs(limbs);
}

/**
 * The inverse modulo L: scalar^(L - 2), since L is prime. Squarings and multiplications follow the bits of the exponent, which
 * is no secret.
 * @throws {VeilmatchError} `bad-scalar`
 */
function invertScalar(scalar: Uint8Array): Uint8Array {
  checkScalar(scalar);
  // The highest bit of L - 2, number 252, is the scalar itself.
  let power: Uint8Array = scalar;
  for (let bit = 251; bit >= 0; bit--) {
    power = product(power, power);
    const limb = ORDER[bit >> 4]! - (bit < 16 ? 2 : 0);
    if ((limb >> (bit & 15)) & 1) power = product(power, scalar);
  }
  return power;
}

/**
 * The inverses modulo L, by one inversion and three multiplications each.
 * @param scalars n x 32 bytes
 * @throws {VeilmatchError} `bad-scalar` with the position of the first that is zero or not reduced
 */
export function invertScalars(scalars: Uint8Array): Uint8Array {
  checkScalars(scalars);
  const at = (bytes: Uint8Array, start: number): Uint8Array => bytes.subarray(start, start + SCALAR_BYTES);
  // First the products of all scalars up to each one; then, from the last one down, what undoes them.
  const inverses = new Uint8Array(scalars.length);
  let all = Uint8Array.of(1, ...new Uint8Array(SCALAR_BYTES - 1));
  for (let start = 0; start < scalars.length; start += SCALAR_BYTES) {
    inverses.set(all, start);
    all = product(all, at(scalars, start));
  }
  let rest = invertScalar(all);
  for (let start = scalars.length - SCALAR_BYTES; start >= 0; start -= SCALAR_BYTES) {
    inverses.set(product(rest, at(inverses, start)), start);
    rest = product(rest, at(scalars, start));
  }
  return inverses;
}

function product(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const limbs = new Float64Array(2 * LIMBS);
  const [x, y] = [limbsOf(a), limbsOf(b)];
  addProduct(limbs, x, y);
  wipe(x, y);
  return reduceLimbs(limbs);
}

/** limbs += a * b; each limb grows by less than 2^36. */
function addProduct(limbs: Float64Array, a: Float64Array, b: Float64Array): void {
  for (let i = 0; i < LIMBS; i++) {
    const digit = a[i]!;
    for (let j = 0; j < LIMBS; j++) limbs[i + j]! += digit * b[j]!;
  }
}

/**
 * The value modulo L of 32 limbs below 2^37, whose sum is below 2^512. The limbs are wiped.
 *
 * 2^256 = -16 (L - 2^252) modulo L takes the upper 16 limbs away, one by one, and leaves limbs of at most about half the
 * radix on both sides of zero. Then limb 15, divided by 2^12, says how often L fits; what remains lies between -2^240 and
 * 2^252, and L makes a negative remainder right.
 */
function reduceLimbs(limbs: Float64Array): Uint8Array<ArrayBuffer> {
  carryThrough(limbs);
  for (let i = 2 * LIMBS - 1; i >= LIMBS; i--) {
    const times = 16 * limbs[i]!;
    let carry = 0;
    for (let low = 0, j = i - LIMBS; low < LOW_LIMBS; low++, j++) {
      const value = limbs[j]! + carry - times * ORDER[low]!;
      // To the nearest multiple of the radix, so that limbs stay small.
      carry = Math.floor((value + RADIX / 2) / RADIX);
      limbs[j] = value - carry * RADIX;
    }
    limbs[i - LIMBS + LOW_LIMBS]! += carry;
    limbs[i] = 0;
  }
  const value = limbs.subarray(0, LIMBS);
  addOrder(value, -Math.floor(value[LIMBS - 1]! / ORDER[LIMBS - 1]!));
  addOrder(value, -carryThrough(value));
  carryThrough(value);
  const reduced = new Uint8Array(SCALAR_BYTES);
  for (let i = 0; i < LIMBS; i++) {
    reduced[2 * i] = value[i]!;
    reduced[2 * i + 1] = value[i]! >> 8;
  }
  wipe(limbs);
  return reduced;
}

function addOrder(limbs: Float64Array, times: number): void {
  for (let i = 0; i < LIMBS; i++) limbs[i]! += times * ORDER[i]!;
}

/** Brings every limb into [0, 2^16 - 1]. Returns what is carried out of the last one: -1 from a negative number. */
function carryThrough(limbs: Float64Array): number {
  let carry = 0;
  for (let i = 0; i < limbs.length; i++) {
    const value = limbs[i]! + carry;
    carry = Math.floor(value / RADIX);
    limbs[i] = value - carry * RADIX;
  }
  return carry;
}

function limbsOf(bytes: Uint8Array): Float64Array {
  const limbs = new Float64Array(bytes.length / 2);
  for (let i = 0; i < limbs.length; i++) limbs[i] = bytes[2 * i]! | (bytes[2 * i + 1]! << 8);
  return limbs;
}

function wipe(...secrets: readonly Float64Array[]): void {
  for (const limbs of secrets) limbs.fill(0);
}
