// SPDX-License-Identifier: Apache-2.0
/**
 * A kernel at work: its memory, the table of the digits that it varies, the targets, and what it finds. Compiling it
 * takes some 20 milliseconds; a page's Content-Security-Policy must allow 'wasm-unsafe-eval'.
 */

import { BLOCK_WORDS, type Columns } from './algorithm.js';
import { Fastest } from './fastest.js';
import { Filter } from './filter.js';
import {
  digitTable,
  FEW_TARGETS,
  generateKernel,
  type KernelExports,
  type KernelLayout,
  MOST_SLOTS,
} from './generate.js';
import { constantsOf, type Shape, varyingWords, wordsOfBlock } from './shape.js';

/** Digits at the end of a number that a kernel varies by itself: 10,000 candidates a call. */
const MOST_PLACES = 4;

const LANES = 4;
const PAGE = 65536;
const ASCII_ZERO = 48;

/** The kernel with one number of chains. */
interface Variant {
  readonly run: KernelExports['run'];
  /** Bytes of the table that one turn of its loop takes, and the candidates in them. */
  readonly stride: number;
  readonly group: number;
}

export class Kernel {
  /** How many digits at the end it varies. */
  readonly places: number;
  readonly #shape: Shape;
  readonly #memory: WebAssembly.Memory;
  readonly #layout: KernelLayout;
  readonly #variants: Fastest<Variant>;
  /** For many targets. */
  readonly #filter: Filter | undefined;

  /**
   * @param targets - digests or their first bytes, `shape.targetBytes` of each, concatenated
   * @throws {WebAssembly.CompileError} on a platform without SIMD
   */
  static async create(shape: Shape, targets: Uint8Array): Promise<Kernel> {
    const { algorithm } = shape;
    const places = Math.min(MOST_PLACES, shape.digits.length);
    const columns = algorithm.columns(varyingWords(shape, places));
    // The table has room for the last group of every variant.
    const most = LANES * Math.max(...algorithm.chains);
    const candidates = Math.ceil(10 ** places / LANES) * LANES + most;
    const compared = comparedWords(shape, targets);
    const few = compared.length <= FEW_TARGETS;

    const layout = {
      block: 0,
      slots: 4 * BLOCK_WORDS,
      targets: 4 * BLOCK_WORDS + 16 * MOST_SLOTS,
      table: 4 * BLOCK_WORDS + 16 * (MOST_SLOTS + FEW_TARGETS),
      results: 0,
    };
    layout.results = layout.table + 4 * columns.count * candidates;
    const filterAt = layout.results + 4 * candidates;
    const bytes = filterAt + (few ? 0 : Filter.bytes(compared.length, candidates));
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE) });

    fillTable(new Uint32Array(memory.buffer, layout.table), shape, places, columns, candidates);
    if (few) {
      const vectors = new Uint32Array(memory.buffer, layout.targets, LANES * compared.length);
      for (const [i, word] of compared.entries()) vectors.fill(word, LANES * i, LANES * (i + 1));
    }
    const table = digitTable(shape, places, layout.block);
    const variantOf = async (chains: number): Promise<Variant> => {
      const code = generateKernel(shape, table, chains, few ? compared.length : undefined, layout);
      const { instance } = await WebAssembly.instantiate(code, { env: { memory } });
      const { run } = instance.exports as unknown as KernelExports;
      const group = LANES * chains;
      return { run, stride: 4 * columns.count * group, group };
    };
    const [variants, filter] = await Promise.all([
      Promise.all(algorithm.chains.map(variantOf)),
      few ? undefined : Filter.create(memory, filterAt, compared, candidates),
    ]);
    return new Kernel({ shape, places, memory, layout, variants: new Fastest(variants), filter });
  }

  private constructor(parts: {
    readonly shape: Shape;
    readonly places: number;
    readonly memory: WebAssembly.Memory;
    readonly layout: KernelLayout;
    readonly variants: Fastest<Variant>;
    readonly filter: Filter | undefined;
  }) {
    this.places = parts.places;
    this.#shape = parts.shape;
    this.#memory = parts.memory;
    this.#layout = parts.layout;
    this.#variants = parts.variants;
    this.#filter = parts.filter;
  }

  /**
   * Hashes a run of candidates and calls back for those that may be targets: all that are, and in 2^32 others about one
   * for each target.
   * @param leading - the digits in front, as ASCII
   * @param first - the last digits of the first candidate, as a number
   * @param end - the same of the one after the last candidate
   */
  visit(leading: Uint8Array, first: number, end: number, visit: (last: number) => void): void {
    this.#setLeading(leading);
    const { run, stride, group } = this.#variants.current;
    const firstGroup = Math.floor(first / group);
    const endGroup = Math.ceil(end / group);
    const written = this.#variants.time(end - first, () => run(firstGroup * stride, endGroup * stride));
    const { results } = this.#layout;
    // A group may reach beyond the run, whose neighbours belong to somebody else or to no plan.
    const visitWithin = (last: number): void => {
      if (last >= first && last < end) visit(last);
    };
    if (this.#filter !== undefined) {
      this.#filter.visit(results, written, (i) => visitWithin(firstGroup * group + i));
      return;
    }
    for (const row of new Uint32Array(this.#memory.buffer, results, written / 4)) {
      const start = (row / stride) * group;
      for (let i = 0; i < group; i++) visitWithin(start + i);
    }
  }

  #setLeading(leading: Uint8Array): void {
    const { algorithm, block, digits } = this.#shape;
    const filled = block.slice();
    for (let i = 0; i < leading.length; i++) filled[digits[i]!] = leading[i]!;
    new Uint32Array(this.#memory.buffer, this.#layout.block).set(wordsOfBlock(algorithm, filled));
  }
}

/** The word of each target that the kernel compares. */
export function comparedWords(shape: Shape, targets: Uint8Array): Uint32Array {
  const { algorithm, state, targetBytes } = shape;
  const { digestWords, bigEndian } = algorithm;
  const constants = constantsOf(shape);
  const view = new DataView(targets.buffer, targets.byteOffset, targets.byteLength);
  const compared = new Uint32Array(targets.length / targetBytes);
  const digest = new Uint32Array(digestWords);
  const words = Math.min(digestWords, targetBytes >> 2);
  for (let i = 0; i < compared.length; i++) {
    for (let j = 0; j < words; j++) digest[j] = view.getUint32(i * targetBytes + 4 * j, !bigEndian);
    compared[i] = algorithm.comparedWord(digest, state, constants);
  }
  return compared;
}

/** Row by row, column by column, the words of four candidates; what is beyond the last candidate repeats it. */
function fillTable(
  table: Uint32Array,
  { algorithm, digits }: Shape,
  places: number,
  columns: Columns,
  candidates: number,
): void {
  const offsets = digits.slice(-places).reverse();
  const words = new Uint32Array(BLOCK_WORDS);
  for (let i = 0; i < candidates; i++) {
    words.fill(0);
    let rest = Math.min(i, 10 ** places - 1);
    for (const offset of offsets) {
      const shift = 8 * (algorithm.bigEndian ? 3 - (offset & 3) : offset & 3);
      words[offset >> 2]! |= (ASCII_ZERO + (rest % 10)) << shift;
      rest = Math.floor(rest / 10);
    }
    const row = Math.floor(i / LANES) * columns.count;
    columns.fill(words, (column, value) => {
      table[(row + column) * LANES + (i % LANES)] = value;
    });
  }
}
