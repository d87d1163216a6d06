// SPDX-License-Identifier: Apache-2.0
/**
 * `veilmatch/tables`: lists whose text is there already, on every platform. A page that is handed a file takes it apart and finds
 * its columns as the command line does; files of every kind are opened by `veilmatch/lists`, on Node.
 *
 * @module veilmatch/tables
 */

import { requireArray, requireObject, requireOptions, requireText } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import {
  type ColumnOptions,
  type ColumnReading,
  type Columns,
  findColumns,
  SAMPLE_RECORDS,
} from './columns.js';
import { MAX_RECORD, recordsOf } from './csv.js';
import type { Dialect, GivenDialect } from './dialect.js';
import { type PlacedRow, rowsOfRecord } from './record-rows.js';
import type { ListRecord } from './record-source.js';
import { vcardRecords } from './vcard.js';

/** Separated values, taken apart. */
export interface TextTable {
  /** How they are written. */
  readonly dialect: Dialect;
  /** The header, if there is one, and what is below it. At least one is whole. */
  readonly records: readonly ListRecord[];
}

/**
 * Takes a text of separated values apart. How it is written is found out; what cannot be read is a record with a `damage`, and ends
 * nothing.
 * @param dialect what is known of how it is written
 * @throws {VeilmatchError} `bad-file` where there is no whole record in it; `argument`
 * @example
 * ```ts
 * import { readTable } from 'veilmatch/tables';
 *
 * const { dialect, records } = readTable('Name;Mobile\nAda;415 555 0123\n');
 * console.log(dialect.delimiter, records[1]); // → ; { fields: [ 'Ada', '415 555 0123' ], line: 2 }
 * ```
 */
export function readTable(text: string, dialect: GivenDialect = {}): TextTable {
  requireText(text, 'The text');
  requireOptions(dialect, { delimiter: true, quote: true, escape: true, comment: true, skip: true });
  const table = recordsOf(text.replace(/^\uFEFF/, ''), dialect);
  if (table.records.some(isWhole)) return table;
  throw new VeilmatchError(
    'bad-file',
    'The text holds nothing that could be read as a list: no line, or no whole record.',
  );
}

/**
 * Takes a text of contacts apart: the cards of a vCard file, as telephones export them. The records have the columns `name`, `phone`,
 * `email` and `country`, and a header says so; what a card has several of stands in one cell, a line each. What is no card, or one
 * without an end, is a record with a `damage`, and ends nothing.
 * @throws {VeilmatchError} `bad-file` where there is no whole card in it; `argument`
 * @example
 * ```ts
 * import { readCards } from 'veilmatch/tables';
 *
 * const { records } = await readCards('BEGIN:VCARD\nVERSION:4.0\nFN:Ada\nTEL:+1 415 555 0123\nEND:VCARD\n');
 * console.log(records[1]?.fields); // → [ 'Ada', '+1 415 555 0123', '', '' ]
 * ```
 */
export async function readCards(text: string): Promise<Pick<TextTable, 'records'>> {
  requireText(text, 'The text');
  const records: ListRecord[] = [];
  const whole = async function* (): AsyncGenerator<string, void, undefined> {
    yield text.replace(/^\uFEFF/, '');
  };
  for await (const batch of vcardRecords(whole(), MAX_RECORD)) records.push(...batch);
  // The first one is the header.
  if (records.slice(1).some(isWhole)) return { records };
  throw new VeilmatchError('bad-file', 'The text holds no card that could be read.');
}

/**
 * Finds out which columns hold telephone numbers, e-mail addresses and countries, by their names and by what is in them.
 * @param options what is known of them
 * @returns for each kind one column at the most, unless options name more
 * @throws {VeilmatchError} `argument`, also for an option that names no column
 * @example
 * ```ts
 * import { readTable, suggestColumns } from 'veilmatch/tables';
 *
 * const table = readTable('Contact ID,Mobile\n4155550100,628 555 0142\n4155550101,628 555 0143\n');
 * const { columns, chosen } = suggestColumns(table, { country: 'US' });
 * console.log(columns.phone, chosen[0]?.why); // → [ 1 ] by its name
 * ```
 */
export function suggestColumns(
  table: Partial<TextTable> & Pick<TextTable, 'records'>,
  options: ColumnOptions = {},
): ColumnReading {
  requireOptions(options, {
    columns: true,
    header: true,
    country: true,
    countryColumn: true,
    beside: true,
    keep: true,
  });
  const sample = wholeRecords(table).slice(0, SAMPLE_RECORDS);
  const { columns, chosen, names } = findColumns(
    sample.map(({ fields }) => fields),
    options,
    'The table',
  );
  return { columns, chosen, names };
}

/**
 * The rows of a table, for `identifiersFromRows` and others.
 * @param columns as `suggestColumns` finds them, or others
 * @returns one row for each record below the header, more where several columns of a kind are filled, and an empty one for a record
 * that could not be read
 * @throws {VeilmatchError} `argument`
 * @example
 * ```ts
 * import { readTable, suggestColumns, tableRows } from 'veilmatch/tables';
 *
 * const table = readTable('E-mail,City\nada@example.com,London\n');
 * console.log(tableRows(table, suggestColumns(table).columns)); // → [ { row: { email: 'ada@example.com' }, line: 2 } ]
 * ```
 */
export function tableRows(
  table: Partial<TextTable> & Pick<TextTable, 'records'>,
  columns: Columns,
): readonly PlacedRow[] {
  const whole = wholeRecords(table);
  requireObject(columns, 'The columns', 'phone', 'email');
  for (const kind of ['phone', 'email'] as const) requireArray(columns[kind], `The columns of kind ${kind}`);
  const { header } = columns;
  const width = Math.max(header?.length ?? 0, whole[0]!.fields.length);
  const below = header === undefined ? table.records : table.records.filter((record) => record !== whole[0]);
  return below.flatMap((record) => rowsOfRecord(record, { columns, width }));
}

const isWhole = ({ damage }: ListRecord): boolean => damage === undefined;

/** @throws {VeilmatchError} `argument` */
function wholeRecords(table: Partial<TextTable> & Pick<TextTable, 'records'>): readonly ListRecord[] {
  requireObject(table, 'The table', 'records');
  requireArray(table.records, 'The records of the table');
  for (const record of table.records) requireObject(record, 'A record of the table', 'fields');
  const whole = table.records.filter(isWhole);
  if (whole.length > 0) return whole;
  throw new VeilmatchError(
    'argument',
    'The table has no whole record: take one that readTable or readCards has read.',
  );
}
