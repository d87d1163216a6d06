// SPDX-License-Identifier: Apache-2.0
/** Field elements that formulas need, in both lanes. Names and values: RFC 9496, sections 4.1 and 3.1. */

import { add, FIELD_BYTES, fromWords } from './field';

export const ZERO: usize = memory.data(80, 16);
export const ONE: usize = memory.data(80, 16);
export const TWO: usize = memory.data(80, 16);
export const MINUS_ONE: usize = memory.data(80, 16);
export const D: usize = memory.data(80, 16);
export const TWO_D: usize = memory.data(80, 16);
export const SQRT_M1: usize = memory.data(80, 16);
export const SQRT_AD_MINUS_ONE: usize = memory.data(80, 16);
export const INVSQRT_A_MINUS_D: usize = memory.data(80, 16);
export const ONE_MINUS_D_SQ: usize = memory.data(80, 16);
export const D_MINUS_ONE_SQ: usize = memory.data(80, 16);

function set(out: usize, w0: u64, w1: u64, w2: u64, w3: u64): void {
  fromWords(out, i64x2.splat(w0), i64x2.splat(w1), i64x2.splat(w2), i64x2.splat(w3));
}

set(ZERO, 0, 0, 0, 0);
set(ONE, 1, 0, 0, 0);
set(TWO, 2, 0, 0, 0);
set(MINUS_ONE, 0xffffffffffffffec, 0xffffffffffffffff, 0xffffffffffffffff, 0x7fffffffffffffff);
set(D, 0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898, 0x52036cee2b6ffe73);
add(TWO_D, D, D);
set(SQRT_M1, 0xc4ee1b274a0ea0b0, 0x2f431806ad2fe478, 0x2b4d00993dfbd7a7, 0x2b8324804fc1df0b);
set(SQRT_AD_MINUS_ONE, 0x7e97f6a0497b2e1b, 0xaf9d8e0c1b7854bd, 0x0f3cfcc931f5d1fd, 0x376931bf2b8348ac);
set(INVSQRT_A_MINUS_D, 0x99c8fdaa805d40ea, 0x9d2f16175a4172be, 0x16c27b91fe01d840, 0x786c8905cfaffca2);
set(ONE_MINUS_D_SQ, 0xe27c09c1945fc176, 0x2c81a138cd5e350f, 0x9994abddbe70dfe4, 0x029072a8b2b3e0d7);
set(D_MINUS_ONE_SQ, 0x31ad5aaa44ed4d20, 0xd29e4a2cb01e1999, 0x4cdcd32f529b4eeb, 0x5968b37af66c2241);

export function copy(out: usize, a: usize): void {
  for (let i: usize = 0; i < FIELD_BYTES; i += 16) v128.store(out + i, v128.load(a + i));
}
