// SPDX-License-Identifier: Apache-2.0
/** Numbers that are joined into sets, two at a time (union-find with path halving). */

export class DisjointSets {
  readonly #parents: Uint32Array;

  /** Each number below `size` is a set of its own. */
  constructor(size: number) {
    this.#parents = Uint32Array.from({ length: size }, (_, i) => i);
  }

  /** The number that stands for the set of this one. */
  rootOf(member: number): number {
    let at = member;
    while (this.#parents[at] !== at) {
      this.#parents[at] = this.#parents[this.#parents[at]!]!;
      at = this.#parents[at]!;
    }
    return at;
  }

  join(a: number, b: number): void {
    const [rootA, rootB] = [this.rootOf(a), this.rootOf(b)];
    this.#parents[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
  }
}
