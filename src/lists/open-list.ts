// SPDX-License-Identifier: Apache-2.0
/** Lists for programs: the reader and the writer of the command line, in a call each. */

import { requireOptions, requirePath } from '../arguments.js';
import type { Cells, ColumnType } from './duckdb.js';
import { type Io, processIo } from './io.js';
import { withOutputs } from './output.js';
import type { TableStyle } from './spreadsheet.js';
import { CustomerList, type ListOptions } from './table.js';

/**
 * Opens a list and finds out how it is written and which columns it has.
 * @param path a file of any format that is known, or `-` for standard input
 * @returns the list, to be read once; close it
 * @throws {VeilmatchError} `io`; `unsupported`; `bad-file` for what is no list, or not in its encoding; `argument` when no column
 * can be chosen
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { identifiersFromRows } from 'veilmatch/identifiers';
 * import { openList } from 'veilmatch/lists';
 *
 * const path = `${mkdtempSync('/tmp/veilmatch-')}/list.csv`;
 * writeFileSync(path, 'Name;Mobile\nAda;+1 415 555 0123\nBob;+1 415 555 0124\n');
 * const list = await openList(path);
 * const rows = [];
 * for await (const batch of list.rows()) rows.push(...batch.map(({ row }) => row));
 * console.log((await identifiersFromRows(rows)).set.size); // → 2
 * ```
 */
export function openList(
  path: string,
  options: ListOptions = {},
  io: Io = processIo(),
): Promise<CustomerList> {
  requirePath(path, 'The path');
  requireOptions(options);
  return CustomerList.open(path, options, io);
}

/**
 * Writes a list: CSV, JSON Lines (`.jsonl`), compressed (`.gz`, `.zst`) or Parquet, by the name of the file, which appears when it
 * is complete.
 * @param columns their names, and what is in them
 * @param rows cells in the order of the columns; nothing where a cell is empty
 * @throws {VeilmatchError} `io`; `unsupported` for what needs a package or a newer Node; `argument` for a name that promises
 * another format
 * @example
 * ```ts
 * import { mkdtempSync, readFileSync } from 'node:fs';
 * import { writeList } from 'veilmatch/lists';
 *
 * const path = `${mkdtempSync('/tmp/veilmatch-')}/list.jsonl`;
 * await writeList(path, { line: 'integer', email: 'text' }, [[2, 'ada@example.com']]);
 * console.log(readFileSync(path, 'utf8').trim()); // → {"line":2,"email":"ada@example.com"}
 * ```
 */
export async function writeList(
  path: string,
  columns: Readonly<Record<string, ColumnType>>,
  rows: Iterable<Cells> | AsyncIterable<Cells>,
  style: TableStyle = {},
  io: Io = processIo(),
): Promise<void> {
  requirePath(path, 'The path');
  requireOptions(style);
  await withOutputs([path], [], io, async (output) => {
    const table = await output!.table(new Map(Object.entries(columns)), style);
    let batch: Cells[] = [];
    for await (const row of rows) {
      batch.push(row);
      if (batch.length < BATCH) continue;
      await table.append(batch);
      batch = [];
    }
    await table.append(batch);
  });
}

/** Rows that are written at once. */
const BATCH = 2048;
