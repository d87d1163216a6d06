// SPDX-License-Identifier: Apache-2.0
/**
 * Sorts tags of 16 bytes bytewise, with their numbers: by their first byte into 256 buckets, then each of these by the next byte, until
 * few are left. For tags, which are hashes of the party's own list: two passes, and the last few by insertion.
 */

const TAG: usize = 16;
const NUMBER: usize = 4;
/** Tags that are sorted by insertion. */
const FEW: usize = 24;
/** Where each bucket begins, at each depth. */
const STARTS: usize = memory.data(17472, 16);
const LEVEL: usize = 257 * 4;

let count: usize = 0;
/** Tags and numbers, and where they go to. */
export let TAGS: usize = 0;
export let NUMBERS: usize = 0;
let otherTags: usize = 0;
let otherNumbers: usize = 0;

/** Makes room for tags, numbered as they come. */
export function reserve(tags: usize): void {
  count = tags;
  TAGS = (__heap_base + 15) & ~15;
  otherTags = TAGS + TAG * tags;
  NUMBERS = otherTags + TAG * tags;
  otherNumbers = NUMBERS + NUMBER * tags;
  const pages = <i32>((otherNumbers + NUMBER * tags + 0xffff) >>> 16) - memory.size();
  if (pages > 0 && memory.grow(pages) < 0) unreachable();
  for (let i: usize = 0; i < tags; i++) store<u32>(NUMBERS + NUMBER * i, <u32>i);
}

// @ts-ignore: decorator
@inline
function move(fromTags: usize, fromNumbers: usize, from: usize, toTags: usize, toNumbers: usize, to: usize): void {
  v128.store(toTags + TAG * to, v128.load(fromTags + TAG * from));
  store<u32>(toNumbers + NUMBER * to, load<u32>(fromNumbers + NUMBER * from));
}

/** Puts tags into buckets by the byte of this depth; afterwards STARTS of the depth says where each begins. */
function distribute(from: usize, to: usize, depth: usize): void {
  const starts = STARTS + LEVEL * depth;
  memory.fill(starts, 0, LEVEL);
  for (let i = from; i < to; i++) {
    const at = starts + 4 * <usize>load<u8>(TAGS + TAG * i + depth) + 4;
    store<u32>(at, load<u32>(at) + 1);
  }
  let sum = <u32>from;
  for (let b: usize = 0; b <= 256; b++) {
    sum += load<u32>(starts + 4 * b);
    store<u32>(starts + 4 * b, sum);
  }
  for (let i = from; i < to; i++) {
    const at = starts + 4 * <usize>load<u8>(TAGS + TAG * i + depth);
    const place = <usize>load<u32>(at);
    store<u32>(at, <u32>place + 1);
    move(TAGS, NUMBERS, i, otherTags, otherNumbers, place);
  }
  memory.copy(TAGS + TAG * from, otherTags + TAG * from, TAG * (to - from));
  memory.copy(NUMBERS + NUMBER * from, otherNumbers + NUMBER * from, NUMBER * (to - from));
  // Each is now where the next one begins.
  for (let b: usize = 256; b > 0; b--) store<u32>(starts + 4 * b, load<u32>(starts + 4 * b - 4));
  store<u32>(starts, <u32>from);
}

// @ts-ignore: decorator
@inline
function isAbove(a: usize, high: u64, low: u64): bool {
  const first = bswap(load<u64>(a));
  return first > high || (first == high && bswap(load<u64>(a, 8)) > low);
}

function insertEach(from: usize, to: usize): void {
  for (let i = from + 1; i < to; i++) {
    const tag = v128.load(TAGS + TAG * i), number = load<u32>(NUMBERS + NUMBER * i);
    const high = bswap(load<u64>(TAGS + TAG * i)), low = bswap(load<u64>(TAGS + TAG * i, 8));
    let j = i;
    for (; j > from && isAbove(TAGS + TAG * (j - 1), high, low); j--) move(TAGS, NUMBERS, j - 1, TAGS, NUMBERS, j);
    v128.store(TAGS + TAG * j, tag);
    store<u32>(NUMBERS + NUMBER * j, number);
  }
}

function sortFrom(from: usize, to: usize, depth: usize): void {
  if (to - from <= FEW || depth == TAG) return insertEach(from, to);
  distribute(from, to, depth);
  const starts = STARTS + LEVEL * depth;
  for (let b: usize = 0; b < 256; b++) sortFrom(<usize>load<u32>(starts + 4 * b), <usize>load<u32>(starts + 4 * b + 4), depth + 1);
}

/** Into buckets by the first byte. */
export function begin(): void {
  distribute(0, count, 0);
}

/** Sorts one of the 256 buckets. */
export function sortBucket(bucket: usize): void {
  sortFrom(<usize>load<u32>(STARTS + 4 * bucket), <usize>load<u32>(STARTS + 4 * bucket + 4), 1);
}
