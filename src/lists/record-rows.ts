// SPDX-License-Identifier: Apache-2.0
/** What a record of a list comes to: the rows that the library takes, and the line they stood on. */

import type { UploadField } from '../identifiers/fields/field.js';
import type { Row } from '../identifiers/row.js';
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
  /** Whether its record could not be read, so that nothing is in it. */
  readonly damaged?: true | undefined;
  /** What uploads take besides, where it was asked for. */
  readonly fields?: ReadonlyMap<UploadField, string>;
}

/** What is known of all records of a list. */
interface RecordShape {
  readonly columns: Columns;
  /** Cells of a whole record. */
  readonly width: number;
  /** Where what uploads take besides stands. */
  readonly fields?: ReadonlyMap<UploadField, number> | undefined;
}

/** A record with two telephone columns filled makes two rows; one that could not be read makes an empty row that says so. */
export function rowsOfRecord(
  { fields: cells, line, damage }: ListRecord,
  { columns, width, fields = new Map() }: RecordShape,
): PlacedRow[] {
  // Short records are common: programs leave empty cells at the end away. A long one means that all cells moved.
  const isLong = cells.length > width && cells.slice(width).some((cell) => cell.trim() !== '');
  if (damage !== undefined || isLong) return [{ row: {}, line, damaged: true }];
  const filled = (position: number | undefined): string | undefined => {
    const cell = position === undefined ? undefined : cells[position];
    // White space inside a filled cell stays: some platforms hash it.
    return cell?.trim() === '' ? undefined : cell;
  };
  const phones = columns.phone.map(filled).filter((cell) => cell !== undefined);
  const emails = columns.email.map(filled).filter((cell) => cell !== undefined);
  const country = filled(columns.country);
  const others = [...fields].flatMap(([field, column]): [UploadField, string][] => {
    const cell = filled(column);
    return cell === undefined ? [] : [[field, cell]];
  });
  const placed = fields.size === 0 ? { line } : { line, fields: new Map(others) };
  const beside = columns.beside?.map((column) => cells[column] ?? '');
  return Array.from({ length: Math.max(phones.length, emails.length, 1) }, (_, i) => {
    const row: CustomerRow = {};
    if (phones[i] !== undefined) row.phone = phones[i]!;
    if (emails[i] !== undefined) row.email = emails[i]!;
    if (country !== undefined) row.country = country;
    return i === 0 && beside !== undefined ? { row, ...placed, beside } : { row, ...placed };
  });
}
