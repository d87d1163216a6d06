// SPDX-License-Identifier: Apache-2.0
/** ristretto255: decoding, the one-way map and encoding (RFC 9496, section 4.3), two elements at a time. */

import {
  copy,
  D,
  D_MINUS_ONE_SQ,
  INVSQRT_A_MINUS_D,
  MINUS_ONE,
  ONE,
  ONE_MINUS_D_SQ,
  SQRT_AD_MINUS_ONE,
  SQRT_M1,
  ZERO,
} from './constants';
import { add, fromWords, isNegative, isZero, multiply, negateIf, square, subtract, toWords } from './field';
import { addCached, POINT_BYTES, T, toCached, Y, Z } from './point';
import { invert, select, sqrtRatio } from './sqrt';
import { loadPair, storePair } from './words';

const WORDS: usize = memory.data(64, 16);
const S: usize = memory.data(80, 16);
const U1: usize = memory.data(80, 16);
const U2: usize = memory.data(80, 16);
const U2_SQ: usize = memory.data(80, 16);
const V: usize = memory.data(80, 16);
const I: usize = memory.data(80, 16);
const A: usize = memory.data(80, 16);
const B: usize = memory.data(80, 16);

/** A field element of 32 bytes from each address; bit 255 is ignored, other values are taken mod p. */
function load(out: usize, first: usize, second: usize): void {
  fromWords(out, loadPair(first, second), loadPair(first + 8, second + 8), loadPair(first + 16, second + 16), loadPair(first + 24, second + 24));
}

function store(first: usize, second: usize, a: usize): void {
  toWords(WORDS, a);
  storePair(first, second, v128.load(WORDS));
  storePair(first + 8, second + 8, v128.load(WORDS, 16));
  storePair(first + 16, second + 16, v128.load(WORDS, 32));
  storePair(first + 24, second + 24, v128.load(WORDS, 48));
}

/**
 * Section 4.3.1: out = the points that 32 bytes at each address encode. Returns the lanes whose encoding is canonical;
 * the others hold garbage. The identity is valid here.
 */
export function decode(out: usize, first: usize, second: usize): v128 {
  load(S, first, second);
  toWords(WORDS, S);
  let difference = i64x2.splat(0);
  for (let i: usize = 0; i < 4; i++) {
    difference = v128.or(difference, v128.xor(loadPair(first + 8 * i, second + 8 * i), v128.load(WORDS + 16 * i)));
  }
  const odd = v128.and(v128.load(WORDS), i64x2.splat(1));
  let valid = i64x2.eq(v128.or(difference, odd), i64x2.splat(0));
  square(A, S);
  subtract(U1, ONE, A);
  add(U2, ONE, A);
  square(U2_SQ, U2);
  square(V, U1);
  multiply(V, V, D);
  add(V, V, U2_SQ);
  subtract(V, ZERO, V);
  multiply(A, V, U2_SQ);
  valid = v128.and(valid, sqrtRatio(I, ONE, A));
  multiply(A, I, U2); // den_x
  multiply(I, I, A);
  multiply(I, I, V); // den_y
  add(S, S, S);
  multiply(A, S, A);
  negateIf(out, A, isNegative(A));
  multiply(out + Y, U1, I);
  copy(out + Z, ONE);
  multiply(out + T, out, out + Y);
  return v128.and(valid, v128.not(v128.or(isNegative(out + T), isZero(out + Y))));
}

/** The lanes that hold the identity of the group: any point of the 4-torsion. */
export function isIdentity(p: usize): v128 {
  return v128.or(isZero(p), isZero(p + Y));
}

/** MAP of section 4.3.4. */
function map(out: usize, t: usize): void {
  const r = U1, u = U2, v = V, s = I, n = U2_SQ;
  square(r, t);
  multiply(r, r, SQRT_M1);
  add(u, r, ONE);
  multiply(u, u, ONE_MINUS_D_SQ);
  multiply(v, r, D);
  subtract(v, MINUS_ONE, v);
  add(A, r, D);
  multiply(v, v, A);
  const wasSquare = sqrtRatio(s, u, v);
  multiply(A, s, t);
  negateIf(A, A, isNegative(A));
  subtract(A, ZERO, A);
  select(s, A, s, wasSquare);
  select(A, r, MINUS_ONE, wasSquare); // c
  subtract(n, r, ONE);
  multiply(n, n, A);
  multiply(n, n, D_MINUS_ONE_SQ);
  subtract(n, n, v);
  add(A, s, s);
  multiply(A, A, v); // w0
  multiply(n, n, SQRT_AD_MINUS_ONE); // w1
  square(s, s);
  subtract(u, ONE, s); // w2
  add(v, ONE, s); // w3
  multiply(out, A, v);
  multiply(out + Y, u, n);
  multiply(out + Z, n, v);
  multiply(out + T, A, u);
}

const MAPPED: usize = memory.data(320, 16);
const MAPPED_CACHED: usize = memory.data(320, 16);

/** The one-way map of section 4.3.4 on 64 uniform bytes at each address. */
export function fromUniformBytes(out: usize, first: usize, second: usize): void {
  load(S, first, second);
  map(out, S);
  load(S, first + 32, second + 32);
  map(MAPPED, S);
  toCached(MAPPED_CACHED, MAPPED);
  addCached(out, out, MAPPED_CACHED, true);
}

/** Section 4.3.2: the canonical encodings, at each address. Takes a square root. */
export function encode(first: usize, second: usize, p: usize): void {
  const u1 = U1, u2 = U2, x = S, y = V, den = I;
  add(A, p + Z, p + Y);
  subtract(B, p + Z, p + Y);
  multiply(u1, A, B);
  multiply(u2, p, p + Y);
  square(A, u2);
  multiply(A, A, u1);
  sqrtRatio(den, ONE, A);
  multiply(u1, u1, den); // den1
  multiply(u2, u2, den); // den2
  multiply(den, u1, u2);
  multiply(den, den, p + T); // z_inv
  multiply(A, p + T, den);
  const rotate = isNegative(A);
  multiply(x, p + Y, SQRT_M1);
  multiply(y, p, SQRT_M1);
  select(x, p, x, rotate);
  select(y, p + Y, y, rotate);
  multiply(u1, u1, INVSQRT_A_MINUS_D);
  select(u2, u2, u1, rotate); // den_inv
  multiply(A, x, den);
  negateIf(y, y, isNegative(A));
  subtract(A, p + Z, y);
  multiply(A, A, u2);
  negateIf(A, A, isNegative(A));
  store(first, second, A);
}

/**
 * Encoding of 2P for a whole batch with one inversion, as curve25519-dalek's double_and_compress_batch derives it: a
 * pair leaves e, f, g, h, eg = e g, fh = f h, the product before it, and its own factor.
 */
export const STATE_BYTES: usize = 640;
const STATE_F: usize = 80;
const STATE_G: usize = 160;
const STATE_H: usize = 240;
const STATE_EG: usize = 320;
const STATE_FH: usize = 400;
const STATE_BEFORE: usize = 480;
const STATE_FACTOR: usize = 560;
const RUNNING: usize = memory.data(80, 16);

export function beginEncodeDoubles(): void {
  copy(RUNNING, ONE);
}

export function prepareEncodeDouble(state: usize, p: usize): void {
  multiply(A, p, p + Y);
  add(state, A, A); // e = 2XY
  square(A, p + Z);
  square(B, p + T);
  multiply(B, B, D);
  add(state + STATE_F, A, B); // f = Z^2 + d T^2
  subtract(state + STATE_H, A, B); // h = Z^2 - d T^2
  square(A, p);
  square(B, p + Y);
  add(state + STATE_G, B, A); // g = Y^2 + X^2
  multiply(state + STATE_EG, state, state + STATE_G);
  multiply(state + STATE_FH, state + STATE_F, state + STATE_H);
  multiply(A, state + STATE_EG, state + STATE_FH);
  // The factor of the identity is zero; one in its place keeps the others invertible. Its encoding is zero, which h = g
  // makes it for (i, 0) and (-i, 0), too.
  const zero = isZero(A);
  select(A, A, ONE, zero);
  select(state + STATE_H, state + STATE_H, state + STATE_G, zero);
  copy(state + STATE_FACTOR, A);
  copy(state + STATE_BEFORE, RUNNING);
  multiply(RUNNING, RUNNING, A);
}

/** Both lanes' products at once. */
export function invertEncodeDoubles(): void {
  invert(RUNNING, RUNNING);
}

/** The encodings of 2P; pairs in the reverse order of their preparation. */
export function finishEncodeDouble(first: usize, second: usize, state: usize): void {
  const zInverse = U1, tInverse = U2, e = S, g = V, h = I;
  multiply(A, RUNNING, state + STATE_BEFORE);
  multiply(RUNNING, RUNNING, state + STATE_FACTOR);
  multiply(zInverse, state + STATE_EG, A);
  multiply(tInverse, state + STATE_FH, A);
  multiply(A, state + STATE_EG, zInverse);
  const rotate = isNegative(A);
  subtract(A, ZERO, state);
  select(g, state + STATE_G, A, rotate);
  select(e, state, state + STATE_G, rotate);
  multiply(A, state + STATE_F, SQRT_M1);
  select(h, state + STATE_H, A, rotate);
  multiply(A, h, e);
  multiply(A, A, zInverse);
  negateIf(g, g, isNegative(A));
  select(A, INVSQRT_A_MINUS_D, SQRT_M1, rotate);
  multiply(tInverse, tInverse, g);
  multiply(A, A, tInverse);
  subtract(B, h, g);
  multiply(A, A, B);
  negateIf(A, A, isNegative(A));
  store(first, second, A);
}

/** A pair of points apart: out = (second point, first point). */
export function swapLanes(out: usize, p: usize): void {
  // Words are the one layout that both fields can exchange lanes in; used once a batch.
  for (let i: usize = 0; i < POINT_BYTES; i += 80) {
    toWords(WORDS, p + i);
    const w0 = v128.load(WORDS), w1 = v128.load(WORDS, 16), w2 = v128.load(WORDS, 32), w3 = v128.load(WORDS, 48);
    fromWords(
      out + i,
      v128.shuffle<i64>(w0, w0, 1, 0),
      v128.shuffle<i64>(w1, w1, 1, 0),
      v128.shuffle<i64>(w2, w2, 1, 0),
      v128.shuffle<i64>(w3, w3, 1, 0),
    );
  }
}
