// SPDX-License-Identifier: Apache-2.0
/**
 * A customer list as a set of identifiers, with a word on standard error about what was read and what was not. The list is
 * read as a stream: what stays in memory is the packed set, and four bytes a row for its line.
 */

import { VeilmatchError } from '../../errors.js';
import { type IdentifierSet, identifiersFromRows } from '../../identifiers/index.js';
import { type Io, sourceName } from '../../lists/io.js';
import type { RowPlaces, SharedRows } from '../../lists/shared-rows.js';
import { CustomerList, type CustomerRow } from '../../lists/table.js';
import { Uint32List } from '../../lists/uint32-list.js';
import type { ListSummary } from '../report/comparison.js';
import { RejectedTally } from '../report/rejected.js';
import { type ListFlags, toListOptions } from './list-options.js';

export interface SetFlags extends ListFlags {
  readonly assigned?: true;
  readonly strict?: true;
}

export interface ReadSet extends RowPlaces {
  readonly set: IdentifierSet;
  readonly summary: ListSummary;
}

/**
 * @param rows takes every row, for a command that will write some of them
 * @throws {VeilmatchError} what `CustomerList` and `identifiersFromRows` throw
 */
export async function readSet(path: string, flags: SetFlags, io: Io, rows?: SharedRows): Promise<ReadSet> {
  const list = await CustomerList.open(path, toListOptions(flags), io);
  try {
    for (const note of list.notes) io.stderr.write(`${sourceName(path)}: ${note}\n`);
    const lines = new Uint32List();
    const { set, rejected } = await identifiersFromRows(rowsOf(list, lines, rows), {
      country: flags.country,
      assigned: flags.assigned ?? false,
      signal: io.signal,
    });
    const tally = new RejectedTally(list.counts);
    for (const rejection of rejected) {
      const line = lines.at(rejection.row);
      tally.add({ ...rejection, code: list.codeAt(line, rejection.code) }, line);
    }
    const summary = { records: list.records, identifiers: set.size, rejected: rejected.length };
    io.stderr.write(
      `${sourceName(path)}: rows ${summary.records}, identifiers ${set.size}, rejected ${rejected.length}\n`,
    );
    for (const line of tally.summary()) io.stderr.write(`${line}\n`);
    if (list.records === 0) {
      throw new VeilmatchError(
        'argument',
        `${sourceName(path)} has a header and no rows, so nothing could ever match. Is it the right file, and is it complete?`,
      );
    }
    if (set.size === 0) {
      throw new VeilmatchError(
        'argument',
        `No row of ${sourceName(path)} holds an identifier that could be read, so nothing could ever match. The reasons are ` +
          'above; most often --country or another --column is needed.',
      );
    }
    return { set, summary, lines, kinds: list.kinds };
  } finally {
    await list.close();
  }
}

async function* rowsOf(
  list: CustomerList,
  lines: Uint32List,
  kept: SharedRows | undefined,
): AsyncGenerator<CustomerRow, void, undefined> {
  for await (const batch of list.rows()) {
    for (const { row, line } of batch) {
      lines.push(line);
      await kept?.add(row);
      yield row;
    }
  }
}
