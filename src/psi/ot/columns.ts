// SPDX-License-Identifier: Apache-2.0
/** Where columns, streams and sums of a run begin and how long they are, and what Delta is in the kernel: all that threads know of them. */

import {
  CHECK_SUMS,
  CODE_LENGTH,
  DELTA_BITS,
  type OtKernel,
  ROW_BYTES,
  SPAN_ROWS,
  WORD_BYTES,
} from '../../kernel/ot.js';
import type { BinShape } from './parameters.js';

/** Bytes of the columns of so many rows: a bit for each of 255 coordinates. */
export function columnsBytes(rows: number): number {
  return (rows / 8) * CODE_LENGTH;
}

/** Bytes of the words of all sums. */
export const SUM_WORDS_BYTES: number = CHECK_SUMS * WORD_BYTES;
/** Bytes of the sums of rows. */
export const SUM_ROWS_BYTES: number = CHECK_SUMS * ROW_BYTES;

/** Where the streams begin of what comes before the bins, and of each bin. */
export const HIDING_SPAN = 0;
export function spanOf(bin: number, { rows }: BinShape): number {
  return 1 + bin * Math.ceil(rows / SPAN_ROWS);
}

/** Number of the frame of columns that hide the sums, which is the first, and of each bin. */
export const HIDING_FRAME = 0;
export function frameOf(bin: number): number {
  return bin + 1;
}

/** All ones for 1, zeros for 0: what is chosen by a secret bit. `-bit` would be -0, which engines keep in another way than 0. */
export function maskOf(bit: number): number {
  return 0 - bit;
}

/** A vector of ones or zeros for each bit of Delta. */
export function setDelta(kernel: OtKernel, delta: Uint8Array): void {
  const vectors = kernel.view('DELTA', CODE_LENGTH * DELTA_BITS * WORD_BYTES);
  for (let i = 0; i < CODE_LENGTH * DELTA_BITS; i++) {
    const bit = (delta[Math.floor(i / DELTA_BITS)]! >>> (i % DELTA_BITS)) & 1;
    for (let k = 0; k < WORD_BYTES; k++) vectors[i * WORD_BYTES + k] = maskOf(bit);
  }
}

/** Adds bytes to others, bit by bit. */
export function addTo(sum: Uint8Array, bytes: Uint8Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! ^= bytes[i]!;
}
