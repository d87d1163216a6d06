// SPDX-License-Identifier: Apache-2.0
/**
 * Points of the twisted Edwards curve -x^2 + y^2 = 1 + d x^2 y^2, two at a time.
 *
 * Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z, four field pairs one after the other; formulas of
 * H. Hisil, K. K. Wong, G. Carter, E. Dawson: Twisted Edwards Curves Revisited (2008), sections 3.1 to 3.3, complete
 * for a = -1. A point that is added many times is cached as (Y + X, Y - X, 2Z, 2dT); with Z = 1 the third is left out.
 *
 * Products that are only added or subtracted stay wide until then: one carry instead of two.
 */

import { copy, ONE, TWO_D, ZERO } from './constants';
import {
  add,
  FIELD_BYTES,
  lazySumAndDifference,
  limbMask,
  multiply,
  multiplyTwice,
  multiplyWide,
  multiplyWithWide,
  negateIf,
  squareTwiceMinusWide,
  squareWide,
  squareWithWide,
  subtract,
} from './field';

export const POINT_BYTES: usize = 320;
/** Offsets of the coordinates of a point; a cached one has Y + X, Y - X, 2Z and 2dT there. */
export const Y: usize = 80;
export const Z: usize = 160;
export const T: usize = 240;

const E: usize = memory.data(80, 16);
const F: usize = memory.data(80, 16);
const G: usize = memory.data(80, 16);
const H: usize = memory.data(80, 16);
/** Room for a wide product of either field. */
const WIDE: usize = memory.data(160, 16);
const SUM: usize = memory.data(80, 16);
const DIFFERENCE: usize = memory.data(80, 16);

export function setIdentity(out: usize): void {
  copy(out, ZERO);
  copy(out + Y, ONE);
  copy(out + Z, ONE);
  copy(out + T, ZERO);
}

export function copyPoint(out: usize, p: usize): void {
  for (let i: usize = 0; i < POINT_BYTES; i += 16) v128.store(out + i, v128.load(p + i));
}

/** (X : Y : Z : T) from the completed coordinates. T is needed by additions only. */
// @ts-ignore: decorator
@inline function complete(out: usize, withT: bool): void {
  multiply(out, E, F);
  multiply(out + Y, G, H);
  multiply(out + Z, F, G);
  if (withT) multiply(out + T, E, H);
}

/** out = 2p; T of `p` is not read, T of `out` is written where `withT`. All four may come out negated together. */
export function double(out: usize, p: usize, withT: bool): void {
  multiplyTwice(E, p, p + Y);
  squareWide(WIDE, p);
  squareWithWide(H, G, WIDE, p + Y);
  squareTwiceMinusWide(F, WIDE, p + Z);
  complete(out, withT);
}

/** out = p + c for a cached c. */
export function addCached(out: usize, p: usize, c: usize, withT: bool): void {
  lazySumAndDifference(SUM, DIFFERENCE, p, p + Y);
  multiplyWide(WIDE, DIFFERENCE, c + Y);
  multiplyWithWide(H, E, WIDE, SUM, c);
  multiplyWide(WIDE, p + T, c + T);
  multiplyWithWide(G, F, WIDE, p + Z, c + Z);
  complete(out, withT);
}

/** cached = (Y + X, Y - X, 2Z, 2dT) of p; the two must not overlap. */
export function toCached(cached: usize, p: usize): void {
  add(cached, p + Y, p);
  subtract(cached + Y, p + Y, p);
  add(cached + Z, p + Z, p + Z);
  multiply(cached + T, p + T, TWO_D);
}

/** out = the point that is cached, as (2X : 2Y : 2Z), without T. */
export function fromCached(out: usize, cached: usize): void {
  subtract(out, cached, cached + Y);
  add(out + Y, cached, cached + Y);
  copy(out + Z, cached + Z);
}

/** -p for a cached p, in the lanes of the mask: Y + X and Y - X change places, 2dT its sign. */
export function negateCachedIf(cached: usize, mask: v128): void {
  const m = limbMask(mask);
  for (let i = cached; i < cached + FIELD_BYTES; i += 16) {
    const sum = v128.load(i), difference = v128.load(i, 80);
    v128.store(i, v128.bitselect(difference, sum, m));
    v128.store(i, v128.bitselect(sum, difference, m), 80);
  }
  negateIf(cached + T, cached + T, mask);
}
