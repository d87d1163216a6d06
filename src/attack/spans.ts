// SPDX-License-Identifier: Apache-2.0
/** Which parts of a long row of candidates were tried. */

/** Indices from the first one up to, and without, the second one. */
export type Span = readonly [from: number, to: number];

/** A set of indices as spans that neither overlap nor touch, in order. */
export class Spans {
  #spans: Span[] = [];

  constructor(spans: Iterable<Span> = []) {
    for (const [from, to] of spans) this.add(from, to);
  }

  add(from: number, to: number): void {
    if (from >= to) return;
    const before = this.#spans.filter((span) => span[1] < from);
    const after = this.#spans.filter((span) => span[0] > to);
    const joined = this.#spans.slice(before.length, this.#spans.length - after.length);
    this.#spans = [
      ...before,
      [Math.min(from, ...joined.map((span) => span[0])), Math.max(to, ...joined.map((span) => span[1]))],
      ...after,
    ];
  }

  /** How many indices it holds. */
  get size(): number {
    return this.#spans.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  /** What is missing below `end`. */
  gaps(end: number): Span[] {
    const gaps: Span[] = [];
    let next = 0;
    for (const [from, to] of this.#spans) {
      if (from > next) gaps.push([next, Math.min(from, end)]);
      next = Math.max(next, to);
    }
    if (next < end) gaps.push([next, end]);
    return gaps.filter(([from, to]) => from < to);
  }

  toJSON(): Span[] {
    return [...this.#spans];
  }
}
