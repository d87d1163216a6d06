// SPDX-License-Identifier: Apache-2.0
/**
 * The kernel of one search: a function that hashes all candidates of a table, four at a time, and compares or stores one
 * word of each. It is made for one algorithm and one shape of message.
 */

import type { Message } from './algorithm.js';
import { type Code, encodeModule, i32, local, repeat, v128, when } from './emitter.js';
import { Program, type Varying, type Word } from './program.js';
import { constantsOf, type Shape, varyingWords } from './shape.js';
import { vectorCode } from './vectors.js';

/** Where things lie in the kernel's memory, in bytes. */
export interface KernelLayout {
  /** The block's words as numbers, without the bytes that vary. */
  readonly block: number;
  /** Room for MOST_SLOTS vectors. */
  readonly slots: number;
  /** A vector for each target, its word in all four lanes. */
  readonly targets: number;
  /** A row for every four candidates, a vector for every column. */
  readonly table: number;
  readonly results: number;
}

export const MOST_SLOTS = 2048;

/** Up to this many targets are compared where they are computed. */
export const FEW_TARGETS = 4;

export interface KernelExports {
  /**
   * Hashes the candidates of the rows [from, to), both in bytes from the table's start and multiples of `chains` rows.
   * Few targets: writes the offset of the first of `chains` rows where one of them matches.
   * Many: writes the compared word of every candidate.
   * @returns bytes written to `results`
   */
  run(from: number, to: number): number;
}

/** How the rows of a table make messages. */
interface Table {
  /** Vectors of a row, one row for every four candidates. */
  readonly columns: number;
  /** The message of a row, whose columns are loaded by `column`. */
  message(program: Program, column: (index: number) => Word): Message;
}

/** A table that is filled once: what the last digits make of the message, whatever stands in front of them. */
export function digitTable(shape: Shape, places: number, block: number): Table {
  const varying = varyingWords(shape, places);
  const constants = constantsOf(shape, shape.digits.slice(0, -places));
  return {
    columns: shape.algorithm.columns(varying).count,
    message: (program, column) => ({
      fixed: constants.map((word, i) =>
        word === undefined ? program.uniformAt(block + 4 * i) : program.constant(word),
      ),
      varying,
      column,
    }),
  };
}

/** A table that is filled anew for each call: a column for every word that holds a digit, as it is. */
export function wordTable(shape: Shape): Table {
  const varying = varyingWords(shape, shape.digits.length);
  return {
    columns: varying.length,
    message: (program, column) => ({
      fixed: constantsOf(shape).map((word, i) =>
        word === undefined ? column(varying.indexOf(i)) : program.constant(word),
      ),
      varying: [],
      column,
    }),
  };
}

/**
 * @param chains - vectors of four candidates side by side
 * @param targets - how many to compare with, or undefined to store every word
 */
export function generateKernel(
  shape: Shape,
  table: Table,
  chains: number,
  targets: number | undefined,
  layout: KernelLayout,
): Uint8Array<ArrayBuffer> {
  const [row, end, out, firstUniform] = [0, 1, 2, 3];
  const { algorithm } = shape;
  const program = new Program(firstUniform);
  const { columns } = table;
  const messages = Array.from({ length: chains }, (_, chain) =>
    table.message(program, (index) => program.column(chain * columns + index)),
  );
  const words = interleave(messages.map((message) => algorithm.search(program, message, shape.state)));

  const vectors = vectorCode(program.vectors, words as Varying[], {
    row,
    table: layout.table,
    slots: layout.slots,
    firstLocal: firstUniform + program.uniforms,
  });
  if (vectors.slots > MOST_SLOTS) throw new RangeError('The kernel needs more slots than it has room for.');
  const results =
    targets === undefined
      ? storeAll(vectors.outputs, out, layout)
      : storeMatches(vectors.outputs, targets, row, out, layout);
  const code = [
    ...program.prologue,
    ...vectors.prologue,
    ...repeat(
      vectors.body,
      results,
      [...local.get(row), ...i32.const(16 * columns * chains), ...i32.add, ...local.tee(row)],
      [...local.get(end), ...i32.ltU],
    ),
    ...local.get(out),
  ];
  const i32Locals = 1 + program.uniforms;
  return encodeModule([{ name: 'run', parameters: 2, i32Locals, v128Locals: vectors.locals, code }]);
}

/** Runs generators of equal length side by side, a step of each in turn. */
function interleave(chains: ReadonlyArray<Iterator<void, Word>>): Word[] {
  for (;;) {
    const steps = chains.map((chain) => chain.next());
    const words = steps.flatMap(({ done, value }) => (done === true ? [value] : []));
    if (words.length > 0) return words;
  }
}

function storeAll(words: readonly number[], out: number, { results }: KernelLayout): Code {
  return [
    ...words.flatMap((word, i) => [...local.get(out), ...local.get(word), ...v128.store(results + 16 * i)]),
    ...advance(out, 16 * words.length),
  ];
}

function storeMatches(
  words: readonly number[],
  targets: number,
  row: number,
  out: number,
  layout: KernelLayout,
): Code {
  const comparisons = words.flatMap((word) =>
    Array.from({ length: targets }, (_, i) => [
      ...local.get(word),
      ...i32.const(0),
      ...v128.load(layout.targets + 16 * i),
      ...v128.eq,
    ]),
  );
  const any = comparisons.flatMap((comparison, i) => (i === 0 ? comparison : [...comparison, ...v128.or]));
  const note = [...local.get(out), ...local.get(row), ...i32.store(layout.results)];
  return [...any, ...v128.anyTrue, ...when(note, advance(out, 4))];
}

function advance(variable: number, bytes: number): Code {
  return [...local.get(variable), ...i32.const(bytes), ...i32.add, ...local.set(variable)];
}
