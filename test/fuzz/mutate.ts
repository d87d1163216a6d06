// SPDX-License-Identifier: Apache-2.0
/** Changes to an input: of bits, bytes, numbers, blocks, words, and with parts of another input. */

import type { Chance } from './support/random.js';

const BYTES = [0, 1, 0x7f, 0x80, 0xff, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x30, 0x39, 0x40];
const NUMBERS = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0xffffffff];

type Change = (
  bytes: Uint8Array,
  chance: Chance,
  words: readonly Uint8Array[],
  other: Uint8Array,
) => Uint8Array;

const CHANGES: readonly Change[] = [
  (bytes, chance) => at(bytes, chance, (value) => value ^ (1 << chance.below(8))),
  (bytes, chance) => at(bytes, chance, () => chance.of(BYTES)),
  (bytes, chance) => at(bytes, chance, () => chance.below(256)),
  (bytes, chance) => at(bytes, chance, (value) => value + chance.below(33) - 16),
  // A number of one, two or four bytes, either way round.
  (bytes, chance) => {
    const width = chance.of([1, 2, 4]);
    if (bytes.length < width) return bytes;
    const changed = bytes.slice();
    const view = new DataView(changed.buffer);
    const place = chance.below(bytes.length - width + 1);
    const value = chance.below(2) === 0 ? chance.of(NUMBERS) : chance.below(1 << 16);
    if (width === 1) view.setUint8(place, value);
    else if (width === 2) view.setUint16(place, value, chance.below(4) === 0);
    else view.setUint32(place, value, chance.below(4) === 0);
    return changed;
  },
  // A block is taken out, doubled, moved, or repeated many times.
  (bytes, chance) => {
    const [from, to] = block(bytes, chance);
    return spliced(bytes, from, to, new Uint8Array());
  },
  (bytes, chance) => {
    const [from, to] = block(bytes, chance);
    return spliced(bytes, to, to, bytes.subarray(from, to));
  },
  (bytes, chance) => {
    const [from, to] = block(bytes, chance);
    const place = chance.below(bytes.length + 1);
    return spliced(bytes, place, place, bytes.subarray(from, to));
  },
  (bytes, chance) => {
    const [from, to] = block(bytes, chance);
    const part = bytes.subarray(from, Math.min(to, from + 16));
    const many = new Uint8Array(part.length * (1 + chance.below(64)));
    for (let i = 0; i < many.length; i++) many[i] = part[i % part.length]!;
    return spliced(bytes, from, from, many);
  },
  (bytes, chance) => {
    const random = new Uint8Array(1 + chance.below(16));
    chance.fill(random);
    const place = chance.below(bytes.length + 1);
    return spliced(bytes, place, place, random);
  },
  // A word is put in, or over what is there.
  (bytes, chance, words) => {
    if (words.length === 0) return bytes;
    const word = chance.of(words);
    const place = chance.below(bytes.length + 1);
    return spliced(bytes, place, place + (chance.below(2) === 0 ? 0 : word.length), word);
  },
  (bytes, chance, _, other) => {
    const [from, to] = block(other, chance);
    const place = chance.below(bytes.length + 1);
    return spliced(bytes, place, place + chance.below(to - from + 1), other.subarray(from, to));
  },
  (bytes, chance, _, other) =>
    spliced(
      bytes,
      chance.below(bytes.length + 1),
      bytes.length,
      other.subarray(chance.below(other.length + 1)),
    ),
];

/** @returns another input of at most so many bytes */
export function mutated(
  bytes: Uint8Array,
  chance: Chance,
  words: readonly Uint8Array[],
  other: Uint8Array,
  maxBytes: number,
): Uint8Array {
  let changed = bytes;
  for (let changes = 1 << chance.below(4); changes > 0; changes--) {
    changed = chance.of(CHANGES)(changed, chance, words, other);
  }
  return changed.slice(0, maxBytes);
}

function at(bytes: Uint8Array, chance: Chance, change: (value: number) => number): Uint8Array {
  if (bytes.length === 0) return Uint8Array.of(change(0));
  const changed = bytes.slice();
  const place = chance.below(bytes.length);
  changed[place] = change(changed[place]!);
  return changed;
}

/** Somewhere; short ones are likelier. */
function block(bytes: Uint8Array, chance: Chance): [from: number, to: number] {
  const from = chance.below(bytes.length + 1);
  const most = Math.min(bytes.length - from, chance.of([1, 4, 16, 64, 1024]));
  return [from, from + (most === 0 ? 0 : 1 + chance.below(most))];
}

function spliced(bytes: Uint8Array, from: number, to: number, put: Uint8Array): Uint8Array {
  const end = Math.min(bytes.length, to);
  const out = new Uint8Array(from + put.length + bytes.length - end);
  out.set(bytes.subarray(0, from));
  out.set(put, from);
  out.set(bytes.subarray(end), from + put.length);
  return out;
}
