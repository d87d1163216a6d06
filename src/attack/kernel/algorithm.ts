// SPDX-License-Identifier: Apache-2.0
/** What a kernel needs to know of a hash function, and a hash function of a message. */

import { Program, type Word } from './program.js';

/** Words of a message block. */
export const BLOCK_WORDS = 16;

/** A block's words where they are the same in the whole search. */
export type Constants = readonly (number | undefined)[];

/** The last block of a message: 16 words, of which some bytes differ from candidate to candidate. */
export interface Message {
  /** The words, without the bytes that vary. */
  readonly fixed: readonly Word[];
  /** Indices of the words in which bytes vary. */
  readonly varying: readonly number[];
  /** A column of `Algorithm.columns`. */
  readonly column: (index: number) => Word;
}

/** What is computed once for each row of digits, instead of once for each candidate that ends in them. */
export interface Columns {
  readonly count: number;
  /** @param words - a candidate's 16 words, zero but for the bytes that vary */
  fill(words: Uint32Array, put: (column: number, value: number) => void): void;
}

/** How the digests of candidates are compared with targets: one word of each. */
export interface Comparison {
  /** The columns of a table of candidates in which these words vary. */
  columns(varying: readonly number[]): Columns;
  /**
   * Hashes as far as the one word that is compared; yields after every round, so that chains can be interleaved.
   * @param state - before the message's last block
   */
  search(program: Program, message: Message, state: readonly number[]): Generator<void, Word>;
  /** That word, from a digest: the last rounds are undone as far as no varying word is needed for it. */
  comparedWord(digest: Uint32Array, state: readonly number[], constants: Constants): number;
}

export interface Algorithm extends Comparison {
  readonly bigEndian: boolean;
  readonly digestWords: number;
  /** The state before the first block. */
  readonly initial: readonly number[];
  /**
   * How many vectors of candidates may be computed side by side: where one waits for its last result, another goes on,
   * but too many do not fit the registers. Which number is fastest, the processor and the engine decide.
   */
  readonly chains: readonly number[];
  /** Absorbs one block. */
  compress(block: readonly number[], state: readonly number[]): number[];
  /** For targets of which the digest's first word alone is sure to be known: next to nothing can be undone. */
  readonly truncated: Comparison;
}

/** The first word before it was added to the state. */
export function firstWord(digest: Uint32Array, state: readonly number[]): number {
  return (digest[0]! - state[0]!) >>> 0;
}

/** The message's words as they enter the hash function: what is fixed and what varies, put together. */
export function wordsOf(
  program: Program,
  { fixed, varying, column }: Message,
  columnOf: (place: number) => number,
): Word[] {
  return fixed.map((word, i) => {
    const place = varying.indexOf(i);
    return place < 0 ? word : program.or(word, column(columnOf(place)));
  });
}

/**
 * Runs a recorded hash function on constants: partial evaluation leaves nothing but its result.
 * @param rounds - all rounds over these words and this state, to the words before they are added to the state
 */
export function compressConstants(
  block: readonly number[],
  state: readonly number[],
  rounds: (program: Program, words: Word[], state: Word[]) => Iterator<void, Word[]>,
): number[] {
  const program = new Program(0);
  const constants = (values: readonly number[]): Word[] => values.map((value) => program.constant(value));
  const after = finish(rounds(program, constants(block), constants(state)));
  return after.map((word, i) => ((word.kind === 'constant' ? word.value : 0) + state[i]!) >>> 0);
}

/** Runs a generator to its end. */
function finish<T>(steps: Iterator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
