// SPDX-License-Identifier: Apache-2.0
/** What the cells of a column look like, without what stands in them: `(999) 999-9999` and `a.a@a.a`. */

const MAX_SHAPE = 40;
/** A column of free text has as many shapes as cells. */
const MAX_SHAPES = 1000;

/** Digits are nines, a word is an `a`; signs between them stay, other characters and whatever is too long are dots. */
function shapeOf(cell: string): string {
  const shape = cell
    .slice(0, 4 * MAX_SHAPE)
    .replace(/\p{Nd}/gu, '9')
    .replace(/\p{L}[\p{L}\p{M}]*/gu, 'a')
    .replace(/\s+/g, ' ')
    .replace(/[^9a +\-()./@_:;,&#*'"=|\\<>[\]]/g, '·')
    .trim();
  return shape.length > MAX_SHAPE ? `${shape.slice(0, MAX_SHAPE - 1)}…` : shape;
}

/** How often each shape was seen. */
export class Shapes {
  readonly #counts = new Map<string, number>();

  add(cell: string): void {
    const shape = shapeOf(cell);
    const before = this.#counts.get(shape);
    if (before !== undefined || this.#counts.size < MAX_SHAPES) this.#counts.set(shape, (before ?? 0) + 1);
  }

  /** The most frequent ones, at most so many. */
  top(count: number): { readonly shape: string; readonly count: number }[] {
    return [...this.#counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, count)
      .map(([shape, times]) => ({ shape, count: times }));
  }
}
