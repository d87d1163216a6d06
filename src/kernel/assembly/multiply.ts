// SPDX-License-Identifier: Apache-2.0
/**
 * Multiplication of a pair of points by a pair of scalars: 63 signed digits of four bits, most significant first, four
 * doublings and one addition a digit. The table of multiples is read as a whole for every digit, so no address depends
 * on it.
 */

import { ONE, TWO } from './constants';
import { FIELD_BYTES, limbMask, negateIf } from './field';
import { addCached, double, fromCached, POINT_BYTES, setIdentity, T, toCached, Y, Z } from './point';
import { DIGIT_COUNT, digitPair } from './scalar';

/** 1P ... 8P, cached. */
export const TABLE_BYTES: usize = 2560;

const TABLE: usize = memory.data(2560, 16);
export const SELECTED: usize = memory.data(320, 16);
const ACCUMULATOR: usize = memory.data(320, 16);

/** The last entry that was looked up says what the last digit was. */
export function wipeSelected(): void {
  memory.fill(SELECTED, 0, POINT_BYTES);
}

export function makeTable(table: usize, p: usize): void {
  toCached(table, p);
  double(ACCUMULATOR, p, true);
  toCached(table + POINT_BYTES, ACCUMULATOR);
  for (let entry: usize = 2 * POINT_BYTES; entry < TABLE_BYTES; entry += POINT_BYTES) {
    addCached(ACCUMULATOR, ACCUMULATOR, table, true);
    toCached(table + entry, ACCUMULATOR);
  }
}

/** The lanes whose 64-bit value is n. */
// @ts-ignore: decorator
@inline function lanesOf(values: v128, n: i64): v128 { return limbMask(i64x2.eq(values, i64x2.splat(n))); }

/** 16 bytes of the entry that the masks choose among the eight at `at`. */
// @ts-ignore: decorator
@inline function scan(at: usize, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128, m6: v128, m7: v128, m8: v128): v128 {
  const a = v128.or(v128.and(v128.load(at), m1), v128.and(v128.load(at, 320), m2));
  const b = v128.or(v128.and(v128.load(at, 640), m3), v128.and(v128.load(at, 960), m4));
  const c = v128.or(v128.and(v128.load(at, 1280), m5), v128.and(v128.load(at, 1600), m6));
  const d = v128.or(v128.and(v128.load(at, 1920), m7), v128.and(v128.load(at, 2240), m8));
  return v128.or(v128.or(a, b), v128.or(c, d));
}

/**
 * out = digit * P for -8 <= digit <= 8, cached, from a table of 1P ... 8P; a lane with digit zero gets the identity.
 * A negative digit exchanges Y + X and Y - X and changes the sign of 2dT.
 */
export function selectEntry(out: usize, table: usize, digits: v128): void {
  const magnitude = i64x2.abs(digits), negative = i64x2.lt_s(digits, i64x2.splat(0)), exchange = limbMask(negative);
  const m1 = lanesOf(magnitude, 1), m2 = lanesOf(magnitude, 2), m3 = lanesOf(magnitude, 3), m4 = lanesOf(magnitude, 4);
  const m5 = lanesOf(magnitude, 5), m6 = lanesOf(magnitude, 6), m7 = lanesOf(magnitude, 7), m8 = lanesOf(magnitude, 8);
  for (let i: usize = 0; i < FIELD_BYTES; i += 16) {
    const sum = scan(table + i, m1, m2, m3, m4, m5, m6, m7, m8);
    const difference = scan(table + Y + i, m1, m2, m3, m4, m5, m6, m7, m8);
    v128.store(out + i, v128.bitselect(difference, sum, exchange));
    v128.store(out + Y + i, v128.bitselect(sum, difference, exchange));
  }
  for (let i = Z; i < POINT_BYTES; i += 16) v128.store(out + i, scan(table + i, m1, m2, m3, m4, m5, m6, m7, m8));
  negateIf(out + T, out + T, negative);
  // The identity, cached, is (1, 1, 2, 0); one and two have their only bits in the first 16 bytes of either layout.
  const none = lanesOf(magnitude, 0), one = v128.and(v128.load(ONE), none);
  v128.store(out, v128.or(v128.load(out), one));
  v128.store(out + Y, v128.or(v128.load(out + Y), one));
  v128.store(out + Z, v128.or(v128.load(out + Z), v128.and(v128.load(TWO), none)));
}

/** out = scalar * p, with T. */
export function multiplyPoint(out: usize, p: usize, digits: usize): void {
  makeTable(TABLE, p);
  selectEntry(SELECTED, TABLE, digitPair(digits, DIGIT_COUNT - 1));
  fromCached(out, SELECTED);
  for (let i = DIGIT_COUNT - 2; i >= 0; i--) {
    double(out, out, false);
    double(out, out, false);
    double(out, out, false);
    double(out, out, true);
    selectEntry(SELECTED, TABLE, digitPair(digits, i));
    addCached(out, out, SELECTED, i == 0);
  }
}

/**
 * accumulator = sum of weights[i] * points[i] over `pairs` pairs, lane by lane (E. G. Straus, Addition chains of
 * vectors): the doublings are shared.
 * @param tables room for a table a pair
 * @param top index of the first digit that is not zero in all weights; weights are public
 */
export function weightedSum(accumulator: usize, tables: usize, points: usize, digits: usize, digitsBytes: usize, pairs: i32, top: i32): void {
  for (let i = 0; i < pairs; i++) makeTable(tables + <usize>i * TABLE_BYTES, points + <usize>i * POINT_BYTES);
  setIdentity(accumulator);
  for (let i = top; i >= 0; i--) {
    if (i != top) {
      double(accumulator, accumulator, false);
      double(accumulator, accumulator, false);
      double(accumulator, accumulator, false);
      double(accumulator, accumulator, true);
    }
    for (let p = 0; p < pairs; p++) {
      selectEntry(SELECTED, tables + <usize>p * TABLE_BYTES, digitPair(digits + <usize>p * digitsBytes, i));
      addCached(accumulator, accumulator, SELECTED, true);
    }
  }
}
