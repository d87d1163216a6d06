// SPDX-License-Identifier: Apache-2.0
/** Byte strings that all have one hash under FNV-1a (32 bits), which has no key: what a partner would send to such a table. */

import { fromUtf8, utf8 } from '../../src/bytes.js';

const PRIME = 0x01000193;
const START = 0x811c9dc5;
const TARGET = 0x1234567;
/** 1 / PRIME modulo 2^32, by Newton's iteration. */
const INVERSE = Array.from({ length: 5 }).reduce<number>((x) => Math.imul(x, 2 - Math.imul(PRIME, x)), 1);

const step = (hash: number, byte: number): number => Math.imul(hash ^ byte, PRIME);

export function fnv1a(bytes: Uint8Array): number {
  return bytes.reduce(step, START) >>> 0;
}

interface End {
  /** The lowest 8 bits of the state that it starts from, which the letter before it can still choose. */
  readonly low: number;
  readonly letters: readonly number[];
}

/** Ends of `depth` letters that lead to the target, by the highest 24 bits of the state before the letter in front of them. */
function endsOf(alphabet: readonly number[], depth: number, suffix: Uint8Array): Map<number, End[]> {
  const back = (state: number, byte: number): number => Math.imul(state, INVERSE) ^ byte;
  let open = [{ state: suffix.reduceRight(back, TARGET), letters: [] as readonly number[] }];
  for (let i = 0; i < depth; i++) {
    open = open.flatMap(({ state, letters }) =>
      alphabet.map((letter) => ({ state: back(state, letter), letters: [letter, ...letters] })),
    );
  }
  const ends = new Map<number, End[]>();
  for (const { state, letters } of open) {
    const before = Math.imul(state, INVERSE);
    const list = ends.get(before >>> 8);
    const end = { low: before & 255, letters };
    if (list === undefined) ends.set(before >>> 8, [end]);
    else list.push(end);
  }
  return ends;
}

/** Prefix, `counted` letters that count, one that is chosen, an end, suffix. */
function* collisions(
  alphabet: readonly number[],
  {
    prefix,
    counted,
    depth,
    suffix,
  }: { prefix: Uint8Array; counted: number; depth: number; suffix: Uint8Array },
): Generator<Uint8Array> {
  const ends = endsOf(alphabet, depth, suffix);
  const allowed = new Set(alphabet);
  const stem = new Uint8Array(counted);
  const start = prefix.reduce(step, START);
  for (let counter = 0; ; counter++) {
    let state = start;
    for (let i = 0, rest = counter; i < counted; i++, rest = Math.floor(rest / alphabet.length)) {
      stem[i] = alphabet[rest % alphabet.length]!;
      state = step(state, stem[i]!);
    }
    for (const { low, letters } of ends.get(state >>> 8) ?? []) {
      const letter = (state & 255) ^ low;
      if (allowed.has(letter)) yield Uint8Array.of(...prefix, ...stem, letter, ...letters, ...suffix);
    }
  }
}

function take<T>(items: Iterable<T>, count: number): T[] {
  const taken: T[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === count) break;
  }
  return taken;
}

/** Records of 32 bytes with one FNV-1a; nearly all are no group elements. */
export function collidingRecords(count: number): Uint8Array[] {
  const bytes = Array.from({ length: 256 }, (_, i) => i);
  const shape = { prefix: new Uint8Array(25).fill(7), counted: 4, depth: 2, suffix: new Uint8Array() };
  return take(collisions(bytes, shape), count);
}

/** E-mail addresses as a form takes them, whose canonical bytes have one FNV-1a. */
export function collidingAddresses(count: number): string[] {
  const letters = [...utf8('abcdefghijklmnopqrstuvwxyz0123456789')];
  const shape = { prefix: utf8('mailto:a'), counted: 7, depth: 3, suffix: utf8('@x.com') };
  return take(collisions(letters, shape), count).map((bytes) => fromUtf8(bytes.subarray(7)));
}
