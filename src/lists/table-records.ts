// SPDX-License-Identifier: Apache-2.0
/** The rows of what DuckDB can select from as records: each column as text, whatever its type. */

import type { Database } from './duckdb.js';
import type { FileReading, ListRecord, RecordSource } from './record-source.js';

/** What is read, and how. */
export interface Relation {
  readonly format: FileReading['format'];
  /** What stands behind FROM. */
  readonly from: string;
  /** How many rows it has, where that costs nothing to find out. */
  readonly rows?: number | undefined;
  /** What makes a text of a column. @param isGlance whether it is only looked at, to find out what it holds */
  readonly cell?: (column: string, isGlance: boolean) => string;
  /** What an error of DuckDB's comes to. @param position rows that were read before it */
  explain(error: unknown, position?: number): unknown;
}

const asText = (column: string): string => `CAST(${column} AS VARCHAR)`;

/**
 * Text is what it is, whole numbers are their digits, NULL is an empty cell; floating-point numbers keep their point, so that a
 * telephone number which went through one is noticed. Only columns that are asked for are read.
 */
export class TableRecords implements RecordSource {
  readonly reading: FileReading;
  readonly counts = 'row';
  readonly hasHeader = true;
  readonly #database: Database;
  readonly #relation: Relation;
  /** What the rows are selected from, its columns named by their number. */
  readonly #from: string;
  readonly #names: readonly string[];
  #read = 0;

  private constructor(database: Database, relation: Relation, names: readonly string[]) {
    this.#database = database;
    this.#relation = relation;
    this.reading = { format: relation.format };
    this.#from = `${relation.from} AS list(${names.map((_, i) => `c${i}`).join(', ')})`;
    this.#names = names;
  }

  /** Takes the database over: it is closed with the records. @throws what `explain` gives */
  static async open(database: Database, relation: Relation): Promise<TableRecords> {
    try {
      const columns = await database.rows(`DESCRIBE SELECT * FROM ${relation.from}`);
      return new TableRecords(
        database,
        relation,
        columns.map(([name]) => String(name)),
      );
    } catch (error) {
      throw relation.explain(error);
    }
  }

  /** The rows of a query, which is run once: what is looked at first is the beginning of what is read. */
  get whole(): AsyncGenerator<readonly ListRecord[], void, undefined> {
    return this.records([...this.#names.keys()]);
  }

  async sample(count: number): Promise<readonly ListRecord[]> {
    const records: ListRecord[] = [this.#header];
    for await (const batch of this.#select([...this.#names.keys()], count - 1)) records.push(...batch);
    return records;
  }

  async *records(columns: readonly number[]): AsyncGenerator<readonly ListRecord[], void, undefined> {
    yield [this.#header];
    for await (const batch of this.#select(columns)) {
      this.#read += batch.length;
      yield batch;
    }
  }

  share(): number | undefined {
    const { rows } = this.#relation;
    return rows === undefined ? undefined : this.#read / Math.max(1, rows);
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  get #header(): ListRecord {
    return { fields: this.#names, line: 0 };
  }

  async *#select(
    columns: readonly number[],
    glance?: number,
  ): AsyncGenerator<readonly ListRecord[], void, undefined> {
    const { cell = asText, explain } = this.#relation;
    const cells = columns.map((column) => cell(`c${column}`, glance !== undefined)).join(', ') || 'NULL';
    const limit = glance === undefined ? '' : ` LIMIT ${glance}`;
    let line = 1;
    try {
      for await (const chunk of this.#database.columns(`SELECT ${cells} FROM ${this.#from}${limit}`)) {
        const values = columns.map((_, i) => chunk.getColumnValues(i));
        yield Array.from({ length: chunk.rowCount }, (_, row) => {
          const fields: string[] = Array(this.#names.length).fill('');
          for (const [i, column] of columns.entries())
            fields[column] = (values[i]![row] as string | null) ?? '';
          return { fields, line: line++ };
        });
      }
    } catch (error) {
      throw explain(error, line - 1);
    }
  }
}
