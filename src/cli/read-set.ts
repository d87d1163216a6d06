// SPDX-License-Identifier: Apache-2.0
/** A customer list as a set of identifiers, with a word on standard error about what was read and what was not. */

import { VeilmatchError } from '../errors.js';
import { type IdentifierSet, identifiersFromRows } from '../identifiers/index.js';
import type { ListSummary } from './comparison.js';
import { type Io, sourceName } from './io.js';
import { type ListFlags, toListOptions } from './list-options.js';
import { summarizeRejected } from './rejected.js';
import { type CustomerList, readList } from './table.js';

export interface SetFlags extends ListFlags {
  readonly valid?: true;
}

export interface ReadSet {
  readonly list: CustomerList;
  readonly set: IdentifierSet;
  readonly summary: ListSummary;
}

/** @throws {VeilmatchError} what `readList` and `identifiersFromRows` throw */
export async function readSet(path: string, flags: SetFlags, io: Io): Promise<ReadSet> {
  const list = await readList(path, toListOptions(flags), io);
  for (const note of list.notes) io.stderr.write(`${sourceName(path)}: ${note}\n`);
  const { set, rejected } = await identifiersFromRows(list.rows, {
    country: flags.country,
    strict: flags.valid ?? false,
    signal: io.signal,
  });
  io.stderr.write(
    `${sourceName(path)}: rows ${list.records}, identifiers ${set.size}, rejected ${rejected.length}\n`,
  );
  for (const line of summarizeRejected(rejected, list)) io.stderr.write(`${line}\n`);
  if (set.size === 0 && list.records > 0) {
    throw new VeilmatchError(
      'argument',
      `No row of ${sourceName(path)} holds an identifier that could be read, so nothing could ever match. The reasons are above; ` +
        'most often --country or another --column is needed.',
    );
  }
  return { list, set, summary: { records: list.records, identifiers: set.size, rejected: rejected.length } };
}
