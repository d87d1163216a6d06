// SPDX-License-Identifier: Apache-2.0
/** This party's list in tables: sorted, each identifier once, and the rows that it stands in. */

import { ByteList, ByteListBuilder, u16 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { type IdentifierKind, kindOf } from '../identifiers/identifier.js';
import type { IdentifierBatch } from '../identifiers/rows.js';
import { IdentifierSet } from '../identifiers/set.js';
import { createSha512 } from '../kernel/sha512.js';
import type { Database } from '../lists/duckdb.js';
import { MAX_IDENTIFIER_BYTES } from '../psi/run/suite.js';
import { TASK_ROWS } from './work.js';

/** A list: a set, or identifiers as they are read, each with the row that it stands in; in any order, as often as they come. */
export type DatasetList = IdentifierSet | AsyncIterable<IdentifierBatch>;

/** Rows are numbered by u32, as elements are counted in the Hello. */
const MAX_ROWS = 2 ** 32 - 1;

/** Identifiers of a set that are handed over at once, about. */
const SET_BATCH = 4096;

/** Identifiers in order, for one task. */
export interface Task {
  readonly number: number;
  /** Number of the first one in the list. */
  readonly first: number;
  readonly elements: ByteList;
}

export class OwnList {
  readonly #tables: Database;
  /** Distinct identifiers. */
  readonly size: number;
  readonly kinds: ReadonlySet<IdentifierKind>;
  /** SHA-512 over the distinct identifiers in bytewise order, each behind its length as u16. */
  readonly digest: Uint8Array;

  private constructor(
    tables: Database,
    size: number,
    kinds: ReadonlySet<IdentifierKind>,
    digest: Uint8Array,
  ) {
    this.#tables = tables;
    this.size = size;
    this.kinds = kinds;
    this.digest = digest;
  }

  /**
   * Reads a list into the tables `own` (x, row), if rows are asked for, and `list` (n, x).
   * @param keep whether the rows are needed: for a result in rows, or for the check that each has one identifier
   * @throws {VeilmatchError} `argument` for an identifier that is too long, too many of them, or a batch with other than a row for each; what the list throws
   */
  static async read(list: DatasetList, tables: Database, keep: boolean): Promise<OwnList> {
    const columns = new Map([['x', 'bytes'], ...(keep ? ([['row', 'integer']] as const) : [])] as const);
    const own = await tables.table('own', columns);
    const kinds = new Set<IdentifierKind>();
    for await (const { elements, rows } of batchesOf(list))
      await own.add(cellsOf(elements, rows, kinds, keep));
    await own.finish();
    await tables.run(
      'CREATE TABLE list AS SELECT CAST(row_number() OVER () - 1 AS UINTEGER) AS n, x ' +
        'FROM (SELECT DISTINCT x FROM own ORDER BY x)',
    );
    if (!keep) await tables.run('DROP TABLE own');
    const [[size] = []] = await tables.rows('SELECT count(*) FROM list');
    if (Number(size) > MAX_ROWS) {
      throw new VeilmatchError(
        'argument',
        `The list has ${Number(size)} identifiers; a run takes at most ${MAX_ROWS}.`,
      );
    }
    const digest = createSha512();
    for await (const { elements } of tasksOf(tables)) {
      for (const element of elements) digest.update(u16(element.length)).update(element);
    }
    return new OwnList(tables, Number(size), kinds, digest.digest().slice());
  }

  /** Whether a row has several identifiers. The rows must have been kept. */
  async severalPerRow(): Promise<boolean> {
    const found = await this.#tables.rows(
      'SELECT 1 FROM (SELECT DISTINCT row, x FROM own) GROUP BY row HAVING count(*) > 1 LIMIT 1',
    );
    return found.length > 0;
  }

  /** The identifiers in order, task by task. @param rows of a task */
  tasks(rows: number): AsyncGenerator<Task, void, undefined> {
    return tasksOf(this.#tables, rows);
  }
}

async function* tasksOf(tables: Database, rows: number = TASK_ROWS): AsyncGenerator<Task, void, undefined> {
  let builder = new ByteListBuilder();
  let first = 0;
  let number = 0;
  const task = (): Task => {
    const elements = builder.toList();
    const whole = { number: number++, first, elements };
    first += elements.length;
    builder = new ByteListBuilder();
    return whole;
  };
  for await (const chunk of tables.columnsApart('SELECT x FROM list ORDER BY n')) {
    for (const value of chunk.getColumnValues(0)) {
      builder.add((value as { readonly bytes: Uint8Array }).bytes);
      if (builder.length === rows) yield task();
    }
  }
  if (builder.length > 0) yield task();
}

async function* batchesOf(list: DatasetList): AsyncGenerator<IdentifierBatch, void, undefined> {
  if (!(list instanceof IdentifierSet)) {
    yield* list;
    return;
  }
  let elements: Uint8Array[] = [];
  let rows: number[] = [];
  for (let element = 0; element < list.size; element++) {
    for (const row of list.rowsAt(element)) {
      elements.push(list.elements.at(element));
      rows.push(row);
    }
    if (rows.length < SET_BATCH) continue;
    yield { elements: ByteList.from(elements), rows: Uint32Array.from(rows) };
    [elements, rows] = [[], []];
  }
  yield { elements: ByteList.from(elements), rows: Uint32Array.from(rows) };
}

function* cellsOf(
  elements: ByteList,
  rows: Uint32Array,
  kinds: Set<IdentifierKind>,
  keep: boolean,
): Generator<readonly (Uint8Array | number)[]> {
  if (rows.length !== elements.length) {
    throw new VeilmatchError(
      'argument',
      `A batch of the list has ${elements.length} identifiers and ${rows.length} rows: each identifier needs the row that it stands in.`,
    );
  }
  for (let i = 0; i < elements.length; i++) {
    const element = elements.at(i);
    if (element.length > MAX_IDENTIFIER_BYTES) {
      throw new VeilmatchError(
        'argument',
        `An identifier has ${element.length} bytes; at most ${MAX_IDENTIFIER_BYTES} fit.`,
      );
    }
    kinds.add(kindOf(element));
    yield keep ? [element, rows[i]!] : [element];
  }
}
