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
  const kept = keep?.map((column) => cells[column] ?? '');
  const opaque = columns.opaque?.map((column) => cells[column] ?? '');
  const placed = {
    line,
    ...(fields.size > 0 && { fields: new Map(others) }),
    ...(opaque && { opaque }),
    ...(kept && { kept }),
  };
  const beside = columns.beside?.map((column) => cells[column] ?? '');
  return Array.from({ length: Math.max(phones.length, emails.length, 1) }, (_, i) => {
    const row: CustomerRow = {};
    if (phones[i] !== undefined) row.phone = phones[i]!;
    if (emails[i] !== undefined) row.email = emails[i]!;
    if (country !== '') row.country = country;
    return i === 0 && beside !== undefined ? { row, ...placed, beside } : { row, ...placed };
  });
}

export function noColumns(): PlacedColumns {
  return { columns: { phone: [], email: [], country: [] }, lines: [] };
}

/**
 * Adds what `rowsOfRecord` gives, without an object for each row and with nothing besides.
 * @returns whether the record could not be read
 */
export function addRecord(
  { columns: into, lines }: PlacedColumns,
  record: ListRecord,
  { columns, width }: RecordShape,
): boolean {
  const { fields: cells, line } = record;
  const damaged = isDamaged(record, width);
  const phones = damaged ? [] : filledCells(cells, columns.phone);
  const emails = damaged ? [] : filledCells(cells, columns.email);
  const country = damaged ? '' : filledCell(cells, columns.country);
  const count = Math.max(phones.length, emails.length, 1);
  for (let i = 0; i < count; i++) {
    into.phone.push(phones[i] ?? '');
    into.email.push(emails[i] ?? '');
    into.country.push(country);
    lines.push(line);
  }
  return damaged;
}

/** Short records are common: programs leave empty cells at the end away. A long one means that all cells moved. */
function isDamaged({ fields, damage }: ListRecord, width: number): boolean {
  if (damage !== undefined) return true;
  return fields.length > width && fields.slice(width).some((field) => field.trim() !== '');
}

/** A cell, or nothing where there is nothing but white space in it. Inside a filled one that stays: some platforms hash it. */
function filledCell(cells: readonly string[], position: number | undefined): string {
  const cell = position === undefined ? undefined : cells[position];
  return cell === undefined || cell.trim() === '' ? '' : cell;
}

function filledCells(cells: readonly string[], positions: readonly number[]): string[] {
  const filled: string[] = [];
  for (const position of positions) {
    const cell = filledCell(cells, position);
    if (cell !== '') filled.push(cell);
  }
  return filled;
}
