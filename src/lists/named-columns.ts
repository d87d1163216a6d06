// SPDX-License-Identifier: Apache-2.0
/** The columns of a table by name or number, and how messages name them: a header that looks like data is not shown. */

import { VeilmatchError } from '../errors.js';
import { withoutInvisibles } from '../identifiers/text.js';
import { looksLikeIdentifier } from './column-content.js';

/** What messages say of a table. */
export interface Table {
  readonly source: string;
  readonly header: readonly string[] | undefined;
  readonly width: number;
}

/** A column's number, and not a telephone number that stands where a header is expected. */
export const NUMBER: RegExp = /^\d{1,6}$/;

/** @throws {VeilmatchError} `argument` for a name that is none, or that of several columns */
export function findColumn(table: Table, name: string): number {
  const { source, header = [], width } = table;
  const plain = folded(name);
  for (const matches of [(n: string) => n === name, (n: string) => folded(n) === plain]) {
    const found = header.flatMap((n, i) => (matches(n) ? [i] : []));
    if (found.length === 1) return found[0]!;
    if (found.length > 1) {
      throw new VeilmatchError(
        'argument',
        `${source} has ${found.length} columns named "${name}". Give the number of the one to use: ${found.map((i) => i + 1).join(' or ')}.`,
      );
    }
  }
  const number = NUMBER.test(name) ? Number(name) : 0;
  if (number >= 1 && number <= width) return number - 1;
  throw new VeilmatchError(
    'argument',
    `${source} has no column "${name}". ${listColumns(table)} Give one of them, or its number from 1.`,
  );
}

export function isHeaderName(first: readonly string[], name: string): boolean {
  const plain = folded(name);
  return first.some((cell) => folded(cell) === plain);
}

function folded(name: string): string {
  return withoutInvisibles(name).toLowerCase();
}

/** A header's name unless it could be a value that somebody declared to be a header. */
export function nameOf({ header }: Table, column: number): string | undefined {
  const name = withoutInvisibles(header?.[column] ?? '');
  // Control characters could write anything on a terminal.
  const fit = name !== '' && name.length <= 60 && !/\p{C}/u.test(name) && !mayHoldIdentifier(name);
  return fit ? name : undefined;
}

export function describe(table: Table, column: number): string {
  const name = nameOf(table, column);
  return `column ${column + 1}${name === undefined ? '' : ` "${name}"`}`;
}

/** Also one among other text: an address, or enough digits for a number. */
function mayHoldIdentifier(cell: string): boolean {
  return looksLikeIdentifier(cell) || cell.includes('@') || cell.replace(/\P{Nd}/gu, '').length >= 7;
}

export function listColumns(table: Table): string {
  const all = Array.from({ length: table.width }, (_, column) => column);
  return `It has ${listed(table, all)}${table.header ? '' : ' and no header'}.`;
}

export function listed(table: Table, columns: readonly number[]): string {
  const shown = columns.slice(0, 40);
  const more = columns.length > shown.length ? ` and ${columns.length - shown.length} more` : '';
  return shown.map((column) => describe(table, column)).join(', ') + more;
}
