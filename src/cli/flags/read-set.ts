// SPDX-License-Identifier: Apache-2.0
/**
 * A customer list as a set of identifiers, with a word on standard error about what was read and what was not. The list is
 * read as a stream: what stays in memory is the packed set, and four bytes a row for its line.
 */

import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/index.js';
import { CHUNK } from '../../identifiers/row-chunks.js';
import { identifiersFromColumns } from '../../identifiers/rows.js';
import { placeName } from '../../lists/address.js';
import { parseAmount } from '../../lists/amounts.js';
import type { Keep } from '../../lists/columns.js';
import type { Io } from '../../lists/io.js';
import type { BesideCells, PlacedColumns } from '../../lists/record-rows.js';
import type { RowPlaces, SharedRows } from '../../lists/shared-rows.js';
import { CustomerList } from '../../lists/table.js';
import { Uint32List } from '../../lists/uint32-list.js';
import type { ListSummary } from '../report/comparison.js';
import { ambiguousLines, countryLines, placesOf, RejectedTally } from '../report/rejected.js';
import { type ListFlags, toListOptions } from './list-options.js';
import { OpaqueRows } from './opaque-rows.js';

export interface SetFlags extends ListFlags {
  readonly assigned?: true;
  readonly strict?: true;
  /** Columns that stand in the rows of the result again. */
  readonly keep?: Keep | undefined;
}

export interface ReadSet extends RowPlaces {
  /** What messages call the list. */
  readonly source: string;
  readonly set: IdentifierSet;
  readonly summary: ListSummary;
  /** Of each record the amount in each column that was asked for, in the smallest unit. */
  readonly amounts: ReadonlyMap<string, readonly number[]>;
}

/** A column of amounts. */
export interface AmountColumn {
  /** A header name, or a number from 1. */
  readonly name: string;
  /** After the point. */
  readonly digits: number;
  /** The largest amount, in the smallest unit. */
  readonly most: number;
}

/**
 * @param rows takes every row, for a command that will write some of them
 * @param columns that are read besides, by any names
 * @throws {VeilmatchError} what `CustomerList` and `identifiersFromColumns` throw; `bad-file` for a cell that is no amount, with
 * its line
 */
export async function readSet(
  path: string,
  flags: SetFlags,
  io: Io,
  rows?: SharedRows,
  columns: ReadonlyMap<string, AmountColumn> = new Map(),
): Promise<ReadSet> {
  const source = placeName(path);
  const beside = [...columns.values()].map(({ name }) => name);
  const list = await CustomerList.open(
    path,
    { ...toListOptions(flags, 'any'), beside, keep: flags.keep },
    io,
  );
  try {
    for (const note of list.notes) io.stderr.write(`${source}: ${note}\n`);
    const lines = new Uint32List();
    const place = (line: number): string => `${source}: ${placesOf([line], list)}`;
    const amounts = new Amounts(place, columns);
    const opaque = list.columns.opaque && new OpaqueRows(flags.column?.[0]?.hashed);
    const read = chunksOf(list, lines, amounts, rows, opaque);
    const { set, rejected, ambiguous } =
      opaque === undefined
        ? await identifiersFromColumns(read, {
            country: flags.country,
            assigned: flags.assigned ?? false,
            international: flags.international ?? false,
            strict: flags.strict ?? false,
            signal: io.signal,
          })
        : await opaque.all(read, io.signal);
    const tally = new RejectedTally(list);
    for (const rejection of rejected) {
      const line = lines.at(rejection.row);
      tally.add({ ...rejection, code: list.codeAt(line, rejection.code) }, line);
    }
    const doubts = new RejectedTally(list);
    for (const reading of ambiguous) doubts.add(reading, lines.at(reading.row));
    const summary = { records: list.records, identifiers: set.size, rejected: rejected.length };
    io.stderr.write(
      `${source}: rows ${summary.records}, identifiers ${set.size}, rejected ${rejected.length}\n`,
    );
    const countries = countryLines(list.unknownCountries, list);
    for (const line of [...tally.summary(), ...ambiguousLines(doubts), ...countries])
      io.stderr.write(`${line}\n`);
    for (const note of opaque?.notes() ?? []) io.stderr.write(`${source}: ${note}\n`);
    if (list.records === 0) {
      throw new VeilmatchError(
        'argument',
        `${source} has a header and no rows, so nothing could ever match. Is it the right file, and is it complete?`,
      );
    }
    if (set.size === 0) {
      throw new VeilmatchError(
        'argument',
        `No row of ${source} holds an identifier that could be read, so nothing could ever match. The reasons are ` +
          'above; most often --country or another --column is needed.',
      );
    }
    return {
      ...{ source, set, summary, lines, kinds: list.kinds, columns: list.columns },
      amounts: amounts.columns,
    };
  } finally {
    await list.close();
  }
}

async function* chunksOf(
  list: CustomerList,
  lines: Uint32List,
  amounts: Amounts,
  kept: SharedRows | undefined,
  opaque: OpaqueRows | undefined,
): AsyncGenerator<PlacedColumns, void, undefined> {
  for await (const chunk of list.placedColumns(CHUNK)) {
    for (const line of chunk.lines) lines.push(line);
    for (const record of chunk.beside ?? []) amounts.take(record);
    for (const cells of chunk.opaque ?? []) opaque?.add(cells);
    await kept?.add(chunk.columns, chunk.kept);
    yield chunk;
  }
}

/** The columns of amounts, as they are read. */
class Amounts {
  readonly columns = new Map<string, number[]>();
  readonly #place: (line: number) => string;
  readonly #asked: readonly (readonly [string, AmountColumn])[];

  /** @param place - how messages name a record */
  constructor(place: (line: number) => string, columns: ReadonlyMap<string, AmountColumn>) {
    this.#place = place;
    this.#asked = [...columns];
    for (const name of columns.keys()) this.columns.set(name, []);
  }

  /** Those of a record that could not be read are nobody's. @throws {VeilmatchError} `bad-file` */
  take({ line, cells }: BesideCells): void {
    for (const [i, [name, { digits, most }]] of this.#asked.entries()) {
      const amount = cells === undefined ? 0 : parseAmount(cells[i]!, digits, most);
      if (typeof amount === 'string') {
        throw new VeilmatchError('bad-file', `${this.#place(line)}: the amount ${amount}.`, {
          position: line - 1,
        });
      }
      this.columns.get(name)!.push(amount);
    }
  }
}
