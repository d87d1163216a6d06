// SPDX-License-Identifier: Apache-2.0
/** Records of a table, sorted, into the parts of a message. */

import { compareParts } from '../bytes.js';
import type { Database } from '../lists/duckdb.js';
import type { PartRows } from './parquet.js';
import { type PartEntry, partOf, writePart } from './parts.js';

/** What is cut. */
interface Cut {
  readonly folder: string;
  /** The table, whose column of records is called so, too. */
  readonly table: string;
  readonly name: PartRows['name'];
  readonly width: number;
  /** How many parts: a power of two. */
  readonly parts: number;
  /** Whether rows are numbered in their order. */
  readonly numbered: boolean;
}

/**
 * Writes all parts, those without a row as well.
 * @param repeated is thrown where a record comes twice
 * @throws {VeilmatchError} `io`
 */
export async function cutSorted(
  tables: Database,
  { folder, table, name, width, parts, numbered }: Cut,
  repeated: () => Error,
): Promise<readonly PartEntry[]> {
  const entries: PartEntry[] = [];
  let records = new Uint8Array(width * 1024);
  let length = 0;
  let first = 0;
  const end = async (): Promise<void> => {
    const rows = { first: numbered ? first : undefined, name, width, records: records.subarray(0, length) };
    const { rows: count, bytes, sha256 } = await writePart(folder, entries.length, rows);
    entries.push({ rows: count, bytes, sha256 });
    first += count;
    length = 0;
  };
  for await (const chunk of tables.columnsApart(`SELECT ${name} FROM ${table} ORDER BY ${name}`)) {
    for (const value of chunk.getColumnValues(0)) {
      const { bytes } = value as { readonly bytes: Uint8Array };
      const part = partOf(bytes, name, parts);
      while (entries.length < part) await end();
      if (length > 0 && compareParts(records, length - width, bytes, 0, width) === 0) throw repeated();
      if (length + width > records.length) {
        const larger = new Uint8Array(2 * records.length);
        larger.set(records);
        records = larger;
      }
      records.set(bytes, length);
      length += width;
    }
  }
  while (entries.length < parts) await end();
  return entries;
}
