// SPDX-License-Identifier: Apache-2.0
/**
 * A list by its records. A record with two columns of telephone numbers is read as two rows, which come one after the other and
 * stand on one line; to whoever counts people, or has a value for each record, it is one.
 */

import { IdentifierSet } from '../../identifiers/set.js';
import type { Uint32List } from '../../lists/uint32-list.js';

/** Of each record the first of its rows. */
export function firstRows({
  set,
  lines,
}: {
  readonly set: IdentifierSet;
  readonly lines: Uint32List;
}): Uint32Array {
  const firsts = new Uint32Array(set.rowCount);
  let records = 0;
  for (let row = 0; row < set.rowCount; row++) {
    if (row === 0 || lines.at(row) !== lines.at(row - 1)) firsts[records++] = row;
  }
  return firsts.subarray(0, records);
}

/** The set over records in place of rows. */
export function inRecords(set: IdentifierSet, firsts: Uint32Array): IdentifierSet {
  if (firsts.length === set.rowCount) return set;
  const recordOf = new Uint32Array(set.rowCount);
  for (let record = 0; record < firsts.length; record++) {
    recordOf.fill(record, firsts[record]!, firsts[record + 1] ?? set.rowCount);
  }
  const starts = new Uint32Array(set.size + 1);
  const records: number[] = [];
  for (let element = 0; element < set.size; element++) {
    for (const record of new Set(set.rowsAt(element).map((row) => recordOf[row]!))) records.push(record);
    starts[element + 1] = records.length;
  }
  return new IdentifierSet(set.elements, set.kinds, firsts.length, starts, Uint32Array.from(records));
}
