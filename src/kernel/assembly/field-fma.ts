// SPDX-License-Identifier: Apache-2.0
/**
 * Field elements mod p = 2^255 - 19, two at a time, in doubles: needs relaxed SIMD with a fused multiply-add.
 *
 * An element pair is five v128; lane 0 belongs to the first element, lane 1 to the second:
 *
 *     byte  0 .. 15   limb 0   weight 2^0        each limb is a double that holds an integer
 *     byte 16 .. 31   limb 1   weight 2^51
 *     byte 32 .. 47   limb 2   weight 2^102
 *     byte 48 .. 63   limb 3   weight 2^153
 *     byte 64 .. 79   limb 4   weight 2^204
 *
 * Reduced: every limb is in [-2^50 - 2^17, 2^50 + 2^17]. That is what every function here returns, except the ones
 * named lazy (twice that) and wide (64-bit integers, see below).
 *
 * A limb product x * y with |x * y| <= 2^102 splits exactly into a high and a low half of 51 bits by two fused
 * multiply-adds (N. Emmart, J. Luitjens, C. Weems, C. Woolley: Optimizing Modular Multiplication for NVIDIA's Maxwell
 * GPUs / Emmart's floating-point variant):
 *
 *     h = x * y + SPLIT                   its bits, as an integer: bits(SPLIT) + high,    SPLIT = 1.5 * 2^103
 *     l = x * y + (SPLIT_LOW - h)         its bits, as an integer: LOW_BITS    + low,     SPLIT_LOW = SPLIT + 1.5 * 2^52
 *
 * with x * y = high * 2^51 + low and |low| <= 2^50. Halves are summed as 64-bit integers; the constants in their bits
 * are a known sum for each column and are taken off by the value that the accumulators start with. A reduced operand
 * times a lazy one is allowed (2^50 * 2^51 < 2^102); squaring a lazy one is not (its cross products are doubled).
 */

export const FIELD_BYTES: usize = 80;
/** Five v128 of 64-bit integers: columns of weight 2^0 ... 2^204, products folded but not carried. */
export const WIDE_BYTES: usize = 80;

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

/** What the accumulators of a product start with, as a position in the offset tables. */
const OFFSET_NONE: usize = 0;
/** Half a margin, for a product that is taken twice. */
const OFFSET_HALF: usize = 80;
/** The margin that `reduce` needs: differences must not go below zero. */
const OFFSET_FULL: usize = 160;

const SPLIT_BITS: u64 = 0x4668000000000000;
const LOW_BITS: u64 = 0x4338000000000000;
const LIMB_BITS: i32 = 51;
const LIMB_MASK: u64 = (1 << 51) - 1;
/** 2^52: a 52-bit integer or'ed into its bits is the double 2^52 + that integer. */
const INTEGER_BITS: u64 = 0x4330000000000000;
/** 2^52 + 2^50: takes INTEGER_BITS off again and makes the limb balanced. */
const BALANCE_BITS: u64 = 0x4334000000000000;
const SIGN_BIT: u64 = 0x8000000000000000;

/** v128 constants live in memory: engines load them faster than they build them. */
const K: usize = memory.data<u64>(
  [SPLIT_BITS, SPLIT_BITS, SPLIT_BITS + 3, SPLIT_BITS + 3, LIMB_MASK, LIMB_MASK, INTEGER_BITS, INTEGER_BITS, BALANCE_BITS, BALANCE_BITS],
  16,
);
// prettier-ignore: offsets into K must be literals for the compiler
// SPLIT: 0, SPLIT_LOW: 16, LIMB_MASK: 32, INTEGER_BITS: 48, BALANCE_BITS: 64

/** Offset tables, five limbs for each of OFFSET_NONE, OFFSET_HALF, OFFSET_FULL. */
const PRODUCT_OFFSETS: usize = memory.data(240, 16);
const SQUARE_OFFSETS: usize = memory.data(240, 16);
/** The columns that the rows of a multiplication have finished. */
const COLUMNS: usize = memory.data(80, 16);
const CANONICAL: usize = memory.data(80, 16);

/** How many limb products of a multiplication fall into a column 0 .. 8. */
function productsIn(column: i32): u64 {
  return column < 0 || column > 8 ? 0 : <u64>(column < 5 ? column + 1 : 9 - column);
}

/** The same for a squaring, where equal products are computed once. */
function squaresIn(column: i32): u64 {
  return (productsIn(column) + 1) >> 1;
}

/** The constants that are in column `i` after folding: low halves of its products, high halves of the column below. */
function constantIn(i: i32, square: bool): u64 {
  const here = square ? squaresIn(i) : productsIn(i);
  const below = square ? squaresIn(i - 1) : productsIn(i - 1);
  const folded = square ? squaresIn(i + 5) : productsIn(i + 5);
  const foldedBelow = square ? squaresIn(i + 4) : productsIn(i + 4);
  return here * LOW_BITS + below * SPLIT_BITS + 19 * (folded * LOW_BITS + foldedBelow * SPLIT_BITS);
}

/**
 * The margin is 1024 p, more than any column of any difference taken here (|column| < 2^59), plus the 2^50 in every
 * limb that `reduce` takes off.
 */
function initOffsets(): void {
  for (let i = 0; i < 5; i++) {
    const margin: u64 = ((i == 0 ? LIMB_MASK - 18 : LIMB_MASK) << 10) + (1 << 50);
    const at = <usize>i << 4;
    const product = 0 - constantIn(i, false), square = 0 - constantIn(i, true);
    v128.store(PRODUCT_OFFSETS + OFFSET_NONE + at, i64x2.splat(product));
    v128.store(PRODUCT_OFFSETS + OFFSET_HALF + at, i64x2.splat(product + (margin >> 1)));
    v128.store(PRODUCT_OFFSETS + OFFSET_FULL + at, i64x2.splat(product + margin));
    v128.store(SQUARE_OFFSETS + OFFSET_NONE + at, i64x2.splat(square));
    v128.store(SQUARE_OFFSETS + OFFSET_HALF + at, i64x2.splat(square + (margin >> 1)));
    v128.store(SQUARE_OFFSETS + OFFSET_FULL + at, i64x2.splat(square + margin));
  }
}
initOffsets();

// @ts-ignore: decorator
@inline function madd(a: v128, b: v128, c: v128): v128 { return f64x2.relaxed_madd(a, b, c); }

/** 19 x: what a column of weight 2^255 is worth at weight 1. */
// @ts-ignore: decorator
@inline function times19(x: v128): v128 { return i64x2.add(x, i64x2.add(i64x2.shl(x, 1), i64x2.shl(x, 4))); }

/** Non-negative columns below 2^63, with the 2^50 of the margin in each, to reduced limbs. */
// @ts-ignore: decorator
@inline function carried(column: v128, carry: v128, mask: v128, integer: v128, balance: v128): v128 {
  return f64x2.sub(v128.or(i64x2.add(v128.and(column, mask), carry), integer), balance);
}

// @ts-ignore: decorator
@inline function reduce(out: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128): void {
  const mask = v128.load(K, 32), integer = v128.load(K, 48), balance = v128.load(K, 64);
  v128.store(out, carried(c0, times19(i64x2.shr_u(c4, LIMB_BITS)), mask, integer, balance));
  v128.store(out, carried(c1, i64x2.shr_u(c0, LIMB_BITS), mask, integer, balance), 16);
  v128.store(out, carried(c2, i64x2.shr_u(c1, LIMB_BITS), mask, integer, balance), 32);
  v128.store(out, carried(c3, i64x2.shr_u(c2, LIMB_BITS), mask, integer, balance), 48);
  v128.store(out, carried(c4, i64x2.shr_u(c3, LIMB_BITS), mask, integer, balance), 64);
}

/** The columns of a product, as `finish` says. The finish is a literal everywhere, so one of the branches is compiled. */
// @ts-ignore: decorator
@inline function complete(finish: Finish, out: usize, second: usize, wide: usize, c0: v128, c1: v128, c2: v128, c3: v128, c4: v128): void {
  if (finish == REDUCE) {
    reduce(out, c0, c1, c2, c3, c4);
  } else if (finish == TWICE) {
    reduce(out, i64x2.shl(c0, 1), i64x2.shl(c1, 1), i64x2.shl(c2, 1), i64x2.shl(c3, 1), i64x2.shl(c4, 1));
  } else if (finish == WIDE) {
    v128.store(out, c0);
    v128.store(out, c1, 16);
    v128.store(out, c2, 32);
    v128.store(out, c3, 48);
    v128.store(out, c4, 64);
  } else if (finish == SUM_AND_DIFFERENCE) {
    const a0 = v128.load(wide), a1 = v128.load(wide, 16), a2 = v128.load(wide, 32), a3 = v128.load(wide, 48), a4 = v128.load(wide, 64);
    reduce(out, i64x2.add(c0, a0), i64x2.add(c1, a1), i64x2.add(c2, a2), i64x2.add(c3, a3), i64x2.add(c4, a4));
    const d0 = i64x2.sub(c0, a0), d1 = i64x2.sub(c1, a1), d2 = i64x2.sub(c2, a2), d3 = i64x2.sub(c3, a3), d4 = i64x2.sub(c4, a4);
    reduce(second, d0, d1, d2, d3, d4);
    v128.store(wide, d0);
    v128.store(wide, d1, 16);
    v128.store(wide, d2, 32);
    v128.store(wide, d3, 48);
    v128.store(wide, d4, 64);
  } else {
    reduce(
      out,
      i64x2.sub(i64x2.shl(c0, 1), v128.load(wide)),
      i64x2.sub(i64x2.shl(c1, 1), v128.load(wide, 16)),
      i64x2.sub(i64x2.shl(c2, 1), v128.load(wide, 32)),
      i64x2.sub(i64x2.shl(c3, 1), v128.load(wide, 48)),
      i64x2.sub(i64x2.shl(c4, 1), v128.load(wide, 64)),
    );
  }
}

/** The low half of x * y, given h. */
// @ts-ignore: decorator
@inline function low(x: v128, y: v128, h: v128, splitLow: v128): v128 { return madd(x, y, f64x2.sub(splitLow, h)); }

/**
 * One row a limb of `a`. A row leaves its lowest column final, in memory; the other four move down by one. Everything
 * that is alive within a row fits the sixteen registers of x64, as long as the engine keeps to the order of the rows.
 */
// @ts-ignore: decorator
@inline function product(finish: Finish, out: usize, second: usize, wide: usize, a: usize, b: usize, offset: usize): void {
  const split = v128.load(K), splitLow = v128.load(K, 16), start = PRODUCT_OFFSETS + offset;
  const b0 = v128.load(b), b1 = v128.load(b, 16), b2 = v128.load(b, 32), b3 = v128.load(b, 48), b4 = v128.load(b, 64);
  let r0 = v128.load(start), r1 = v128.load(start, 16), r2 = v128.load(start, 32), r3 = v128.load(start, 48), r4 = v128.load(start, 64);

  let x = v128.load(a);
  let h0 = madd(x, b0, split);
  v128.store(COLUMNS, i64x2.add(r0, low(x, b0, h0, splitLow)));
  let h1 = madd(x, b1, split);
  r0 = i64x2.add(i64x2.add(r1, low(x, b1, h1, splitLow)), h0);
  let h2 = madd(x, b2, split);
  r1 = i64x2.add(i64x2.add(r2, low(x, b2, h2, splitLow)), h1);
  let h3 = madd(x, b3, split);
  r2 = i64x2.add(i64x2.add(r3, low(x, b3, h3, splitLow)), h2);
  let h4 = madd(x, b4, split);
  r3 = i64x2.add(i64x2.add(r4, low(x, b4, h4, splitLow)), h3);
  r4 = h4;

  x = v128.load(a, 16);
  h0 = madd(x, b0, split);
  v128.store(COLUMNS, i64x2.add(r0, low(x, b0, h0, splitLow)), 16);
  h1 = madd(x, b1, split);
  r0 = i64x2.add(i64x2.add(r1, low(x, b1, h1, splitLow)), h0);
  h2 = madd(x, b2, split);
  r1 = i64x2.add(i64x2.add(r2, low(x, b2, h2, splitLow)), h1);
  h3 = madd(x, b3, split);
  r2 = i64x2.add(i64x2.add(r3, low(x, b3, h3, splitLow)), h2);
  h4 = madd(x, b4, split);
  r3 = i64x2.add(i64x2.add(r4, low(x, b4, h4, splitLow)), h3);
  r4 = h4;

  x = v128.load(a, 32);
  h0 = madd(x, b0, split);
  v128.store(COLUMNS, i64x2.add(r0, low(x, b0, h0, splitLow)), 32);
  h1 = madd(x, b1, split);
  r0 = i64x2.add(i64x2.add(r1, low(x, b1, h1, splitLow)), h0);
  h2 = madd(x, b2, split);
  r1 = i64x2.add(i64x2.add(r2, low(x, b2, h2, splitLow)), h1);
  h3 = madd(x, b3, split);
  r2 = i64x2.add(i64x2.add(r3, low(x, b3, h3, splitLow)), h2);
  h4 = madd(x, b4, split);
  r3 = i64x2.add(i64x2.add(r4, low(x, b4, h4, splitLow)), h3);
  r4 = h4;

  x = v128.load(a, 48);
  h0 = madd(x, b0, split);
  v128.store(COLUMNS, i64x2.add(r0, low(x, b0, h0, splitLow)), 48);
  h1 = madd(x, b1, split);
  r0 = i64x2.add(i64x2.add(r1, low(x, b1, h1, splitLow)), h0);
  h2 = madd(x, b2, split);
  r1 = i64x2.add(i64x2.add(r2, low(x, b2, h2, splitLow)), h1);
  h3 = madd(x, b3, split);
  r2 = i64x2.add(i64x2.add(r3, low(x, b3, h3, splitLow)), h2);
  h4 = madd(x, b4, split);
  r3 = i64x2.add(i64x2.add(r4, low(x, b4, h4, splitLow)), h3);
  r4 = h4;

  x = v128.load(a, 64);
  h0 = madd(x, b0, split);
  v128.store(COLUMNS, i64x2.add(r0, low(x, b0, h0, splitLow)), 64);
  h1 = madd(x, b1, split);
  r0 = i64x2.add(i64x2.add(r1, low(x, b1, h1, splitLow)), h0);
  h2 = madd(x, b2, split);
  r1 = i64x2.add(i64x2.add(r2, low(x, b2, h2, splitLow)), h1);
  h3 = madd(x, b3, split);
  r2 = i64x2.add(i64x2.add(r3, low(x, b3, h3, splitLow)), h2);
  h4 = madd(x, b4, split);
  r3 = i64x2.add(i64x2.add(r4, low(x, b4, h4, splitLow)), h3);
  r4 = h4;

  const c0 = i64x2.add(v128.load(COLUMNS), times19(r0)), c1 = i64x2.add(v128.load(COLUMNS, 16), times19(r1));
  const c2 = i64x2.add(v128.load(COLUMNS, 32), times19(r2)), c3 = i64x2.add(v128.load(COLUMNS, 48), times19(r3));
  const c4 = i64x2.add(v128.load(COLUMNS, 64), times19(r4));
  complete(finish, out, second, wide, c0, c1, c2, c3, c4);
}

/** out = a * b; one of the two may be lazy. */
export function multiply(out: usize, a: usize, b: usize): void {
  product(REDUCE, out, 0, 0, a, b, OFFSET_FULL);
}

/** out = 2 a * b. */
export function multiplyTwice(out: usize, a: usize, b: usize): void {
  product(TWICE, out, 0, 0, a, b, OFFSET_HALF);
}

/** wide = a * b, not carried; one of the two may be lazy. */
export function multiplyWide(wide: usize, a: usize, b: usize): void {
  product(WIDE, wide, 0, 0, a, b, OFFSET_NONE);
}

/** sum = a * b + wide, difference = a * b - wide; one of a and b may be lazy. Overwrites `wide`. */
export function multiplyWithWide(sum: usize, difference: usize, wide: usize, a: usize, b: usize): void {
  product(SUM_AND_DIFFERENCE, sum, difference, wide, a, b, OFFSET_FULL);
}

/** Squares `n` >= 1 times and finishes the last one. Doubled limbs stand for the products that occur twice. */
// @ts-ignore: decorator
@inline function squares(finish: Finish, out: usize, second: usize, wide: usize, a: usize, n: i32, offset: usize): void {
  const split = v128.load(K), splitLow = v128.load(K, 16), start = SQUARE_OFFSETS + offset;
  let a0 = v128.load(a), a1 = v128.load(a, 16), a2 = v128.load(a, 32), a3 = v128.load(a, 48), a4 = v128.load(a, 64);
  do {
    const d0 = f64x2.add(a0, a0), d1 = f64x2.add(a1, a1), d2 = f64x2.add(a2, a2), d3 = f64x2.add(a3, a3);
    let h = madd(a0, a0, split);
    let c0 = i64x2.add(low(a0, a0, h, splitLow), v128.load(start)), c1 = i64x2.add(h, v128.load(start, 16));
    h = madd(d0, a1, split);
    c1 = i64x2.add(c1, low(d0, a1, h, splitLow));
    let c2 = i64x2.add(h, v128.load(start, 32));
    h = madd(d0, a2, split);
    c2 = i64x2.add(c2, low(d0, a2, h, splitLow));
    let c3 = i64x2.add(h, v128.load(start, 48));
    h = madd(a1, a1, split);
    c2 = i64x2.add(c2, low(a1, a1, h, splitLow));
    c3 = i64x2.add(c3, h);
    h = madd(d0, a3, split);
    c3 = i64x2.add(c3, low(d0, a3, h, splitLow));
    let c4 = i64x2.add(h, v128.load(start, 64));
    h = madd(d1, a2, split);
    c3 = i64x2.add(c3, low(d1, a2, h, splitLow));
    c4 = i64x2.add(c4, h);
    h = madd(d0, a4, split);
    c4 = i64x2.add(c4, low(d0, a4, h, splitLow));
    let c5 = h;
    h = madd(d1, a3, split);
    c4 = i64x2.add(c4, low(d1, a3, h, splitLow));
    c5 = i64x2.add(c5, h);
    h = madd(a2, a2, split);
    c4 = i64x2.add(c4, low(a2, a2, h, splitLow));
    c5 = i64x2.add(c5, h);
    h = madd(d1, a4, split);
    c5 = i64x2.add(c5, low(d1, a4, h, splitLow));
    let c6 = h;
    h = madd(d2, a3, split);
    c5 = i64x2.add(c5, low(d2, a3, h, splitLow));
    c6 = i64x2.add(c6, h);
    h = madd(d2, a4, split);
    c6 = i64x2.add(c6, low(d2, a4, h, splitLow));
    let c7 = h;
    h = madd(a3, a3, split);
    c6 = i64x2.add(c6, low(a3, a3, h, splitLow));
    c7 = i64x2.add(c7, h);
    h = madd(d3, a4, split);
    c7 = i64x2.add(c7, low(d3, a4, h, splitLow));
    let c8 = h;
    h = madd(a4, a4, split);
    c8 = i64x2.add(c8, low(a4, a4, h, splitLow));
    c0 = i64x2.add(c0, times19(c5));
    c1 = i64x2.add(c1, times19(c6));
    c2 = i64x2.add(c2, times19(c7));
    c3 = i64x2.add(c3, times19(c8));
    c4 = i64x2.add(c4, times19(h));
    if (finish != REDUCE) {
      complete(finish, out, second, wide, c0, c1, c2, c3, c4);
      return;
    }
    const mask = v128.load(K, 32), integer = v128.load(K, 48), balance = v128.load(K, 64);
    a0 = carried(c0, times19(i64x2.shr_u(c4, LIMB_BITS)), mask, integer, balance);
    a1 = carried(c1, i64x2.shr_u(c0, LIMB_BITS), mask, integer, balance);
    a2 = carried(c2, i64x2.shr_u(c1, LIMB_BITS), mask, integer, balance);
    a3 = carried(c3, i64x2.shr_u(c2, LIMB_BITS), mask, integer, balance);
    a4 = carried(c4, i64x2.shr_u(c3, LIMB_BITS), mask, integer, balance);
  } while (--n);
  v128.store(out, a0);
  v128.store(out, a1, 16);
  v128.store(out, a2, 32);
  v128.store(out, a3, 48);
  v128.store(out, a4, 64);
}

/** out = a^2; `a` must be reduced. */
export function square(out: usize, a: usize): void {
  squares(REDUCE, out, 0, 0, a, 1, OFFSET_FULL);
}

/** out = a^(2^n), n >= 1; `a` must be reduced. */
export function squareTimes(out: usize, a: usize, n: i32): void {
  squares(REDUCE, out, 0, 0, a, n, OFFSET_FULL);
}

/** wide = a^2, not carried. */
export function squareWide(wide: usize, a: usize): void {
  squares(WIDE, wide, 0, 0, a, 1, OFFSET_NONE);
}

/** sum = a^2 + wide, difference = a^2 - wide; `wide` becomes the difference, not carried. */
export function squareWithWide(sum: usize, difference: usize, wide: usize, a: usize): void {
  squares(SUM_AND_DIFFERENCE, sum, difference, wide, a, 1, OFFSET_FULL);
}

/** out = 2 a^2 - wide, where `wide` is a difference that `squareWithWide` left. */
export function squareTwiceMinusWide(out: usize, wide: usize, a: usize): void {
  squares(TWICE_MINUS, out, 0, wide, a, 1, OFFSET_FULL);
}

/** Limbs of at most 2^53 in absolute value to reduced ones: what exceeds 51 bits moves up, rounded to nearest. */
// @ts-ignore: decorator
@inline function carryLimbs(out: usize, a0: v128, a1: v128, a2: v128, a3: v128, a4: v128): void {
  const round = v128.load(K), down = f64x2.splat(4.440892098500626e-16), down19 = f64x2.splat(19.0 * 4.440892098500626e-16);
  const c0 = f64x2.sub(f64x2.add(a0, round), round), c1 = f64x2.sub(f64x2.add(a1, round), round);
  const c2 = f64x2.sub(f64x2.add(a2, round), round), c3 = f64x2.sub(f64x2.add(a3, round), round);
  const c4 = f64x2.sub(f64x2.add(a4, round), round);
  v128.store(out, madd(c4, down19, f64x2.sub(a0, c0)));
  v128.store(out, madd(c0, down, f64x2.sub(a1, c1)), 16);
  v128.store(out, madd(c1, down, f64x2.sub(a2, c2)), 32);
  v128.store(out, madd(c2, down, f64x2.sub(a3, c3)), 48);
  v128.store(out, madd(c3, down, f64x2.sub(a4, c4)), 64);
}

export function add(out: usize, a: usize, b: usize): void {
  carryLimbs(
    out,
    f64x2.add(v128.load(a), v128.load(b)),
    f64x2.add(v128.load(a, 16), v128.load(b, 16)),
    f64x2.add(v128.load(a, 32), v128.load(b, 32)),
    f64x2.add(v128.load(a, 48), v128.load(b, 48)),
    f64x2.add(v128.load(a, 64), v128.load(b, 64)),
  );
}

export function subtract(out: usize, a: usize, b: usize): void {
  carryLimbs(
    out,
    f64x2.sub(v128.load(a), v128.load(b)),
    f64x2.sub(v128.load(a, 16), v128.load(b, 16)),
    f64x2.sub(v128.load(a, 32), v128.load(b, 32)),
    f64x2.sub(v128.load(a, 48), v128.load(b, 48)),
    f64x2.sub(v128.load(a, 64), v128.load(b, 64)),
  );
}

/** sum = b + a, difference = b - a, lazy: good for one multiplication by a reduced element. */
export function lazySumAndDifference(sum: usize, difference: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 16) {
    const x = v128.load(a + i), y = v128.load(b + i);
    v128.store(difference + i, f64x2.sub(y, x));
    v128.store(sum + i, f64x2.add(y, x));
  }
}

/** A mask of whole 64-bit lanes as the masks that fit the limbs of this layout. */
// @ts-ignore: decorator
@inline export function limbMask(mask: v128): v128 { return mask; }

/** out = -a in the lanes of the mask, else a. */
export function negateIf(out: usize, a: usize, mask: v128): void {
  const sign = v128.and(mask, i64x2.splat(SIGN_BIT));
  for (let i: usize = 0; i < FIELD_BYTES; i += 16) v128.store(out + i, v128.xor(v128.load(a + i), sign));
}

/** The one representative in [0, p), as integers of 51 bits, in CANONICAL. */
function canonicalize(a: usize): void {
  const mask = v128.load(K, 32);
  carryLimbs(CANONICAL, v128.load(a), v128.load(a, 16), v128.load(a, 32), v128.load(a, 48), v128.load(a, 64));
  // Adds p: every limb becomes a positive integer.
  const bits = i64x2.splat(LOW_BITS), p0 = i64x2.splat(LIMB_MASK - 18 - LOW_BITS), p1 = i64x2.splat(LIMB_MASK - LOW_BITS);
  let l0 = i64x2.add(f64x2.add(v128.load(CANONICAL), bits), p0);
  let l1 = i64x2.add(f64x2.add(v128.load(CANONICAL, 16), bits), p1), l2 = i64x2.add(f64x2.add(v128.load(CANONICAL, 32), bits), p1);
  let l3 = i64x2.add(f64x2.add(v128.load(CANONICAL, 48), bits), p1), l4 = i64x2.add(f64x2.add(v128.load(CANONICAL, 64), bits), p1);
  for (let i = 0; i < 2; i++) {
    l1 = i64x2.add(l1, i64x2.shr_u(l0, LIMB_BITS));
    l2 = i64x2.add(l2, i64x2.shr_u(l1, LIMB_BITS));
    l3 = i64x2.add(l3, i64x2.shr_u(l2, LIMB_BITS));
    l4 = i64x2.add(l4, i64x2.shr_u(l3, LIMB_BITS));
    l0 = i64x2.add(v128.and(l0, mask), times19(i64x2.shr_u(l4, LIMB_BITS)));
    l1 = v128.and(l1, mask);
    l2 = v128.and(l2, mask);
    l3 = v128.and(l3, mask);
    l4 = v128.and(l4, mask);
  }
  // Now below 2^255 + 2^6: subtract p once more when adding 19 reaches 2^255.
  let q = i64x2.shr_u(i64x2.add(l0, i64x2.splat(19)), LIMB_BITS);
  q = i64x2.shr_u(i64x2.add(l1, q), LIMB_BITS);
  q = i64x2.shr_u(i64x2.add(l2, q), LIMB_BITS);
  q = i64x2.shr_u(i64x2.add(l3, q), LIMB_BITS);
  q = i64x2.shr_u(i64x2.add(l4, q), LIMB_BITS);
  l0 = i64x2.add(l0, times19(q));
  l1 = i64x2.add(l1, i64x2.shr_u(l0, LIMB_BITS));
  l2 = i64x2.add(l2, i64x2.shr_u(l1, LIMB_BITS));
  l3 = i64x2.add(l3, i64x2.shr_u(l2, LIMB_BITS));
  l4 = i64x2.add(l4, i64x2.shr_u(l3, LIMB_BITS));
  v128.store(CANONICAL, v128.and(l0, mask));
  v128.store(CANONICAL, v128.and(l1, mask), 16);
  v128.store(CANONICAL, v128.and(l2, mask), 32);
  v128.store(CANONICAL, v128.and(l3, mask), 48);
  v128.store(CANONICAL, v128.and(l4, mask), 64);
}

/** All ones in the lanes whose canonical representative is odd (RFC 9496, section 3.1: negative). */
export function isNegative(a: usize): v128 {
  canonicalize(a);
  return i64x2.neg(v128.and(v128.load(CANONICAL), i64x2.splat(1)));
}

/** All ones in the lanes that are zero. */
export function isZero(a: usize): v128 {
  canonicalize(a);
  const low3 = v128.or(v128.or(v128.load(CANONICAL), v128.load(CANONICAL, 16)), v128.load(CANONICAL, 32));
  return i64x2.eq(v128.or(low3, v128.or(v128.load(CANONICAL, 48), v128.load(CANONICAL, 64))), i64x2.splat(0));
}

// @ts-ignore: decorator
@inline function toDouble(x: v128): v128 { const bits = v128.load(K, 48); return f64x2.sub(v128.or(x, bits), bits); }

/** The elements of four little-endian words each, (first, second) in w0 .. w3; bit 255 is ignored. */
export function fromWords(out: usize, w0: v128, w1: v128, w2: v128, w3: v128): void {
  const mask = v128.load(K, 32);
  carryLimbs(
    out,
    toDouble(v128.and(w0, mask)),
    toDouble(v128.and(v128.or(i64x2.shr_u(w0, 51), i64x2.shl(w1, 13)), mask)),
    toDouble(v128.and(v128.or(i64x2.shr_u(w1, 38), i64x2.shl(w2, 26)), mask)),
    toDouble(v128.and(v128.or(i64x2.shr_u(w2, 25), i64x2.shl(w3, 39)), mask)),
    toDouble(v128.and(i64x2.shr_u(w3, 12), mask)),
  );
}

/** The canonical representatives as four v128 of little-endian words. */
export function toWords(out: usize, a: usize): void {
  canonicalize(a);
  const l0 = v128.load(CANONICAL), l1 = v128.load(CANONICAL, 16), l2 = v128.load(CANONICAL, 32), l3 = v128.load(CANONICAL, 48);
  v128.store(out, v128.or(l0, i64x2.shl(l1, 51)));
  v128.store(out, v128.or(i64x2.shr_u(l1, 13), i64x2.shl(l2, 38)), 16);
  v128.store(out, v128.or(i64x2.shr_u(l2, 26), i64x2.shl(l3, 25)), 32);
  v128.store(out, v128.or(i64x2.shr_u(l3, 39), i64x2.shl(v128.load(CANONICAL, 64), 12)), 48);
}
