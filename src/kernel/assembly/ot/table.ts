// SPDX-License-Identifier: Apache-2.0
/**
 * The oblivious key-value store of a bin (Garimella, Pinkas, Rosulek, Trieu, Yanai 2021, with the weights of Raghuraman and Rindal
 * 2022): a table in which the sum of three places, one in each third, and of some of 49 dense rows is the message of a digest, for
 * every digest that it was made of. Rows that none of them needs are random.
 *
 * Places that one element alone has are taken away with it, again and again (peeling), and what is left, mostly nothing, is solved by
 * elimination, whatever its size: a table is found where there is one. It addresses memory by the own digests alone.
 */

import {
  add, DENSE_GROUPS, DENSE_SUMS, DENSE, denseBits, denseSums, DIGEST, DIGESTS, MAX_ELEMENTS, MAX_ROWS, message, place0, place1, place2,
  places, TABLE, WORD,
} from './layout';
import { stream } from './stream';

/** Of each place, how many elements that are not yet taken away have it, and the sum of their numbers. */
const SLOTS: usize = memory.data(24576, 64);
const ONE: u32 = 1 << 24;
const NUMBER: u32 = ONE - 1;
/** The three places of each element, in 16 bits each. */
const POSITIONS: usize = memory.data(37888, 64);
/** Elements in the order in which they were taken away, and which of their places was theirs alone, from bit 24 on. */
const ORDER: usize = memory.data(18944, 64);
/** Places that are one element's alone, or were. Each comes in once at most; three more are written without being kept. */
const PENDING: usize = memory.data(24640, 64);
const DENSE_WORDS: usize = memory.data(14336, 64);

/** Fills rows of the table with the stream of a key, from part n on. */
export function fillTable(key: usize, n: i32, rowCount: usize): void {
  const end = TABLE + WORD * rowCount;
  for (let at = TABLE; at < end; at += 256) stream(key, n++, at);
  for (let at = TABLE; at < end; at += WORD) v128.store(at, message(v128.load(at)));
}

// @ts-ignore: decorator
@inline
function slotOf(place: usize): usize {
  return SLOTS + 4 * place;
}

// @ts-ignore: decorator
@inline
function take(slot: usize, i: u32): u32 {
  const left = (load<u32>(slot) - ONE) ^ i;
  store<u32>(slot, left);
  return left;
}

// @ts-ignore: decorator
@inline
function put(slot: usize, i: u32): void {
  store<u32>(slot, (load<u32>(slot) + ONE) ^ i);
}

/** Elements that peeling left, of the last table that was made. */
export let core: usize = 0;

/**
 * Makes a table of the first `count` digests over random rows.
 * @returns 1, or 0 where there is none
 */
export function makeTable(count: usize, key: usize, n: i32, rowCount: usize): i32 {
  const all = <usize>(3 * places);
  fillTable(key, n, rowCount);
  memory.fill(SLOTS, 0, 4 * all);
  for (let i: usize = 0; i < count; i++) {
    const d = DIGESTS + DIGEST * i;
    const a = place0(d), b = place1(d), c = place2(d);
    store<u64>(POSITIONS + 8 * i, <u64>a | <u64>b << 16 | <u64>c << 32);
    put(slotOf(a), <u32>i);
    put(slotOf(b), <u32>i);
    put(slotOf(c), <u32>i);
  }
  const taken = peel(all);
  core = count - taken;
  if (core > 0 && !solve(count)) return 0;
  denseSums(TABLE + WORD * all, WORD, DENSE_WORDS);
  for (let k = taken; k > 0; k--) {
    const entry = load<u32>(ORDER + 4 * (k - 1));
    const i = <usize>(entry & NUMBER);
    const p = load<u64>(POSITIONS + 8 * i);
    const a = TABLE + WORD * <usize>(p & 0xffff), b = TABLE + WORD * <usize>(p >> 16 & 0xffff), c = TABLE + WORD * <usize>(p >> 32);
    const d = DIGESTS + DIGEST * i;
    let value = message(v128.load(d));
    const bits = denseBits(d);
    for (let g: usize = 0; g < DENSE_GROUPS; g++)
      value = v128.xor(value, v128.load(DENSE_WORDS + (g * DENSE_SUMS + <usize>(bits >> 7 * g & 127)) * WORD));
    const which = entry >> 24;
    const own = which == 0 ? a : which == 1 ? b : c;
    v128.store(own, i32x4.splat(0));
    v128.store(own, v128.xor(v128.xor(value, v128.load(a)), v128.xor(v128.load(b), v128.load(c))));
  }
  return 1;
}

/** Takes elements away as long as one has a place for itself; returns how many. */
function peel(all: usize): usize {
  let taken: usize = 0, pending: usize = 0;
  for (let s: usize = 0; s < all; s++) {
    store<u32>(PENDING + 4 * pending, <u32>s);
    pending += <usize>(load<u32>(slotOf(s)) >> 24 == 1);
  }
  while (pending > 0) {
    const s = <usize>load<u32>(PENDING + 4 * --pending);
    const slot = load<u32>(slotOf(s));
    if (slot >> 24 != 1) continue;
    const i = slot & NUMBER;
    const p = load<u64>(POSITIONS + 8 * <usize>i);
    const a = <usize>(p & 0xffff), b = <usize>(p >> 16 & 0xffff), c = <usize>(p >> 32);
    store<u32>(ORDER + 4 * taken++, i | <u32>(s == a ? 0 : s == b ? 1 : 2) << 24);
    const left0 = take(slotOf(a), i), left1 = take(slotOf(b), i), left2 = take(slotOf(c), i);
    store<u32>(PENDING + 4 * pending, <u32>a);
    pending += <usize>(left0 >> 24 == 1);
    store<u32>(PENDING + 4 * pending, <u32>b);
    pending += <usize>(left1 >> 24 == 1);
    store<u32>(PENDING + 4 * pending, <u32>c);
    pending += <usize>(left2 >> 24 == 1);
  }
  return taken;
}

/** Equations of the core: 64 unknowns for the dense rows, one for each of its places, and a message. Most pages are never touched. */
const EQUATION_WORDS: usize = 97;
const EQUATION: usize = 800;
const RIGHT: usize = 784;
const EQUATIONS: usize = memory.data(3788800, 64);
/** The unknown of a place + 1, and the place of an unknown. */
const UNKNOWNS: usize = memory.data(12288, 64);
const PLACES: usize = memory.data(12288, 64);
/** Which unknown each equation gives. */
const PIVOTS: usize = memory.data(9472, 64);

// @ts-ignore: decorator
@inline
function has(equation: usize, unknown: usize): bool {
  return (load<u64>(equation + 8 * (unknown >> 6)) >> (unknown & 63) & 1) != 0;
}

function setUnknown(equation: usize, place: usize, known: usize): usize {
  let unknown = <usize>load<u16>(UNKNOWNS + 2 * place);
  if (unknown == 0) {
    unknown = ++known;
    store<u16>(UNKNOWNS + 2 * place, <u16>unknown);
    store<u16>(PLACES + 2 * unknown, <u16>place);
  }
  const bit: usize = 63 + unknown;
  const word = equation + 8 * (bit >> 6);
  store<u64>(word, load<u64>(word) | <u64>1 << (bit & 63));
  return known;
}

/** Where the value of an unknown stands. */
function valueOf(unknown: usize): usize {
  return TABLE + WORD * (unknown < 64 ? <usize>(3 * places) + unknown : <usize>load<u16>(PLACES + 2 * (unknown - 63)));
}

/** Gives the places of the core and the dense rows their values, by Gauss and Jordan's elimination. */
function solve(count: usize): bool {
  memory.fill(EQUATIONS, 0, core * EQUATION);
  memory.fill(UNKNOWNS, 0, 2 * MAX_ROWS);
  let found: usize = 0, known: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    const p = load<u64>(POSITIONS + 8 * i);
    const a = <usize>(p & 0xffff), b = <usize>(p >> 16 & 0xffff), c = <usize>(p >> 32);
    // An element of the core is still counted in each of its places; one that was taken away is not in that which it had alone.
    if (load<u32>(slotOf(a)) >> 24 == 0 || load<u32>(slotOf(b)) >> 24 == 0 || load<u32>(slotOf(c)) >> 24 == 0) continue;
    const equation = EQUATIONS + EQUATION * found++;
    const d = DIGESTS + DIGEST * i;
    store<u64>(equation, denseBits(d));
    known = setUnknown(equation, a, known);
    known = setUnknown(equation, b, known);
    known = setUnknown(equation, c, known);
    v128.store(equation + RIGHT, message(v128.load(d)));
  }
  const unknowns: usize = 64 + known, words: usize = 8 * ((unknowns + 63) >> 6);
  let rank: usize = 0;
  for (let u: usize = 0; u < unknowns && rank < core; u++) {
    let r = rank;
    while (r < core && !has(EQUATIONS + EQUATION * r, u)) r++;
    if (r == core) continue;
    const pivot = EQUATIONS + EQUATION * rank, other = EQUATIONS + EQUATION * r;
    if (r != rank) {
      for (let w: usize = 0; w < EQUATION; w += 8) {
        const word = load<u64>(pivot + w);
        store<u64>(pivot + w, load<u64>(other + w));
        store<u64>(other + w, word);
      }
    }
    for (let o: usize = 0; o < core; o++) {
      const equation = EQUATIONS + EQUATION * o;
      if (o == rank || !has(equation, u)) continue;
      for (let w: usize = 0; w < words; w += 8) store<u64>(equation + w, load<u64>(equation + w) ^ load<u64>(pivot + w));
      add(equation + RIGHT, v128.load(pivot + RIGHT));
    }
    store<u16>(PIVOTS + 2 * rank++, <u16>u);
  }
  if (rank < core) return false;
  // What no equation gives stays random.
  for (let r: usize = 0; r < core; r++) {
    const equation = EQUATIONS + EQUATION * r;
    const own = <usize>load<u16>(PIVOTS + 2 * r);
    let value = v128.load(equation + RIGHT);
    for (let u: usize = 0; u < unknowns; u++) if (u != own && has(equation, u)) value = v128.xor(value, v128.load(valueOf(u)));
    v128.store(valueOf(own), value);
  }
  return true;
}

/** The message that the table has for digest i, written to `out`: for tests. */
export function lookUp(i: usize, out: usize): void {
  const d = DIGESTS + DIGEST * i;
  let value = v128.load(TABLE + WORD * place0(d));
  value = v128.xor(value, v128.xor(v128.load(TABLE + WORD * place1(d)), v128.load(TABLE + WORD * place2(d))));
  const bits = denseBits(d);
  for (let g: usize = 0; g < DENSE; g++) if ((bits >> g & 1) != 0) value = v128.xor(value, v128.load(TABLE + WORD * (<usize>(3 * places) + g)));
  v128.store(out, value);
}
