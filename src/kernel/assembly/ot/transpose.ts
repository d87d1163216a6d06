// SPDX-License-Identifier: Apache-2.0
/**
 * The transpose of 128 x 128 bits: bit r of vector c becomes bit c of vector r. First 8 x 8 bits within each byte column, by exchanging
 * halves, quarters and single bits (Warren, Hacker's Delight, section 7-3), then the bytes, by interleaving vectors four times.
 */

/** What lies between the two steps. */
const BETWEEN: usize = memory.data(2048, 64);

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/** Reads 128 vectors `apart` bytes apart, and writes 128 that are `outApart` bytes apart. */
export function transpose(from: usize, apart: usize, out: usize, outApart: usize): void {
  let m: v128, t: v128;
  for (let j: usize = 0; j < 16; j++) {
    const p = from + 8 * j * apart, q = BETWEEN + 128 * j;
    let a0 = v128.load(p), a1 = v128.load(p + apart), a2 = v128.load(p + 2 * apart), a3 = v128.load(p + 3 * apart);
    let a4 = v128.load(p + 4 * apart), a5 = v128.load(p + 5 * apart), a6 = v128.load(p + 6 * apart), a7 = v128.load(p + 7 * apart);
    m = i64x2.splat(0x0f0f0f0f0f0f0f0f);
    t = v128.and(v128.xor(i64x2.shr_u(a0, 4), a4), m); a4 = v128.xor(a4, t); a0 = v128.xor(a0, i64x2.shl(t, 4));
    t = v128.and(v128.xor(i64x2.shr_u(a1, 4), a5), m); a5 = v128.xor(a5, t); a1 = v128.xor(a1, i64x2.shl(t, 4));
    t = v128.and(v128.xor(i64x2.shr_u(a2, 4), a6), m); a6 = v128.xor(a6, t); a2 = v128.xor(a2, i64x2.shl(t, 4));
    t = v128.and(v128.xor(i64x2.shr_u(a3, 4), a7), m); a7 = v128.xor(a7, t); a3 = v128.xor(a3, i64x2.shl(t, 4));
    m = i64x2.splat(0x3333333333333333);
    t = v128.and(v128.xor(i64x2.shr_u(a0, 2), a2), m); a2 = v128.xor(a2, t); a0 = v128.xor(a0, i64x2.shl(t, 2));
    t = v128.and(v128.xor(i64x2.shr_u(a1, 2), a3), m); a3 = v128.xor(a3, t); a1 = v128.xor(a1, i64x2.shl(t, 2));
    t = v128.and(v128.xor(i64x2.shr_u(a4, 2), a6), m); a6 = v128.xor(a6, t); a4 = v128.xor(a4, i64x2.shl(t, 2));
    t = v128.and(v128.xor(i64x2.shr_u(a5, 2), a7), m); a7 = v128.xor(a7, t); a5 = v128.xor(a5, i64x2.shl(t, 2));
    m = i64x2.splat(0x5555555555555555);
    t = v128.and(v128.xor(i64x2.shr_u(a0, 1), a1), m); a1 = v128.xor(a1, t); a0 = v128.xor(a0, i64x2.shl(t, 1));
    t = v128.and(v128.xor(i64x2.shr_u(a2, 1), a3), m); a3 = v128.xor(a3, t); a2 = v128.xor(a2, i64x2.shl(t, 1));
    t = v128.and(v128.xor(i64x2.shr_u(a4, 1), a5), m); a5 = v128.xor(a5, t); a4 = v128.xor(a4, i64x2.shl(t, 1));
    t = v128.and(v128.xor(i64x2.shr_u(a6, 1), a7), m); a7 = v128.xor(a7, t); a6 = v128.xor(a6, i64x2.shl(t, 1));
    v128.store(q, a0); v128.store(q, a1, 16); v128.store(q, a2, 32); v128.store(q, a3, 48);
    v128.store(q, a4, 64); v128.store(q, a5, 80); v128.store(q, a6, 96); v128.store(q, a7, 112);
  }
  for (let r: usize = 0; r < 8; r++) {
    const p = BETWEEN + 16 * r, q = out + r * outApart;
    const b0_0 = v128.load(p, 0), b0_1 = v128.load(p, 128);
    const b0_2 = v128.load(p, 256), b0_3 = v128.load(p, 384);
    const b0_4 = v128.load(p, 512), b0_5 = v128.load(p, 640);
    const b0_6 = v128.load(p, 768), b0_7 = v128.load(p, 896);
    const b0_8 = v128.load(p, 1024), b0_9 = v128.load(p, 1152);
    const b0_10 = v128.load(p, 1280), b0_11 = v128.load(p, 1408);
    const b0_12 = v128.load(p, 1536), b0_13 = v128.load(p, 1664);
    const b0_14 = v128.load(p, 1792), b0_15 = v128.load(p, 1920);
    const b1_0 = low(b0_0, b0_8), b1_1 = high(b0_0, b0_8);
    const b1_2 = low(b0_1, b0_9), b1_3 = high(b0_1, b0_9);
    const b1_4 = low(b0_2, b0_10), b1_5 = high(b0_2, b0_10);
    const b1_6 = low(b0_3, b0_11), b1_7 = high(b0_3, b0_11);
    const b1_8 = low(b0_4, b0_12), b1_9 = high(b0_4, b0_12);
    const b1_10 = low(b0_5, b0_13), b1_11 = high(b0_5, b0_13);
    const b1_12 = low(b0_6, b0_14), b1_13 = high(b0_6, b0_14);
    const b1_14 = low(b0_7, b0_15), b1_15 = high(b0_7, b0_15);
    const b2_0 = low(b1_0, b1_8), b2_1 = high(b1_0, b1_8);
    const b2_2 = low(b1_1, b1_9), b2_3 = high(b1_1, b1_9);
    const b2_4 = low(b1_2, b1_10), b2_5 = high(b1_2, b1_10);
    const b2_6 = low(b1_3, b1_11), b2_7 = high(b1_3, b1_11);
    const b2_8 = low(b1_4, b1_12), b2_9 = high(b1_4, b1_12);
    const b2_10 = low(b1_5, b1_13), b2_11 = high(b1_5, b1_13);
    const b2_12 = low(b1_6, b1_14), b2_13 = high(b1_6, b1_14);
    const b2_14 = low(b1_7, b1_15), b2_15 = high(b1_7, b1_15);
    const b3_0 = low(b2_0, b2_8), b3_1 = high(b2_0, b2_8);
    const b3_2 = low(b2_1, b2_9), b3_3 = high(b2_1, b2_9);
    const b3_4 = low(b2_2, b2_10), b3_5 = high(b2_2, b2_10);
    const b3_6 = low(b2_3, b2_11), b3_7 = high(b2_3, b2_11);
    const b3_8 = low(b2_4, b2_12), b3_9 = high(b2_4, b2_12);
    const b3_10 = low(b2_5, b2_13), b3_11 = high(b2_5, b2_13);
    const b3_12 = low(b2_6, b2_14), b3_13 = high(b2_6, b2_14);
    const b3_14 = low(b2_7, b2_15), b3_15 = high(b2_7, b2_15);
    const b4_0 = low(b3_0, b3_8), b4_1 = high(b3_0, b3_8);
    const b4_2 = low(b3_1, b3_9), b4_3 = high(b3_1, b3_9);
    const b4_4 = low(b3_2, b3_10), b4_5 = high(b3_2, b3_10);
    const b4_6 = low(b3_3, b3_11), b4_7 = high(b3_3, b3_11);
    const b4_8 = low(b3_4, b3_12), b4_9 = high(b3_4, b3_12);
    const b4_10 = low(b3_5, b3_13), b4_11 = high(b3_5, b3_13);
    const b4_12 = low(b3_6, b3_14), b4_13 = high(b3_6, b3_14);
    const b4_14 = low(b3_7, b3_15), b4_15 = high(b3_7, b3_15);
    v128.store(q + 0 * outApart, b4_0);
    v128.store(q + 8 * outApart, b4_1);
    v128.store(q + 16 * outApart, b4_2);
    v128.store(q + 24 * outApart, b4_3);
    v128.store(q + 32 * outApart, b4_4);
    v128.store(q + 40 * outApart, b4_5);
    v128.store(q + 48 * outApart, b4_6);
    v128.store(q + 56 * outApart, b4_7);
    v128.store(q + 64 * outApart, b4_8);
    v128.store(q + 72 * outApart, b4_9);
    v128.store(q + 80 * outApart, b4_10);
    v128.store(q + 88 * outApart, b4_11);
    v128.store(q + 96 * outApart, b4_12);
    v128.store(q + 104 * outApart, b4_13);
    v128.store(q + 112 * outApart, b4_14);
    v128.store(q + 120 * outApart, b4_15);
  }
}
