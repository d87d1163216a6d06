// SPDX-License-Identifier: Apache-2.0
/**
 * What a body is made of: parts, one after another, each with u32 items, u32 bytes, and that many bytes of data; numbers are
 * little-endian, and every field is filled up with zeros to a multiple of 8 bytes. Of a list the offsets stand before the data. That is the layout of a binary
 * column of Apache Arrow (Columnar Format, "Variable-size Binary Layout"), so an engine hands its buffers over as they are.
 */

import { ByteList } from '../bytes.js';
import { VeilmatchError } from '../errors.js';

const HEAD_BYTES = 8;
/** What Arrow aligns its buffers to. */
const ALIGNMENT = 8;

/** Machines with the other order of bytes are read number by number. */
const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** Reads the parts of a body in order. Nothing is copied that can be looked at where it is. */
export class PartReader {
  readonly #body: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  /** @param body an array that begins with it */
  constructor(body: Uint8Array) {
    this.#body = body;
    this.#view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  }

  /**
   * A list of byte strings.
   * @param name in errors
   * @param longest bytes of an item. Default: whatever the body holds
   * @throws {VeilmatchError} `bad-message` with the offset in the body; `argument` with the position of an item that is too long
   */
  list(name: string, longest: number = Infinity): ByteList {
    const { items, bytes } = this.#head(name);
    const offsetBytes = (items + 1) * 4;
    const start = this.#take(offsetBytes, name);
    const data = this.#take(bytes, name);
    const offsets = this.#numbers(start, items + 1);
    const first = offsets[0]!;
    let last = first;
    for (let i = 0; i < items; i++) {
      const end = offsets[i + 1]!;
      if (end < last || end - first > bytes) throw malformed(`the offsets of ${name}`, start + 4 * (i + 1));
      if (end - last > longest) {
        throw new VeilmatchError(
          'argument',
          `Item ${i} of ${name} has more than ${longest} bytes. Leave it out.`,
          { position: i },
        );
      }
      last = end;
    }
    if (last - first !== bytes) throw malformed(`the offsets of ${name}`, start + 4 * items);
    // A slice of an engine's column keeps the offsets that it had there.
    const own = first === 0 ? offsets : offsets.map((offset) => offset - first);
    return new ByteList(this.#body.subarray(data, data + bytes), own);
  }

  /**
   * Records of one width.
   * @throws {VeilmatchError} `bad-message` with the offset in the body
   */
  records(name: string, width: number): Uint8Array {
    const at = this.#at;
    const { items, bytes } = this.#head(name);
    if (bytes !== items * width) throw malformed(`the length of ${name}`, at);
    const start = this.#take(bytes, name);
    return this.#body.subarray(start, start + bytes);
  }

  /** @throws {VeilmatchError} `bad-message` where something is left */
  end(): void {
    if (this.#at !== this.#body.length) throw malformed('its end', this.#at);
  }

  #head(name: string): { readonly items: number; readonly bytes: number } {
    const at = this.#take(HEAD_BYTES, name);
    return { items: this.#view.getUint32(at, true), bytes: this.#view.getUint32(at + 4, true) };
  }

  /** @returns where the next bytes begin; passes them and what they are filled up with */
  #take(bytes: number, name: string): number {
    const start = this.#at;
    const end = start + filled(bytes);
    if (end > this.#body.length) throw malformed(`the length of ${name}`, start);
    for (let i = start + bytes; i < end; i++)
      if (this.#body[i] !== 0) throw malformed(`what follows ${name}`, i);
    this.#at = end;
    return start;
  }

  #numbers(start: number, count: number): Uint32Array {
    if (LITTLE_ENDIAN) return new Uint32Array(this.#body.buffer, this.#body.byteOffset + start, count);
    return Uint32Array.from({ length: count }, (_, i) => this.#view.getUint32(start + 4 * i, true));
  }
}

/** A list of byte strings as a part. */
export function listPart({ bytes, offsets }: ByteList): Uint8Array[] {
  const items = offsets.length - 1;
  const data = bytes.subarray(offsets[0]!, offsets[items]!);
  const own = offsets[0] === 0 ? offsets : offsets.map((offset) => offset - offsets[0]!);
  return [head(items, data.length), ...field(littleEndian(own)), ...field(data)];
}

/** Records of one width as a part. */
export function recordsPart(records: Uint8Array, width: number): Uint8Array[] {
  return [head(records.length / width, records.length), ...field(records)];
}

/** Bytes of `recordsPart`, before there are any records. */
export function recordsPartBytes(count: number, width: number): number {
  return HEAD_BYTES + filled(count * width);
}

/** Numbers of 32 bits as a part, `columns` of them an item. */
export function numbersPart(numbers: Uint32Array, columns = 1): Uint8Array[] {
  return recordsPart(littleEndian(numbers), 4 * columns);
}

function head(items: number, bytes: number): Uint8Array {
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  view.setUint32(0, items, true);
  view.setUint32(4, bytes, true);
  return head;
}

function field(bytes: Uint8Array): Uint8Array[] {
  return [bytes, new Uint8Array(filled(bytes.length) - bytes.length)];
}

function filled(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function littleEndian(numbers: Uint32Array): Uint8Array {
  if (LITTLE_ENDIAN) return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const bytes = new Uint8Array(4 * numbers.length);
  const view = new DataView(bytes.buffer);
  for (const [i, number] of numbers.entries()) view.setUint32(4 * i, number, true);
  return bytes;
}

function malformed(what: string, offset: number): VeilmatchError {
  return new VeilmatchError('bad-message', `The body is malformed in ${what} (offset ${offset}).`, {
    offset,
  });
}
