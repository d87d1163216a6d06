// SPDX-License-Identifier: Apache-2.0
/**
 * Discrete logarithms of small multiples of the generator: from x * G to x, for x below 2^40, by baby steps and giant
 * steps (Shanks). The baby steps 0, G, 2G, ... are kept in a hash table, which is public and depends on nothing but its
 * size; from the element that is asked for, giant steps go down until one hits the table.
 *
 * The table grows as it is needed, so that a small logarithm costs little. At its full size, 2^21 baby steps in 16 MiB,
 * 2^19 giant steps reach all of 2^40.
 */

import { requireBackend, requireObject } from '../../arguments.js';
import { concatBytes, equalBytes, recordAt } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { GroupBackend } from '../../group/group.js';

/** Logarithms are found below this. */
export const LOGARITHM_LIMIT: number = 2 ** 40;

/** Sizes of the table, as powers of two: each one looks up to its square, the last one to the limit. */
const SMALLEST = 7;
const LARGEST = 21;
const GROWTH = 2;

/** Giant steps that are made at once, at the most: 2 MiB of elements of ristretto255. */
const BATCH = 65_536;

/** Options of a search. */
export interface LogarithmOptions {
  /** Stops the search, with code `aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Finds logarithms to the base G in the group of a backend, and keeps its table from one to the next. */
export class Logarithms {
  readonly #backend: GroupBackend;
  #table: StepTable;

  /** @param backend - does the steps; it must live as long as logarithms are asked for */
  constructor(backend: GroupBackend) {
    requireBackend(backend);
    requireObject(backend.group, 'The group of the backend', 'elementBytes', 'identity');
    this.#backend = backend;
    this.#table = new StepTable(0, new Uint8Array(), backend.group.elementBytes);
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
   * @param element of the backend's group
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
    const { elementBytes, identity } = this.#backend.group;
    const generator = await this.#times(1);
    const steps = await this.#backend.progression(identity, generator, 2 ** bits, { signal });
    this.#table = new StepTable(bits, steps, elementBytes);
  }

  /** The logarithm, if it is at least `from` and below `to`. */
  async #search(
    element: Uint8Array,
    from: number,
    to: number,
    { signal }: LogarithmOptions,
  ): Promise<number | undefined> {
    const width = 2 ** this.#table.bits;
    const back = await this.#minus(this.#backend.group.identity, width);
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
    return this.#backend.subtract(element, await this.#times(x));
  }

  /** x * G of each, from 1 to 2^40. */
  #times(...x: readonly number[]): Promise<Uint8Array> {
    const { scalars } = this.#backend.group;
    return this.#backend.multiplyBase(concatBytes(...x.map((each) => scalars.of(each))));
  }

  /** The candidate that it is; the table remembers some bits of each step only, so a few are not. */
  async #confirm(element: Uint8Array, candidates: readonly number[]): Promise<number | undefined> {
    const { elementBytes, identity } = this.#backend.group;
    const nonZero = candidates.filter((x) => x !== 0);
    const elements = await this.#times(...nonZero);
    const index = nonZero.findIndex((_, i) => equalBytes(recordAt(elements, elementBytes, i), element));
    if (index >= 0) return nonZero[index];
    return nonZero.length < candidates.length && equalBytes(element, identity) ? 0 : undefined;
  }
}

const INDEX_BITS = LARGEST;
const INDEX_MASK = 2 ** INDEX_BITS - 1;
/** Values of a fingerprint; one less than fit, so that no entry looks empty. */
const FINGERPRINTS = 2 ** (32 - INDEX_BITS) - 1;
const EMPTY = 0xffffffff;
/**
 * From where an encoding is looked at, eight bytes: in its middle, since its ends can hold less than eight bits a byte, such as
 * the sign of a point.
 */
const SLOT_AT = 8;
const FINGERPRINT_AT = 12;

/** The baby steps, found by their encodings: open addressing, each entry a fingerprint of 11 bits and an index of 21. */
class StepTable {
  /** It holds 2^bits steps. */
  readonly bits: number;
  readonly #entries: Uint32Array;
  readonly #mask: number;
  /** Bytes of an encoding, at least 16. */
  readonly #width: number;

  /** @param steps i * G for each i, 2^bits of them; none for an empty table, with bits 0 */
  constructor(bits: number, steps: Uint8Array, width: number) {
    this.bits = bits;
    this.#width = width;
    this.#entries = new Uint32Array(2 ** (bits + 1)).fill(EMPTY);
    this.#mask = this.#entries.length - 1;
    const view = viewOf(steps);
    for (let at = 0, index = 0; at < steps.length; at += width, index++) {
      let slot = view.getUint32(at + SLOT_AT) & this.#mask;
      while (this.#entries[slot] !== EMPTY) slot = (slot + 1) & this.#mask;
      this.#entries[slot] = fingerprintOf(view, at) * 2 ** INDEX_BITS + index;
    }
  }

  /**
   * What the logarithm may be, given the giant steps from `first` up: element j of `steps` is the one that is asked for
   * minus (first + j * 2^bits) * G.
   */
  hits(steps: Uint8Array, first: number): number[] {
    const found: number[] = [];
    const view = viewOf(steps);
    const stride = 2 ** this.bits;
    for (let at = 0, base = first; at < steps.length; at += this.#width, base += stride) {
      const fingerprint = fingerprintOf(view, at);
      for (let slot = view.getUint32(at + SLOT_AT) & this.#mask; ; slot = (slot + 1) & this.#mask) {
        const entry = this.#entries[slot]!;
        if (entry === EMPTY) break;
        if (entry >>> INDEX_BITS === fingerprint) found.push(base + (entry & INDEX_MASK));
      }
    }
    return found;
  }
}

function viewOf(elements: Uint8Array): DataView {
  return new DataView(elements.buffer, elements.byteOffset, elements.length);
}

function fingerprintOf(view: DataView, at: number): number {
  return view.getUint32(at + FINGERPRINT_AT) % FINGERPRINTS;
}
