// SPDX-License-Identifier: Apache-2.0
/** Customer lists: the rows that the library takes, and the lines they stood on, as they are read. */

import { VeilmatchError } from '../errors.js';
import type { UploadField } from '../identifiers/fields/field.js';
import type { Field, Row } from '../identifiers/row.js';
import { type ColumnOptions, type Columns, chooseColumns } from './columns.js';
import type { Delimiter, ListRecord } from './csv.js';
import { fieldColumns } from './field-columns.js';
import { type Io, sourceName } from './io.js';
import type { RecordSource } from './record-source.js';
import { openRecords } from './records.js';

export interface ListOptions extends ColumnOptions {
  /** Detected when it is not given. */
  readonly delimiter?: Delimiter | undefined;
  /** Also look for columns with what uploads take besides, by their names. */
  readonly fields?: boolean | undefined;
}

/** A row as it was read: cells that are empty are left out. */
export type CustomerRow = { -readonly [Key in keyof Row]?: string };

/** A row and the line of its file, from 1; of a Parquet file the row, from 1. */
export interface PlacedRow {
  readonly row: CustomerRow;
  readonly line: number;
  /** Cells of the columns that are read besides; with the first row of a record alone. */
  readonly beside?: readonly string[] | undefined;
  /** What uploads take besides, where it was asked for. */
  readonly fields?: ReadonlyMap<UploadField, string>;
}

/** Records that are looked at before the columns are chosen. */
const SAMPLE_RECORDS = 500;

/** A list that is read once, from the beginning to the end, and never held as a whole. */
export class CustomerList {
  readonly columns: Columns;
  /** What was guessed about the file and why; to be shown. */
  readonly notes: readonly string[];
  /** Where what uploads take besides stands; nothing unless it was asked for. */
  readonly fields: ReadonlyMap<UploadField, number>;
  readonly #records: RecordSource;
  readonly #source: string;
  readonly #width: number;
  #count = 0;

  private constructor(
    records: RecordSource,
    source: string,
    width: number,
    columns: Columns,
    notes: readonly string[],
    fields: ReadonlyMap<UploadField, number>,
  ) {
    this.fields = fields;
    this.#records = records;
    this.#source = source;
    this.#width = width;
    this.columns = columns;
    this.notes = notes;
  }

  /**
   * Opens a list and chooses its columns.
   * @param path a file, or `-` for standard input
   * @throws {VeilmatchError} `io`; `unsupported`; `bad-file` for what is not CSV in UTF-8 or UTF-16, nor Parquet, with
   * the line or byte offset; `argument` when no column can be chosen
   */
  static async open(path: string, options: ListOptions, io: Io): Promise<CustomerList> {
    const source = sourceName(path);
    const records = await openRecords(path, options, io);
    try {
      const sample = await records.sample(SAMPLE_RECORDS);
      if (sample.length === 0) {
        throw new VeilmatchError('bad-file', `${source} holds nothing but empty lines.`);
      }
      const { columns, notes } = chooseColumns(
        sample.map(({ fields }) => fields),
        checkedOptions(options, records, source),
        source,
      );
      const { header, phone, email, country } = columns;
      const taken = [...phone, ...email, ...(country === undefined ? [] : [country])];
      const fields = fieldColumns(options.fields ? header : undefined, taken);
      return new CustomerList(records, source, sample[0]!.fields.length, columns, notes, fields);
    } catch (error) {
      await records.close();
      throw error;
    }
  }

  /** What the lines of the rows count. */
  get counts(): RecordSource['counts'] {
    return this.#records.counts;
  }

  /** Records below the header that were read so far. */
  get records(): number {
    return this.#count;
  }

  /** The kinds that there is a column for. */
  get kinds(): readonly Field[] {
    return (['phone', 'email'] as const).filter((kind) => this.columns[kind].length > 0);
  }

  /** How much was read, from 0 to 1, where that can be known. */
  share(): number | undefined {
    return this.#records.share();
  }

  /**
   * The rows in order, once. A record with two phone columns filled makes two rows.
   * @throws {VeilmatchError} `io`, `bad-file`
   */
  async *rows(): AsyncGenerator<readonly PlacedRow[], void, undefined> {
    const { header, phone, email, country, beside = [] } = this.columns;
    const own = [...phone, ...email, ...(country === undefined ? [] : [country])];
    const needed = [...own, ...beside, ...this.fields.values()];
    let belowHeader = header === undefined;
    for await (const batch of this.#records.records(needed)) {
      const records = belowHeader ? batch : batch.slice(1);
      belowHeader ||= batch.length > 0;
      this.#count += records.length;
      yield records.flatMap((record) => this.#rowsOf(record));
    }
  }

  close(): Promise<void> {
    return this.#records.close();
  }

  #rowsOf({ fields, line }: ListRecord): PlacedRow[] {
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
    const phones = this.columns.phone.map(filled).filter((cell) => cell !== undefined);
    const emails = this.columns.email.map(filled).filter((cell) => cell !== undefined);
    const country = filled(this.columns.country);
    const others = [...this.fields].flatMap(([field, column]): [UploadField, string][] => {
      const cell = filled(column);
      return cell === undefined ? [] : [[field, cell]];
    });
    const placed = this.fields.size === 0 ? { line } : { line, fields: new Map(others) };
    const beside = this.columns.beside?.map((column) => fields[column] ?? '');
    return Array.from({ length: Math.max(phones.length, emails.length, 1) }, (_, i) => {
      const row: CustomerRow = {};
      if (phones[i] !== undefined) row.phone = phones[i]!;
      if (emails[i] !== undefined) row.email = emails[i]!;
      if (country !== undefined) row.country = country;
      return i === 0 && beside !== undefined ? { row, ...placed, beside } : { row, ...placed };
    });
  }
}

/** What the file itself says about its header and its delimiter cannot be said otherwise. */
function checkedOptions(options: ListOptions, { hasHeader }: RecordSource, source: string): ListOptions {
  if (hasHeader === undefined) return options;
  if (options.header === false || options.delimiter !== undefined) {
    throw new VeilmatchError(
      'argument',
      `${source} is a Parquet file: its columns have names, and nothing separates them. Leave --no-header and --delimiter away.`,
    );
  }
  return { ...options, header: hasHeader };
}
