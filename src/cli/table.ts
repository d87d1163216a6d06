// SPDX-License-Identifier: Apache-2.0
/** Customer lists from CSV files: the rows that the library takes, and the lines they stood on. */

import { VeilmatchError } from '../errors.js';
import type { Row } from '../identifiers/row.js';
import { type ColumnOptions, type Columns, chooseColumns } from './columns.js';
import { type Delimiter, readCsv } from './csv.js';
import { asUtf8 } from './encoding.js';
import { type Io, readBytes, sourceName } from './io.js';

export interface ListOptions extends ColumnOptions {
  /** Detected when it is not given. */
  readonly delimiter?: Delimiter | undefined;
}

/** A row as it was read: cells that are empty are left out. */
export type CustomerRow = { -readonly [Key in keyof Row]?: string };

export interface CustomerList {
  /** What `identifiersFromRows` and `hashRows` take. A record with two phone columns filled makes two rows. */
  readonly rows: readonly CustomerRow[];
  /** For each row its line in the file, from 1. */
  readonly lines: Uint32Array;
  /** Records below the header. */
  readonly records: number;
  readonly columns: Columns;
  /** What was guessed about the file and why; to be shown. */
  readonly notes: readonly string[];
}

/** Records that are looked at before the columns are chosen. */
const SAMPLE_RECORDS = 500;

/**
 * @param path a file, or `-` for standard input
 * @throws {VeilmatchError} `io`; `bad-file` for what is not CSV in UTF-8 or UTF-16, with the line or byte offset;
 * `argument` when no column can be chosen
 */
export async function readList(path: string, options: ListOptions, io: Io): Promise<CustomerList> {
  const source = sourceName(path);
  const builder = new ListBuilder(source, options);
  await readCsv(asUtf8(readBytes(path, io), source), (fields, line) => builder.add(fields, line), {
    source,
    delimiter: options.delimiter,
    signal: io.signal,
  });
  return builder.build();
}

class ListBuilder {
  readonly #source: string;
  readonly #options: ListOptions;
  #sample: { fields: string[]; line: number }[] = [];
  #columns: Columns | undefined;
  #notes: readonly string[] = [];
  #width = 0;
  readonly #rows: CustomerRow[] = [];
  readonly #lines: number[] = [];
  #records = 0;

  constructor(source: string, options: ListOptions) {
    this.#source = source;
    this.#options = options;
  }

  add(fields: string[], line: number): void {
    if (this.#columns !== undefined) {
      this.#addRecord(fields, line, this.#columns);
      return;
    }
    this.#sample.push({ fields, line });
    if (this.#sample.length === SAMPLE_RECORDS) this.#choose();
  }

  build(): CustomerList {
    const columns = this.#columns ?? this.#choose();
    const lines = Uint32Array.from(this.#lines);
    return { rows: this.#rows, lines, records: this.#records, columns, notes: this.#notes };
  }

  #choose(): Columns {
    const sample = this.#sample;
    if (sample.length === 0) {
      throw new VeilmatchError('bad-file', `${this.#source} holds nothing but empty lines.`);
    }
    this.#width = sample[0]!.fields.length;
    const records = sample.map(({ fields }) => fields);
    const { columns, notes } = chooseColumns(records, this.#options, this.#source);
    this.#columns = columns;
    this.#notes = notes;
    this.#sample = [];
    for (const { fields, line } of columns.header ? sample.slice(1) : sample) {
      this.#addRecord(fields, line, columns);
    }
    return columns;
  }

  #addRecord(fields: readonly string[], line: number, columns: Columns): void {
    this.#records++;
    // Short records are common: programs leave empty cells at the end away. A long one means that all cells moved.
    if (fields.length > this.#width && fields.slice(this.#width).some((field) => field.trim() !== '')) {
      throw new VeilmatchError(
        'bad-file',
        `${this.#source}: the record on line ${line} has ${fields.length} fields, the first one has ${this.#width}. ` +
          'A field that holds the delimiter must be quoted; --delimiter sets another one.',
        { position: line - 1 },
      );
    }
    const filled = (position: number | undefined): string | undefined => {
      const cell = position === undefined ? undefined : fields[position];
      // White space inside a filled cell stays: some platforms hash it.
      return cell?.trim() === '' ? undefined : cell;
    };
    const phones = columns.phone.map(filled).filter((cell) => cell !== undefined);
    const emails = columns.email.map(filled).filter((cell) => cell !== undefined);
    const country = filled(columns.country);
    for (let i = 0; i < Math.max(phones.length, emails.length, 1); i++) {
      const row: CustomerRow = {};
      if (phones[i] !== undefined) row.phone = phones[i]!;
      if (emails[i] !== undefined) row.email = emails[i]!;
      if (country !== undefined) row.country = country;
      this.#rows.push(row);
      this.#lines.push(line);
    }
  }
}
