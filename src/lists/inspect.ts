// SPDX-License-Identifier: Apache-2.0
/** What a list holds, and how it would be read: everything but a value. */

import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { requireOptions, requirePath } from '../arguments.js';
import type { IdentifierErrorCode } from '../errors.js';
import { kindOf, textOf } from '../identifiers/identifier.js';
import type { Field, RejectedRow } from '../identifiers/row.js';
import { identifiersFromRows } from '../identifiers/rows.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { isHash } from './column-content.js';
import { type Io, processIo } from './io.js';
import type { ListRecord } from './record-source.js';
import { Shapes } from './shapes.js';
import { CustomerList, type ListOptions, type ListReading } from './table.js';
import { Uint32List } from './uint32-list.js';
import type { LikelyColumn } from './unrecognised.js';

/** A column of a list. */
export interface InspectedColumn {
  /** From 1. */
  readonly number: number;
  /** What it is read as, if it is. */
  readonly kind?: ListReading['columns'][number]['kind'] | undefined;
  /** Cells with anything in them. */
  readonly filled: number;
  /** What they look like, the most frequent first. */
  readonly shapes: ReturnType<Shapes['top']>;
  /** Cells that are already hashes, by how many hexadecimal digits they have. */
  readonly hashes: number;
}

/** What was found in a list, without a value of it. */
export interface ListInspection {
  readonly reading: ListReading;
  readonly notes: readonly string[];
  /** What the lines count. */
  readonly counts: 'line' | 'row';
  /** Below the header. */
  readonly records: number;
  readonly columns: readonly InspectedColumn[];
  /** Where no column was recognised: what columns may hold, the likeliest first. Empty otherwise, and where none looks like it. */
  readonly likely: readonly LikelyColumn[];
  /** What stands in the name of the only column and separates the fields of other lists; undefined unless it does. */
  readonly otherDelimiter?: string | undefined;
  /** Different identifiers, by kind. */
  readonly identifiers: Readonly<Record<Field, number>>;
  /** Rows of which nothing could be read are among the rejected ones. */
  readonly rejected: readonly {
    readonly field?: Field | undefined;
    readonly code: IdentifierErrorCode;
    readonly count: number;
    /** The first ones. */
    readonly lines: readonly number[];
  }[];
  /** Rows whose identifiers all stood in rows before. */
  readonly repeatedRows: number;
  /** Identifiers that stand in so many rows that they hardly are a person's, the most frequent first. */
  readonly frequent: readonly {
    readonly kind: Field;
    readonly rows: number;
    readonly lines: readonly number[];
  }[];
  /** Cells of the column of countries that name none; absent without such a column. */
  readonly unknownCountries?: { readonly count: number; readonly lines: readonly number[] };
  /** Different numbers of each country. */
  readonly countries: Readonly<Record<string, number>>;
}

const REPEATED = 1;
const FRESH = 2;
const TOP_SHAPES = 3;
const SHOWN_LINES = 5;
/** As many rows as no person has accounts. */
const FREQUENT_ROWS = 10;
const SHOWN_FREQUENT = 5;

/**
 * Reads a list to its end and says what is in it, also where no column of it is recognised.
 * @param path a file, or `-` for standard input
 * @throws {VeilmatchError} as `openList` does, but for a list without columns that can be read
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { inspectList } from 'veilmatch/lists';
 *
 * const path = `${mkdtempSync('/tmp/veilmatch-')}/list.csv`;
 * writeFileSync(path, 'Name,Mobile\nAda,+1 415 555 0123\nBob,(none)\n');
 * const { columns, identifiers } = await inspectList(path);
 * console.log(identifiers.phone, columns[1]?.shapes[0]?.shape); // → 1 +9 999 999 9999
 * ```
 */
export async function inspectList(
  path: string,
  options: ListOptions & { readonly assigned?: boolean | undefined } = {},
  io: Io = processIo(),
): Promise<ListInspection> {
  requirePath(path, 'The path');
  requireOptions(options);
  const list = await CustomerList.openAny(path, options, io);
  try {
    const columns = Array.from({ length: list.width }, () => ({
      filled: 0,
      hashes: 0,
      shapes: new Shapes(),
    }));
    const lines = new Uint32List();
    const look = ({ fields }: ListRecord): void => {
      for (const [i, column] of columns.entries()) {
        const cell = fields[i]?.trim() ?? '';
        if (cell === '') continue;
        column.filled++;
        if (isHash(cell)) column.hashes++;
        column.shapes.add(cell);
      }
    };
    const rows = async function* () {
      for await (const batch of list.wholeRecords()) {
        for (const record of batch) {
          look(record);
          for (const { row, line } of list.rowsOf(record)) {
            lines.push(line);
            yield row;
          }
        }
      }
    };
    const { country, assigned } = options;
    const { set, rejected } = await identifiersFromRows(rows(), { country, assigned, signal: io.signal });
    const kinds = new Map(list.reading.columns.map(({ number, kind }) => [number, kind]));
    return {
      reading: list.reading,
      notes: list.notes,
      counts: list.counts,
      records: list.records,
      columns: columns.map(({ filled, hashes, shapes }, i) => ({
        number: i + 1,
        kind: kinds.get(i + 1),
        filled,
        hashes,
        shapes: shapes.top(TOP_SHAPES),
      })),
      likely: list.likely,
      ...(list.otherDelimiter !== undefined && { otherDelimiter: list.otherDelimiter }),
      ...identifiersIn(set, lines),
      ...(list.unknownCountries && { unknownCountries: list.unknownCountries }),
      rejected: tallied(rejected, lines, list),
    };
  } finally {
    await list.close();
  }
}

function identifiersIn(
  set: IdentifierSet,
  lines: Uint32List,
): Pick<ListInspection, 'identifiers' | 'countries' | 'repeatedRows' | 'frequent'> {
  const identifiers: Record<Field, number> = { phone: 0, email: 0 };
  const countries = new Map<string, number>();
  const frequent: { kind: Field; rows: number; lines: number[] }[] = [];
  // Of each row: whether it has an identifier, and whether it is the first one that has it.
  const states = new Uint8Array(set.rowCount);
  for (let element = 0; element < set.size; element++) {
    const bytes = set.elements.at(element);
    const kind = kindOf(bytes) as Field;
    identifiers[kind]++;
    if (kind === 'phone') {
      const country = parsePhoneNumberFromString(textOf(bytes))?.country ?? 'other';
      countries.set(country, (countries.get(country) ?? 0) + 1);
    }
    const rows = set.rowsOf([element]);
    for (const row of rows) states[row] = Math.max(states[row]!, REPEATED);
    states[rows[0]!] = FRESH;
    if (rows.length >= FREQUENT_ROWS) {
      frequent.push({
        kind,
        rows: rows.length,
        lines: rows.slice(0, SHOWN_LINES).map((row) => lines.at(row)),
      });
    }
  }
  return {
    identifiers,
    countries: Object.fromEntries([...countries].sort(([, a], [, b]) => b - a)),
    repeatedRows: states.reduce((count, state) => count + Number(state === REPEATED), 0),
    frequent: frequent.sort((a, b) => b.rows - a.rows).slice(0, SHOWN_FREQUENT),
  };
}

function tallied(
  rejected: readonly RejectedRow[],
  lines: Uint32List,
  list: CustomerList,
): ListInspection['rejected'] {
  const found = new Map<
    string,
    { field?: Field | undefined; code: IdentifierErrorCode; count: number; lines: number[] }
  >();
  for (const { row, field, code: read } of rejected) {
    const line = lines.at(row);
    const code = list.codeAt(line, read);
    // Where no column is read, nothing is missing from a row.
    if (code === 'empty' && list.kinds.length === 0) continue;
    const entry = found.get(`${field} ${code}`) ?? { field, code, count: 0, lines: [] };
    found.set(`${field} ${code}`, entry);
    entry.count++;
    if (entry.lines.length < SHOWN_LINES) entry.lines.push(line);
  }
  return [...found.values()].sort((a, b) => b.count - a.count);
}
