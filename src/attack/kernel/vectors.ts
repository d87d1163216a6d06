// SPDX-License-Identifier: Apache-2.0
/**
 * From recorded vector words to code. A word that is used once stays on WebAssembly's stack; a word that is used again
 * gets a local for as long as it is needed.
 */

import { type Code, i32, local, v128 } from './emitter.js';
import { type Constant, push, type Uniform, type Varying, type Word } from './program.js';

/** Where things lie while vector code runs. */
interface VectorPlaces {
  /** i32 local: address of the current row, relative to the table. */
  readonly row: number;
  /** The table's address. */
  readonly table: number;
  /** Address of the words that do not vary, each as a vector of four. */
  readonly slots: number;
  readonly firstLocal: number;
}

interface VectorCode {
  /** Fills the slots; runs once a call, after the program's prologue. */
  readonly prologue: Code;
  /** Computes the outputs of one row. */
  readonly body: Code;
  /** v128 locals of the outputs. */
  readonly outputs: readonly number[];
  /** v128 locals used. */
  readonly locals: number;
  readonly slots: number;
}

export function vectorCode(
  vectors: readonly Varying[],
  outputs: readonly Varying[],
  places: VectorPlaces,
): VectorCode {
  const uses = countUses(vectors, outputs);
  const kept = vectors.filter((word) => uses[word.order]! > 1);
  const expiring = lastUses(kept, outputs, uses);

  const slots = new Map<string, { readonly index: number; readonly word: Constant | Uniform }>();
  const slotOf = (word: Constant | Uniform): number => {
    const key = push(word).join();
    const slot = slots.get(key) ?? { index: slots.size, word };
    slots.set(key, slot);
    return places.slots + 16 * slot.index;
  };

  const body: number[] = [];
  const locals = new Map<Varying, number>();
  const operand = (word: Word): void => {
    if (word.kind !== 'varying') body.push(...i32.const(0), ...v128.load(slotOf(word)));
    else if (uses[word.order]! > 1) body.push(...local.get(locals.get(word)!));
    else compute(word);
  };
  const compute = ({ operation, operands, immediate }: Varying): void => {
    if (operation === 'load') {
      body.push(...local.get(places.row), ...v128.load(places.table + 16 * immediate));
      return;
    }
    for (const word of operands) operand(word);
    if (operation === 'shl' || operation === 'shrU') body.push(...i32.const(immediate));
    body.push(...v128[operation]);
  };
  const free: number[] = [];
  let used = 0;
  for (const [i, word] of kept.entries()) {
    compute(word);
    for (const dead of expiring[i]!) free.push(locals.get(dead)!);
    const index = free.pop() ?? places.firstLocal + used++;
    locals.set(word, index);
    body.push(...local.set(index));
  }

  const prologue = [...slots.values()].flatMap(({ word, index }) => [
    ...i32.const(0),
    ...push(word),
    ...v128.splat,
    ...v128.store(places.slots + 16 * index),
  ]);
  return {
    prologue,
    body,
    outputs: outputs.map((word) => locals.get(word)!),
    locals: used,
    slots: slots.size,
  };
}

/** How often each word is used by words that matter; an output counts as used again. */
function countUses(vectors: readonly Varying[], outputs: readonly Varying[]): Uint32Array {
  const uses = new Uint32Array(vectors.length);
  for (const output of outputs) uses[output.order]! += 2;
  // A word comes after its operands, so going backwards, a word's uses are known before its operands are counted.
  for (const word of vectors.toReversed()) {
    if (uses[word.order] === 0) continue;
    for (const operand of word.operands) if (operand.kind === 'varying') uses[operand.order]!++;
  }
  return uses;
}

/** For each kept word, those that nobody needs once it is computed. */
function lastUses(kept: readonly Varying[], outputs: readonly Varying[], uses: Uint32Array): Varying[][] {
  const last = new Map<Varying, number>();
  const visit = (word: Varying, position: number): void => {
    for (const operand of word.operands) {
      if (operand.kind !== 'varying') continue;
      if (uses[operand.order]! > 1) last.set(operand, position);
      else visit(operand, position);
    }
  };
  for (const [position, word] of kept.entries()) visit(word, position);
  for (const output of outputs) last.delete(output);
  const expiring: Varying[][] = kept.map(() => []);
  for (const [word, position] of last) expiring[position]!.push(word);
  return expiring;
}
