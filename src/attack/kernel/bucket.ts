// SPDX-License-Identifier: Apache-2.0
/**
 * A kernel for messages that take the same number of words, and the table in which they are collected: a column for every
 * word, the length among them, four messages a row. A full table is hashed in one call.
 */

import { Fastest } from './fastest.js';
import { Filter } from './filter.js';
import { FEW_TARGETS, generateKernel, type KernelExports, MOST_SLOTS, wordTable } from './generate.js';
import { comparedWords } from './kernel.js';
import type { Shape } from './shape.js';

/** Messages of a table: few enough for a core's own cache, and whole groups of up to four vectors. */
const CAPACITY = 12 * 176;
const LANES = 4;
const PAGE = 65536;

/** The kernel with one number of vectors side by side. */
interface Variant {
  readonly run: KernelExports['run'];
  /** Messages that one turn of its loop takes. */
  readonly group: number;
}

/** A filter in a memory of its own, with room for the words that it looks at. */
interface SharedFilter {
  readonly targets: Uint32Array;
  readonly words: Uint32Array;
  readonly filter: Filter;
}

/** Filters for many targets; messages of different lengths mostly look for the same words, and then share one. */
export class Filters {
  readonly #made: SharedFilter[] = [];

  async for(targets: Uint32Array, capacity: number): Promise<SharedFilter> {
    const same = this.#made.find((made) => made.targets.every((word, i) => word === targets[i]));
    if (same !== undefined) return same;
    const address = 4 * capacity;
    const pages = Math.ceil((address + Filter.bytes(targets.length, capacity)) / PAGE);
    const memory = new WebAssembly.Memory({ initial: pages });
    const filter = await Filter.create(memory, address, targets, capacity);
    const made = { targets, words: new Uint32Array(memory.buffer, 0, capacity), filter };
    this.#made.push(made);
    return made;
  }
}

export class Bucket {
  /** Message i is in lane i % 4 of row i / 4, a column every 4 words. */
  readonly table: Uint32Array;
  readonly columns: number;
  readonly capacity: number;
  /** Messages that are in the table. */
  count = 0;
  readonly #variants: Fastest<Variant>;
  readonly #results: Uint32Array;
  readonly #filter: SharedFilter | undefined;

  /**
   * @param shape - its digits are all bytes of the words that vary
   * @param targets - digests or their first bytes, concatenated
   */
  static async create(shape: Shape, targets: Uint8Array, filters: Filters): Promise<Bucket> {
    const compared = comparedWords(shape, targets);
    const few = compared.length <= FEW_TARGETS;
    const rows = wordTable(shape);
    const table = 16 * (MOST_SLOTS + FEW_TARGETS);
    const results = table + 4 * rows.columns * CAPACITY;
    const memory = new WebAssembly.Memory({ initial: Math.ceil((results + 4 * CAPACITY) / PAGE) });
    if (few) {
      const vectors = new Uint32Array(memory.buffer, 16 * MOST_SLOTS, LANES * compared.length);
      for (const [i, word] of compared.entries()) vectors.fill(word, LANES * i, LANES * (i + 1));
    }
    const layout = { block: 0, slots: 0, targets: 16 * MOST_SLOTS, table, results };
    const variants = await Promise.all(
      shape.algorithm.chains.map(async (chains): Promise<Variant> => {
        const code = generateKernel(shape, rows, chains, few ? compared.length : undefined, layout);
        const { instance } = await WebAssembly.instantiate(code, { env: { memory } });
        const { run } = instance.exports as unknown as KernelExports;
        return { run, group: LANES * chains };
      }),
    );
    const filter = few ? undefined : await filters.for(compared, CAPACITY);
    return new Bucket(
      new Uint32Array(memory.buffer, table, rows.columns * CAPACITY),
      new Uint32Array(memory.buffer, results, CAPACITY),
      rows.columns,
      new Fastest(variants),
      filter,
    );
  }

  private constructor(
    table: Uint32Array,
    results: Uint32Array,
    columns: number,
    variants: Fastest<Variant>,
    filter: SharedFilter | undefined,
  ) {
    this.table = table;
    this.columns = columns;
    this.capacity = results.length;
    this.#variants = variants;
    this.#results = results;
    this.#filter = filter;
  }

  /** Hashes what is in the table, calls back for what may be a target, and empties the table. */
  flush(visit: (index: number) => void): void {
    const { count } = this;
    const { run, group } = this.#variants.current;
    const stride = 4 * this.columns * group;
    const written = this.#variants.time(count, () => run(0, Math.ceil(count / group) * stride));
    // Behind the last message lie old ones, which were hashed before.
    const visitWithin = (i: number): void => {
      if (i < count) visit(i);
    };
    if (this.#filter !== undefined) {
      const { words, filter } = this.#filter;
      words.set(this.#results.subarray(0, written / 4));
      filter.visit(0, written, visitWithin);
    } else {
      for (const row of this.#results.subarray(0, written / 4)) {
        const first = (row / stride) * group;
        for (let i = 0; i < group; i++) visitWithin(first + i);
      }
    }
    this.count = 0;
  }
}
