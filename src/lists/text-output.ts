// SPDX-License-Identifier: Apache-2.0
/** What a command writes to: texts one behind the other, or the rows of a list. Here the rows are CSV or JSON Lines. */

import type { Cells, ColumnType } from './duckdb.js';
import { guarded, type TableStyle } from './spreadsheet.js';

export interface Output {
  write(text: string): Promise<void>;
  /** Begins a list with these columns: CSV, or JSON Lines or Parquet where the file's name says so. */
  table(columns: ReadonlyMap<string, ColumnType>, style?: TableStyle): Promise<TableOutput>;
}

/** An output that is kept or is as if it had never been. */
export interface OpenOutput extends Output {
  /** Gives the output its name. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

export interface TableOutput {
  append(rows: Iterable<Cells>): Promise<void>;
}

/** Characters to write at once. */
const BATCH = 262_144;

export async function writeAll(output: Pick<Output, 'write'>, texts: Iterable<string>): Promise<void> {
  let batch = '';
  for (const text of texts) {
    batch += text;
    if (batch.length < BATCH) continue;
    await output.write(batch);
    batch = '';
  }
  if (batch.length > 0) await output.write(batch);
}

/** A list as CSV, to an output of text. */
export class CsvTable implements TableOutput {
  readonly #output: Pick<Output, 'write'>;
  readonly #style: TableStyle;

  private constructor(output: Pick<Output, 'write'>, style: TableStyle) {
    this.#output = output;
    this.#style = style;
  }

  static async begin(
    output: Pick<Output, 'write'>,
    columns: ReadonlyMap<string, ColumnType>,
    style: TableStyle = {},
  ): Promise<CsvTable> {
    await output.write(csvLine([...columns.keys()], style));
    return new CsvTable(output, style);
  }

  async append(rows: Iterable<Cells>): Promise<void> {
    await writeAll(this.#output, lines(rows, this.#style));
  }
}

/** A list as an object a line; cells with nothing in them are left away. */
export class JsonLinesTable implements TableOutput {
  readonly #output: Pick<Output, 'write'>;
  readonly #names: readonly string[];

  constructor(output: Pick<Output, 'write'>, columns: ReadonlyMap<string, ColumnType>) {
    this.#output = output;
    this.#names = [...columns.keys()];
  }

  async append(rows: Iterable<Cells>): Promise<void> {
    await writeAll(this.#output, this.#lines(rows));
  }

  *#lines(rows: Iterable<Cells>): Generator<string> {
    for (const row of rows) {
      const cells = this.#names.flatMap((name, i) => {
        const cell = row[i];
        return cell === undefined || cell === null || cell === '' ? [] : [[name, cell] as const];
      });
      yield `${JSON.stringify(Object.fromEntries(cells))}\n`;
    }
  }
}

function* lines(rows: Iterable<Cells>, style: TableStyle): Generator<string> {
  for (const row of rows) yield csvLine(row, style);
}

/** One line of CSV (RFC 4180, with LF as Unix tools expect). */
export function csvLine(fields: Cells, { spreadsheet }: TableStyle = {}): string {
  let line = '';
  for (let i = 0; i < fields.length; i++) {
    const cell = String(fields[i] ?? '');
    line += (i === 0 ? '' : ',') + quoted(spreadsheet ? guarded(cell) : cell);
  }
  return `${line}\n`;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
