// SPDX-License-Identifier: Apache-2.0
/**
 * The linear code (src/kernel/bch.js) on 128 messages at once: coordinate c of all of them is a vector. Message bits are coordinates as
 * they stand; a check bit is the sum of one subset of each group of message bits, which are all added up beforehand (the method of the
 * four Russians). Which ones is a matter of the code alone, so no address depends on a message.
 */

import { GROUPS, LENGTH, MESSAGE, SELECTORS, SUMS } from './code-table';
import { DELTA, WIDTH } from './layout';

const SUBSETS: usize = memory.data(<i32>(SUMS * 16), 64);

function addSubsets(message: usize): void {
  let column = message, sums = SUBSETS;
  for (let g: usize = 0; g < GROUPS; g++) {
    const bits: usize = g < GROUPS - 1 ? 6 : 7;
    v128.store(sums, i32x4.splat(0));
    for (let k: usize = 0; k < bits; k++) {
      const half: usize = 16 << k;
      const vector = v128.load(column + 16 * k);
      for (let e: usize = 0; e < half; e += 16) v128.store(sums + half + e, v128.xor(v128.load(sums + e), vector));
    }
    column += 16 * bits;
    sums += 16 << bits;
  }
}

// @ts-ignore: decorator
@inline
function sum(selector: usize): v128 {
  return v128.load(SUBSETS + (<usize>load<u16>(selector) << 4));
}

/** Check bit j of the messages. */
// @ts-ignore: decorator
@inline
function check(j: usize): v128 {
  const s = SELECTORS + 2 * GROUPS * j;
  const a = v128.xor(v128.xor(sum(s), sum(s + 2)), v128.xor(sum(s + 4), sum(s + 6)));
  const b = v128.xor(v128.xor(sum(s + 8), sum(s + 10)), v128.xor(sum(s + 12), sum(s + 14)));
  const c = v128.xor(v128.xor(sum(s + 16), sum(s + 18)), v128.xor(sum(s + 20), sum(s + 22)));
  const d = v128.xor(v128.xor(sum(s + 24), sum(s + 26)), v128.xor(sum(s + 28), sum(s + 30)));
  const e = v128.xor(v128.xor(sum(s + 32), sum(s + 34)), sum(s + 36));
  return v128.xor(v128.xor(v128.xor(a, b), v128.xor(c, d)), e);
}

/** out = other + C(message): 255 vectors of 115. */
export function encode(message: usize, other: usize, out: usize): void {
  addSubsets(message);
  for (let at: usize = 0; at < 16 * MESSAGE; at += 16) v128.store(out + at, v128.xor(v128.load(other + at), v128.load(message + at)));
  for (let c: usize = MESSAGE; c < LENGTH; c++) v128.store(out + 16 * c, v128.xor(v128.load(other + 16 * c), check(c - MESSAGE)));
}

/** out = Delta C(message): the columns of 765 bits. */
export function encodeDelta(message: usize, out: usize): void {
  addSubsets(message);
  for (let c: usize = 0; c < LENGTH; c++) {
    const bit = c < MESSAGE ? v128.load(message + 16 * c) : check(c - MESSAGE);
    const delta = DELTA + 16 * WIDTH * c, to = out + 16 * WIDTH * c;
    v128.store(to, v128.and(bit, v128.load(delta)));
    v128.store(to, v128.and(bit, v128.load(delta, 16)), 16);
    v128.store(to, v128.and(bit, v128.load(delta, 32)), 32);
  }
}
