// SPDX-License-Identifier: Apache-2.0
/** Sets of characters as the generated tables hold them. */

/** A set of code points as the places where it begins and ends. */
export class PointSet {
  readonly #edges: Uint32Array;

  /** @param runs - of all code points, how many in a row are not in it, are, are not ...; base 36 */
  constructor(runs: string) {
    let edge = 0;
    this.#edges = Uint32Array.from(runs.split(' '), (length) => (edge += Number.parseInt(length, 36)));
  }

  has(point: number): boolean {
    let [low, high] = [0, this.#edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#edges[middle]! <= point) low = middle + 1;
      else high = middle;
    }
    return low % 2 === 1;
  }
}
