// SPDX-License-Identifier: Apache-2.0
/**
 * Sorting records of one width by their bytes. Records here are mostly group elements and hashes, whose first two bytes
 * spread them evenly; where somebody chose them so that they do not, the next byte tells more of them apart, and so on. No
 * byte of a record is looked at more than a few times, so the work is linear in the bytes, whatever they are.
 */

import { withTurns } from './workers/turn.js';

/** Records that are sorted by inserting one after the other. */
const FEW = 24;

/** Records from which on two bytes are looked at together. */
const MANY = 16_384;

/** Bytes that are looked at between two turns of the event loop: some milliseconds. */
const TURN_BYTES = 1 << 18;

/** The records of `width` bytes in `bytes`, sorted bytewise into a new array. */
export function sortRecords(bytes: Uint8Array, width: number): Uint8Array {
  return finish(sortingRecords(bytes, width));
}

/** The same for a long list, with turns of the event loop in between. */
export function sortRecordsInTurns(bytes: Uint8Array, width: number): Promise<Uint8Array> {
  return withTurns(sortingRecords(bytes, width));
}

/** The indices of the records of `width` bytes, in the bytewise order of the records. */
export function sortedOrder(bytes: Uint8Array, width: number): Uint32Array {
  return finish(sorting(bytes, width));
}

/** The same for a long list, with turns of the event loop in between. */
export function sortedOrderInTurns(bytes: Uint8Array, width: number): Promise<Uint32Array> {
  return withTurns(sorting(bytes, width));
}

/** The records with these indices, in this order, with turns of the event loop in between. */
export function pickRecordsInTurns(
  bytes: Uint8Array,
  width: number,
  order: Uint32Array,
): Promise<Uint8Array> {
  return withTurns(picking(bytes, width, order));
}

function finish<Result>(steps: Generator<void, Result, void>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

function* sortingRecords(bytes: Uint8Array, width: number): Generator<void, Uint8Array, void> {
  return yield* picking(bytes, width, yield* sorting(bytes, width));
}

function* picking(bytes: Uint8Array, width: number, order: Uint32Array): Generator<void, Uint8Array, void> {
  const picked = new Uint8Array(order.length * width);
  const step = Math.max(1, Math.floor(TURN_BYTES / width));
  for (let first = 0; first < order.length; first += step) {
    if (first > 0) yield;
    const end = Math.min(first + step, order.length);
    for (let i = first; i < end; i++) copyRecord(bytes, order[i]! * width, picked, i * width, width);
  }
  return picked;
}

function copyRecord(from: Uint8Array, start: number, to: Uint8Array, at: number, width: number): void {
  if (width > 64) to.set(from.subarray(start, start + width), at);
  else for (let k = 0; k < width; k++) to[at + k] = from[start + k]!;
}

/** Records `first` to `end` of the order, which are alike in the bytes before `depth`. */
interface Bucket {
  readonly first: number;
  readonly end: number;
  readonly depth: number;
}

/** Most significant byte first; yields where a turn of the event loop is due. */
function* sorting(bytes: Uint8Array, width: number): Generator<void, Uint32Array, void> {
  const count = bytes.length / width;
  const order = new Uint32Array(count);
  const spread = new Uint32Array(count);
  const waiting: Bucket[] = [{ first: 0, end: count, depth: 0 }];
  for (let i = 0; i < count; i++) order[i] = i;
  let looked = count;
  for (let bucket = waiting.pop(); bucket !== undefined; bucket = waiting.pop()) {
    if (looked > TURN_BYTES) {
      looked = 0;
      yield;
    }
    const { first, end, depth } = bucket;
    if (end - first <= FEW) {
      looked += insertEach(bytes, width, order, bucket);
      continue;
    }
    const two = end - first > MANY && depth + 1 < width;
    const next = new Uint32Array(two ? 65_537 : 257);
    const keys = { bytes, width, depth, two, order };
    for (let from = first; from < end; from += TURN_BYTES) {
      if (from > first) yield;
      countKeys(keys, from, Math.min(from + TURN_BYTES, end), next);
    }
    // Sizes become the places where the records of each key begin.
    for (let key = 0, start = first; key < next.length - 1; key++) {
      const size = next[key + 1]!;
      const deeper = depth + (two ? 2 : 1);
      if (size > 1 && deeper < width) waiting.push({ first: start, end: start + size, depth: deeper });
      next[key] = start;
      start += size;
    }
    for (let from = first; from < end; from += TURN_BYTES) {
      if (from > first) yield;
      spreadKeys(keys, from, Math.min(from + TURN_BYTES, end), next, spread);
    }
    order.set(spread.subarray(first, end), first);
    looked += 2 * (end - first) + next.length;
  }
  return order;
}

/** By what a bucket is spread: the byte at a depth, or two. */
interface Keys {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly depth: number;
  readonly two: boolean;
  readonly order: Uint32Array;
}

function keyAt({ bytes, width, depth, two }: Keys, record: number): number {
  const at = record * width + depth;
  return two ? (bytes[at]! << 8) | bytes[at + 1]! : bytes[at]!;
}

function countKeys(keys: Keys, from: number, to: number, sizes: Uint32Array): void {
  for (let i = from; i < to; i++) sizes[keyAt(keys, keys.order[i]!) + 1]!++;
}

function spreadKeys(keys: Keys, from: number, to: number, next: Uint32Array, spread: Uint32Array): void {
  for (let i = from; i < to; i++) {
    const record = keys.order[i]!;
    spread[next[keyAt(keys, record)]!++] = record;
  }
}

/** Sorts a few records; returns how many bytes it looked at. */
function insertEach(
  bytes: Uint8Array,
  width: number,
  order: Uint32Array,
  { first, end, depth }: Bucket,
): number {
  let looked = 0;
  for (let i = first + 1; i < end; i++) {
    const record = order[i]!;
    let at = i;
    for (; at > first; at--) {
      const other = order[at - 1]! * width;
      let k = depth;
      while (k < width && bytes[other + k] === bytes[record * width + k]) k++;
      looked += k - depth + 1;
      if (k === width || bytes[other + k]! < bytes[record * width + k]!) break;
      order[at] = order[at - 1]!;
    }
    order[at] = record;
  }
  return looked;
}
