// SPDX-License-Identifier: Apache-2.0
/** A row of a customer list, as the caller has it. */

import type { CountryCode } from 'libphonenumber-js/max';
import { type IdentifierErrorCode, VeilmatchError } from '../errors.js';
import { countryNamed } from './countries.js';
import type { UploadField } from './fields/field.js';
import type { AmbiguityCode } from './phone-readings.js';

/** A column that identifiers are read from. */
export type Field = 'phone' | 'email';

/** A row of a customer list. */
export interface Row {
  /** An empty cell counts as none. */
  readonly phone?: string | null | undefined;
  /** An empty cell counts as none. */
  readonly email?: string | null | undefined;
  /**
   * Where this row's telephone number is read, before the option of the same name: two or three letters of ISO 3166-1, a
   * name (`Germany`, `Deutschland`), or the code that is dialled (`+49`). The option stands in for an empty cell alone.
   */
  readonly country?: string | null | undefined;
}

/** A person of a customer list with all that uploads take. */
export type UploadRow = {
  /** One, or several where a platform takes several; an empty cell counts as none. */
  readonly [Kind in Field]?: string | readonly string[] | null | undefined;
} & {
  /** An empty cell counts as none. A country also says where telephone numbers, states and postal codes are read. */
  readonly [Kind in Exclude<UploadField, 'postalCode'>]?: string | null | undefined;
} & {
  /** One, or several where a platform takes several. */
  readonly postalCode?: string | readonly string[] | null | undefined;
};

/** What was wrong with a cell of an upload, without the value. */
export interface UploadRejection extends Omit<RejectedRow, 'field'> {
  /** Absent when the row has nothing at all that the file takes. */
  readonly field?: Field | UploadField;
}

/** What was wrong with a row, without the value. */
export interface RejectedRow {
  /** Zero-based. */
  readonly row: number;
  /** Absent when the row has no identifier at all. */
  readonly field?: Field;
  /** What was wrong with it. */
  readonly code: IdentifierErrorCode;
  /** Which of several values of the cell, from 1, where the others were read; absent where it is the whole cell. */
  readonly value?: number;
}

/** A row of which something can be read in two ways. */
export interface AmbiguousRow {
  /** Zero-based. */
  readonly row: number;
  /** The part of the row. */
  readonly field: Field;
  /** What the other reading turns on; the likelier one was taken. */
  readonly code: AmbiguityCode;
}

/** The cells of many rows by column, an absent one as ''. This is what a worker is sent. */
export interface RowColumns {
  readonly phone: string[];
  readonly email: string[];
  readonly country: string[];
}

/** @throws {VeilmatchError} `argument` for a row that is no object, or a cell that is no string */
export function addRow(columns: RowColumns, row: Row, position: number): void {
  columns.phone.push(cellOf(row, 'phone', position));
  columns.email.push(cellOf(row, 'email', position));
  columns.country.push(cellOf(row, 'country', position));
}

/** @throws {VeilmatchError} `argument` */
export function cellOf(row: Row, name: keyof Row, position: number): string {
  if (typeof row !== 'object' || row === null) {
    throw new VeilmatchError('argument', `Row ${position} is not an object with phone, email and country.`, {
      position,
    });
  }
  const cell = row[name];
  if (typeof cell === 'string') return cell;
  if (cell === undefined || cell === null) return '';
  throw new VeilmatchError(
    'argument',
    `Row ${position}: ${name} is a ${typeof cell}, not a string. A number has lost its leading zeros; read the file as text.`,
    { position, field: name },
  );
}

/**
 * The country of a row's telephone number. A cell that names no known country is none at all: falling back on another
 * country would read a wrong number without a word.
 */
export function rowCountry(cell: string, fallback: CountryCode | undefined): CountryCode | undefined {
  return cell === '' || cell.trim() === '' ? fallback : countryNamed(cell);
}
