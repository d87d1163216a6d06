// SPDX-License-Identifier: Apache-2.0
/** The kernel of the protocol `ot-psi`: what src/kernel/ot.ts calls, and where memory is. */

import { DELTA, KEYS, MAX_ROWS, ROW, ROWS, TABLE, WORD } from './layout';

export { addRows, beginSums, endSums, takeOffWords } from './check';
export { digestAll, HASH_KEY, keyDigests, OFFSETS, TEXT } from './digests';
export { DELTA, DIGESTS, FRAME, KEYS, ROWS, shape, SUMS, TABLE, WORDS } from './layout';
export { receiverRows, senderRows } from './rows';
export { core, fillTable, makeTable } from './table';
export { beginValues, valuesOf } from './values';

/** A key of a stream: of what is random in tables, or of a challenge. */
export const STREAM_KEY: usize = memory.data(32, 16);
