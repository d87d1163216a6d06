// SPDX-License-Identifier: Apache-2.0
/**
 * Discrete logarithms of small multiples of the generator: from x * G to x, for x below 2^40, by baby steps and giant
 * steps (Shanks). The baby steps 0, G, 2G, ... are kept in a hash table, which is public and depends on nothing but its
 * size; from the element that is asked for, giant steps go down until one hits the table.
 *
 * The table grows as it is needed, so that a small logarithm costs little. At its full size, 2^21 baby steps in 16 MiB,
 * 2^19 giant steps reach all of 2^40.
 */

import { requireBackend } from '../../arguments.js';
import { concatBytes, equalBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { ELEMENT_BYTES, type GroupBackend, SCALAR_BYTES } from '../../group/group.js';

/** Logarithms are found below this. */
export const LOGARITHM_LIMIT: number = 2 ** 40;

/** Sizes of the table, as powers of two: each one looks up to its square, the last one to the limit. */
const SMALLEST = 7;
const LARGEST = 21;
const GROWTH = 2;

/** Giant steps that are made at once, at the most: 2 MiB of elements. */
const BATCH = 65_536;

const IDENTITY = new Uint8Array(ELEMENT_BYTES);

/** Options of a search. */
export interface LogarithmOptions {
  /** Stops the search, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Finds logarithms to the base G, and keeps its table from one to the next. */
export class Logarithms {
  readonly #backend: GroupBackend;
  #table = new StepTable(0, new Uint8Array());

  /** @param backend - does the steps; it must live as long as logarithms are asked for */
  constructor(backend: GroupBackend) {
    requireBackend(backend);
    this.#backend = backend;
  }

  /**
   * Makes the whole table beforehand, 16 MiB. After that, any logarithm takes at most 2^19 giant steps.
   * @throws {VeilmatchError} `aborted`
   */
  async prepare(options: LogarithmOptions = {}): Promise<void> {
    await this.#grow(LARGEST, options);
  }

  /**
   * The x with x * G = element.
   * @param element 32 bytes
   * @returns x, from 0 to 2^40 - 1
   * @throws {VeilmatchError} `overflow` when there is none, `bad-element`, `aborted`
   */
  async solve(element: Uint8Array, options: LogarithmOptions = {}): Promise<number> {
    for (let reached = 0; reached < LOGARITHM_LIMIT; ) {
      await this.#grow(Math.max(SMALLEST, this.#table.bits), options);
      const { bits } = this.#table;
      const to = bits === LARGEST ? LOGARITHM_LIMIT : 2 ** (2 * bits);
      const found = await this.#search(element, reached, to, options);
      if (found !== undefined) return found;
      reached = to;
      if (to < LOGARITHM_LIMIT) await this.#grow(bits + GROWTH, options);
    }
    throw new VeilmatchError(
      'overflow',
      'This element is no multiple of the generator below 2^40: the sum is larger, or the peer deviated from the protocol.',
    );
  }

  async #grow(bits: number, { signal }: LogarithmOptions): Promise<void> {
    if (bits <= this.#table.bits) return;
    const generator = await this.#backend.multiplyBase(scalarOf(1));
    const steps = await this.#backend.progression(IDENTITY, generator, 2 ** bits, { signal });
    this.#table = new StepTable(bits, steps);
  }

  /** The logarithm, if it is at least `from` and below `to`. */
  async #search(
    element: Uint8Array,
    from: number,
    to: number,
    { signal }: LogarithmOptions,
  ): Promise<number | undefined> {
    const width = 2 ** this.#table.bits;
    const stride = await this.#backend.multiplyBase(scalarOf(width));
    const back = await this.#backend.subtract(IDENTITY, stride);
    // Batches that double, for the element may be close.
    for (let at = from, size = 256; at < to; size = Math.min(2 * size, BATCH)) {
      const count = Math.min(size, (to - at) / width);
      const start = at === 0 ? element : await this.#minus(element, at);
      const steps = await this.#backend.progression(start, back, count, { signal });
      const found = await this.#confirm(element, this.#table.hits(steps, at));
      if (found !== undefined) return found;
      at += count * width;
    }
    return undefined;
  }

  /** element - x * G */
  async #minus(element: Uint8Array, x: number): Promise<Uint8Array> {
    return this.#backend.subtract(element, await this.#backend.multiplyBase(scalarOf(x)));
  }

  /** The candidate that it is; the table remembers some bits of each step only, so a few are not. */
  async #confirm(element: Uint8Array, candidates: readonly number[]): Promise<number | undefined> {
    const nonZero = candidates.filter((x) => x !== 0);
    const elements = await this.#backend.multiplyBase(concatBytes(...nonZero.map(scalarOf)));
    const index = nonZero.findIndex((_, i) =>
      equalBytes(elements.subarray(i * ELEMENT_BYTES, (i + 1) * ELEMENT_BYTES), element),
    );
    if (index >= 0) return nonZero[index];
    return nonZero.length < candidates.length && equalBytes(element, IDENTITY) ? 0 : undefined;
  }
}

/** x, from 1 to 2^40, as a scalar. */
export function scalarOf(x: number): Uint8Array {
  const scalar = new Uint8Array(SCALAR_BYTES);
  new DataView(scalar.buffer).setBigUint64(0, BigInt(x), true);
  return scalar;
}

const INDEX_BITS = LARGEST;
const INDEX_MASK = 2 ** INDEX_BITS - 1;
/** Values of a fingerprint; one less than fit, so that no entry looks empty. */
const FINGERPRINTS = 2 ** (32 - INDEX_BITS) - 1;
const EMPTY = 0xffffffff;
const WORDS = ELEMENT_BYTES / 4;

/** The baby steps, found by their encodings: open addressing, each entry a fingerprint of 11 bits and an index of 21. */
class StepTable {
  /** It holds 2^bits steps. */
  readonly bits: number;
  readonly #entries: Uint32Array;
  readonly #mask: number;

  /** @param steps i * G for each i, 2^bits x 32 bytes; none for an empty table, with bits 0 */
  constructor(bits: number, steps: Uint8Array) {
    this.bits = bits;
    this.#entries = new Uint32Array(2 ** (bits + 1)).fill(EMPTY);
    this.#mask = this.#entries.length - 1;
    const words = wordsOf(steps);
    for (let at = 0, index = 0; at < words.length; at += WORDS, index++) {
      let slot = slotOf(words, at) & this.#mask;
      while (this.#entries[slot] !== EMPTY) slot = (slot + 1) & this.#mask;
      this.#entries[slot] = fingerprintOf(words, at) * 2 ** INDEX_BITS + index;
    }
  }

  /**
   * What the logarithm may be, given the giant steps from `first` up: element j of `steps` is the one that is asked for
   * minus (first + j * 2^bits) * G.
   */
  hits(steps: Uint8Array, first: number): number[] {
    const found: number[] = [];
    const words = wordsOf(steps);
    const width = 2 ** this.bits;
    for (let at = 0, base = first; at < words.length; at += WORDS, base += width) {
      const fingerprint = fingerprintOf(words, at);
      for (let slot = slotOf(words, at) & this.#mask; ; slot = (slot + 1) & this.#mask) {
        const entry = this.#entries[slot]!;
        if (entry === EMPTY) break;
        if (entry >>> INDEX_BITS === fingerprint) found.push(base + (entry & INDEX_MASK));
      }
    }
    return found;
  }
}

function wordsOf(elements: Uint8Array): Uint32Array {
  const aligned = elements.byteOffset % 4 === 0 ? elements : elements.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}

/** The lowest bit of an encoding is always zero. */
function slotOf(words: Uint32Array, at: number): number {
  return words[at]! >>> 1;
}

function fingerprintOf(words: Uint32Array, at: number): number {
  return words[at + 1]! % FINGERPRINTS;
}
