// SPDX-License-Identifier: Apache-2.0
/** MD5 (RFC 1321), as a kernel computes it. */

import {
  type Algorithm,
  type Comparison,
  type Constants,
  compressConstants,
  firstWord,
  wordsOf,
} from './algorithm.js';
import { type Program, rotateRight, type Word } from './program.js';

// biome-ignore format: a table
const K = [
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
  0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
  0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
  0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
  0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
  0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
  0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
  0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
];
const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476];
const ROUNDS = 64;

/** The last quarter's function, in which rounds are undone. */
const LAST_QUARTER = 48;

export const md5: Algorithm = {
  bigEndian: false,
  digestWords: 4,
  initial: INITIAL,
  // Every round waits for the one before it: one or two chains leave the processor idle.
  chains: [3, 4],
  compress(block, state) {
    return compressConstants(block, state, (p, words, start) => rounds(p, words, start, ROUNDS));
  },
  ...comparison(roundsToUndo, (digest, state, constants) => {
    const word = (i: number): number => (digest[i]! - state[i]!) | 0;
    // What four successive rounds computed, the latest first.
    let [latest, second, third, oldest] = [word(1), word(2), word(3), word(0)];
    for (let t = ROUNDS - 1; t >= ROUNDS - roundsToUndo(constants); t--) {
      const sum = rotateRight(latest - second, shiftAt(t));
      const before = sum - (third ^ (second | ~oldest)) - K[t]! - constants[wordAt(t)]!;
      [latest, second, third, oldest] = [second, third, oldest, before | 0];
    }
    return oldest >>> 0;
  }),
  truncated: comparison(() => 0, firstWord),
};

/** @param undone - how many of the last rounds are undone */
function comparison(
  undone: (constants: Constants) => number,
  comparedWord: Comparison['comparedWord'],
): Comparison {
  return {
    columns: (varying) => ({
      count: varying.length,
      fill(words, put) {
        for (const [place, i] of varying.entries()) put(place, words[i]!);
      },
    }),
    *search(program, message, state) {
      const words = wordsOf(program, message, (place) => place);
      const start = state.map((value) => program.constant(value));
      const constants = words.map((word) => (word.kind === 'constant' ? word.value : undefined));
      // The digest shows what the last four rounds computed, the earliest of these in its first word; that is compared.
      const count = ROUNDS - 3 - undone(constants);
      const [, word] = yield* rounds(program, words, start, count);
      return word!;
    },
    comparedWord,
  };
}

const shiftAt = (t: number): number => SHIFTS[t >> 4]![t & 3]!;

/** The message word that round t adds. */
function wordAt(t: number): number {
  const quarter = t >> 4;
  return (quarter === 0 ? t : quarter === 1 ? 5 * t + 1 : quarter === 2 ? 3 * t + 5 : 7 * t) & 15;
}

/** How many of the last rounds add words that are the same for the whole search; in a short message, padding. */
function roundsToUndo(constants: Constants): number {
  let t = ROUNDS;
  while (t > LAST_QUARTER && constants[wordAt(t - 1)] !== undefined) t--;
  return ROUNDS - t;
}

/** @returns the working variables a to d after `count` rounds */
function* rounds(
  p: Program,
  words: readonly Word[],
  state: readonly Word[],
  count: number,
): Generator<void, Word[]> {
  let [a, b, c, d] = state as [Word, Word, Word, Word];
  for (let t = 0; t < count; t++) {
    const quarter = t >> 4;
    const mixed =
      quarter === 0
        ? p.select(b, c, d)
        : quarter === 1
          ? p.select(d, b, c)
          : quarter === 2
            ? p.xor(p.xor(b, c), d)
            : p.xor(c, p.or(b, p.not(d)));
    const sum = p.add(a, words[wordAt(t)]!, p.constant(K[t]!), mixed);
    [a, d, c, b] = [d, c, b, p.add(b, p.rotateLeft(sum, shiftAt(t)))];
    yield;
  }
  return [a, b, c, d];
}
