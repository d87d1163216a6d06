// SPDX-License-Identifier: Apache-2.0
/**
 * A set of identifiers as the protocols take it: distinct, packed, and able to say which of the caller's rows each
 * element came from.
 */

import { refuseRowsResult, requireIterable } from '../arguments.js';
import { type ByteList, ByteListBuilder, DistinctBytes, type Room, SOME_ROOM } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { Marks } from '../marks.js';
import { type IdentifierKind, kindOf, LABELS } from './identifier.js';

/** Distinct identifiers, packed, and the caller's rows that each came from. */
export class IdentifierSet {
  /** Distinct canonical bytes, in the order of their first appearance. */
  readonly elements: ByteList;
  /** The kinds that occur; empty for an empty set. */
  readonly kinds: ReadonlySet<IdentifierKind>;
  /** How many rows the caller gave, the ones without an identifier included. */
  readonly rowCount: number;
  /** The rows of element e are `rows[starts[e] .. starts[e + 1]]`. */
  readonly #starts: Uint32Array;
  readonly #rows: Uint32Array;

  constructor(
    elements: ByteList,
    kinds: ReadonlySet<IdentifierKind>,
    rowCount: number,
    starts: Uint32Array,
    rows: Uint32Array,
  ) {
    this.elements = elements;
    this.kinds = kinds;
    this.rowCount = rowCount;
    this.#starts = starts;
    this.#rows = rows;
  }

  /**
   * A set of the caller's own strings, compared byte for byte; row i is string i.
   * @throws {VeilmatchError} `argument` for one string in place of a list, and with its position for an item that is none
   */
  static ofStrings(strings: Iterable<string>): IdentifierSet {
    if (typeof strings === 'string') {
      throw new VeilmatchError(
        'argument',
        'A list of strings is needed; this is one string. Put it into an array.',
      );
    }
    requireIterable(strings, 'The list');
    const builder = new SetBuilder(Array.isArray(strings) ? roomOf(strings) : SOME_ROOM);
    for (const text of strings) {
      const position = builder.rowCount;
      if (typeof text !== 'string') {
        throw new VeilmatchError('argument', `Item ${position} of the list is not a string.`, { position });
      }
      builder.addOpaque(position, text);
      builder.rowCount++;
    }
    return builder.build();
  }

  /** Distinct identifiers. */
  get size(): number {
    return this.elements.length;
  }

  /**
   * The rows, ascending and each once, that any of these elements came from.
   * @param elements indices of elements, from 0
   */
  rowsOf(elements: Iterable<number>): number[] {
    const [starts, rows] = [this.#starts, this.#rows];
    const found: number[] = [];
    let ascending = true;
    for (const element of elements) {
      for (let i = starts[element]!; i < starts[element + 1]!; i++) {
        const row = rows[i]!;
        ascending &&= found.length === 0 || row > found[found.length - 1]!;
        found.push(row);
      }
    }
    // Mostly each element has one row, and elements stand in the order of their rows.
    if (ascending) return found;
    const sorted = Uint32Array.from(found).sort();
    return Array.from(sorted.filter((row, i) => i === 0 || row !== sorted[i - 1]));
  }

  /** The rows of one element as they were given: a view, not a copy. */
  rowsAt(element: number): Uint32Array {
    return this.#rows.subarray(this.#starts[element]!, this.#starts[element + 1]!);
  }

  /** Whether a row has several elements, so that their number is not the number of people. */
  get severalPerRow(): boolean {
    const seen = new Marks(this.rowCount);
    for (let element = 0; element < this.size; element++) {
      let last = -1;
      for (const row of this.rowsAt(element)) {
        // A row that names an element twice has it once.
        if (row !== last && !seen.add(row)) return true;
        last = row;
      }
    }
    return false;
  }

  /** The set with one element for each row: its telephone number where it has one. */
  firstOfEachRow(): IdentifierSet {
    const builder = new SetBuilder();
    builder.rowCount = this.rowCount;
    const taken = new Marks(this.rowCount);
    for (const phones of [true, false]) {
      for (let element = 0; element < this.size; element++) {
        const bytes = this.elements.at(element);
        const kind = kindOf(bytes);
        if ((kind === 'phone') !== phones) continue;
        for (const row of this.rowsAt(element)) if (taken.add(row)) builder.add(row, kind, bytes);
      }
    }
    return builder.build();
  }

  /** The set with these elements behind its own, which no row has: they can match, but stand for nothing. */
  withoutRows(more: ByteList): IdentifierSet {
    const starts = new Uint32Array(this.#starts.length + more.length).fill(this.#rows.length);
    starts.set(this.#starts);
    const elements = new ByteListBuilder(starts.length - 1, this.elements.bytes.length + more.bytes.length);
    for (const list of [this.elements, more]) for (const element of list) elements.add(element);
    return new IdentifierSet(elements.toList(), this.kinds, this.rowCount, starts, this.#rows);
  }

  /**
   * The set of these elements over the same rows, the ones that belong to no row among them.
   * @param elements indices, ascending
   */
  only(elements: Uint32Array): IdentifierSet {
    const starts = new Uint32Array(elements.length + 1);
    const kinds = new Set<IdentifierKind>();
    for (const [i, element] of elements.entries()) {
      const { length } = this.rowsAt(element);
      starts[i + 1] = starts[i]! + length;
      if (length > 0) kinds.add(kindOf(this.elements.at(element)));
    }
    const rows = new Uint32Array(starts[elements.length]!);
    for (const [i, element] of elements.entries()) rows.set(this.rowsAt(element), starts[i]);
    const kept = new ByteListBuilder(elements.length);
    for (const element of elements) kept.add(this.elements.at(element));
    return new IdentifierSet(kept.toList(), kinds, this.rowCount, starts, rows);
  }

  /** The set of the elements whose index `keep` accepts, over the same rows. */
  filter(keep: (element: number) => boolean): IdentifierSet {
    const builder = new SetBuilder();
    builder.rowCount = this.rowCount;
    for (let element = 0; element < this.size; element++) {
      if (!keep(element)) continue;
      const bytes = this.elements.at(element);
      for (const row of this.rowsOf([element])) builder.add(row, kindOf(bytes), bytes);
    }
    return builder.build();
  }
}

/** Collects (row, identifier) pairs into an `IdentifierSet`. */
export class SetBuilder {
  rowCount = 0;
  readonly #elements: DistinctBytes;
  readonly #kinds = new Set<IdentifierKind>();
  #pairElements: Uint32Array<ArrayBuffer>;
  #pairRows: Uint32Array<ArrayBuffer>;
  #pairs = 0;

  /** @param room - for what is expected, a row for each of them */
  constructor(room: Room = SOME_ROOM) {
    this.#elements = new DistinctBytes(room);
    this.#pairElements = new Uint32Array(room.items);
    this.#pairRows = new Uint32Array(room.items);
  }

  /** @param canonical `canonical[start .. end]` are label and text, as `canonicalBytes` makes them; copied */
  add(row: number, kind: IdentifierKind, canonical: Uint8Array, start?: number, end?: number): void {
    this.#kinds.add(kind);
    this.#pair(row, this.#elements.add(canonical, start, end));
  }

  /**
   * Adds a string of the caller's own, as `opaqueBytes` makes it canonical.
   * @throws {VeilmatchError} `argument` with the row for a lone surrogate
   */
  addOpaque(row: number, text: string): void {
    this.#kinds.add('opaque');
    this.#pair(row, this.#elements.addText(text, LABELS.opaque, row));
  }

  #pair(row: number, element: number): void {
    if (this.#pairs === this.#pairRows.length) {
      this.#pairElements = doubled(this.#pairElements);
      this.#pairRows = doubled(this.#pairRows);
    }
    this.#pairElements[this.#pairs] = element;
    this.#pairRows[this.#pairs++] = row;
  }

  build(): IdentifierSet {
    const [pairElements, pairRows, pairs, size] = [
      this.#pairElements,
      this.#pairRows,
      this.#pairs,
      this.#elements.size,
    ];
    const starts = new Uint32Array(size + 1);
    for (let i = 0; i < pairs; i++) starts[pairElements[i]! + 1]!++;
    for (let e = 0; e < size; e++) starts[e + 1]! += starts[e]!;
    const rows = new Uint32Array(pairs);
    const next = starts.slice();
    for (let i = 0; i < pairs; i++) rows[next[pairElements[i]!]!++] = pairRows[i]!;
    return new IdentifierSet(this.#elements.toList(), this.#kinds, this.rowCount, starts, rows);
  }
}

/** Of strings, nearly all of which are ASCII; of whatever else is in the list nothing is asked here. */
function roomOf(strings: readonly unknown[]): Room {
  let bytes = LABELS.opaque.length * strings.length;
  let longest = 0;
  for (const text of strings) {
    const length = typeof text === 'string' ? text.length : 0;
    bytes += length;
    if (length > longest) longest = length;
  }
  // A text takes the place that it would need if it were not, until it is known to be.
  return { items: strings.length + 1, bytes: bytes + 3 * longest };
}

function doubled(values: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** What the protocols accept as a list: identifiers from rows, or any strings of the caller's own. */
export type SetInput = IdentifierSet | Iterable<string>;

export function toSet(input: SetInput): IdentifierSet {
  refuseRowsResult(input);
  return input instanceof IdentifierSet ? input : IdentifierSet.ofStrings(input);
}

/**
 * @throws {VeilmatchError} `incompatible-lists` when no element of one list can equal any of the other. Zero matches
 * without a word would be the worst of all failures.
 */
export function checkComparable(a: ReadonlySet<IdentifierKind>, b: ReadonlySet<IdentifierKind>): void {
  if (a.size === 0 || b.size === 0) return;
  for (const kind of a) if (b.has(kind)) return;
  throw new VeilmatchError(
    'incompatible-lists',
    `One list holds ${[...a].join(' and ')} elements, the other ${[...b].join(' and ')}: they can never match. ` +
      'Make both lists in the same way (strings and --column NAME=opaque are opaque; all else is normalised).',
  );
}
