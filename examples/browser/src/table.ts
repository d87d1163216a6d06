// SPDX-License-Identifier: Apache-2.0
/** Customer lists from CSV, read in the tab; which column holds what is guessed, and can be overruled. */

import { parse } from 'csv-parse/browser/esm/sync';
import { VeilmatchError } from 'veilmatch';
import { normalizeEmail, normalizePhone, type Row } from 'veilmatch/identifiers';

export interface Table {
  readonly header: readonly string[] | undefined;
  readonly rows: readonly (readonly string[])[];
  readonly width: number;
}

export interface Columns {
  /** Positions from 0, -1 for none. */
  readonly phone: number;
  readonly email: number;
}

const DELIMITERS = [',', ';', '\t'];
/** Rows by which columns are judged, and how full of identifiers one has to be. */
const SAMPLE = 50;
const LEAST_SHARE = 0.6;

/** @throws {VeilmatchError} `bad-file` for what is no CSV; without the text that is wrong */
export function readTable(text: string): Table {
  const firstLine = /^.*$/m.exec(text)?.[0] ?? '';
  const uses = (delimiter: string): number => firstLine.split(delimiter).length;
  const delimiter = DELIMITERS.reduce((best, each) => (uses(each) > uses(best) ? each : best));
  let records: string[][];
  try {
    records = parse(text, { bom: true, delimiter, relax_column_count: true, skip_empty_lines: true });
  } catch {
    throw new VeilmatchError('bad-file', 'This is no CSV: quotes do not fit together.');
  }
  const [first] = records;
  if (first === undefined) throw new VeilmatchError('bad-file', 'There is nothing in it but empty lines.');
  const hasHeader = !first.some((cell) => /\S@\S|(?:\d\D*){7}|[0-9a-f]{32}/i.test(cell));
  return {
    header: hasHeader ? first : undefined,
    rows: hasHeader ? records.slice(1) : records,
    width: Math.max(...records.map((record) => record.length)),
  };
}

/** @param country - for numbers that are written without one */
export function guessColumns({ rows, width }: Table, country: string): Columns {
  const readers = {
    phone: (cell: string) => normalizePhone(cell, { country: country as 'US' }),
    email: (cell: string) => normalizeEmail(cell),
  };
  const best = (read: (cell: string) => string): number => {
    const shares = Array.from({ length: width }, (_, column) => {
      const cells = rows.slice(0, SAMPLE).flatMap((row) => row[column]?.trim() || []);
      return cells.filter((cell) => succeeds(() => read(cell))).length / Math.max(1, cells.length);
    });
    const column = shares.indexOf(Math.max(...shares));
    return (shares[column] ?? 0) >= LEAST_SHARE ? column : -1;
  };
  return { phone: best(readers.phone), email: best(readers.email) };
}

export function rowsOf({ rows }: Table, { phone, email }: Columns): Row[] {
  return rows.map((row) => ({ phone: row[phone] ?? '', email: row[email] ?? '' }));
}

function succeeds(attempt: () => unknown): boolean {
  try {
    attempt();
    return true;
  } catch {
    return false;
  }
}
