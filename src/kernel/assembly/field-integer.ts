// SPDX-License-Identifier: Apache-2.0
/**
 * Field elements mod p = 2^255 - 19, two at a time, in integers: plain SIMD128, for engines without relaxed SIMD and
 * machines without a fused multiply-add.
 *
 * Ten limbs of 26 and 25 bits in turn (weights 2^0, 2^26, 2^51, 2^77, 2^102, 2^128, 2^153, 2^179, 2^204, 2^230: the
 * representation of D. J. Bernstein's Curve25519 in 32-bit code), unsigned. An element pair is five v128 of 32-bit
 * lanes; v128 number i holds
 *
 *     lane 0   limb 2i of the first element           lane 2   limb 2i + 1 of the first element
 *     lane 1   limb 2i of the second element          lane 3   limb 2i + 1 of the second element
 *
 * so that `extmul_low` multiplies the even limbs of both elements, and `extmul_high` the odd ones. The product of two
 * odd limbs counts twice, because 25.5 is not a whole number of bits.
 *
 * Bounds, as multiples alpha of (2^26, 2^25): reduced limbs have alpha <= 1 + 2^-7, and so has what every function
 * here returns, except lazy (alpha <= 3.02) and wide (64-bit columns). The largest column of a product is column 0:
 * alpha * beta * 2^52 * (1 + 19 * (4 + 5/2)) < alpha * beta * 2^58.97, so alpha * beta < 16 leaves room for an offset.
 */

export const FIELD_BYTES: usize = 80;
/** Ten v128 of 64-bit columns, folded but not carried. */
export const WIDE_BYTES: usize = 160;

/** What becomes of the columns of a product. */
type Finish = i32;
/** Reduced. */
const REDUCE: Finish = 0;
/** Twice the product, reduced. */
const TWICE: Finish = 1;
/** Kept wide. */
const WIDE: Finish = 2;
/** Product plus and minus an earlier wide one, reduced; the difference is also kept wide in the place of that one. */
const SUM_AND_DIFFERENCE: Finish = 3;
/** Twice the product minus such a wide difference, reduced. */
const TWICE_MINUS: Finish = 4;

/** What the accumulators of a product start with, as a position in the offset table. */
const OFFSET_NONE: usize = 0;
/** 2^35 p: more than any column that is subtracted (3.04 * 2^58.97), so that differences do not go below zero. */
const OFFSET_FULL: usize = 160;

const EVEN_BITS: i32 = 26;
const ODD_BITS: i32 = 25;
const EVEN_MASK: u64 = (1 << 26) - 1;
const ODD_MASK: u64 = (1 << 25) - 1;

/** v128 constants live in memory: engines load them faster than they build them. */
const K: usize = memory.data<u64>(
  [
    EVEN_MASK, EVEN_MASK, // 0: an even column
    ODD_MASK, ODD_MASK, // 16: an odd column
    (EVEN_MASK << 32) | EVEN_MASK, (ODD_MASK << 32) | ODD_MASK, // 32: a pair of limbs
    0, 0xffffffffffffffff, // 48: the odd limbs
    (((2 << 26) - 38) << 32) | ((2 << 26) - 38), (((2 << 25) - 2) << 32) | ((2 << 25) - 2), // 64: limbs 0 and 1 of 2p
    (((2 << 26) - 2) << 32) | ((2 << 26) - 2), (((2 << 25) - 2) << 32) | ((2 << 25) - 2), // 80: the other limbs of 2p
    (19 << 32) | 19, (19 << 32) | 19, // 96
  ],
  16,
);

/** Ten columns for OFFSET_NONE, ten for OFFSET_FULL. */
const OFFSETS: usize = memory.data(320, 16);
/** The columns that the rows of a multiplication have finished. */
const COLUMNS: usize = memory.data(160, 16);
const SUMS: usize = memory.data(160, 16);
/** The second operand with even and odd limbs exchanged. */
const SWAPPED: usize = memory.data(80, 16);
/** Ten limbs, 64 bits each, fully reduced. */
const CANONICAL: usize = memory.data(160, 16);

function initOffsets(): void {
  for (let i = 0; i < 10; i++) {
    const limb: u64 = i == 0 ? EVEN_MASK - 18 : i & 1 ? ODD_MASK : EVEN_MASK;
    v128.store(OFFSETS + OFFSET_FULL + (<usize>i << 4), i64x2.splat(limb << 35));
  }
}
initOffsets();

// @ts-ignore: decorator
@inline function low(a: v128, b: v128): v128 { return i64x2.extmul_low_i32x4_u(a, b); }
// @ts-ignore: decorator
@inline function high(a: v128, b: v128): v128 { return i64x2.extmul_high_i32x4_u(a, b); }

/** 19 x: what a column of weight 2^255 is worth at weight 1. */
// @ts-ignore: decorator
@inline function times19(x: v128): v128 { return i64x2.add(x, i64x2.add(i64x2.shl(x, 1), i64x2.shl(x, 4))); }

// @ts-ignore: decorator
@inline function swapLimbs(a: v128): v128 { return v128.shuffle<i32>(a, a, 2, 3, 0, 1); }

/** Two columns of small values as a v128 of two limbs. */
// @ts-ignore: decorator
@inline function pack(even: v128, odd: v128): v128 { return v128.shuffle<i32>(even, odd, 0, 2, 4, 6); }

/** Columns below 2^64 - 2^40 to reduced limbs: two carry chains side by side, from column 0 and from column 5. */
// @ts-ignore: decorator
@inline function reduce(out: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128, c8: v128, c9: v128): void {
  const even = v128.load(K), odd = v128.load(K, 16);
  c1 = i64x2.add(c1, i64x2.shr_u(c0, EVEN_BITS));
  c6 = i64x2.add(c6, i64x2.shr_u(c5, ODD_BITS));
  c0 = v128.and(c0, even);
  c5 = v128.and(c5, odd);
  c2 = i64x2.add(c2, i64x2.shr_u(c1, ODD_BITS));
  c7 = i64x2.add(c7, i64x2.shr_u(c6, EVEN_BITS));
  c1 = v128.and(c1, odd);
  c6 = v128.and(c6, even);
  c3 = i64x2.add(c3, i64x2.shr_u(c2, EVEN_BITS));
  c8 = i64x2.add(c8, i64x2.shr_u(c7, ODD_BITS));
  v128.store(out, pack(v128.and(c2, even), v128.and(c3, odd)), 16);
  c7 = v128.and(c7, odd);
  c4 = i64x2.add(c4, i64x2.shr_u(c3, ODD_BITS));
  c9 = i64x2.add(c9, i64x2.shr_u(c8, EVEN_BITS));
  v128.store(out, pack(c6, c7), 48);
  v128.store(out, pack(v128.and(c8, even), v128.and(c9, odd)), 64);
  c5 = i64x2.add(c5, i64x2.shr_u(c4, EVEN_BITS));
  c0 = i64x2.add(c0, times19(i64x2.shr_u(c9, ODD_BITS)));
  // What is left over is below 2^43: one more step each.
  const c6More = i64x2.shr_u(c5, ODD_BITS);
  v128.store(out, pack(v128.and(c4, even), v128.and(c5, odd)), 32);
  v128.store(out, i32x4.add(v128.load(out, 48), pack(c6More, i64x2.splat(0))), 48);
  c1 = i64x2.add(c1, i64x2.shr_u(c0, EVEN_BITS));
  v128.store(out, pack(v128.and(c0, even), c1));
}

/**
 * One row a pair of limbs of `a`, as a loop: straight-line code of 100 products makes engines run out of registers.
 * A row leaves its two lowest columns final; the other nine move down by two.
 */
// @ts-ignore: decorator
@inline function product(finish: Finish, out: usize, second: usize, wide: usize, a: usize, b: usize, offset: usize): void {
  const oddLimbs = v128.load(K, 48), start = OFFSETS + offset;
  for (let i: usize = 0; i < FIELD_BYTES; i += 16) v128.store(SWAPPED + i, swapLimbs(v128.load(b + i)));
  let c0 = v128.load(start), c1 = v128.load(start, 16), c2 = v128.load(start, 32), c3 = v128.load(start, 48), c4 = v128.load(start, 64);
  let c5 = v128.load(start, 80), c6 = v128.load(start, 96), c7 = v128.load(start, 112), c8 = v128.load(start, 128);
  const end = a + FIELD_BYTES;
  let column = COLUMNS;
  do {
    const x = v128.load(a), x2 = i32x4.add(x, v128.and(x, oddLimbs));
    let y = v128.load(b), z = v128.load(SWAPPED);
    v128.store(column, i64x2.add(c0, low(x, y)));
    v128.store(column, i64x2.add(i64x2.add(c1, low(x, z)), high(x, z)), 16);
    c0 = i64x2.add(c2, high(x2, y));
    y = v128.load(b, 16);
    z = v128.load(SWAPPED, 16);
    c0 = i64x2.add(c0, low(x, y));
    c1 = i64x2.add(i64x2.add(c3, low(x, z)), high(x, z));
    c2 = i64x2.add(c4, high(x2, y));
    y = v128.load(b, 32);
    z = v128.load(SWAPPED, 32);
    c2 = i64x2.add(c2, low(x, y));
    c3 = i64x2.add(i64x2.add(c5, low(x, z)), high(x, z));
    c4 = i64x2.add(c6, high(x2, y));
    y = v128.load(b, 48);
    z = v128.load(SWAPPED, 48);
    c4 = i64x2.add(c4, low(x, y));
    c5 = i64x2.add(i64x2.add(c7, low(x, z)), high(x, z));
    c6 = i64x2.add(c8, high(x2, y));
    y = v128.load(b, 64);
    z = v128.load(SWAPPED, 64);
    c6 = i64x2.add(c6, low(x, y));
    c7 = i64x2.add(low(x, z), high(x, z));
    c8 = high(x2, y);
    a += 16;
    column += 32;
  } while (a != end);
  c0 = i64x2.add(v128.load(COLUMNS), times19(c0));
  c1 = i64x2.add(v128.load(COLUMNS, 16), times19(c1));
  c2 = i64x2.add(v128.load(COLUMNS, 32), times19(c2));
  c3 = i64x2.add(v128.load(COLUMNS, 48), times19(c3));
  c4 = i64x2.add(v128.load(COLUMNS, 64), times19(c4));
  c5 = i64x2.add(v128.load(COLUMNS, 80), times19(c5));
  c6 = i64x2.add(v128.load(COLUMNS, 96), times19(c6));
  c7 = i64x2.add(v128.load(COLUMNS, 112), times19(c7));
  c8 = i64x2.add(v128.load(COLUMNS, 128), times19(c8));
  const c9 = i64x2.add(v128.load(COLUMNS, 144), v128.load(start, 144));
  complete(finish, out, second, wide, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
}

// @ts-ignore: decorator
@inline function store(out: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128, c8: v128, c9: v128): void {
  v128.store(out, c0);
  v128.store(out, c1, 16);
  v128.store(out, c2, 32);
  v128.store(out, c3, 48);
  v128.store(out, c4, 64);
  v128.store(out, c5, 80);
  v128.store(out, c6, 96);
  v128.store(out, c7, 112);
  v128.store(out, c8, 128);
  v128.store(out, c9, 144);
}

function reduceWide(out: usize, wide: usize): void {
  reduce(
    out,
    v128.load(wide),
    v128.load(wide, 16),
    v128.load(wide, 32),
    v128.load(wide, 48),
    v128.load(wide, 64),
    v128.load(wide, 80),
    v128.load(wide, 96),
    v128.load(wide, 112),
    v128.load(wide, 128),
    v128.load(wide, 144),
  );
}

/** The columns of a product, as `finish` says. The finish is a literal everywhere, so one of the branches is compiled. */
// @ts-ignore: decorator
@inline function complete(finish: Finish, out: usize, second: usize, wide: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128, c5: v128, c6: v128, c7: v128, c8: v128, c9: v128): void {
  if (finish == REDUCE) {
    reduce(out, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
  } else if (finish == WIDE) {
    store(out, c0, c1, c2, c3, c4, c5, c6, c7, c8, c9);
  } else if (finish == TWICE) {
    reduce(
      out,
      i64x2.add(c0, c0),
      i64x2.add(c1, c1),
      i64x2.add(c2, c2),
      i64x2.add(c3, c3),
      i64x2.add(c4, c4),
      i64x2.add(c5, c5),
      i64x2.add(c6, c6),
      i64x2.add(c7, c7),
      i64x2.add(c8, c8),
      i64x2.add(c9, c9),
    );
  } else if (finish == SUM_AND_DIFFERENCE) {
    store(
      SUMS,
      i64x2.add(c0, v128.load(wide)),
      i64x2.add(c1, v128.load(wide, 16)),
      i64x2.add(c2, v128.load(wide, 32)),
      i64x2.add(c3, v128.load(wide, 48)),
      i64x2.add(c4, v128.load(wide, 64)),
      i64x2.add(c5, v128.load(wide, 80)),
      i64x2.add(c6, v128.load(wide, 96)),
      i64x2.add(c7, v128.load(wide, 112)),
      i64x2.add(c8, v128.load(wide, 128)),
      i64x2.add(c9, v128.load(wide, 144)),
    );
    store(
      wide,
      i64x2.sub(c0, v128.load(wide)),
      i64x2.sub(c1, v128.load(wide, 16)),
      i64x2.sub(c2, v128.load(wide, 32)),
      i64x2.sub(c3, v128.load(wide, 48)),
      i64x2.sub(c4, v128.load(wide, 64)),
      i64x2.sub(c5, v128.load(wide, 80)),
      i64x2.sub(c6, v128.load(wide, 96)),
      i64x2.sub(c7, v128.load(wide, 112)),
      i64x2.sub(c8, v128.load(wide, 128)),
      i64x2.sub(c9, v128.load(wide, 144)),
    );
    reduceWide(out, SUMS);
    reduceWide(second, wide);
  } else {
    reduce(
      out,
      i64x2.sub(i64x2.add(c0, c0), v128.load(wide)),
      i64x2.sub(i64x2.add(c1, c1), v128.load(wide, 16)),
      i64x2.sub(i64x2.add(c2, c2), v128.load(wide, 32)),
      i64x2.sub(i64x2.add(c3, c3), v128.load(wide, 48)),
      i64x2.sub(i64x2.add(c4, c4), v128.load(wide, 64)),
      i64x2.sub(i64x2.add(c5, c5), v128.load(wide, 80)),
      i64x2.sub(i64x2.add(c6, c6), v128.load(wide, 96)),
      i64x2.sub(i64x2.add(c7, c7), v128.load(wide, 112)),
      i64x2.sub(i64x2.add(c8, c8), v128.load(wide, 128)),
      i64x2.sub(i64x2.add(c9, c9), v128.load(wide, 144)),
    );
  }
}

/** out = a * b; alpha * beta < 16. */
export function multiply(out: usize, a: usize, b: usize): void {
  product(REDUCE, out, 0, 0, a, b, OFFSET_NONE);
}

/** out = 2 a * b. */
export function multiplyTwice(out: usize, a: usize, b: usize): void {
  product(TWICE, out, 0, 0, a, b, OFFSET_NONE);
}

/** wide = a * b, not carried; alpha * beta <= 3.04, because it may be subtracted. */
export function multiplyWide(wide: usize, a: usize, b: usize): void {
  product(WIDE, wide, 0, 0, a, b, OFFSET_NONE);
}

/** sum = a * b + wide, difference = a * b - wide; alpha * beta <= 3.04. Overwrites `wide`. */
export function multiplyWithWide(sum: usize, difference: usize, wide: usize, a: usize, b: usize): void {
  product(SUM_AND_DIFFERENCE, sum, difference, wide, a, b, OFFSET_FULL);
}

/** Column by column, high ones first, because they are folded into the low ones. d = 2a, x = a with odd limbs doubled. */
// @ts-ignore: decorator
@inline function squares(finish: Finish, out: usize, second: usize, wide: usize, a: usize, offset: usize): void {
  const oddLimbs = v128.load(K, 48), start = OFFSETS + offset;
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64);
  const x0 = i32x4.add(a0, v128.and(a0, oddLimbs)), x1 = i32x4.add(a1, v128.and(a1, oddLimbs)), x2 = i32x4.add(a2, v128.and(a2, oddLimbs));
  const x3 = i32x4.add(a3, v128.and(a3, oddLimbs)), x4 = i32x4.add(a4, v128.and(a4, oddLimbs));
  const d0 = i32x4.add(a0, a0), d1 = i32x4.add(a1, a1), d2 = i32x4.add(a2, a2), d3 = i32x4.add(a3, a3), d4 = i32x4.add(a4, a4);
  const s0 = swapLimbs(a0), s1 = swapLimbs(a1), s2 = swapLimbs(a2), s3 = swapLimbs(a3), s4 = swapLimbs(a4);
  // Column 2(i + j): even * even; 2(i + j) + 1: even * odd, both ways round; 2(i + j) + 2: odd * odd, doubled by x.
  const c18 = high(x4, a4);
  const c8 = i64x2.add(i64x2.add(i64x2.add(low(d0, a4), low(d1, a3)), i64x2.add(low(a2, a2), high(x0, d3))), i64x2.add(high(x1, d2), times19(c18)));
  const c17 = low(d4, s4);
  const c7 = i64x2.add(i64x2.add(i64x2.add(low(d0, s3), high(d0, s3)), i64x2.add(low(d1, s2), high(d1, s2))), times19(c17));
  const c16 = i64x2.add(low(a4, a4), high(x3, d4));
  const c6 = i64x2.add(i64x2.add(i64x2.add(low(d0, a3), low(d1, a2)), i64x2.add(high(x0, d2), high(x1, a1))), times19(c16));
  const c15 = i64x2.add(low(d3, s4), high(d3, s4));
  const c5 = i64x2.add(i64x2.add(i64x2.add(low(d0, s2), high(d0, s2)), low(d1, s1)), times19(c15));
  const c14 = i64x2.add(i64x2.add(low(d3, a4), high(x2, d4)), high(x3, a3));
  const c4 = i64x2.add(i64x2.add(i64x2.add(low(d0, a2), low(a1, a1)), high(x0, d1)), times19(c14));
  const c13 = i64x2.add(i64x2.add(low(d2, s4), high(d2, s4)), low(d3, s3));
  const c3 = i64x2.add(i64x2.add(low(d0, s1), high(d0, s1)), times19(c13));
  const c12 = i64x2.add(i64x2.add(low(d2, a4), low(a3, a3)), i64x2.add(high(x1, d4), high(x2, d3)));
  const c2 = i64x2.add(i64x2.add(low(d0, a1), high(x0, a0)), times19(c12));
  const c11 = i64x2.add(i64x2.add(low(d1, s4), high(d1, s4)), i64x2.add(low(d2, s3), high(d2, s3)));
  const c1 = i64x2.add(low(d0, s0), times19(c11));
  const c10 = i64x2.add(i64x2.add(i64x2.add(low(d1, a4), low(d2, a3)), i64x2.add(high(x0, d4), high(x1, d3))), high(x2, a2));
  const c0 = i64x2.add(low(a0, a0), times19(c10));
  const c9 = i64x2.add(i64x2.add(i64x2.add(low(d0, s4), high(d0, s4)), i64x2.add(low(d1, s3), high(d1, s3))), low(d2, s2));
  complete(
    finish,
    out,
    second,
    wide,
    i64x2.add(c0, v128.load(start)),
    i64x2.add(c1, v128.load(start, 16)),
    i64x2.add(c2, v128.load(start, 32)),
    i64x2.add(c3, v128.load(start, 48)),
    i64x2.add(c4, v128.load(start, 64)),
    i64x2.add(c5, v128.load(start, 80)),
    i64x2.add(c6, v128.load(start, 96)),
    i64x2.add(c7, v128.load(start, 112)),
    i64x2.add(c8, v128.load(start, 128)),
    i64x2.add(c9, v128.load(start, 144)),
  );
}

/** out = a^2; alpha <= 3. */
export function square(out: usize, a: usize): void {
  squares(REDUCE, out, 0, 0, a, OFFSET_NONE);
}

/** out = a^(2^n), n >= 1. */
export function squareTimes(out: usize, a: usize, n: i32): void {
  square(out, a);
  while (--n) square(out, out);
}

/** wide = a^2, not carried; `a` must be reduced. */
export function squareWide(wide: usize, a: usize): void {
  squares(WIDE, wide, 0, 0, a, OFFSET_NONE);
}

/** sum = a^2 + wide, difference = a^2 - wide; `wide` becomes the difference, not carried. */
export function squareWithWide(sum: usize, difference: usize, wide: usize, a: usize): void {
  squares(SUM_AND_DIFFERENCE, sum, difference, wide, a, OFFSET_FULL);
}

/** out = 2 a^2 - wide, where `wide` is a difference that `squareWithWide` left. */
export function squareTwiceMinusWide(out: usize, wide: usize, a: usize): void {
  squares(TWICE_MINUS, out, 0, wide, a, OFFSET_FULL);
}

/** What two limbs exceed 26 and 25 bits by. */
// @ts-ignore: decorator
@inline function excess(a: v128): v128 {
  return v128.bitselect(i32x4.shr_u(a, ODD_BITS), i32x4.shr_u(a, EVEN_BITS), v128.load(K, 48));
}

/** Limbs of alpha <= 8 to reduced ones; every limb passes its excess to the next one, once. */
// @ts-ignore: decorator
@inline function carryLimbs(out: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128): void {
  const mask = v128.load(K, 32);
  const q0 = excess(a0), q1 = excess(a1), q2 = excess(a2), q3 = excess(a3), q4 = excess(a4);
  v128.store(out, i32x4.add(v128.and(a0, mask), v128.shuffle<i32>(i32x4.mul(q4, v128.load(K, 96)), q0, 2, 3, 4, 5)));
  v128.store(out, i32x4.add(v128.and(a1, mask), v128.shuffle<i32>(q0, q1, 2, 3, 4, 5)), 16);
  v128.store(out, i32x4.add(v128.and(a2, mask), v128.shuffle<i32>(q1, q2, 2, 3, 4, 5)), 32);
  v128.store(out, i32x4.add(v128.and(a3, mask), v128.shuffle<i32>(q2, q3, 2, 3, 4, 5)), 48);
  v128.store(out, i32x4.add(v128.and(a4, mask), v128.shuffle<i32>(q3, q4, 2, 3, 4, 5)), 64);
}

export function add(out: usize, a: usize, b: usize): void {
  carryLimbs(
    out,
    i32x4.add(v128.load(a), v128.load(b)),
    i32x4.add(v128.load(a, 16), v128.load(b, 16)),
    i32x4.add(v128.load(a, 32), v128.load(b, 32)),
    i32x4.add(v128.load(a, 48), v128.load(b, 48)),
    i32x4.add(v128.load(a, 64), v128.load(b, 64)),
  );
}

/** a + 2p - b, whose limbs are not negative when b is reduced. */
export function subtract(out: usize, a: usize, b: usize): void {
  const twoP = v128.load(K, 80);
  carryLimbs(
    out,
    i32x4.sub(i32x4.add(v128.load(a), v128.load(K, 64)), v128.load(b)),
    i32x4.sub(i32x4.add(v128.load(a, 16), twoP), v128.load(b, 16)),
    i32x4.sub(i32x4.add(v128.load(a, 32), twoP), v128.load(b, 32)),
    i32x4.sub(i32x4.add(v128.load(a, 48), twoP), v128.load(b, 48)),
    i32x4.sub(i32x4.add(v128.load(a, 64), twoP), v128.load(b, 64)),
  );
}

/** sum = b + a, difference = b - a, lazy: good for one multiplication by a reduced element. */
export function lazySumAndDifference(sum: usize, difference: usize, a: usize, b: usize): void {
  let twoP = v128.load(K, 64);
  for (let i: usize = 0; i < FIELD_BYTES; i += 16) {
    const x = v128.load(a + i), y = v128.load(b + i);
    v128.store(difference + i, i32x4.sub(i32x4.add(y, twoP), x));
    v128.store(sum + i, i32x4.add(y, x));
    twoP = v128.load(K, 80);
  }
}

/** A mask of whole 64-bit lanes as the masks that fit the limbs of this layout. */
// @ts-ignore: decorator
@inline export function limbMask(mask: v128): v128 { return v128.shuffle<i32>(mask, mask, 0, 2, 0, 2); }

/** out = -a in the lanes of the mask, else a. */
export function negateIf(out: usize, a: usize, mask: v128): void {
  const m = limbMask(mask), twoP = v128.load(K, 80);
  const a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64);
  carryLimbs(
    out,
    v128.bitselect(i32x4.sub(v128.load(K, 64), a0), a0, m),
    v128.bitselect(i32x4.sub(twoP, a1), a1, m),
    v128.bitselect(i32x4.sub(twoP, a2), a2, m),
    v128.bitselect(i32x4.sub(twoP, a3), a3, m),
    v128.bitselect(i32x4.sub(twoP, a4), a4, m),
  );
}

// @ts-ignore: decorator
@inline function bitsOf(limb: usize): i32 { return limb & 1 ? ODD_BITS : EVEN_BITS; }

/** The one representative in [0, p), as ten 64-bit limbs, in CANONICAL. Not on the hot path, hence short loops. */
function canonicalize(a: usize): void {
  for (let i: usize = 0; i < 5; i++) {
    const limbs = v128.load(a + (i << 4));
    v128.store(CANONICAL + (i << 5), i64x2.extend_low_i32x4_u(limbs));
    v128.store(CANONICAL + (i << 5), i64x2.extend_high_i32x4_u(limbs), 16);
  }
  // What leaves the top comes back at the bottom, 19 times; after the second time that cannot carry any further.
  let top = i64x2.splat(0);
  for (let i = 0; i < 3; i++) top = carryThrough(times19(top));
  // Below 2^255 now: subtract p when adding 19 reaches 2^255.
  let q = i64x2.splat(19);
  for (let i: usize = 0; i < 10; i++) q = i64x2.shr_u(i64x2.add(v128.load(CANONICAL + (i << 4)), q), bitsOf(i));
  carryThrough(times19(q));
}

/** Adds to limb 0 and carries all the way up; returns what leaves the top. */
function carryThrough(carry: v128): v128 {
  for (let i: usize = 0; i < 10; i++) {
    const limb = i64x2.add(v128.load(CANONICAL + (i << 4)), carry);
    carry = i64x2.shr_u(limb, bitsOf(i));
    v128.store(CANONICAL + (i << 4), v128.and(limb, i & 1 ? v128.load(K, 16) : v128.load(K)));
  }
  return carry;
}

/** All ones in the lanes whose canonical representative is odd (RFC 9496, section 3.1: negative). */
export function isNegative(a: usize): v128 {
  canonicalize(a);
  return i64x2.neg(v128.and(v128.load(CANONICAL), i64x2.splat(1)));
}

/** All ones in the lanes that are zero. */
export function isZero(a: usize): v128 {
  canonicalize(a);
  let bits = v128.load(CANONICAL);
  for (let i: usize = 16; i < 160; i += 16) bits = v128.or(bits, v128.load(CANONICAL + i));
  return i64x2.eq(bits, i64x2.splat(0));
}

/** The elements of four little-endian words each, (first, second) in w0 .. w3; bit 255 is ignored. */
export function fromWords(out: usize, w0: v128, w1: v128, w2: v128, w3: v128): void {
  const even = v128.load(K), odd = v128.load(K, 16);
  v128.store(out, pack(v128.and(w0, even), v128.and(i64x2.shr_u(w0, 26), odd)));
  v128.store(out, pack(v128.and(v128.or(i64x2.shr_u(w0, 51), i64x2.shl(w1, 13)), even), v128.and(i64x2.shr_u(w1, 13), odd)), 16);
  v128.store(out, pack(i64x2.shr_u(w1, 38), v128.and(w2, odd)), 32);
  v128.store(out, pack(v128.and(i64x2.shr_u(w2, 25), even), v128.and(v128.or(i64x2.shr_u(w2, 51), i64x2.shl(w3, 13)), odd)), 48);
  v128.store(out, pack(v128.and(i64x2.shr_u(w3, 12), even), v128.and(i64x2.shr_u(w3, 38), odd)), 64);
}

// @ts-ignore: decorator
@inline function limb(i: usize): v128 { return v128.load(CANONICAL + (i << 4)); }

/** The canonical representatives as four v128 of little-endian words. */
export function toWords(out: usize, a: usize): void {
  canonicalize(a);
  v128.store(out, v128.or(v128.or(limb(0), i64x2.shl(limb(1), 26)), i64x2.shl(limb(2), 51)));
  v128.store(out, v128.or(v128.or(i64x2.shr_u(limb(2), 13), i64x2.shl(limb(3), 13)), i64x2.shl(limb(4), 38)), 16);
  v128.store(out, v128.or(v128.or(limb(5), i64x2.shl(limb(6), 25)), i64x2.shl(limb(7), 51)), 32);
  v128.store(out, v128.or(v128.or(i64x2.shr_u(limb(7), 13), i64x2.shl(limb(8), 12)), i64x2.shl(limb(9), 38)), 48);
}
