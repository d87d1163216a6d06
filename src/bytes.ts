// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes in bulk. A million identifiers are one `Uint8Array` and its offsets, a million group elements one array of
 * 32-byte records: no object for each, nothing for the garbage collector to walk, and workers take them as they are.
 */

import { requireArray, requireBytes } from './arguments.js';
import { VeilmatchError } from './errors.js';
import { type RandomSource, secureRandom } from './random.js';
import { halfSipHash, type SipKey, sipKey } from './siphash.js';

export { concatBytes, hexToBytes } from '@noble/hashes/utils.js';
export { sortRecords } from './sorting.js';

const encoder: TextEncoder = new TextEncoder();
// A byte order mark is part of the text: without it, two encodings would have one meaning.
const decoder: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @param position - of the string in the caller's list, for the error
 * @throws {VeilmatchError} as `requireWellFormed`
 */
export function utf8(text: string, position?: number): Uint8Array {
  requireWellFormed(text, position);
  return encoder.encode(text);
}

/**
 * @param position - of the string in the caller's list, for the error
 * @throws {VeilmatchError} `argument` for a lone surrogate: UTF-8 has no bytes for it, and two such strings would become
 * equal
 */
export function requireWellFormed(text: string, position?: number): void {
  if (!/\p{Surrogate}/u.test(text)) return;
  throw new VeilmatchError(
    'argument',
    `${position === undefined ? 'A string' : `Item ${position} of the list`} holds half of a surrogate pair, so it has no UTF-8 form. Repair the text where it was decoded.`,
    position === undefined ? {} : { position },
  );
}

export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

const HEX_DIGITS: Uint8Array = encoder.encode('0123456789abcdef');

/**
 * Lowercase hexadecimal, as one flat string: what is put together digit by digit keeps its parts, and a million such
 * tokens take several times the memory.
 */
export function bytesToHex(bytes: Uint8Array): string {
  const digits = new Uint8Array(bytes.length * 2);
  for (let i = 0; i < bytes.length; i++) {
    digits[2 * i] = HEX_DIGITS[bytes[i]! >> 4]!;
    digits[2 * i + 1] = HEX_DIGITS[bytes[i]! & 15]!;
  }
  return decoder.decode(digits);
}

/** Standard base64 with padding (RFC 4648, section 4). */
export function bytesToBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Undefined for what is no standard base64. */
export function base64ToBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0) return undefined;
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}

/** Equality in time that depends on the lengths alone. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!;
  return difference === 0;
}

/** Record `index` of records of `width` bytes: a view. */
export function recordAt(bytes: Uint8Array, width: number, index: number): Uint8Array {
  return bytes.subarray(index * width, (index + 1) * width);
}

/** Records of `width` bytes, one after the other: views. */
export function* recordsOf(bytes: Uint8Array, width: number): Generator<Uint8Array, void, undefined> {
  for (let index = 0; index * width < bytes.length; index++) yield recordAt(bytes, width, index);
}

/** Big-endian, as every length and count in a hashed or sent byte string here. */
export function u16(value: number): Uint8Array {
  return Uint8Array.of(value >>> 8, value);
}

/** Big-endian, as every length and count in a hashed or sent byte string here. */
export function u32(value: number): Uint8Array {
  return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
}

/** A list of byte strings, packed: item i is `bytes[offsets[i] .. offsets[i + 1]]`. */
export class ByteList {
  /** The items, one after the other. */
  readonly bytes: Uint8Array;
  /** n + 1 offsets into `bytes`, the first one zero for a list that stands alone. */
  readonly offsets: Uint32Array;

  constructor(bytes: Uint8Array, offsets: Uint32Array) {
    this.bytes = bytes;
    this.offsets = offsets;
  }

  /** Packs the items; copied. */
  static from(items: readonly Uint8Array[]): ByteList {
    requireArray(items, 'The items');
    const offsets = new Uint32Array(items.length + 1);
    let end = 0;
    for (const [i, item] of items.entries()) {
      if (!(item instanceof Uint8Array)) requireBytes(item, `Item ${i} of the list`);
      end += item.length;
      offsets[i + 1] = end;
    }
    const bytes = new Uint8Array(end);
    for (const [i, item] of items.entries()) bytes.set(item, offsets[i]!);
    return new ByteList(bytes, offsets);
  }

  /** How many items. */
  get length(): number {
    return this.offsets.length - 1;
  }

  /** A view, not a copy. */
  at(index: number): Uint8Array {
    return this.bytes.subarray(this.offsets[index]!, this.offsets[index + 1]!);
  }

  /** Items `from` to `to` (exclusive) over the same bytes. */
  slice(from: number, to: number): ByteList {
    return new ByteList(this.bytes, this.offsets.subarray(from, to + 1));
  }

  /** The items in order: views, not copies. */
  *[Symbol.iterator](): IterableIterator<Uint8Array> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}

/** Bytes up to which a loop copies faster than a call does. */
const SHORT = 64;

/** Packs byte strings in the order in which they come. */
export class ByteListBuilder {
  #bytes: Uint8Array<ArrayBuffer>;
  #offsets: Uint32Array<ArrayBuffer>;
  #count = 0;

  /** @param items for how many there is room before it has to grow @param bytes of all of them */
  constructor(items: number = 63, bytes: number = 1024) {
    this.#bytes = new Uint8Array(bytes);
    this.#offsets = new Uint32Array(items + 1);
  }

  /** Adds `bytes[from .. to]`. */
  add(bytes: Uint8Array, from: number = 0, to: number = bytes.length): void {
    const start = this.#reserve(to - from);
    // Most items are too short to be worth a view of them.
    if (to - from > SHORT) this.#bytes.set(bytes.subarray(from, to), start);
    else for (let i = from, at = start; i < to; i++) this.#bytes[at++] = bytes[i]!;
    this.#end(start + to - from);
  }

  /**
   * Adds a text in UTF-8, without an object for it.
   * @param label - in ASCII: what stands before it
   * @param position - of the text in the caller's list, for the error
   * @throws {VeilmatchError} as `requireWellFormed`
   */
  addText(text: string, label: string = '', position?: number): void {
    const start = this.#reserve(label.length + text.length * 3);
    const bytes = this.#bytes;
    let end = start;
    for (let i = 0; i < label.length; i++) bytes[end++] = label.charCodeAt(i);
    const from = end;
    // Nearly all texts are ASCII, and too short to be worth a call to the encoder.
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        requireWellFormed(text, position);
        end = from + encoder.encodeInto(text, bytes.subarray(from)).written;
        break;
      }
      bytes[end++] = unit;
    }
    this.#end(end);
  }

  get length(): number {
    return this.#count;
  }

  /** A view, which the next `add` may leave behind. */
  at(index: number): Uint8Array {
    return this.#bytes.subarray(this.#offsets[index]!, this.#offsets[index + 1]!);
  }

  /** Whether item `index` is `bytes[from .. to]`; for hash tables, not for secrets. */
  matches(index: number, bytes: Uint8Array, from: number = 0, to: number = bytes.length): boolean {
    const start = this.#offsets[index]!;
    if (this.#offsets[index + 1]! - start !== to - from) return false;
    for (let i = from, at = start; i < to; i++, at++) if (this.#bytes[at] !== bytes[i]) return false;
    return true;
  }

  /** Takes the item away that was added last. */
  removeLast(): void {
    this.#count--;
  }

  toList(): ByteList {
    return new ByteList(
      this.#bytes.slice(0, this.#offsets[this.#count]!),
      this.#offsets.slice(0, this.#count + 1),
    );
  }

  /** The list without a copy, whose arrays may be longer than it is; nothing may be added afterwards. */
  parts(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly offsets: Uint32Array<ArrayBuffer> } {
    return { bytes: this.#bytes, offsets: this.#offsets };
  }

  #reserve(length: number): number {
    const start = this.#offsets[this.#count]!;
    const end = start + length;
    if (end > this.#bytes.length) this.#bytes = enlarged(this.#bytes, Math.max(end, this.#bytes.length * 2));
    return start;
  }

  #end(end: number): void {
    if (end > 0xffffffff)
      throw new VeilmatchError('argument', 'A list holds more than 4 GiB of identifiers. Split it.');
    if (this.#count + 2 > this.#offsets.length) {
      const offsets = new Uint32Array(this.#offsets.length * 2);
      offsets.set(this.#offsets);
      this.#offsets = offsets;
    }
    this.#offsets[++this.#count] = end;
  }
}

/** For how much a list has room before it has to grow. */
export interface Room {
  readonly items: number;
  readonly bytes: number;
}

export const SOME_ROOM: Room = { items: 64, bytes: 1024 };

/** Slots of a shard, each of two words; a full shard is split, so that no `add` moves more than half of them. */
const SHARD_SLOTS = 2048;
/** Records of a shard at most where their number was known, so that hardly any is split; and bits that pick one from the beginning. */
const EXPECTED = 800;
const MOST_AT_ONCE = 15;

/** Part of a table: open addressing over pairs of a hash and an index + 1, which is 0 for an empty slot. */
interface Shard {
  readonly slots: Int32Array;
  /** How many of the highest bits of their hashes all records in it share. */
  readonly depth: number;
  used: number;
}

/**
 * Distinct byte strings in the order of their first appearance, packed as they are added.
 *
 * Each table hashes with a key of its own that nobody knows, so whoever chooses the strings cannot choose where they meet:
 * any n of them take about 1.5 n probes. The table is a directory of small shards (extendible hashing: Fagin, Nievergelt,
 * Pippenger, Strong, 1979), so it grows a little at a time and never holds the event loop to do so.
 */
export class DistinctBytes {
  readonly #items: ByteListBuilder;
  readonly #key: SipKey;
  /** By the highest bits of a hash. */
  #shards: Shard[];
  /** What leaves these bits of a hash. */
  #depth: number;
  #probes = 0;

  /**
   * @param room - for what is expected: what has to grow is copied, and the former left to be collected
   * @param random - of the key: the platform's CSPRNG, for anything but tests
   */
  constructor({ items, bytes }: Room = SOME_ROOM, random: RandomSource = secureRandom) {
    this.#items = new ByteListBuilder(items, bytes);
    this.#key = sipKey(random(8));
    this.#depth = Math.max(0, Math.min(MOST_AT_ONCE, Math.ceil(Math.log2(items / EXPECTED))));
    this.#shards = newShards(2 ** this.#depth, this.#depth);
  }

  get size(): number {
    return this.#items.length;
  }

  /** Slots that were looked at or moved so far. Tests hold it to be linear, whatever the strings are. */
  get probes(): number {
    return this.#probes;
  }

  /** The index of the string `bytes[start .. end]`, which is added if it is new. */
  add(bytes: Uint8Array, start: number = 0, end: number = bytes.length): number {
    const { size } = this;
    const index = this.#enter(bytes, start, end, size);
    if (index === size) this.#items.add(bytes, start, end);
    return index;
  }

  /**
   * The index of a text in UTF-8, which is added if it is new.
   * @param label - in ASCII: what stands before it
   * @param position - of the text in the caller's list, for the error
   * @throws {VeilmatchError} as `requireWellFormed`
   */
  addText(text: string, label: string, position?: number): number {
    const { size } = this;
    // Among the others, so that no text takes an object of its own, and away again where it is one of them.
    this.#items.addText(text, label, position);
    const { bytes, offsets } = this.#items.parts();
    const index = this.#enter(bytes, offsets[size]!, offsets[size + 1]!, size);
    if (index !== size) this.#items.removeLast();
    return index;
  }

  /** The index of the string `bytes[start .. end]`, or -1. */
  indexOf(bytes: Uint8Array, start: number = 0, end: number = bytes.length): number {
    const hash = halfSipHash(this.#key, bytes, start, end);
    const { slots } = this.#shardOf(hash);
    return slots[this.#find(slots, hash, bytes, start, end) + 1]! - 1;
  }

  toList(): ByteList {
    return this.#items.toList();
  }

  /** The index of the string, which is `index` from now on if it has none. */
  #enter(bytes: Uint8Array, start: number, end: number, index: number): number {
    const hash = halfSipHash(this.#key, bytes, start, end);
    let shard = this.#shardOf(hash);
    let at = this.#find(shard.slots, hash, bytes, start, end);
    const found = shard.slots[at + 1]!;
    if (found !== 0) return found - 1;
    if (2 * shard.used >= SHARD_SLOTS) {
      shard = this.#split(shard, hash);
      at = this.#find(shard.slots, hash, bytes, start, end);
    }
    shard.slots[at] = hash;
    shard.slots[at + 1] = index + 1;
    shard.used++;
    return index;
  }

  #shardOf(hash: number): Shard {
    return this.#shards[highest(hash, this.#depth)]!;
  }

  /** Where the string is in a shard, or the free slot where it would be. */
  #find(slots: Int32Array, hash: number, bytes: Uint8Array, start: number, end: number): number {
    let slot = hash & (SHARD_SLOTS - 1);
    for (;;) {
      this.#probes++;
      const entry = slots[2 * slot + 1]!;
      if (entry === 0) return 2 * slot;
      if (slots[2 * slot] === hash && this.#items.matches(entry - 1, bytes, start, end)) return 2 * slot;
      slot = (slot + 1) & (SHARD_SLOTS - 1);
    }
  }

  /** Splits a full shard by the next bit of the hashes until the one for `hash` has room, which is returned. */
  #split(full: Shard, hash: number): Shard {
    for (let shard = full; ; shard = this.#shardOf(hash)) {
      if (2 * shard.used < SHARD_SLOTS) return shard;
      const depth = shard.depth + 1;
      if (depth > MAX_DEPTH) throw new VeilmatchError('argument', 'A table is full. Split the list.');
      if (depth > this.#depth) {
        this.#shards = this.#shards.flatMap((each) => [each, each]);
        this.#depth = depth;
      }
      const [left, right] = newShards(2, depth) as [Shard, Shard];
      for (let at = 0; at < shard.slots.length; at += 2) {
        const entry = shard.slots[at + 1]!;
        if (entry === 0) continue;
        const moved = shard.slots[at]!;
        place(((moved >>> (32 - depth)) & 1) === 0 ? left : right, moved, entry);
        this.#probes++;
      }
      const span = 2 ** (this.#depth - depth);
      const first = 2 * span * highest(hash, shard.depth);
      this.#shards.fill(left, first, first + span);
      this.#shards.fill(right, first + span, first + 2 * span);
    }
  }
}

/** The bits that pick a shard and those that pick a slot in it do not overlap. */
const MAX_DEPTH = 21;

/** The highest bits of a hash; a shift by 32 would be none. */
function highest(hash: number, bits: number): number {
  return bits === 0 ? 0 : hash >>> (32 - bits);
}

function newShards(count: number, depth: number): Shard[] {
  return Array.from({ length: count }, () => ({ slots: new Int32Array(2 * SHARD_SLOTS), depth, used: 0 }));
}

/** Puts a string that is not there yet into a shard with room. */
function place(shard: Shard, hash: number, entry: number): void {
  let slot = hash & (SHARD_SLOTS - 1);
  while (shard.slots[2 * slot + 1] !== 0) slot = (slot + 1) & (SHARD_SLOTS - 1);
  shard.slots[2 * slot] = hash;
  shard.slots[2 * slot + 1] = entry;
  shard.used++;
}

function enlarged(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}

/** The bytewise order of so many bytes of `a` that begin at `i`, and of `b` that begin at `j`; in a time that depends on them. */
export function compareParts(a: Uint8Array, i: number, b: Uint8Array, j: number, length: number): number {
  for (let at = 0; at < length; at++) {
    const difference = a[i + at]! - b[j + at]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
