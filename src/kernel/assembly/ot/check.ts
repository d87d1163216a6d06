// SPDX-License-Identifier: Apache-2.0
/**
 * The check that the receiver's rows are code words: 160 sums of random subsets of all rows. The challenge of a row is 20 bytes, and
 * the row is in sum 8 g + b if bit b of byte g is set. So it is added to one of 256 sums for each byte, and these are
 * added up at the end (the method of the four Russians). The challenge is public, and so are all addresses.
 */

import { encodeDelta } from './code';
import { COLUMNS, ROW, ROWS, SPAN, SUMS, TABLE, WORD, WORDS } from './layout';
import { columnsToRows } from './rows';
import { stream, STREAM_BYTES } from './stream';
import { transpose } from './transpose';

/** Bytes of a row's challenge. */
const GROUPS: usize = 20;
const ROW_SUMS: usize = memory.data(491520, 64);
const WORD_SUMS: usize = memory.data(81920, 64);
/** Two bytes of the challenges of a span of rows, 2,048 each. */
const CHALLENGE: usize = memory.data(4096, 64);
const DELTA_COLUMNS: usize = memory.data(12288, 64);
const DELTA_ROWS: usize = memory.data(12288, 64);
const MESSAGES: usize = memory.data(2048, 64);

/** Begins with rows that are in one sum each: the rows that hide what the sums say of all others. */
export function beginSums(): void {
  memory.copy(SUMS, ROWS, 256 * ROW);
  memory.copy(WORDS, TABLE, 256 * WORD);
  memory.fill(ROW_SUMS, 0, GROUPS * 256 * ROW);
  memory.fill(WORD_SUMS, 0, GROUPS * 256 * WORD);
}

/**
 * Adds the rows of a bin. Byte g of row r of span s is byte 2048 (20 s + g) + r of the stream of the key.
 * @param words whether the rows of the table are added as well
 */
export function addRows(key: usize, rowCount: i32, words: bool): void {
  for (let s = 0; s * SPAN < rowCount; s++) {
    const rows = <usize>min(SPAN, rowCount - s * SPAN);
    // Two groups at once: a row is read half as often.
    for (let g: usize = 0; g < GROUPS; g += 2) {
      const n = <i32>((<usize>s * GROUPS + g) << 3);
      for (let i = 0; i < 16; i++) stream(key, n + i, CHALLENGE + STREAM_BYTES * <usize>i);
      const sums = ROW_SUMS + 256 * ROW * g;
      let from = ROWS + ROW * <usize>(s * SPAN);
      for (let r: usize = 0; r < rows; r++) {
        const a = sums + ROW * <usize>load<u8>(CHALLENGE + r);
        const b = sums + 256 * ROW + ROW * <usize>load<u8>(CHALLENGE + r, 2048);
        const r0 = v128.load(from), r1 = v128.load(from, 16), r2 = v128.load(from, 32);
        const r3 = v128.load(from, 48), r4 = v128.load(from, 64), r5 = v128.load(from, 80);
        v128.store(a, v128.xor(v128.load(a), r0));
        v128.store(a, v128.xor(v128.load(a, 16), r1), 16);
        v128.store(a, v128.xor(v128.load(a, 32), r2), 32);
        v128.store(a, v128.xor(v128.load(a, 48), r3), 48);
        v128.store(a, v128.xor(v128.load(a, 64), r4), 64);
        v128.store(a, v128.xor(v128.load(a, 80), r5), 80);
        v128.store(b, v128.xor(v128.load(b), r0));
        v128.store(b, v128.xor(v128.load(b, 16), r1), 16);
        v128.store(b, v128.xor(v128.load(b, 32), r2), 32);
        v128.store(b, v128.xor(v128.load(b, 48), r3), 48);
        v128.store(b, v128.xor(v128.load(b, 64), r4), 64);
        v128.store(b, v128.xor(v128.load(b, 80), r5), 80);
        from += ROW;
      }
      if (!words) continue;
      const wordSums = WORD_SUMS + 256 * WORD * g;
      let word = TABLE + WORD * <usize>(s * SPAN);
      for (let r: usize = 0; r < rows; r++) {
        const a = wordSums + WORD * <usize>load<u8>(CHALLENGE + r);
        const b = wordSums + 256 * WORD + WORD * <usize>load<u8>(CHALLENGE + r, 2048);
        const value = v128.load(word);
        v128.store(a, v128.xor(v128.load(a), value));
        v128.store(b, v128.xor(v128.load(b), value));
        word += WORD;
      }
    }
  }
}

/** Adds the sums with bit b of their number to sum 8 g + b. */
function addUp(from: usize, width: usize, out: usize): void {
  for (let g: usize = 0; g < GROUPS; g++) {
    for (let e: usize = 0; e < 256; e++) {
      const sum = from + width * (256 * g + e);
      for (let b: usize = 0; b < 8; b++) {
        if ((e >> b & 1) == 0) continue;
        const to = out + width * (8 * g + b);
        for (let q: usize = 0; q < width; q += 16) v128.store(to + q, v128.xor(v128.load(to + q), v128.load(sum + q)));
      }
    }
  }
}

/** SUMS and WORDS are complete. */
export function endSums(): void {
  addUp(ROW_SUMS, ROW, SUMS);
  addUp(WORD_SUMS, WORD, WORDS);
}

/** Takes Delta C(w) off the sender's sums, for the messages w in WORDS: what is left is the receiver's sums, if it sent code words. */
export function takeOffWords(): void {
  for (let first: usize = 0; first < 256; first += 128) {
    transpose(WORDS + WORD * first, WORD, MESSAGES, 16);
    encodeDelta(MESSAGES, DELTA_COLUMNS);
    columnsToRows(DELTA_COLUMNS, DELTA_ROWS);
    const to = SUMS + ROW * first;
    for (let q: usize = 0; q < 128 * ROW; q += 16) v128.store(to + q, v128.xor(v128.load(to + q), v128.load(DELTA_ROWS + q)));
  }
}
