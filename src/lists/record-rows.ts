// SPDX-License-Identifier: Apache-2.0
/** What a record of a list comes to: the rows that the library takes, and the line they stood on. */

import type { UploadField } from '../identifiers/fields/field.js';
import type { Row, RowColumns } from '../identifiers/row.js';
import type { Columns } from './columns.js';
import type { ListRecord } from './record-source.js';

/** A row as it was read: cells that are empty are left out. */
export type CustomerRow = { -readonly [Key in keyof Row]?: string };

/** A row and the line of its file, from 1; of a Parquet file or a database the row, from 1. Of several files they are numbered through. */
export interface PlacedRow {
  readonly row: CustomerRow;
  readonly line: number;
  /** Cells of the columns that are read besides; with the first row of a record alone. */
  readonly beside?: readonly string[] | undefined;
  /** Cells of the columns that are taken as they are, where the list has such. */
  readonly opaque?: readonly string[] | undefined;
  /** Cells of the columns that are kept, with every row of a record. */
  readonly kept?: readonly string[] | undefined;
  /** Whether its record could not be read, so that nothing is in it. */
  readonly damaged?: true | undefined;
  /** What uploads take besides, where it was asked for. */
  readonly fields?: ReadonlyMap<UploadField, string>;
}

/** Rows by column, as the readers of `veilmatch/identifiers` take them, and the lines that they stood on. */
export interface PlacedColumns {
  readonly columns: RowColumns;
  readonly lines: number[];
  /** Of each row the cells of the columns that are taken as they are, where the list has such: none where they could not be read. */
  readonly opaque?: (readonly string[])[] | undefined;
  /** Of each row the cells of the columns that are kept, where there are such. */
  readonly kept?: (readonly string[])[] | undefined;
  /** Of each record the cells of the columns that are read besides, where there are such. */
  readonly beside?: BesideCells[] | undefined;
}

/** The cells of a record that are read besides. */
export interface BesideCells {
  readonly line: number;
  /** Undefined where the record could not be read. */
  readonly cells: readonly string[] | undefined;
}

/** What is known of all records of a list. */
export interface RecordShape {
  readonly columns: Columns;
  /** Cells of a whole record. */
  readonly width: number;
  /** Where what uploads take besides stands. */
  readonly fields?: ReadonlyMap<UploadField, number> | undefined;
}

/** A record with two telephone columns filled makes two rows; one that could not be read makes an empty row that says so. */
export function rowsOfRecord(
  record: ListRecord,
  { columns, width, fields = new Map() }: RecordShape,
): PlacedRow[] {
  const { fields: cells, line } = record;
  const { keep } = columns;
  if (isDamaged(record, width))
    return [{ row: {}, line, damaged: true, ...(keep && { kept: keep.map(() => '') }) }];
  const phones = filledCells(cells, columns.phone);
  const emails = filledCells(cells, columns.email);
  const country = filledCell(cells, columns.country);
  const others = [...fields].flatMap(([field, column]): [UploadField, string][] => {
    const cell = filledCell(cells, column);
    return cell === '' ? [] : [[field, cell]];
  });
  const kept = keep && cellsAt(cells, keep);
  const opaque = columns.opaque && cellsAt(cells, columns.opaque);
  const placed = {
    line,
    ...(fields.size > 0 && { fields: new Map(others) }),
    ...(opaque && { opaque }),
    ...(kept && { kept }),
  };
  const beside = columns.beside && cellsAt(cells, columns.beside);
  return Array.from({ length: Math.max(phones.length, emails.length, 1) }, (_, i) => {
    const row: CustomerRow = {};
    if (phones[i] !== undefined) row.phone = phones[i]!;
    if (emails[i] !== undefined) row.email = emails[i]!;
    if (country !== '') row.country = country;
    return i === 0 && beside !== undefined ? { row, ...placed, beside } : { row, ...placed };
  });
}

/** None yet, with room for what the columns ask for. */
export function noColumns({
  opaque,
  keep,
  beside,
}: Pick<Columns, 'opaque' | 'keep' | 'beside'>): PlacedColumns {
  return {
    columns: { phone: [], email: [], country: [] },
    lines: [],
    ...(opaque && { opaque: [] }),
    ...(keep && { kept: [] }),
    ...(beside && { beside: [] }),
  };
}

/**
 * Adds what `rowsOfRecord` gives, without an object for each row; what uploads take besides is not in it.
 * @returns whether the record could not be read
 */
export function addRecord(into: PlacedColumns, record: ListRecord, { columns, width }: RecordShape): boolean {
  const { fields: cells, line } = record;
  const damaged = isDamaged(record, width);
  const { phone, email, country } = into.columns;
  let count = 1;
  if (damaged) {
    phone.push('');
    email.push('');
    country.push('');
  } else if (columns.phone.length <= 1 && columns.email.length <= 1) {
    phone.push(filledCell(cells, columns.phone[0]));
    email.push(filledCell(cells, columns.email[0]));
    country.push(filledCell(cells, columns.country));
  } else {
    const phones = filledCells(cells, columns.phone);
    const emails = filledCells(cells, columns.email);
    count = Math.max(phones.length, emails.length, 1);
    for (let i = 0; i < count; i++) {
      phone.push(phones[i] ?? '');
      email.push(emails[i] ?? '');
      country.push(filledCell(cells, columns.country));
    }
  }
  const { opaque, keep, beside } = columns;
  for (let i = 0; i < count; i++) {
    into.lines.push(line);
    if (opaque) into.opaque!.push(damaged ? [] : cellsAt(cells, opaque));
    if (keep) into.kept!.push(cellsAt(damaged ? [] : cells, keep));
  }
  if (beside) into.beside!.push({ line, cells: damaged ? undefined : cellsAt(cells, beside) });
  return damaged;
}

const cellsAt = (cells: readonly string[], positions: readonly number[]): string[] =>
  positions.map((position) => cells[position] ?? '');

/** Short records are common: programs leave empty cells at the end away. A long one means that all cells moved. */
function isDamaged({ fields, damage }: ListRecord, width: number): boolean {
  if (damage !== undefined) return true;
  return fields.length > width && fields.slice(width).some((field) => field.trim() !== '');
}

const SPACE = 0x20;
const DELETE = 0x7f;

/** A cell, or nothing where there is nothing but white space in it. Inside a filled one that stays: some platforms hash it. */
function filledCell(cells: readonly string[], position: number | undefined): string {
  const cell = position === undefined ? undefined : cells[position];
  if (cell === undefined || cell === '') return '';
  const first = cell.charCodeAt(0);
  // Nearly every cell begins with a visible sign of ASCII, and to look at one is faster than to trim it.
  return (first > SPACE && first < DELETE) || cell.trim() !== '' ? cell : '';
}

function filledCells(cells: readonly string[], positions: readonly number[]): string[] {
  const filled: string[] = [];
  for (const position of positions) {
    const cell = filledCell(cells, position);
    if (cell !== '') filled.push(cell);
  }
  return filled;
}
