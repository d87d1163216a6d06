// SPDX-License-Identifier: Apache-2.0
/**
 * Scalars mod L = 2^252 + 27742317777372353535851937790883648493, 32 bytes little-endian, and their recoding.
 *
 * Signed digits of four bits: scalar = sum of digit[i] * 16^i with -8 <= digit[i] <= 8, always 64 of them, so that
 * nothing depends on the scalar but the digits themselves (D. J. Bernstein, N. Duif, T. Lange, P. Schwabe, B.-Y. Yang:
 * High-speed high-security signatures, section 4).
 */

export const DIGIT_COUNT: i32 = 64;
/** Digits of a pair of scalars: digit i of the first and of the second at 2i and 2i + 1, signed bytes. */
export const DIGITS_BYTES: usize = 128;

const L0: u64 = 0x5812631a5cf5d3ed;
const L1: u64 = 0x14def9dea2f79cd6;
const L3: u64 = 0x1000000000000000;

const HALF: usize = memory.data(32, 16);

/** HALF = scalar / 2 mod L: (scalar + L) / 2 where it is odd. The scalar is below L. */
function halve(scalar: usize): void {
  const w0 = load<u64>(scalar), w1 = load<u64>(scalar, 8), w2 = load<u64>(scalar, 16), w3 = load<u64>(scalar, 24);
  const mask: u64 = 0 - (w0 & 1);
  const s0 = w0 + (L0 & mask);
  const c0 = u64(s0 < w0);
  const t1 = w1 + c0;
  const s1 = t1 + (L1 & mask);
  const c1 = u64(t1 < c0) | u64(s1 < t1);
  const s2 = w2 + c1;
  const s3 = w3 + u64(s2 < c1) + (L3 & mask);
  store<u64>(HALF, (s0 >> 1) | (s1 << 63));
  store<u64>(HALF, (s1 >> 1) | (s2 << 63), 8);
  store<u64>(HALF, (s2 >> 1) | (s3 << 63), 16);
  store<u64>(HALF, s3 >> 1, 24);
}

export function wipeHalf(): void {
  memory.fill(HALF, 0, 32);
}

/** The digits of a scalar below 2^253, or of half of it mod L, into one lane (0 or 1) of a digit pair. */
export function recode(digits: usize, lane: usize, scalar: usize, half: bool): void {
  let source = scalar;
  if (half) {
    halve(scalar);
    source = HALF;
  }
  let carry: i32 = 0;
  for (let i: usize = 0; i < 32; i++) {
    const byte: i32 = load<u8>(source + i);
    let digit = (byte & 15) + carry;
    carry = (digit + 8) >> 4;
    store<i8>(digits + 4 * i + lane, <i8>(digit - (carry << 4)));
    digit = (byte >> 4) + carry;
    carry = (digit + 8) >> 4;
    // The top digit is at most 2: nothing is carried out of it.
    store<i8>(digits + 4 * i + lane, <i8>(digit - (carry << 4)), 2);
  }
}

/** Digit i of a pair, as two 64-bit integers. */
// @ts-ignore: decorator
@inline export function digitPair(digits: usize, i: i32): v128 {
  return i64x2.extend_low_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load16_splat(digits + 2 * <usize>i))));
}
