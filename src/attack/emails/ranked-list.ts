// SPDX-License-Identifier: Apache-2.0
/**
 * Texts by likelihood, in groups within which they count as equally likely: a text of the next group has at most half the
 * likelihood of a group's first. Within a group shorter texts come first, so that texts of one length lie side by side.
 */

import { ByteListBuilder, utf8 } from '../../bytes.js';

/** A text and how likely it is, relative to the others. */
export type Weighted = readonly [text: string, weight: number];

/** Texts of a group that have the same length. */
interface SameLength {
  /** Bytes of each. */
  readonly width: number;
  /** Within the group: index of the first one, and of the one after the last. */
  readonly from: number;
  readonly to: number;
  /** All of them, concatenated. */
  readonly bytes: Uint8Array;
}

export interface Group {
  readonly size: number;
  /** Mean probability of one text. */
  readonly probability: number;
  readonly lengths: readonly SameLength[];
}

/** Where a text is. */
interface Place {
  readonly group: number;
  readonly index: number;
}

export class RankedList {
  readonly groups: readonly Group[];
  /** Bytes of the shortest text, and of the longest. */
  readonly shortest: number;
  readonly longest: number;
  readonly #texts: readonly (readonly string[])[];
  /** Made when it is first needed: only membership needs it. */
  #places: Map<string, Place> | undefined;

  /** @param items - positive weights; what is listed twice counts once, with the sum */
  constructor(items: readonly Weighted[]) {
    const weights = new Map<string, number>();
    let total = 0;
    for (const [text, weight] of items) {
      weights.set(text, (weights.get(text) ?? 0) + weight);
      total += weight;
    }
    const ranked = [...weights].sort(([, a], [, b]) => b - a);
    const members: Weighted[][] = [];
    for (const item of ranked) {
      const group = members.at(-1);
      if (group === undefined || item[1] <= group[0]![1] / 2) members.push([item]);
      else group.push(item);
    }
    let shortest = Number.POSITIVE_INFINITY;
    let longest = 0;
    const texts: string[][] = [];
    this.groups = members.map((group) => {
      const encoded = group.map(([text]) => ({ text, bytes: utf8(text) }));
      encoded.sort((a, b) => a.bytes.length - b.bytes.length);
      shortest = Math.min(shortest, encoded[0]!.bytes.length);
      longest = Math.max(longest, encoded.at(-1)!.bytes.length);
      texts.push(encoded.map(({ text }) => text));
      const sum = group.reduce((weight, item) => weight + item[1], 0);
      return {
        size: group.length,
        probability: sum / total / group.length,
        lengths: sameLengths(encoded.map(({ bytes }) => bytes)),
      };
    });
    this.shortest = shortest;
    this.longest = longest;
    this.#texts = texts;
  }

  at(group: number, index: number): string {
    return this.#texts[group]![index]!;
  }

  /** Undefined for a text that is not in the list. */
  placeOf(text: string): Place | undefined {
    this.#places ??= new Map(
      this.#texts.flatMap((texts, group) => texts.map((item, index) => [item, { group, index }] as const)),
    );
    return this.#places.get(text);
  }
}

/** @param texts - by length */
function sameLengths(texts: readonly Uint8Array[]): SameLength[] {
  const found: SameLength[] = [];
  for (let from = 0; from < texts.length; ) {
    const width = texts[from]!.length;
    const packed = new ByteListBuilder();
    let to = from;
    while (texts[to]?.length === width) packed.add(texts[to++]!);
    found.push({ width, from, to, bytes: packed.toList().bytes });
    from = to;
  }
  return found;
}

/** The list of what these texts begin with, so many characters of each: initials, where it is one. */
export function beginnings(items: readonly Weighted[], characters: number): Weighted[] {
  return items.map(([text, weight]) => [Array.from(text).slice(0, characters).join(''), weight]);
}

/** Weights for texts of which only the order is known, likeliest first: Zipf's law. */
export function byRank(texts: readonly string[]): Weighted[] {
  return texts.map((text, rank) => [text, 1 / (rank + 1)]);
}
