// SPDX-License-Identifier: Apache-2.0
/** Moves between byte strings in memory and the two lanes of a v128. */

/** The 64-bit words at two addresses, side by side. */
// @ts-ignore: decorator
@inline export function loadPair(first: usize, second: usize): v128 { return i64x2.replace_lane(i64x2.splat(load<u64>(first)), 1, load<u64>(second)); }

// @ts-ignore: decorator
@inline export function storePair(first: usize, second: usize, words: v128): void {
  store<u64>(first, i64x2.extract_lane(words, 0));
  store<u64>(second, i64x2.extract_lane(words, 1));
}
