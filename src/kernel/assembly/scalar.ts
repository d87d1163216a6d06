// SPDX-License-Identifier: Apache-2.0
/**
 * Scalars mod L = 2^252 + 27742317777372353535851937790883648493, 32 bytes little-endian, and their recoding.
 *
 * Signed digits of four bits (D. J. Bernstein, N. Duif, T. Lange, P. Schwabe, B.-Y. Yang: High-speed high-security
 * signatures, section 4), always 63 of them, so that nothing depends on the scalar but the digits themselves:
 *
 *     scalar = sum of digit[i] * 16^i mod L,    -8 <= digit[i] <= 8
 *
 * 63 are enough because the representative with the smallest absolute value is recoded, at most (L - 1) / 2, which is
 * below 2^251 + 2^124: its top digit is at most 8.
 */

export const DIGIT_COUNT: i32 = 63;
/** Digits of a pair of scalars: digit i of the first and of the second at 2i and 2i + 1, signed bytes; two spare. */
export const DIGITS_BYTES: usize = 128;

const L0: u64 = 0x5812631a5cf5d3ed;
const L1: u64 = 0x14def9dea2f79cd6;
const L3: u64 = 0x1000000000000000;

const HALF: usize = memory.data(32, 16);
const MAGNITUDE: usize = memory.data(32, 16);

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

/** MAGNITUDE = min(scalar, L - scalar); returns -1 where that is L - scalar, else 0. The scalar is below L. */
function center(scalar: usize): i32 {
  const w0 = load<u64>(scalar), w1 = load<u64>(scalar, 8), w2 = load<u64>(scalar, 16), w3 = load<u64>(scalar, 24);
  const n0 = L0 - w0;
  const b0 = u64(L0 < w0);
  const t1 = L1 - w1;
  const n1 = t1 - b0;
  const b1 = u64(L1 < w1) | u64(t1 < b0);
  const t2 = 0 - w2;
  const n2 = t2 - b1;
  const b2 = u64(w2 != 0) | u64(t2 < b1);
  const n3 = L3 - w3 - b2;
  // The borrow of (L - scalar) - scalar.
  let borrow = u64(n0 < w0);
  borrow = u64(n1 < w1) | (u64(n1 == w1) & borrow);
  borrow = u64(n2 < w2) | (u64(n2 == w2) & borrow);
  borrow = u64(n3 < w3) | (u64(n3 == w3) & borrow);
  const mask: u64 = 0 - borrow;
  store<u64>(MAGNITUDE, w0 ^ ((w0 ^ n0) & mask));
  store<u64>(MAGNITUDE, w1 ^ ((w1 ^ n1) & mask), 8);
  store<u64>(MAGNITUDE, w2 ^ ((w2 ^ n2) & mask), 16);
  store<u64>(MAGNITUDE, w3 ^ ((w3 ^ n3) & mask), 24);
  return <i32>mask;
}

export function wipeScalars(): void {
  memory.fill(HALF, 0, 32);
  memory.fill(MAGNITUDE, 0, 32);
}

/** The digits of a scalar, or of half of it mod L, into one lane (0 or 1) of a digit pair. */
export function recode(digits: usize, lane: usize, scalar: usize, half: bool): void {
  let source = scalar;
  if (half) {
    halve(scalar);
    source = HALF;
  }
  const sign = center(source);
  let carry: i32 = 0;
  for (let i = 0; i < DIGIT_COUNT; i++) {
    const nibble = (<i32>load<u8>(MAGNITUDE + <usize>(i >> 1)) >> ((i & 1) << 2)) & 15;
    let digit = nibble + carry;
    // The top digit keeps its 8: nothing may be carried out of it.
    carry = i == DIGIT_COUNT - 1 ? 0 : (digit + 8) >> 4;
    digit -= carry << 4;
    store<i8>(digits + 2 * <usize>i + lane, <i8>((digit ^ sign) - sign));
  }
}

/** Digit i of a pair, as two 64-bit integers. */
// @ts-ignore: decorator
@inline export function digitPair(digits: usize, i: i32): v128 {
  return i64x2.extend_low_i32x4_s(i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load16_splat(digits + 2 * <usize>i))));
}
