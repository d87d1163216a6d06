// SPDX-License-Identifier: Apache-2.0
/** SHA-256 (FIPS 180-4, section 6.2), as a kernel computes it, and HMAC with it (RFC 2104). */

import {
  type Algorithm,
  type Columns,
  compressConstants,
  firstWord,
  type Message,
  wordsOf,
} from './algorithm.js';
import { type Program, rotateRight, type Word } from './program.js';

// biome-ignore format: a table
const K = [
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
  0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
  0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
  0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
  0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
  0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
  0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
  0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];
const INITIAL = [
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
];
const ROUNDS = 64;
/** The digest shows eight words of the last four rounds, from which the word of round 57 follows. */
const SEARCH_ROUNDS = 57;
/** Length in bits of what HMAC's second hash takes in: a block of key, and a digest. */
const OUTER_BITS = 512 + 256;

/** The words that vary, and the small sigma of each. */
function columns(varying: readonly number[]): Columns {
  return {
    count: 2 * varying.length,
    fill(words, put) {
      for (const [place, i] of varying.entries()) {
        const word = words[i]!;
        put(2 * place, word);
        put(2 * place + 1, rotateRight(word, 7) ^ rotateRight(word, 18) ^ (word >>> 3));
      }
    },
  };
}

/** The search that ends after so many rounds. */
const searchOf = (count: number): Algorithm['search'] =>
  function* (program, message, state) {
    const start = state.map((value) => program.constant(value));
    const [word] = yield* messageRounds(program, message, start, count);
    return word!;
  };

export const sha256: Algorithm = {
  bigEndian: true,
  digestWords: 8,
  initial: INITIAL,
  chains: [1, 2],
  compress: (block, state) =>
    compressConstants(block, state, (p, words, start) => rounds(p, words, start, ROUNDS)),
  columns,
  search: searchOf(SEARCH_ROUNDS),
  comparedWord(digest, state) {
    const word = (i: number): number => (digest[i]! - state[i]!) | 0;
    const [a, b, c, d] = [word(0), word(1), word(2), word(3)];
    // e = previous d + t1, and a = t1 + S0(b) + maj(b, c, d): so d, three rounds earlier, comes out of what is known.
    const earlier = (sum: number, next: number, x: number, y: number, z: number): number =>
      (sum - (next - (bigSigma0(x) + majority(x, y, z)))) | 0;
    const a59 = earlier(word(4), a, b, c, d);
    const a58 = earlier(word(5), b, c, d, a59);
    const a57 = earlier(word(6), c, d, a59, a58);
    return earlier(word(7), d, a59, a58, a57) >>> 0;
  },
  truncated: { columns, search: searchOf(ROUNDS), comparedWord: firstWord },
};

const bigSigma0 = (x: number): number => rotateRight(x, 2) ^ rotateRight(x, 13) ^ rotateRight(x, 22);
const majority = (x: number, y: number, z: number): number => (x & y) ^ (x & z) ^ (y & z);

/**
 * HMAC: the message under the first hash, its digest under the second one.
 * @param outer - the state after the key's block of the second hash
 */
export function hmacSha256(outer: readonly number[]): Algorithm {
  const hmacSearchOf = (count: number): Algorithm['search'] =>
    function* (program, message, inner) {
      const start = inner.map((value) => program.constant(value));
      const after = yield* messageRounds(program, message, start, ROUNDS);
      const digest = after.map((word, i) => program.add(word, start[i]!));
      const padding = [0x80000000, 0, 0, 0, 0, 0, 0, OUTER_BITS].map((value) => program.constant(value));
      const outerStart = outer.map((value) => program.constant(value));
      const [word] = yield* rounds(program, [...digest, ...padding], outerStart, count);
      return word!;
    };
  return {
    ...sha256,
    search: hmacSearchOf(SEARCH_ROUNDS),
    comparedWord: (digest, _, constants) => sha256.comparedWord(digest, outer, constants),
    truncated: {
      columns,
      search: hmacSearchOf(ROUNDS),
      comparedWord: (digest) => firstWord(digest, outer),
    },
  };
}

/** What is added to a nibble above nine, besides the digit zero, for hexadecimal in small letters or in capitals. */
const LETTER = { hex: 39, 'upper-hex': 7 } as const;

/** SHA-256 of a SHA-256, as its bytes or in hexadecimal. */
export function twiceSha256(written: 'bytes' | 'hex' | 'upper-hex'): Algorithm {
  /** The digest of the first hash as the beginning of the second one's message. */
  function* firstDigest(
    program: Program,
    message: Message,
    state: readonly number[],
  ): Generator<void, Word[]> {
    const start = state.map((value) => program.constant(value));
    const after = yield* messageRounds(program, message, start, ROUNDS);
    return after.map((word, i) => program.add(word, start[i]!));
  }
  const constants = (program: Program, values: readonly number[]): Word[] =>
    values.map((value) => program.constant(value));
  if (written === 'bytes') {
    const searchUpTo = (count: number): Algorithm['search'] =>
      function* (program, message, state) {
        const digest = yield* firstDigest(program, message, state);
        const padding = constants(program, [0x80000000, 0, 0, 0, 0, 0, 0, 256]);
        const start = constants(program, INITIAL);
        const [word] = yield* rounds(program, [...digest, ...padding], start, count);
        return word!;
      };
    return {
      ...sha256,
      search: searchUpTo(SEARCH_ROUNDS),
      comparedWord: (digest, _, fixed) => sha256.comparedWord(digest, INITIAL, fixed),
      truncated: {
        columns,
        search: searchUpTo(ROUNDS),
        comparedWord: (digest) => firstWord(digest, INITIAL),
      },
    };
  }
  // Hexadecimal fills a block, and the one behind it is padding: its rounds begin with what varies, so none can be undone.
  const search: Algorithm['search'] = function* (program, message, state) {
    const digest = yield* firstDigest(program, message, state);
    const text = digest.flatMap((word) => hexWords(program, word, LETTER[written]));
    const start = constants(program, INITIAL);
    const middle = (yield* rounds(program, text, start, ROUNDS)).map((word, i) =>
      program.add(word, start[i]!),
    );
    const padding = constants(program, [0x80000000, ...new Array<number>(14).fill(0), 512]);
    const [word] = yield* rounds(program, padding, middle, ROUNDS);
    return program.add(word!, middle[0]!);
  };
  const comparison = { columns, search, comparedWord: (digest: Uint32Array) => digest[0]! };
  return { ...sha256, ...comparison, truncated: comparison };
}

/** The eight digits of a word as two words of ASCII. */
function hexWords(p: Program, word: Word, letter: number): [Word, Word] {
  const masked = (x: Word, mask: number): Word => p.and(x, p.constant(mask));
  const digits = (half: Word): Word => {
    const bytes = masked(p.or(half, p.shiftLeft(half, 8)), 0x00ff00ff);
    const nibbles = masked(p.or(bytes, p.shiftLeft(bytes, 4)), 0x0f0f0f0f);
    // One in every byte above nine.
    const above = masked(p.shiftRight(p.add(nibbles, p.constant(0x06060606)), 4), 0x01010101);
    const shifted = [5, 2, 1, 0]
      .filter((bits) => (letter >> bits) & 1)
      .map((bits) => p.shiftLeft(above, bits));
    return p.add(nibbles, p.constant(0x30303030), ...shifted);
  };
  return [digits(p.shiftRight(word, 16)), digits(masked(word, 0xffff))];
}

function messageRounds(
  program: Program,
  message: Message,
  state: readonly Word[],
  count: number,
): Generator<void, Word[]> {
  const words = wordsOf(program, message, (place) => 2 * place);
  // The small sigma of a word is linear: that of its fixed bits, and that of the varying ones from the table.
  const sigmas = new Map(
    message.varying.map((i, place) => [
      i,
      program.xor(smallSigma0(program, message.fixed[i]!), message.column(2 * place + 1)),
    ]),
  );
  return rounds(program, words, state, count, sigmas);
}

/**
 * @param sigmas - the small sigma 0 of words for which it is known
 * @returns the working variables a to h after `count` rounds
 */
function* rounds(
  p: Program,
  message: readonly Word[],
  state: readonly Word[],
  count: number,
  sigmas: ReadonlyMap<number, Word> = new Map(),
): Generator<void, Word[]> {
  const w = message.slice();
  let [a, b, c, d, e, f, g, h] = state as [Word, Word, Word, Word, Word, Word, Word, Word];
  let bc = p.xor(b, c);
  for (let t = 0; t < count; t++) {
    if (t >= 16) {
      const sigma0 = sigmas.get(t - 15) ?? smallSigma0(p, w[t - 15]!);
      w[t] = p.add(smallSigma1(p, w[t - 2]!), w[t - 7]!, sigma0, w[t - 16]!);
    }
    const choice = p.xor(g, p.and(e, p.xor(f, g)));
    const t1 = p.add(h, w[t]!, p.constant(K[t]!), choice, sigma(p, e, 6, 11, 25));
    // maj(a, b, c) as b ^ ((a ^ b) & (b ^ c)): next round's b ^ c is this round's a ^ b.
    const ab = p.xor(a, b);
    const most = p.xor(b, p.and(ab, bc));
    bc = ab;
    const next = p.add(t1, most, sigma(p, a, 2, 13, 22));
    [h, g, f, e, d, c, b, a] = [g, f, e, p.add(d, t1), c, b, a, next];
    yield;
  }
  return [a, b, c, d, e, f, g, h];
}

/** The xor of three rotations, nested so that a vector needs one register less. */
function sigma(p: Program, x: Word, first: number, second: number, third: number): Word {
  const inner = p.xor(p.rotateRight(x, third - second), x);
  return p.rotateRight(p.xor(p.rotateRight(inner, second - first), x), first);
}

function smallSigma0(p: Program, x: Word): Word {
  return p.xor(p.rotateRight(p.xor(p.rotateRight(x, 11), x), 7), p.shiftRight(x, 3));
}

function smallSigma1(p: Program, x: Word): Word {
  return p.xor(p.rotateRight(p.xor(p.rotateRight(x, 2), x), 17), p.shiftRight(x, 10));
}
