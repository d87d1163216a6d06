// SPDX-License-Identifier: Apache-2.0
/** A customer list as identifiers that are handed on as they are read: nothing of it stays in memory but what is said of it. */

import { ByteListBuilder } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { readOpaque } from '../../identifiers/opaque.js';
import { type IdentifierBatch, identifierBatches, type ReadBatch } from '../../identifiers/rows.js';
import { placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import type { PlacedRow } from '../../lists/record-rows.js';
import { CustomerList } from '../../lists/table.js';
import { ambiguousLines, countryLines, RejectedTally } from '../report/rejected.js';
import { toListOptions } from './list-options.js';
import { OpaqueRows } from './opaque-rows.js';
import type { SetFlags } from './read-set.js';

/** How many rows were not taken. */
export interface BatchSummary {
  rejected: number;
}

/** Rows that are looked at for what should be known of a list that is taken as it is. */
const SAMPLE = 1000;

/**
 * Reads a list.
 * @param by what rows are numbered by: their place among all rows, or the line of their record, where one person is a record
 * @param summary is filled in when the list was read to its end
 * @throws {VeilmatchError} what `CustomerList` and `identifierBatches` throw; `argument` for a list without an identifier
 */
export async function* listBatches(
  path: string,
  flags: SetFlags,
  by: 'row' | 'line',
  io: Io,
  summary: BatchSummary,
): AsyncGenerator<IdentifierBatch, void, undefined> {
  const source = placeName(path);
  const list = await CustomerList.open(path, toListOptions(flags, 'any'), io);
  try {
    for (const note of list.notes) io.stderr.write(`${source}: ${note}\n`);
    const rows = new Rows(list);
    const opaque = list.columns.opaque && new OpaqueRows(flags.column?.[0]?.hashed);
    const batches =
      opaque === undefined
        ? identifierBatches(rows.all(), {
            ...{ country: flags.country, assigned: flags.assigned ?? false },
            ...{ international: flags.international ?? false, strict: flags.strict ?? false },
            signal: io.signal,
          })
        : opaqueBatches(rows.batches(), opaque, flags);
    const [tally, doubts] = [new RejectedTally(list), new RejectedTally(list)];
    let identifiers = 0;
    for await (const batch of batches) {
      for (const rejection of batch.rejected) {
        const line = rows.lineOf(rejection.row);
        tally.add({ ...rejection, code: list.codeAt(line, rejection.code) }, line);
      }
      for (const reading of batch.ambiguous) doubts.add(reading, rows.lineOf(reading.row));
      const { elements } = batch;
      identifiers += elements.length;
      yield by === 'row' ? batch : { elements, rows: batch.rows.map((row) => rows.lineOf(row)) };
      rows.forget(batch.rowCount);
    }
    io.stderr.write(`${source}: rows ${list.records}, identifiers ${identifiers}, rejected ${tally.total}\n`);
    const countries = countryLines(list.unknownCountries, list);
    for (const line of [...tally.summary(), ...ambiguousLines(doubts), ...countries])
      io.stderr.write(`${line}\n`);
    for (const note of opaque?.notes() ?? []) io.stderr.write(`${source}: ${note}\n`);
    summary.rejected = tally.total;
    if (identifiers > 0) return;
    throw new VeilmatchError(
      'argument',
      `No row of ${source} holds an identifier that could be read, so nothing could ever match. Is it the right file? Most often ` +
        '--country or another --column is needed.',
    );
  } finally {
    await list.close();
  }
}

/** Rows on their way, and the lines of those that nothing has been said of yet. */
class Rows {
  readonly #list: CustomerList;
  #lines: number[] = [];
  #first = 0;

  constructor(list: CustomerList) {
    this.#list = list;
  }

  async *batches(): AsyncGenerator<readonly PlacedRow[], void, undefined> {
    for await (const batch of this.#list.rows()) {
      for (const { line } of batch) this.#lines.push(line);
      yield batch;
    }
  }

  async *all(): AsyncGenerator<PlacedRow['row'], void, undefined> {
    for await (const batch of this.batches()) for (const { row } of batch) yield row;
  }

  lineOf(row: number): number {
    return this.#lines[row - this.#first]!;
  }

  /** The next rows have been dealt with. */
  forget(count: number): void {
    this.#lines = this.#lines.slice(count);
    this.#first += count;
  }
}

async function* opaqueBatches(
  batches: AsyncIterable<readonly PlacedRow[]>,
  sample: OpaqueRows,
  flags: SetFlags,
): AsyncGenerator<ReadBatch, void, undefined> {
  const rule = flags.column?.[0]?.hashed;
  let first = 0;
  for await (const batch of batches) {
    const elements = new ByteListBuilder(batch.length);
    const rows: number[] = [];
    const rejected: ReadBatch['rejected'] = [];
    for (const [i, { opaque = [] }] of batch.entries()) {
      const row = first + i;
      if (row < SAMPLE) sample.add(opaque);
      let isEmpty = true;
      for (const cell of opaque) {
        const read = readOpaque(cell, rule);
        if (read === 'empty') continue;
        isEmpty = false;
        if (typeof read === 'string') rejected.push({ row, code: read });
        else {
          elements.add(read);
          rows.push(row);
        }
      }
      if (isEmpty) rejected.push({ row, code: 'empty' });
    }
    yield {
      ...{ elements: elements.toList(), rows: Uint32Array.from(rows), rowCount: batch.length },
      ...{ rejected, ambiguous: [] },
    };
    first += batch.length;
  }
}
