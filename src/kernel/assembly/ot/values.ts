// SPDX-License-Identifier: Apache-2.0
/**
 * Values of elements: BLAKE2s (RFC 7693) of the 96 bytes of a row and the 32 of the element's digest, which are two whole blocks. The
 * receiver's row is the sum of its rows T in the places of the digest, the sender's the sum of its rows Q there + Delta C(h): the
 * same where the receiver's table has h for the digest.
 */

import { begin, compress, digests, turn } from './blake2s';
import { encodeDelta } from './code';
import {
  DENSE_SUMS, denseBits, denseSums, DIGEST, DIGESTS, place0, place1, place2, places, ROW, ROWS,
} from './layout';
import { columnsToRows } from './rows';
import { transpose } from './transpose';

/** Elements whose rows are added up before they are hashed, so that memory is asked for many at once. */
const BATCH: usize = 128;
const BATCH_ROWS: usize = memory.data(12288, 64);
const DENSE_ROWS: usize = memory.data(86016, 64);
const MESSAGES: usize = memory.data(2048, 64);
const COLUMNS: usize = memory.data(12288, 64);
const STATE: usize = memory.data(128, 64);
const BLOCK: usize = memory.data(256, 64);

/** What is done once for a bin when its rows are there. */
export function beginValues(): void {
  denseSums(ROWS + ROW * <usize>(3 * places), ROW, DENSE_ROWS);
}

/** The sum of the rows of a digest, and of what is at `out` if `more`. */
// @ts-ignore: decorator
@inline
function decode(digest: usize, out: usize, more: bool): void {
  const a = ROWS + ROW * place0(digest), b = ROWS + ROW * place1(digest), c = ROWS + ROW * place2(digest);
  const bits = denseBits(digest);
  const d0 = DENSE_ROWS + ROW * <usize>(bits & 127), d1 = DENSE_ROWS + ROW * (DENSE_SUMS + <usize>(bits >> 7 & 127));
  const d2 = DENSE_ROWS + ROW * (2 * DENSE_SUMS + <usize>(bits >> 14 & 127)), d3 = DENSE_ROWS + ROW * (3 * DENSE_SUMS + <usize>(bits >> 21 & 127));
  const d4 = DENSE_ROWS + ROW * (4 * DENSE_SUMS + <usize>(bits >> 28 & 127)), d5 = DENSE_ROWS + ROW * (5 * DENSE_SUMS + <usize>(bits >> 35 & 127));
  const d6 = DENSE_ROWS + ROW * (6 * DENSE_SUMS + <usize>(bits >> 42 & 127));
  for (let q: usize = 0; q < ROW; q += 16) {
    const sparse = v128.xor(v128.xor(v128.load(a + q), v128.load(b + q)), v128.load(c + q));
    const some = v128.xor(v128.xor(v128.load(d0 + q), v128.load(d1 + q)), v128.xor(v128.load(d2 + q), v128.load(d3 + q)));
    const others = v128.xor(v128.xor(v128.load(d4 + q), v128.load(d5 + q)), v128.load(d6 + q));
    const sum = v128.xor(sparse, v128.xor(some, others));
    v128.store(out + q, more ? v128.xor(sum, v128.load(out + q)) : sum);
  }
}

/** Hashes four rows of BATCH_ROWS with their digests, whose places the values take. */
function hash4(rows: usize, at: usize): void {
  begin(STATE, 0);
  for (let q: usize = 0; q < 64; q += 16)
    turn(v128.load(rows + q), v128.load(rows + ROW + q), v128.load(rows + 2 * ROW + q), v128.load(rows + 3 * ROW + q), BLOCK + 4 * q, 16);
  compress(STATE, BLOCK, i32x4.splat(64), i32x4.splat(0));
  for (let q: usize = 0; q < 32; q += 16) {
    const r = rows + 64 + q, d = at + q;
    turn(v128.load(r), v128.load(r + ROW), v128.load(r + 2 * ROW), v128.load(r + 3 * ROW), BLOCK + 4 * q, 16);
    turn(v128.load(d), v128.load(d + DIGEST), v128.load(d + 2 * DIGEST), v128.load(d + 3 * DIGEST), BLOCK + 128 + 4 * q, 16);
  }
  compress(STATE, BLOCK, i32x4.splat(128), i32x4.splat(-1));
  digests(STATE, at);
}

/**
 * Values take the places of the digests; of the last batch whatever lies behind it is worked on as well.
 * @param sender whether Delta C(h) is added
 */
export function valuesOf(count: usize, sender: bool): void {
  for (let first: usize = 0; first < count; first += BATCH) {
    const from = DIGESTS + DIGEST * first;
    if (sender) {
      transpose(from, DIGEST, MESSAGES, 16);
      encodeDelta(MESSAGES, COLUMNS);
      columnsToRows(COLUMNS, BATCH_ROWS);
    }
    const n = min(BATCH, (count - first + 3) & ~3);
    for (let i: usize = 0; i < n; i++) decode(from + DIGEST * i, BATCH_ROWS + ROW * i, sender);
    for (let i: usize = 0; i < n; i += 4) hash4(BATCH_ROWS + ROW * i, from + DIGEST * i);
  }
}
