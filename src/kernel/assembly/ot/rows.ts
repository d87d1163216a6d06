// SPDX-License-Identifier: Apache-2.0
/**
 * Columns and rows of a bin. Each coordinate has 8 streams; with x from 0 to 7 as an element of GF(8) and its streams s(x):
 * the receiver sends U = C(P) + the sum of all s(x), and keeps T = the sum of x s(x). The sender, which has all streams but the
 * one of Delta, makes Q = Delta U + the sum of (x + Delta) s(x) = T + Delta C(P). Bit r of a stream is that of row r.
 */

import { encode } from './code';
import { LENGTH } from './code-table';
import { COLUMNS, DELTA, FRAME, KEYS, ROW, ROWS, SPAN, TABLE, WIDTH, WORD } from './layout';
import { stream, STREAM_BYTES } from './stream';
import { transpose } from './transpose';

/** Blocks of 128 rows in a span. */
const BLOCKS: usize = 16;
/** From a block to the next one, of 768 columns and of 255; no power of two, or they would share sets of the cache. */
const COLUMNS_STEP: usize = 12352;
const MASKS_STEP: usize = 4160;
const SPAN_COLUMNS: usize = memory.data(197632, 64);
const SPAN_MASKS: usize = memory.data(66560, 64);
/** The 8 streams of a coordinate. */
const STREAMS: usize = memory.data(2048, 64);
const MESSAGES: usize = memory.data(2048, 64);

/** 768 columns of 128 rows to rows. */
export function columnsToRows(columns: usize, out: usize): void {
  for (let q: usize = 0; q < ROW; q += 16) transpose(columns + 128 * q, 16, out + q, ROW);
}

/** A span of every coordinate: the sum of x s(x), bit by bit, to SPAN_COLUMNS, and the sum of all s(x) to SPAN_MASKS. */
function expand(n: i32, first: usize): void {
  if (first > 0) memory.fill(STREAMS, 0, STREAM_BYTES);
  for (let c: usize = 0; c < LENGTH; c++) {
    for (let x = first; x < 8; x++) stream(KEYS + 32 * (8 * c + x), n, STREAMS + STREAM_BYTES * x);
    let to = SPAN_COLUMNS + 16 * WIDTH * c, mask = SPAN_MASKS + 16 * c;
    for (let s = STREAMS; s < STREAMS + STREAM_BYTES; s += 16) {
      const x1 = v128.load(s, 256), x2 = v128.load(s, 512), x3 = v128.load(s, 768);
      const x4 = v128.load(s, 1024), x5 = v128.load(s, 1280), x6 = v128.load(s, 1536), x7 = v128.load(s, 1792);
      const x23 = v128.xor(x2, x3), x45 = v128.xor(x4, x5), x67 = v128.xor(x6, x7);
      const x4567 = v128.xor(x45, x67);
      v128.store(to, v128.xor(v128.xor(x1, x3), v128.xor(x5, x7)));
      v128.store(to, v128.xor(x23, x67), 16);
      v128.store(to, x4567, 32);
      v128.store(mask, v128.xor(v128.xor(v128.load(s), x1), v128.xor(x23, x4567)));
      to += COLUMNS_STEP;
      mask += MASKS_STEP;
    }
  }
}

/** The receiver's first `rowCount` rows of a bin whose first span has number n: U to FRAME, T to ROWS. */
export function receiverRows(n: i32, rowCount: i32): void {
  for (let s = 0; s * SPAN < rowCount; s++) {
    expand(n + s, 0);
    const blocks = <usize>min(SPAN, rowCount - s * SPAN) >> 7;
    for (let b: usize = 0; b < blocks; b++) {
      const row = <usize>s * SPAN + 128 * b;
      transpose(TABLE + WORD * row, WORD, MESSAGES, 16);
      encode(MESSAGES, SPAN_MASKS + MASKS_STEP * b, FRAME + LENGTH * (row >> 3));
      columnsToRows(SPAN_COLUMNS + COLUMNS_STEP * b, ROWS + ROW * row);
    }
  }
}

/** The sender's, from U in FRAME: Q to ROWS. */
export function senderRows(n: i32, rowCount: i32): void {
  for (let s = 0; s * SPAN < rowCount; s++) {
    expand(n + s, 1);
    const blocks = <usize>min(SPAN, rowCount - s * SPAN) >> 7;
    for (let b: usize = 0; b < blocks; b++) {
      const row = <usize>s * SPAN + 128 * b;
      const columns = SPAN_COLUMNS + COLUMNS_STEP * b, received = FRAME + LENGTH * (row >> 3);
      for (let c: usize = 0; c < LENGTH; c++) {
        const bit = v128.load(received + 16 * c);
        const to = columns + 16 * WIDTH * c, delta = DELTA + 16 * WIDTH * c;
        v128.store(to, v128.xor(v128.load(to), v128.and(bit, v128.load(delta))));
        v128.store(to, v128.xor(v128.load(to, 16), v128.and(bit, v128.load(delta, 16))), 16);
        v128.store(to, v128.xor(v128.load(to, 32), v128.and(bit, v128.load(delta, 32))), 32);
      }
      columnsToRows(columns, ROWS + ROW * row);
    }
  }
}
