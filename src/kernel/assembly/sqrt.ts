// SPDX-License-Identifier: Apache-2.0
/** Inverses and square roots of ratios (RFC 9496, section 4.2; RFC 9380, appendix F.2.1.2), by fixed addition chains. */

import { copy, SQRT_M1 } from './constants';
import { add, FIELD_BYTES, isNegative, isZero, limbMask, multiply, negateIf, square, squareTimes, subtract } from './field';

const A: usize = memory.data(80, 16);
const B: usize = memory.data(80, 16);
const C: usize = memory.data(80, 16);
const Z11: usize = memory.data(80, 16);
const ROOT: usize = memory.data(80, 16);
const CHECK: usize = memory.data(80, 16);
const DIFFERENCE: usize = memory.data(80, 16);

/** out = b in the lanes of the mask, else a. */
export function select(out: usize, a: usize, b: usize, mask: v128): void {
  const m = limbMask(mask);
  for (let i: usize = 0; i < FIELD_BYTES; i += 16) {
    v128.store(out + i, v128.bitselect(v128.load(b + i), v128.load(a + i), m));
  }
}

/** A = z^(2^250 - 1), Z11 = z^11. */
function power250(z: usize): void {
  square(A, z);
  squareTimes(B, A, 2);
  multiply(B, z, B); // z^9
  multiply(A, A, B);
  copy(Z11, A);
  square(A, A);
  multiply(A, B, A); // 2^5 - 1
  squareTimes(B, A, 5);
  multiply(A, B, A); // 2^10 - 1
  squareTimes(B, A, 10);
  multiply(B, B, A); // 2^20 - 1
  squareTimes(C, B, 20);
  multiply(B, C, B); // 2^40 - 1
  squareTimes(B, B, 10);
  multiply(A, B, A); // 2^50 - 1
  squareTimes(B, A, 50);
  multiply(B, B, A); // 2^100 - 1
  squareTimes(C, B, 100);
  multiply(B, C, B); // 2^200 - 1
  squareTimes(B, B, 50);
  multiply(A, B, A);
}

/** out = z^(p - 2). */
export function invert(out: usize, z: usize): void {
  power250(z);
  squareTimes(A, A, 5);
  multiply(out, A, Z11);
}

/**
 * SQRT_RATIO_M1 of RFC 9496, section 4.2: out = the non-negative root of u / v, or of sqrt(-1) u / v where u / v is no
 * square. Returns the lanes where it is one.
 */
export function sqrtRatio(out: usize, u: usize, v: usize): v128 {
  square(ROOT, v);
  multiply(ROOT, ROOT, v); // v^3
  square(CHECK, ROOT);
  multiply(CHECK, CHECK, v); // v^7
  multiply(CHECK, CHECK, u);
  power250(CHECK);
  squareTimes(A, A, 2);
  multiply(CHECK, A, CHECK); // (u v^7)^((p - 5) / 8)
  multiply(ROOT, ROOT, u);
  multiply(ROOT, ROOT, CHECK);
  square(CHECK, ROOT);
  multiply(CHECK, CHECK, v);
  subtract(DIFFERENCE, CHECK, u);
  const correct = isZero(DIFFERENCE);
  add(DIFFERENCE, CHECK, u);
  const flipped = isZero(DIFFERENCE);
  multiply(DIFFERENCE, u, SQRT_M1);
  add(DIFFERENCE, CHECK, DIFFERENCE);
  const flippedI = isZero(DIFFERENCE);
  multiply(DIFFERENCE, ROOT, SQRT_M1);
  select(ROOT, ROOT, DIFFERENCE, v128.or(flipped, flippedI));
  negateIf(out, ROOT, isNegative(ROOT));
  return v128.or(correct, flipped);
}
