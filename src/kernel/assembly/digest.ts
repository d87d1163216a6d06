// SPDX-License-Identifier: Apache-2.0
/** SHA-512 alone, block by block: buffering and padding are the loader's. */

import { BLOCK_BYTES, compress, INITIAL, STATE, STATE_BYTES } from './sha512';

/** Room for whole blocks. */
export const INPUT: usize = memory.data(32768, 16);
/** The state between two calls, as this module holds it: whoever hashes several messages in turns takes it out. */
export { STATE };
/** The state, as a digest is written. */
export const DIGEST: usize = memory.data(64, 16);

export function begin(): void {
  memory.copy(STATE, INITIAL, STATE_BYTES);
}

export function compressBlocks(count: usize): void {
  for (let block = INPUT; count > 0; count--, block += BLOCK_BYTES) compress(block);
}

export function finish(): void {
  for (let i: usize = 0; i < STATE_BYTES; i += 8) store<u64>(DIGEST + i, bswap(load<u64>(STATE + i)));
}
