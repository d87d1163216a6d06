// SPDX-License-Identifier: Apache-2.0
/** Identifiers to digests: BLAKE2s of 32 bytes, keyed with 32 (RFC 7693). Branches depend on lengths alone. */

import { begin, BLOCK_BYTES, compress, digests, STATE_BYTES, turn } from './blake2s';
import { DIGEST, DIGESTS } from './layout';

/** Identifiers, one after the other; read up to 64 bytes past their end. */
export const TEXT: usize = memory.data(262208, 64);
/** Where each begins and ends, counted from TEXT: one more than there are. */
export const OFFSETS: usize = memory.data(18960, 64);
/** 32 bytes. */
export const HASH_KEY: usize = memory.data(32, 16);

const KEY_BLOCK: usize = memory.data(256, 64);
const BEGUN: usize = memory.data(128, 64);
const STATE: usize = memory.data(128, 64);
const BLOCK: usize = memory.data(256, 64);
const LAST: usize = memory.data(128, 64);

/** Takes the key in HASH_KEY. */
export function keyDigests(): void {
  memory.fill(KEY_BLOCK, 0, BLOCK_BYTES);
  for (let i: usize = 0; i < 8; i++) v128.store(KEY_BLOCK + 16 * i, v128.load32_splat(HASH_KEY + 4 * i));
  begin(BEGUN, 32);
  compress(BEGUN, KEY_BLOCK, i32x4.splat(64), i32x4.splat(0));
}

/** Of 16 bytes those that are left, and zeros. */
// @ts-ignore: decorator
@inline
function part(from: usize, left: i32): v128 {
  const numbers = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(v128.load(from), i8x16.lt_s(numbers, i8x16.splat(<i8>max(0, min(16, left)))));
}

/** A block of four messages, of which so many bytes are left each. */
function fill(a: usize, b: usize, c: usize, d: usize, leftA: i32, leftB: i32, leftC: i32, leftD: i32): void {
  const longest = max(max(leftA, leftB), max(leftC, leftD));
  for (let o: i32 = 0; o < 64; o += 16) {
    const to = BLOCK + 4 * <usize>o, at = <usize>o;
    if (longest <= o) memory.fill(to, 0, 64);
    else turn(part(a + at, leftA - o), part(b + at, leftB - o), part(c + at, leftC - o), part(d + at, leftD - o), to, 16);
  }
}

/** One message of any length, in all four lanes. */
function digestLong(from: usize, length: i32, out: usize): void {
  if (length == 0) {
    // The block of the key is the last one.
    begin(STATE, 32);
    compress(STATE, KEY_BLOCK, i32x4.splat(64), i32x4.splat(-1));
  } else {
    memory.copy(STATE, BEGUN, STATE_BYTES);
    for (let done = 0; done < length; done += 64) {
      const left = length - done, at = from + <usize>done;
      fill(at, at, at, at, left, left, left, left);
      compress(STATE, BLOCK, i32x4.splat(64 + done + min(64, left)), i32x4.splat(left <= 64 ? -1 : 0));
    }
  }
  digests(STATE, LAST);
  memory.copy(out, LAST, DIGEST);
}

/** Digests of `count` identifiers to DIGESTS. */
export function digestAll(count: i32): void {
  for (let i = 0; i < count; i += 4) {
    const o = OFFSETS + 4 * <usize>i, out = DIGESTS + DIGEST * <usize>i, n = count - i;
    const from0 = load<i32>(o), from1 = load<i32>(o, 4);
    const from2 = n > 1 ? load<i32>(o, 8) : from1, from3 = n > 2 ? load<i32>(o, 12) : from2, end = n > 3 ? load<i32>(o, 16) : from3;
    const a = from1 - from0, b = from2 - from1, c = from3 - from2, d = end - from3;
    const shortest = min(min(a, n > 1 ? b : a), min(n > 2 ? c : a, n > 3 ? d : a));
    if (max(max(a, b), max(c, d)) <= 64 && shortest > 0) {
      memory.copy(STATE, BEGUN, STATE_BYTES);
      fill(TEXT + <usize>from0, TEXT + <usize>from1, TEXT + <usize>from2, TEXT + <usize>from3, a, b, c, d);
      compress(STATE, BLOCK, i32x4(64 + a, 64 + b, 64 + c, 64 + d), i32x4.splat(-1));
      digests(STATE, LAST);
      memory.copy(out, LAST, DIGEST * <usize>min(n, 4));
    } else {
      digestLong(TEXT + <usize>from0, a, out);
      if (n > 1) digestLong(TEXT + <usize>from1, b, out + DIGEST);
      if (n > 2) digestLong(TEXT + <usize>from2, c, out + 2 * DIGEST);
      if (n > 3) digestLong(TEXT + <usize>from3, d, out + 3 * DIGEST);
    }
  }
}
