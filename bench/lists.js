// SPDX-License-Identifier: Apache-2.0
/** The lists that the benches match: telephone numbers, of which every second one is on both. */

import { IdentifierSet } from 'veilmatch/identifiers';

/** @param {number} size @param {number} first */
export const numbers = (size, first) =>
  Array.from({ length: size }, (_, i) => `+1415${String(first + i).padStart(7, '0')}`);

/** @param {number} size */
export function overlapping(size) {
  const half = Math.floor(size / 2);
  return { receiver: numbers(size, 0), sender: numbers(size, half), shared: size - half };
}

/** @param {readonly string[]} list */
export const setOf = (list) => IdentifierSet.ofStrings(list);
