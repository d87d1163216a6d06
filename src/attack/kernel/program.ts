// SPDX-License-Identifier: Apache-2.0
/**
 * A hash function's arithmetic on 32-bit words, recorded instead of done. What is constant is computed at once; what is
 * the same for all candidates of a call (uniform) becomes scalar code in front of the loop; only what depends on the
 * candidate (varying) becomes vector code, four candidates at a time.
 */

import { type Code, i32, local } from './emitter.js';

export interface Constant {
  readonly kind: 'constant';
  readonly value: number;
}

export interface Uniform {
  readonly kind: 'uniform';
  /** The i32 local that holds it. */
  readonly local: number;
}

export interface Varying {
  readonly kind: 'varying';
  readonly operation: 'load' | 'xor' | 'and' | 'or' | 'add' | 'not' | 'shl' | 'shrU' | 'bitselect';
  readonly operands: readonly Word[];
  /** The distance of a shift, or the column of a load. */
  readonly immediate: number;
  /** Place in the order in which the words were recorded. */
  readonly order: number;
}

export type Word = Constant | Uniform | Varying;

export const rotateRight = (x: number, bits: number): number => (x >>> bits) | (x << (32 - bits));
export const rotateLeft = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

export class Program {
  /** Computes the uniform words. */
  readonly prologue: number[] = [];
  readonly vectors: Varying[] = [];
  readonly #firstLocal: number;
  /** By the code that computes them: chains side by side share what is uniform. */
  readonly #uniforms = new Map<string, Uniform>();

  /** @param firstLocal - the first i32 local that the program may use */
  constructor(firstLocal: number) {
    this.#firstLocal = firstLocal;
  }

  /** i32 locals used. */
  get uniforms(): number {
    return this.#uniforms.size;
  }

  constant(value: number): Constant {
    return { kind: 'constant', value: value >>> 0 };
  }

  /** A word of memory that is the same for all candidates of a call. */
  uniformAt(address: number): Uniform {
    return this.#uniform([...i32.const(0), ...i32.load(address)]);
  }

  /** A column of the current row of the table of candidates. */
  column(index: number): Varying {
    return this.#vector('load', [], index);
  }

  xor(x: Word, y: Word): Word {
    if (isZero(x)) return y;
    if (isZero(y)) return x;
    return this.#binary('xor', x, y, (a, b) => a ^ b);
  }

  and(x: Word, y: Word): Word {
    if (isZero(x)) return x;
    if (isZero(y)) return y;
    return this.#binary('and', x, y, (a, b) => a & b);
  }

  or(x: Word, y: Word): Word {
    if (isZero(x)) return y;
    if (isZero(y)) return x;
    return this.#binary('or', x, y, (a, b) => a | b);
  }

  not(x: Word): Word {
    return x.kind === 'varying' ? this.#vector('not', [x]) : this.xor(x, this.constant(-1));
  }

  /** The sum. What does not vary is summed first, and what varies in the order given. */
  add(...words: readonly Word[]): Word {
    const fixed = words.filter(isFixed).reduce((sum, x) => this.#sum(sum, x), this.constant(0) as Word);
    const [first, ...others] = words.filter((x) => !isFixed(x));
    if (first === undefined) return fixed;
    return others.reduce((sum, x) => this.#sum(sum, x), this.#sum(first, fixed));
  }

  rotateRight(x: Word, bits: number): Word {
    if (x.kind === 'constant') return this.constant(rotateRight(x.value, bits));
    if (x.kind === 'uniform') return this.#uniform([...push(x), ...i32.const(bits), ...i32.rotr]);
    return this.xor(this.#vector('shrU', [x], bits), this.#vector('shl', [x], 32 - bits));
  }

  rotateLeft(x: Word, bits: number): Word {
    return this.rotateRight(x, 32 - bits);
  }

  shiftRight(x: Word, bits: number): Word {
    if (x.kind === 'constant') return this.constant(x.value >>> bits);
    if (x.kind === 'uniform') return this.#uniform([...push(x), ...i32.const(bits), ...i32.shrU]);
    return this.#vector('shrU', [x], bits);
  }

  shiftLeft(x: Word, bits: number): Word {
    if (bits === 0) return x;
    if (x.kind === 'constant') return this.constant(x.value << bits);
    if (x.kind === 'uniform') return this.#uniform([...push(x), ...i32.const(bits), ...i32.shl]);
    return this.#vector('shl', [x], bits);
  }

  /** Bits of `a` where `mask` has ones, of `b` elsewhere. */
  select(mask: Word, a: Word, b: Word): Word {
    if (isFixed(a) && isFixed(b)) return this.xor(b, this.and(mask, this.xor(a, b)));
    return this.#vector('bitselect', [a, b, mask]);
  }

  #sum(x: Word, y: Word): Word {
    if (isZero(x)) return y;
    if (isZero(y)) return x;
    return this.#binary('add', x, y, (a, b) => a + b);
  }

  #binary(
    operation: 'xor' | 'and' | 'or' | 'add',
    x: Word,
    y: Word,
    fold: (a: number, b: number) => number,
  ): Word {
    if (x.kind === 'constant' && y.kind === 'constant') return this.constant(fold(x.value, y.value));
    if (isFixed(x) && isFixed(y)) return this.#uniform([...push(x), ...push(y), ...i32[operation]]);
    return this.#vector(operation, [x, y]);
  }

  #uniform(code: Code): Uniform {
    const key = code.join();
    const known = this.#uniforms.get(key);
    if (known !== undefined) return known;
    const word: Uniform = { kind: 'uniform', local: this.#firstLocal + this.#uniforms.size };
    this.#uniforms.set(key, word);
    this.prologue.push(...code, ...local.set(word.local));
    return word;
  }

  #vector(operation: Varying['operation'], operands: readonly Word[], immediate = 0): Varying {
    const order = this.vectors.length;
    const word: Varying = { kind: 'varying', operation, operands, immediate, order };
    this.vectors.push(word);
    return word;
  }
}

/** Pushes a word that does not vary, as an i32. */
export function push(word: Constant | Uniform): Code {
  return word.kind === 'constant' ? i32.const(word.value) : local.get(word.local);
}

function isFixed(word: Word): word is Constant | Uniform {
  return word.kind !== 'varying';
}

function isZero(word: Word): boolean {
  return word.kind === 'constant' && word.value === 0;
}
