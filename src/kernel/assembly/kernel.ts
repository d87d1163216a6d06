// SPDX-License-Identifier: Apache-2.0
/**
 * What the module exports: operations on up to CAPACITY elements that lie in fixed places of its memory, described in
 * `../kernel.ts`. Elements are worked on in pairs; the second lane of an odd last pair holds leftovers, and its result
 * is not looked at.
 */

import { setBase as fillBaseTables, multiplyBase as multiplyBasePoint } from './base-table';
import { multiplyPoint, TABLE_BYTES, weightedSum as sumOfPairs, wipeSelected } from './multiply';
import { addCached, negateCachedIf, POINT_BYTES, toCached } from './point';
import {
  beginEncodeDoubles,
  decode,
  encode,
  finishEncodeDouble,
  fromUniformBytes,
  invertEncodeDoubles,
  isIdentity,
  prepareEncodeDouble,
  STATE_BYTES,
  swapLanes,
} from './ristretto';
import { DIGITS_BYTES, recode, wipeScalars } from './scalar';
import { expandMessage } from './sha512';

/** Elements a call takes at most: enough to make one inversion for all of them cheap, few enough for the L2 cache. */
export const CAPACITY: i32 = 256;

/** CAPACITY x 32 bytes. */
export const ELEMENTS: usize = memory.data(8192, 16);
/** CAPACITY x 32 bytes: the second operands of `combine`. */
export const OTHERS: usize = memory.data(8192, 16);
/** CAPACITY x 32 bytes. */
export const SCALARS: usize = memory.data(8192, 16);
/** CAPACITY x 64 bytes. */
export const UNIFORM: usize = memory.data(16384, 16);
/** CAPACITY x 32 bytes. */
export const RESULTS: usize = memory.data(8192, 16);
/** Where messages are placed: behind everything else, because it is what grows. */
export const MESSAGES: usize = __heap_base;
/** CAPACITY + 1 addresses of messages, u32. */
export const OFFSETS: usize = memory.data(1028, 16);
/** DST_prime, 256 bytes at most. */
export const TAG: usize = memory.data(256, 16);
/** A byte an element, and as many again for OTHERS: what decoding said of it. */
export const STATUS: usize = memory.data(512, 16);

export const STATUS_VALID: u8 = 0;
export const STATUS_BAD: u8 = 1;
export const STATUS_IDENTITY: u8 = 2;

const DIGITS: usize = memory.data(16384, 16);
const STATES: usize = memory.data(81920, 16);
const POINTS: usize = memory.data(40960, 16);
const TABLES: usize = memory.data(327680, 16);
const POINT: usize = memory.data(320, 16);
const OTHER: usize = memory.data(320, 16);
const CACHED: usize = memory.data(320, 16);
const ACCUMULATOR: usize = memory.data(320, 16);

// @ts-ignore: decorator
@inline function pairsOf(count: i32): i32 { return (count + 1) >> 1; }

function noteStatus(status: usize, lane: bool, valid: u64, identity: u64): void {
  store<u8>(status + usize(lane), valid == 0 ? STATUS_BAD : identity != 0 ? STATUS_IDENTITY : STATUS_VALID);
}

/** Decodes pair i and notes what it found; elements are public, so this may branch. */
function decodePair(out: usize, elements: usize, status: usize, i: i32): void {
  const at = elements + 64 * <usize>i;
  const valid = decode(out, at, at + 32), identity = isIdentity(out);
  noteStatus(status + 2 * <usize>i, false, i64x2.extract_lane(valid, 0), i64x2.extract_lane(identity, 0));
  noteStatus(status + 2 * <usize>i, true, i64x2.extract_lane(valid, 1), i64x2.extract_lane(identity, 1));
}

function finishDoubles(pairs: i32): void {
  invertEncodeDoubles();
  for (let i = pairs - 1; i >= 0; i--) {
    const at = RESULTS + 64 * <usize>i;
    finishEncodeDouble(at, at + 32, STATES + <usize>i * STATE_BYTES);
  }
}

/** SCALARS[0], halved, as the digits of both lanes of pair 0: what `each = 0` below reads. */
export function recodeShared(): void {
  recode(DIGITS, 0, SCALARS, true);
  recode(DIGITS, 1, SCALARS, true);
}

/** SCALARS as digits, halved for the operations that encode doubles. */
export function recodeEach(count: i32, half: bool): void {
  for (let i = 0; i < count; i++) {
    recode(DIGITS + <usize>(i >> 1) * DIGITS_BYTES, <usize>i & 1, SCALARS + 32 * <usize>i, half);
  }
}

/** RESULTS[i] = scalar * ELEMENTS[i], the shared scalar or, with `each`, its own. STATUS says which were fit. */
export function multiply(count: i32, each: bool): void {
  const pairs = pairsOf(count), step = each ? DIGITS_BYTES : 0;
  beginEncodeDoubles();
  for (let i = 0; i < pairs; i++) {
    decodePair(OTHER, ELEMENTS, STATUS, i);
    multiplyPoint(POINT, OTHER, DIGITS + <usize>i * step);
    prepareEncodeDouble(STATES + <usize>i * STATE_BYTES, POINT);
  }
  finishDoubles(pairs);
}

/** UNIFORM[i] = 64 uniform bytes for the message from OFFSETS[i] to OFFSETS[i + 1]. */
export function expand(count: i32, tagBytes: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    const from = load<u32>(OFFSETS + 4 * i), to = load<u32>(OFFSETS + 4 * i, 4);
    expandMessage(UNIFORM + 64 * i, from, to - from, TAG, tagBytes);
  }
}

/** RESULTS[i] = scalar times the element that UNIFORM[i] maps to, the shared scalar or, with `each`, its own. */
export function multiplyMapped(count: i32, each: bool): void {
  const pairs = pairsOf(count), step = each ? DIGITS_BYTES : 0;
  beginEncodeDoubles();
  for (let i = 0; i < pairs; i++) {
    const at = UNIFORM + 128 * <usize>i;
    fromUniformBytes(OTHER, at, at + 64);
    multiplyPoint(POINT, OTHER, DIGITS + <usize>i * step);
    prepareEncodeDouble(STATES + <usize>i * STATE_BYTES, POINT);
  }
  finishDoubles(pairs);
}

/** RESULTS[i] = the shared scalar times the difference of ELEMENTS[i] and what UNIFORM[i] maps to: encoded once, not three times. */
export function multiplyDifference(count: i32): void {
  const pairs = pairsOf(count);
  beginEncodeDoubles();
  for (let i = 0; i < pairs; i++) {
    const at = UNIFORM + 128 * <usize>i;
    decodePair(OTHER, ELEMENTS, STATUS, i);
    fromUniformBytes(POINT, at, at + 64);
    toCached(CACHED, POINT);
    negateCachedIf(CACHED, i64x2.splat(-1));
    addCached(OTHER, OTHER, CACHED, true);
    multiplyPoint(POINT, OTHER, DIGITS);
    prepareEncodeDouble(STATES + <usize>i * STATE_BYTES, POINT);
  }
  finishDoubles(pairs);
}

/** RESULTS[i] = the element that UNIFORM[i] maps to. */
export function encodeMapped(count: i32): void {
  for (let i = 0; i < pairsOf(count); i++) {
    const from = UNIFORM + 128 * <usize>i, to = RESULTS + 64 * <usize>i;
    fromUniformBytes(POINT, from, from + 64);
    encode(to, to + 32, POINT);
  }
}

/** Makes ELEMENTS[0], which must be in ELEMENTS[1] as well, the base. */
export function setBase(): void {
  decodePair(POINT, ELEMENTS, STATUS, 0);
  fillBaseTables(POINT);
}

/** RESULTS[i] = SCALARS[i] * base, after `recodeEach`. */
export function multiplyBase(count: i32): void {
  const pairs = pairsOf(count);
  beginEncodeDoubles();
  for (let i = 0; i < pairs; i++) {
    multiplyBasePoint(POINT, DIGITS + <usize>i * DIGITS_BYTES);
    prepareEncodeDouble(STATES + <usize>i * STATE_BYTES, POINT);
  }
  finishDoubles(pairs);
}

/** out = p + scalar i * base, or the difference where `negate`. */
function addMultipleOfBase(out: usize, p: usize, i: i32, negate: bool): void {
  multiplyBasePoint(POINT, DIGITS + <usize>i * DIGITS_BYTES);
  toCached(CACHED, POINT);
  negateCachedIf(CACHED, i64x2.splat(0 - <i64>negate));
  addCached(out, p, CACHED, true);
}

/** RESULTS[i] = the element that UNIFORM[i] maps to + SCALARS[i] * base, after `recodeEach` without halving. */
export function addBaseToMapped(count: i32): void {
  for (let i = 0; i < pairsOf(count); i++) {
    const from = UNIFORM + 128 * <usize>i, to = RESULTS + 64 * <usize>i;
    fromUniformBytes(OTHER, from, from + 64);
    addMultipleOfBase(POINT, OTHER, i, false);
    encode(to, to + 32, POINT);
  }
}

/** RESULTS[i] = ELEMENTS[i] - SCALARS[i] * base, after `recodeEach` without halving. */
export function subtractBase(count: i32): void {
  for (let i = 0; i < pairsOf(count); i++) {
    const to = RESULTS + 64 * <usize>i;
    decodePair(OTHER, ELEMENTS, STATUS, i);
    addMultipleOfBase(POINT, OTHER, i, true);
    encode(to, to + 32, POINT);
  }
}

/** RESULTS[i] = ELEMENTS[i] + OTHERS[i], or the difference. */
export function combine(count: i32, negate: bool): void {
  const mask = i64x2.splat(0 - <i64>negate);
  for (let i = 0; i < pairsOf(count); i++) {
    decodePair(POINT, ELEMENTS, STATUS, i);
    decodePair(OTHER, OTHERS, STATUS + <usize>CAPACITY, i);
    toCached(CACHED, OTHER);
    negateCachedIf(CACHED, mask);
    addCached(POINT, POINT, CACHED, true);
    const at = RESULTS + 64 * <usize>i;
    encode(at, at + 32, POINT);
  }
}

/**
 * RESULTS[i] = 2 * (start + i * step), where ELEMENTS[0] and [1] are start and start + step, OTHERS[0] and [1] both
 * 2 * step. ELEMENTS[0] and [1] become those of the call that continues it. A point costs one addition and its share of
 * one inversion: no square root, as decoding and encoding one by one would take.
 */
export function progression(count: i32): void {
  const pairs = pairsOf(count);
  decodePair(POINT, ELEMENTS, STATUS, 0);
  decodePair(OTHER, OTHERS, STATUS + <usize>CAPACITY, 0);
  toCached(CACHED, OTHER);
  beginEncodeDoubles();
  for (let i = 0; i < pairs; i++) {
    prepareEncodeDouble(STATES + <usize>i * STATE_BYTES, POINT);
    addCached(POINT, POINT, CACHED, true);
  }
  finishDoubles(pairs);
  encode(ELEMENTS, ELEMENTS + 32, POINT);
}

/**
 * RESULTS[0] = the sum of SCALARS[i] * ELEMENTS[i], after `recodeEach` without halving. An odd count needs a zero
 * scalar and any valid element after the last one.
 * @param top index of the highest digit that is not zero in every scalar
 */
export function weightedSum(count: i32, top: i32): void {
  const pairs = pairsOf(count);
  for (let i = 0; i < pairs; i++) decodePair(POINTS + <usize>i * POINT_BYTES, ELEMENTS, STATUS, i);
  sumOfPairs(ACCUMULATOR, TABLES, POINTS, DIGITS, DIGITS_BYTES, pairs, top);
  swapLanes(OTHER, ACCUMULATOR);
  toCached(CACHED, OTHER);
  addCached(POINT, ACCUMULATOR, CACHED, true);
  encode(RESULTS, RESULTS + 32, POINT);
}

/** Overwrites scalars, what was made of them, and what messages were hashed to. */
export function wipeSecrets(): void {
  memory.fill(SCALARS, 0, 8192);
  memory.fill(DIGITS, 0, 16384);
  memory.fill(UNIFORM, 0, 16384);
  wipeScalars();
  wipeSelected();
}
