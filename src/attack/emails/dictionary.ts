// SPDX-License-Identifier: Apache-2.0
/**
 * E-mail addresses by likelihood: counted, in order, by index, and the other way round. A pattern and one group of each of
 * its lists make a cell; cells are ordered by the mean likelihood of their addresses, and the addresses of a cell count as
 * equally likely. An address that several patterns can write is in the dictionary as often; its index is the first.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { requireArray, requireNumber, requireObject } from '../../arguments.js';
import { bytesToHex, fromUtf8, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { MessageRun } from '../kernel/messages.js';
import { Cell, type Pattern, visitRun } from './cell.js';
import { PatternReader } from './pattern.js';
import { RankedList, type Weighted } from './ranked-list.js';

/** A dictionary as data: what a worker needs to make it again. */
export interface DictionarySpec {
  /** Patterns with their weights. */
  readonly patterns: readonly Weighted[];
  /** What their placeholders stand for. */
  readonly lists: Readonly<Record<string, readonly Weighted[]>>;
  /** Only so many addresses, the likeliest. */
  readonly limit: number;
}

/** More would take longer to put in order than the likeliest addresses take to try. */
const MOST_CELLS = 4_000_000;

/** Addresses in the order of their likelihood, by index. */
export class EmailDictionary {
  /** The dictionary as data. */
  readonly spec: DictionarySpec;
  /** How many addresses it has, those written by several patterns counted as often. */
  readonly size: number;
  readonly #patterns: readonly Pattern[];
  /** The numbers of the cells by likelihood; and the place of each number in this order. */
  readonly #cells: Uint32Array;
  readonly #ranks: Uint32Array;
  /** Where each ordered cell ends. */
  readonly #ends: Float64Array;
  /** Bytes of the shortest address and of the longest; between them are all. */
  readonly lengths: { readonly shortest: number; readonly longest: number };

  /** @throws {VeilmatchError} `argument` for a pattern that cannot be read, or that makes too many addresses */
  constructor(spec: DictionarySpec) {
    requireObject(spec, 'The dictionary', 'lists', 'patterns');
    requireNumber(spec.limit, 'The limit');
    requireObject(spec.lists, 'The lists');
    requireArray(spec.patterns, 'The patterns');
    for (const [position, pattern] of spec.patterns.entries()) requireArray(pattern, `Pattern ${position}`);
    this.spec = spec;
    const reader = new PatternReader(spec.lists);
    const weights = sum(spec.patterns, ([, weight]) => weight);
    let cells = 0;
    let shortest = Number.POSITIVE_INFINITY;
    let longest = 0;
    this.#patterns = spec.patterns.map(([text, weight], position) => {
      const parts = reader.read(text, position);
      const lists = parts.filter((part) => part instanceof RankedList);
      const firstCell = cells;
      cells += lists.reduce((count, { groups }) => count * groups.length, 1);
      if (cells > MOST_CELLS) throw tooMany(position);
      shortest = Math.min(
        shortest,
        sum(parts, ({ shortest }) => shortest),
      );
      longest = Math.max(
        longest,
        sum(parts, ({ longest }) => longest),
      );
      return { parts, lists, probability: weight / weights, firstCell };
    });
    this.lengths = { shortest, longest };

    const likelihoods = new Float64Array(cells);
    const sizes = new Float64Array(cells);
    for (let number = 0; number < cells; number++) {
      const cell = this.#cell(number);
      likelihoods[number] = cell.likelihood;
      sizes[number] = cell.size;
    }
    this.#cells = Uint32Array.from(likelihoods.keys()).sort(
      (a, b) => likelihoods[b]! - likelihoods[a]! || a - b,
    );
    this.#ranks = new Uint32Array(cells);
    this.#ends = new Float64Array(cells);
    let end = 0;
    for (const [rank, number] of this.#cells.entries()) {
      this.#ranks[number] = rank;
      end += sizes[number]!;
      this.#ends[rank] = end;
    }
    if (end > Number.MAX_SAFE_INTEGER) throw tooMany(spec.patterns.length - 1);
    this.size = Math.min(end, spec.limit);
  }

  /** Differs where two dictionaries differ in an address or in their order; in hexadecimal. */
  get fingerprint(): string {
    return bytesToHex(sha256(utf8(JSON.stringify(this.spec))));
  }

  /**
   * The address of this index, the likeliest first.
   * @throws {VeilmatchError} `argument` for an index that the dictionary does not have
   */
  at(index: number): string {
    let found: string | undefined;
    if (Number.isInteger(index) && index >= 0) {
      this.visit(index, index + 1, (address) => {
        found = fromUtf8(address);
      });
    }
    if (found === undefined) {
      throw new VeilmatchError(
        'argument',
        `The dictionary has ${this.size} addresses; there is no address ${index}.`,
      );
    }
    return found;
  }

  /** The first index of an address, or -1. */
  indexOf(address: string): number {
    let first = this.size;
    for (const pattern of this.#patterns) {
      const groups: number[] = [];
      const indices: number[] = [];
      const read = (part: number, position: number): void => {
        const expected = pattern.parts[part];
        if (expected === undefined) {
          if (position < address.length) return;
          const number = Cell.numberOf(pattern, groups);
          const start = this.#startOf(this.#ranks[number]!);
          first = Math.min(first, start + new Cell(pattern, number).indexOf(indices));
          return;
        }
        if (!(expected instanceof RankedList)) {
          if (address.startsWith(expected.text, position)) read(part + 1, position + expected.text.length);
          return;
        }
        // No text is longer in UTF-16 than it is in UTF-8.
        const last = Math.min(address.length, position + expected.longest);
        for (let end = position; end <= last; end++) {
          const place = expected.placeOf(address.slice(position, end));
          if (place === undefined) continue;
          groups.push(place.group);
          indices.push(place.index);
          read(part + 1, end);
          groups.pop();
          indices.pop();
        }
      };
      read(0, 0);
    }
    return first < this.size ? first : -1;
  }

  /** Whether an address, in lower case, is one of the dictionary. */
  has(address: string): boolean {
    return this.indexOf(address) >= 0;
  }

  /** Hands over the addresses from one index to another, in order. */
  visit(from: number, to: number, visit: (address: Uint8Array, index: number) => void): void {
    this.visitRuns(from, to, (run) => visitRun(run, visit));
  }

  /**
   * Visits the addresses of the indices [from, to), in order, as runs.
   * @internal
   */
  visitRuns(from: number, to: number, visit: (run: MessageRun) => void): void {
    const run: MessageRun = {
      message: new Uint8Array(this.lengths.longest),
      length: 0,
      offset: 0,
      width: 0,
      texts: new Uint8Array(),
      first: 0,
      count: 0,
      index: 0,
    };
    let index = Math.max(0, from);
    const end = Math.min(to, this.size);
    for (let rank = this.#rankOf(index); index < end; rank++) {
      const start = this.#startOf(rank);
      const stop = Math.min(end, this.#ends[rank]!);
      this.#cell(this.#cells[rank]!).visitRuns(index - start, stop - start, start, run, visit);
      index = stop;
    }
  }

  /** All addresses, the likeliest first. */
  *[Symbol.iterator](): IterableIterator<string> {
    for (let index = 0; index < this.size; index++) yield this.at(index);
  }

  #startOf(rank: number): number {
    return rank === 0 ? 0 : this.#ends[rank - 1]!;
  }

  /** The ordered cell that holds an index. */
  #rankOf(index: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[middle]! <= index) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #cell(number: number): Cell {
    return new Cell(this.#patterns.findLast(({ firstCell }) => firstCell <= number)!, number);
  }
}

function sum<T>(items: readonly T[], value: (item: T) => number): number {
  return items.reduce((total, item) => total + value(item), 0);
}

function tooMany(position: number): VeilmatchError {
  return new VeilmatchError(
    'argument',
    `The patterns up to ${position} make too many addresses to be put in order. Use fewer lists in a pattern, or shorter ones.`,
    { position },
  );
}
