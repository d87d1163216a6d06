// SPDX-License-Identifier: Apache-2.0
/** SHA-1 (FIPS 180-4, section 6.1), as a kernel computes it. */

import { type Algorithm, BLOCK_WORDS, type Comparison, compressConstants, firstWord } from './algorithm.js';
import { type Program, rotateLeft, type Word } from './program.js';

const INITIAL = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
const K = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];
const ROUNDS = 80;
/** The digest's last word is a rotation of what round 76 computed. */
const SEARCH_ROUNDS = 76;

export const sha1: Algorithm = {
  bigEndian: true,
  digestWords: 5,
  initial: INITIAL,
  chains: [1, 2],
  compress(block, state) {
    return compressConstants(block, state, (p, words, start) => {
      const schedule = words.slice();
      for (let t = BLOCK_WORDS; t < ROUNDS; t++) schedule[t] = scheduled(p, schedule, t);
      return rounds(p, schedule, start);
    });
  },
  ...comparisonAfter(SEARCH_ROUNDS, (digest, state) => rotateLeft(digest[4]! - state[4]!, 2) >>> 0),
  truncated: comparisonAfter(ROUNDS, firstWord),
};

/** Compares what a round computed. @param count - the rounds up to it */
function comparisonAfter(count: number, comparedWord: Comparison['comparedWord']): Comparison {
  return {
    columns(varying) {
      const rounds = roundsThatVary(varying, count);
      const schedule = new Uint32Array(count);
      return {
        count: rounds.length,
        fill(words, put) {
          expand(words, schedule);
          for (const [column, t] of rounds.entries()) put(column, schedule[t]!);
        },
      };
    },
    *search(program, { fixed, varying, column }, state) {
      // The schedule is linear: each of its words is a fixed one, xor one that depends on the varying bits alone.
      const schedule = fixed.slice();
      for (let t = BLOCK_WORDS; t < count; t++) schedule[t] = scheduled(program, schedule, t);
      const columns = new Map(roundsThatVary(varying, count).map((t, i) => [t, i]));
      const words = schedule.map((word, t) => {
        const index = columns.get(t);
        return index === undefined ? word : program.xor(column(index), word);
      });
      const start = state.map((value) => program.constant(value));
      const [word] = yield* rounds(program, words, start);
      return word!;
    },
    comparedWord,
  };
}

function scheduled(p: Program, words: readonly Word[], t: number): Word {
  const recent = p.xor(words[t - 3]!, words[t - 8]!);
  return p.rotateLeft(p.xor(recent, p.xor(words[t - 14]!, words[t - 16]!)), 1);
}

/** The schedule of a block, for as many rounds as there is room for. */
function expand(words: Uint32Array, schedule: Uint32Array): void {
  schedule.set(words);
  for (let t = BLOCK_WORDS; t < schedule.length; t++) {
    schedule[t] = rotateLeft(schedule[t - 3]! ^ schedule[t - 8]! ^ schedule[t - 14]! ^ schedule[t - 16]!, 1);
  }
}

/** The rounds, out of so many, whose word depends on these words of the message. */
function roundsThatVary(varying: readonly number[], count: number): number[] {
  const rounds = new Set<number>();
  for (const i of varying) {
    // One bit set stands for all: the schedule only xors and rotates whole words.
    const block = Uint32Array.from({ length: BLOCK_WORDS }, (_, j) => Number(i === j));
    const schedule = new Uint32Array(count);
    expand(block, schedule);
    for (const [t, word] of schedule.entries()) if (word !== 0) rounds.add(t);
  }
  return [...rounds].sort((a, b) => a - b);
}

/** @returns the working variables a to e after as many rounds as there are words */
function* rounds(p: Program, words: readonly Word[], state: readonly Word[]): Generator<void, Word[]> {
  let [a, b, c, d, e] = state as [Word, Word, Word, Word, Word];
  for (const [t, word] of words.entries()) {
    const quarter = Math.floor(t / 20);
    const mixed =
      quarter === 0
        ? p.select(b, c, d)
        : quarter === 2
          ? p.xor(c, p.and(p.xor(b, c), p.xor(c, d)))
          : p.xor(p.xor(b, c), d);
    const next = p.add(e, word, p.constant(K[quarter]!), mixed, p.rotateLeft(a, 5));
    [e, d, c, b, a] = [d, c, p.rotateLeft(b, 30), a, next];
    yield;
  }
  return [a, b, c, d, e];
}
