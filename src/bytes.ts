// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes in bulk. A million identifiers are one `Uint8Array` and its offsets, a million group elements one array of
 * 32-byte records: no object for each, nothing for the garbage collector to walk, and workers take them as they are.
 */

import { VeilmatchError } from './errors.js';

export { concatBytes, hexToBytes } from '@noble/hashes/utils.js';

const encoder: TextEncoder = new TextEncoder();
// A byte order mark is part of the text: without it, two encodings would have one meaning.
const decoder: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * @param position - of the string in the caller's list, for the error
 * @throws {VeilmatchError} `argument` for a lone surrogate: UTF-8 has no bytes for it, and two such strings would become
 * equal
 */
export function utf8(text: string, position?: number): Uint8Array {
  if (!/\p{Surrogate}/u.test(text)) return encoder.encode(text);
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
    const offsets = new Uint32Array(items.length + 1);
    let end = 0;
    for (const [i, item] of items.entries()) {
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

/** Packs byte strings in the order in which they come. */
export class ByteListBuilder {
  #bytes = new Uint8Array(1024);
  #offsets = new Uint32Array(64);
  #count = 0;

  add(item: Uint8Array): void {
    const start = this.#reserve(item.length);
    this.#bytes.set(item, start);
    this.#end(start + item.length);
  }

  /** @param text - without lone surrogates, which `utf8` would refuse */
  addText(text: string): void {
    const start = this.#reserve(text.length * 3);
    let end = start;
    // Nearly all texts are ASCII, and too short to be worth a call to the encoder.
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        end = start + encoder.encodeInto(text, this.#bytes.subarray(start)).written;
        break;
      }
      this.#bytes[end++] = unit;
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

  /** Whether item `index` is `item`; for hash tables, not for secrets. */
  matches(index: number, item: Uint8Array): boolean {
    const start = this.#offsets[index]!;
    if (this.#offsets[index + 1]! - start !== item.length) return false;
    for (let i = 0; i < item.length; i++) if (this.#bytes[start + i] !== item[i]) return false;
    return true;
  }

  toList(): ByteList {
    return new ByteList(
      this.#bytes.slice(0, this.#offsets[this.#count]!),
      this.#offsets.slice(0, this.#count + 1),
    );
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

/** The records of `width` bytes in `bytes`, sorted bytewise into a new array. */
export function sortRecords(bytes: Uint8Array, width: number): Uint8Array {
  return pickRecords(bytes, width, sortedOrder(bytes, width));
}

/** The records with these indices, in this order. */
export function pickRecords(bytes: Uint8Array, width: number, order: Uint32Array): Uint8Array {
  const picked = new Uint8Array(order.length * width);
  for (let i = 0; i < order.length; i++) {
    picked.set(bytes.subarray(order[i]! * width, (order[i]! + 1) * width), i * width);
  }
  return picked;
}

/** The indices of the records of `width` bytes, in the bytewise order of the records. */
export function sortedOrder(bytes: Uint8Array, width: number): Uint32Array {
  const count = bytes.length / width;
  // Records here are group elements and hashes: two bytes of prefix spread them evenly over the buckets.
  const prefix = (i: number): number => (bytes[i * width]! << 8) | (width > 1 ? bytes[i * width + 1]! : 0);
  const ends = new Uint32Array(65537);
  for (let i = 0; i < count; i++) ends[prefix(i) + 1]!++;
  for (let p = 0; p < 65536; p++) ends[p + 1]! += ends[p]!;
  const order = new Uint32Array(count);
  const next = ends.slice(0, 65536);
  for (let i = 0; i < count; i++) order[next[prefix(i)]!++] = i;
  const compare = (i: number, j: number): number => {
    for (let k = 2; k < width; k++) {
      const difference = bytes[i * width + k]! - bytes[j * width + k]!;
      if (difference !== 0) return difference;
    }
    return 0;
  };
  for (let p = 0; p < 65536; p++) {
    if (ends[p + 1]! - ends[p]! > 1) order.subarray(ends[p]!, ends[p + 1]!).sort(compare);
  }
  return order;
}

/** FNV-1a, for hash tables only. */
function tableHash(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < bytes.length; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** Distinct byte strings in the order of their first appearance, packed as they are added. */
export class DistinctBytes {
  readonly #items = new ByteListBuilder();
  /** Open addressing; 0 is empty, otherwise index + 1. */
  #table = new Int32Array(128);

  get size(): number {
    return this.#items.length;
  }

  /** The index of `item`, which is added if it is new. */
  add(item: Uint8Array): number {
    const slot = this.#find(item);
    const found = this.#table[slot]!;
    if (found !== 0) return found - 1;
    this.#items.add(item);
    this.#table[slot] = this.size;
    if (this.size * 2 > this.#table.length) this.#grow();
    return this.size - 1;
  }

  /** The index of `item`, or -1. */
  indexOf(item: Uint8Array): number {
    return this.#table[this.#find(item)]! - 1;
  }

  toList(): ByteList {
    return this.#items.toList();
  }

  #find(item: Uint8Array): number {
    const mask = this.#table.length - 1;
    let slot = tableHash(item) & mask;
    for (;;) {
      const entry = this.#table[slot]!;
      if (entry === 0 || this.#items.matches(entry - 1, item)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const table = new Int32Array(this.#table.length * 2);
    const mask = table.length - 1;
    for (let i = 0; i < this.size; i++) {
      let slot = tableHash(this.#items.at(i)) & mask;
      while (table[slot] !== 0) slot = (slot + 1) & mask;
      table[slot] = i + 1;
    }
    this.#table = table;
  }
}

function enlarged(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(size);
  larger.set(bytes);
  return larger;
}
