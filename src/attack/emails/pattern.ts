// SPDX-License-Identifier: Apache-2.0
/**
 * Patterns of addresses: `{first:1}{last}@{domain}`. A name in braces stands for any text of that list, with a number for
 * what its texts begin with, so many characters; everything else stands for itself.
 */

import { utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { beginnings, RankedList, type Weighted } from './ranked-list.js';

interface Literal {
  readonly text: string;
  readonly bytes: Uint8Array;
  readonly shortest: number;
  readonly longest: number;
}

export type Part = Literal | RankedList;

const PLACEHOLDER = /\{([a-z][a-z0-9-]*)(?::([1-9]\d?))?\}/g;

/** The names of the lists that a pattern uses. */
export function listsOf(pattern: string): string[] {
  return Array.from(pattern.matchAll(PLACEHOLDER), ([, name]) => name!);
}

/** Makes each list, and each list of beginnings, once for all patterns. */
export class PatternReader {
  readonly #lists: Readonly<Record<string, readonly Weighted[]>>;
  readonly #made = new Map<string, RankedList>();

  constructor(lists: Readonly<Record<string, readonly Weighted[]>>) {
    this.#lists = lists;
  }

  /**
   * @param position - of the pattern, for the error
   * @throws {VeilmatchError} `argument` for a brace that is no placeholder, and for a list that there is not
   */
  read(pattern: string, position: number): Part[] {
    const parts: Part[] = [];
    let end = 0;
    const literal = (text: string): void => {
      if (/[{}]/.test(text)) {
        throw new VeilmatchError(
          'argument',
          `Pattern ${position} has a brace that belongs to no placeholder. Write {name}, or {name:1} for the first character.`,
          { position },
        );
      }
      const bytes = utf8(text);
      if (text !== '') parts.push({ text, bytes, shortest: bytes.length, longest: bytes.length });
    };
    for (const { 0: whole, 1: name, 2: characters, index } of pattern.matchAll(PLACEHOLDER)) {
      literal(pattern.slice(end, index));
      parts.push(this.#listOf(whole, name!, characters, position));
      end = index + whole.length;
    }
    literal(pattern.slice(end));
    return parts;
  }

  #listOf(whole: string, name: string, characters: string | undefined, position: number): RankedList {
    const made = this.#made.get(whole);
    if (made !== undefined) return made;
    const items = Object.hasOwn(this.#lists, name) ? this.#lists[name]! : [];
    if (items.length === 0) {
      throw new VeilmatchError(
        'argument',
        `Pattern ${position} uses the list ${name}, which is empty or missing. There is: ${Object.keys(this.#lists).join(', ')}.`,
        { position },
      );
    }
    const list = new RankedList(characters === undefined ? items : beginnings(items, Number(characters)));
    this.#made.set(whole, list);
    return list;
  }
}
