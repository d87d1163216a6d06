// SPDX-License-Identifier: Apache-2.0
/**
 * The cells of a dictionary: a pattern, and one group of each of its lists. The addresses of a cell are numbered with the
 * text of its largest group changing fastest, so that the longest runs differ in one text.
 */

import type { MessageRun } from '../kernel/messages.js';
import type { Part } from './pattern.js';
import { type Group, RankedList } from './ranked-list.js';

/** @param visit - is given the address, in a buffer that may be overwritten, and its index */
export function visitRun(run: MessageRun, visit: (address: Uint8Array, index: number) => void): void {
  const { message, length, offset, width, texts, first, count, index } = run;
  const address = message.subarray(0, length);
  let text = first * width;
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < width; j++) address[offset + j] = texts[text++]!;
    visit(address, index + i);
  }
}

export interface Pattern {
  readonly parts: readonly Part[];
  readonly lists: readonly RankedList[];
  readonly probability: number;
  /** Number of its first cell. */
  readonly firstCell: number;
}

/** A cell's addresses. */
export class Cell {
  readonly size: number;
  /** Mean probability of one address. */
  readonly likelihood: number;
  readonly #pattern: Pattern;
  readonly #groups: readonly Group[];
  /** Place of the largest group among them, -1 for a pattern without lists. */
  readonly #varied: number;
  readonly #indices: number[] = [];

  /** @param number - of the cell, not below the pattern's first */
  constructor(pattern: Pattern, number: number) {
    this.#pattern = pattern;
    let rest = number - pattern.firstCell;
    const groups: Group[] = [];
    for (const list of pattern.lists.toReversed()) {
      groups.unshift(list.groups[rest % list.groups.length]!);
      rest = Math.floor(rest / list.groups.length);
    }
    this.#groups = groups;
    this.size = groups.reduce((size, group) => size * group.size, 1);
    this.likelihood = groups.reduce((product, group) => product * group.probability, pattern.probability);
    this.#varied = groups.reduce(
      (largest, group, i) => (largest < 0 || group.size > groups[largest]!.size ? i : largest),
      -1,
    );
  }

  /** The number of the cell of a pattern with these groups, one for each list. */
  static numberOf({ lists, firstCell }: Pattern, groups: readonly number[]): number {
    return lists.reduce((number, list, i) => number * list.groups.length + groups[i]!, 0) + firstCell;
  }

  /** @param indices - of a text in each group. @returns the address's index within the cell */
  indexOf(indices: readonly number[]): number {
    const outer = this.#groups.reduce(
      (index, group, i) => (i === this.#varied ? index : index * group.size + indices[i]!),
      0,
    );
    return this.#varied < 0 ? 0 : outer * this.#groups[this.#varied]!.size + indices[this.#varied]!;
  }

  /**
   * Visits the addresses of the indices [from, to) within the cell.
   * @param base - the dictionary's index of the cell's first address
   * @param run - is written to, and handed over
   */
  visitRuns(from: number, to: number, base: number, run: MessageRun, visit: (run: MessageRun) => void): void {
    const varied = this.#groups[this.#varied] ?? NOTHING;
    const tail = new Uint8Array(run.message.length);
    for (let index = from; index < to; ) {
      const outer = Math.floor(index / varied.size);
      const start = index - outer * varied.size;
      const end = Math.min(varied.size, start + to - index);
      const { before, after } = this.#write(outer, run.message, tail);
      for (const { width, from: first, to: last, bytes } of varied.lengths) {
        const low = Math.max(start, first);
        const high = Math.min(end, last);
        if (low >= high) continue;
        for (let i = 0; i < after; i++) run.message[before + width + i] = tail[i]!;
        run.length = before + width + after;
        run.offset = before;
        run.width = width;
        run.texts = bytes;
        run.first = low - first;
        run.count = high - low;
        run.index = base + index + low - start;
        visit(run);
      }
      index += end - start;
    }
  }

  /** Writes what stands in front of the text that varies, and what stands behind it. @returns how many bytes each */
  #write(outer: number, head: Uint8Array, tail: Uint8Array): { before: number; after: number } {
    const groups = this.#groups;
    const indices = this.#indices;
    let rest = outer;
    for (let i = groups.length - 1; i >= 0; i--) {
      if (i === this.#varied) continue;
      indices[i] = rest % groups[i]!.size;
      rest = Math.floor(rest / groups[i]!.size);
    }
    let before = -1;
    let target = head;
    let length = 0;
    let place = 0;
    for (const part of this.#pattern.parts) {
      if (!(part instanceof RankedList)) {
        length = append(target, length, part.bytes, 0, part.bytes.length);
        continue;
      }
      if (place === this.#varied) {
        before = length;
        target = tail;
        length = 0;
      } else {
        const index = indices[place]!;
        const { lengths } = groups[place]!;
        let same = 0;
        while (lengths[same]!.to <= index) same++;
        const { from, width, bytes } = lengths[same]!;
        length = append(target, length, bytes, (index - from) * width, width);
      }
      place++;
    }
    return before < 0 ? { before: length, after: 0 } : { before, after: length };
  }
}

/** What varies in a pattern without lists. */
const NOTHING: Group = {
  size: 1,
  probability: 1,
  lengths: [{ width: 0, from: 0, to: 1, bytes: new Uint8Array() }],
};

/** Texts are a few bytes long: a loop is faster than `set`. */
function append(target: Uint8Array, at: number, bytes: Uint8Array, start: number, width: number): number {
  for (let i = 0; i < width; i++) target[at + i] = bytes[start + i]!;
  return at + width;
}
