// SPDX-License-Identifier: Apache-2.0
/**
 * Sizes and places: an instance has one bin of one party at a time. Bits and words are little-endian, bit 0 the lowest.
 *
 *     DIGESTS   MAX_ELEMENTS x 32   what elements are hashed to; their values take the same place       secret
 *     TABLE     MAX_ROWS x 16       the receiver's table, a message of 115 bits in each row             secret
 *     FRAME     MAX_ROWS / 8 x 255  columns as they are sent: for each 128 rows, 16 bytes a coordinate
 *     ROWS      MAX_ROWS x 96       T of the receiver, Q of the sender: coordinate c has bits 3 c to 3 c + 2     secret
 *     KEYS      255 x 8 x 32        keys of the streams; the sender's in the order x + Delta, without the first  secret
 *     DELTA     765 x 16            all ones or all zeros for each bit of Delta                         secret
 *     SUMS      256 x 96            sums of rows, of which the check looks at the first 160             secret
 *     WORDS     256 x 16            the same sums of the table's rows
 *
 * A digest (D in docs/protocol.md): bits 0 to 114 are the message h; word 4 gives the bin and the first place, word 5 the second, bits
 * 241 to 255 and 115 to 127 the third; bits 192 to 240 say which dense rows are added.
 */

import { LENGTH } from './code-table';

/** Bits of Delta for each coordinate. */
export const WIDTH: usize = 3;
/** Columns of T and Q. */
export const COLUMNS: usize = LENGTH * WIDTH;
/** Bytes of a row of T or Q: 765 bits, filled up with zeros. */
export const ROW: usize = 96;
export const DIGEST: usize = 32;
/** Bytes of a row of the table. */
export const WORD: usize = 16;
/** Rows that are made at once of a call of each stream. */
export const SPAN: i32 = 2048;
export const MAX_ROWS: usize = 6144;
/** The most elements that are hashed, encoded or decoded at once: a multiple of 128. */
export const MAX_ELEMENTS: usize = 4736;
/** Rows at the end of a bin of which each element adds any. */
export const DENSE: usize = 49;

export const DIGESTS: usize = memory.data(151552, 64);
export const TABLE: usize = memory.data(98304, 64);
export const FRAME: usize = memory.data(195840, 64);
export const ROWS: usize = memory.data(589824, 64);
export const KEYS: usize = memory.data(65280, 64);
export const DELTA: usize = memory.data(12240, 64);
export const SUMS: usize = memory.data(24576, 64);
export const WORDS: usize = memory.data(4096, 64);

/** The shape of every bin of the run: how many there are, and places in each of the three parts of one. */
export let bins: u64 = 1;
export let places: u64 = 1;

export function shape(bins_: u32, places_: u32): void {
  bins = bins_;
  places = places_;
}

// @ts-ignore: decorator
@inline
export function place0(digest: usize): usize {
  return <usize>(((<u64>load<u32>(digest, 16) * bins & 0xffffffff) * places) >> 32);
}

// @ts-ignore: decorator
@inline
export function place1(digest: usize): usize {
  return <usize>(places + ((<u64>load<u32>(digest, 20) * places) >> 32));
}

// @ts-ignore: decorator
@inline
export function place2(digest: usize): usize {
  const bits = <u64>(load<u32>(digest, 28) >> 17 << 13 | load<u32>(digest, 12) >> 19);
  return <usize>(2 * places + ((bits * places) >> 28));
}

/** The dense rows, a bit for each. */
// @ts-ignore: decorator
@inline
export function denseBits(digest: usize): u64 {
  return load<u64>(digest, 24) & ((<u64>1 << DENSE) - 1);
}

/** The 115 bits of a vector that are a message. */
// @ts-ignore: decorator
@inline
export function message(vector: v128): v128 {
  return v128.and(vector, i32x4(-1, -1, -1, 0x7ffff));
}

// @ts-ignore: decorator
@inline
export function add(at: usize, vector: v128): void {
  v128.store(at, v128.xor(v128.load(at), vector));
}

/** Groups of dense rows: 7 of 7. */
export const DENSE_GROUPS: usize = 7;
/** Sums of a group. */
export const DENSE_SUMS: usize = 128;

/** The sums of every subset of each group of dense rows, of `width` bytes a row. */
export function denseSums(from: usize, width: usize, out: usize): void {
  for (let g: usize = 0; g < DENSE_GROUPS; g++) {
    const sums = out + g * DENSE_SUMS * width;
    memory.fill(sums, 0, width);
    for (let k: usize = 0; k < 7; k++) {
      const row = from + (7 * g + k) * width;
      const half = <usize>1 << k;
      for (let e: usize = 0; e < half; e++)
        for (let o: usize = 0; o < width; o += 16)
          v128.store(sums + (half + e) * width + o, v128.xor(v128.load(sums + e * width + o), v128.load(row + o)));
    }
  }
}
