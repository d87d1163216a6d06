// SPDX-License-Identifier: Apache-2.0
/** Customer lists: the rows that the library takes, and the lines they stood on, as they are read. */

import type { IdentifierErrorCode } from '../errors.js';
import { VeilmatchError } from '../errors.js';
import { countryNamed } from '../identifiers/countries.js';
import type { UploadField } from '../identifiers/fields/field.js';
import type { Field } from '../identifiers/row.js';
import { Marks } from '../marks.js';
import { placeName } from './address.js';
import {
  type ChosenColumn,
  type ColumnChoice,
  type ColumnOptions,
  type Columns,
  chooseColumns,
  findColumns,
  foundNothing,
  SAMPLE_RECORDS,
} from './columns.js';
import { fieldColumns } from './field-columns.js';
import type { Io } from './io.js';
import {
  addRecord,
  noColumns,
  type PlacedColumns,
  type PlacedRow,
  type RecordShape,
  rowsOfRecord,
} from './record-rows.js';
import {
  type FileReading,
  type ListRecord,
  placeIn,
  type RecordPlace,
  type RecordSource,
} from './record-source.js';
import { openRecords, type RecordOptions } from './records.js';
import { type LikelyColumn, likelyColumns, nothingNote } from './unrecognised.js';

/** How a list is read; what is not said is found out. */
export interface ListOptions extends ColumnOptions, RecordOptions {
  /** Also look for columns with what uploads take besides, by their names. */
  readonly fields?: boolean | undefined;
}

/** What was taken of a list, for people and programs. */
export interface ListReading extends FileReading {
  /** Whether its first record holds names. */
  readonly header: boolean;
  readonly columns: readonly ChosenColumn[];
  /** Of every column its name, where it has one that could not be a value. */
  readonly names: readonly (string | undefined)[];
  /** Where telephone numbers without a country are read. */
  readonly country?: string | undefined;
}

/** Cells that name no country. Numbers beside them are read where they have a country's code alone: no other country stands in. */
export interface UnknownCountries {
  readonly count: number;
  /** The first ones. */
  readonly lines: readonly number[];
}

const SHOWN_LINES = 5;

/** A list that is read once, from the beginning to the end, and never held as a whole. */
export class CustomerList {
  readonly columns: Columns;
  readonly reading: ListReading;
  /** What was taken and why, a line each; to be shown. */
  readonly notes: readonly string[];
  /** Where what uploads take besides stands; nothing unless it was asked for. */
  readonly fields: ReadonlyMap<UploadField, number>;
  /** What columns may hold of a list in which none was recognised, which only `openAny` opens. */
  readonly likely: readonly LikelyColumn[];
  /** Of a list of one column what stands in its name and separates fields elsewhere; only `openAny` opens such a one. */
  readonly otherDelimiter: string | undefined;
  readonly #records: RecordSource;
  readonly #shape: RecordShape;
  /** Lines of records that could not be read. */
  readonly #damaged = new Marks();
  readonly #unknown = { count: 0, lines: [] as number[] };
  #count = 0;

  private constructor(
    records: RecordSource,
    width: number,
    columns: Columns,
    reading: ListReading,
    notes: readonly string[],
    fields: ReadonlyMap<UploadField, number>,
    { likely = [], otherDelimiter }: Unrecognised,
  ) {
    this.fields = fields;
    this.likely = likely;
    this.otherDelimiter = otherDelimiter;
    this.#records = records;
    this.#shape = { columns, width, fields };
    this.columns = columns;
    this.reading = reading;
    this.notes = notes;
  }

  /**
   * Opens a list and chooses its columns.
   * @param path a file, several with `*` in it, an address, or `-` for standard input
   * @throws {VeilmatchError} `io`; `unsupported`; `bad-file` for what is no text, no list, or not in its encoding, with the
   * line or byte offset; `argument` when no column can be chosen
   */
  static open(path: string, options: ListOptions, io: Io): Promise<CustomerList> {
    return CustomerList.#open(path, options, io, true);
  }

  /**
   * As `open`, also a list of which nothing can be read: to say what is in it.
   * @throws {VeilmatchError} as `open`; `argument` only for options that fit no column
   */
  static openAny(path: string, options: ListOptions, io: Io): Promise<CustomerList> {
    return CustomerList.#open(path, options, io, false);
  }

  static async #open(path: string, options: ListOptions, io: Io, toRead: boolean): Promise<CustomerList> {
    const source = placeName(path);
    const records = await openRecords(path, options, io);
    try {
      const sample = (await records.sample(SAMPLE_RECORDS)).filter(({ damage }) => damage === undefined);
      if (sample.length === 0) {
        throw new VeilmatchError(
          'bad-file',
          `${source} holds nothing that could be read as a list: no line, or no whole record.`,
        );
      }
      const checked = checkedOptions(options, records, source);
      const cells = sample.map((record) => record.fields);
      const otherDelimiter = otherDelimiterIn(cells[0]!, records, checked);
      if (toRead && otherDelimiter !== undefined) {
        throw new VeilmatchError('argument', `${source} has ${twoDelimiters(records, otherDelimiter)}`);
      }
      const { columns, chosen, names, notes, ...unrecognised } = toRead
        ? chooseColumns(cells, checked, source)
        : anyColumns(cells, checked, source);
      const reading: ListReading = {
        ...records.reading,
        header: columns.header !== undefined,
        columns: chosen,
        names,
        country: options.country,
      };
      const width = Math.max(columns.header?.length ?? 0, cells[0]!.length);
      const { header, phone, email } = columns;
      // Where numbers are read is where somebody lives, too.
      const fields = fieldColumns(options.fields ? header : undefined, [...phone, ...email]);
      const delimiters =
        otherDelimiter === undefined ? [] : [`it has ${twoDelimiters(records, otherDelimiter)}`];
      const all = [...readingNotes(reading), ...delimiters, ...notes];
      return new CustomerList(records, width, columns, reading, all, fields, {
        ...unrecognised,
        otherDelimiter,
      });
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

  /** Cells of the column of countries that name none which is known, so far; undefined without such a column. */
  get unknownCountries(): UnknownCountries | undefined {
    return this.columns.country === undefined ? undefined : this.#unknown;
  }

  /** The kinds that there is a column for. */
  get kinds(): readonly Field[] {
    return (['phone', 'email'] as const).filter((kind) => this.columns[kind].length > 0);
  }

  /** Why a row was not taken: what its reader says of it, unless its record could not be read at all. */
  codeAt(line: number, code: IdentifierErrorCode): IdentifierErrorCode {
    return this.#damaged.has(line) ? 'bad-record' : code;
  }

  /** Where a line of a list of several files stands; undefined in a list of one. */
  placeOf(line: number): RecordPlace | undefined {
    const { files } = this.reading;
    return files && placeIn(files, line);
  }

  /** Cells of a whole record. */
  get width(): number {
    return this.#shape.width;
  }

  /** How much was read, from 0 to 1, where that can be known. */
  share(): number | undefined {
    return this.#records.share();
  }

  /**
   * The rows in order, once. A record with two phone columns filled makes two rows; one that could not be read makes an empty
   * row, of which `codeAt` says so.
   * @throws {VeilmatchError} `io`, `bad-file`
   */
  async *rows(): AsyncGenerator<readonly PlacedRow[], void, undefined> {
    const { beside = [], keep = [] } = this.columns;
    const needed = [...this.#own(), ...beside, ...keep, ...this.fields.values()];
    for await (const records of this.#belowHeader(needed))
      yield records.flatMap((record) => this.rowsOf(record));
  }

  /**
   * As `rows`, by column and without an object for each: for lists of millions of rows. What uploads take besides is not in it.
   * @param atLeast rows that are given at once, but for the last ones
   * @throws {VeilmatchError} `io`, `bad-file`
   */
  async *placedColumns(atLeast: number): AsyncGenerator<PlacedColumns, void, undefined> {
    const { beside = [], keep = [] } = this.columns;
    let placed = noColumns(this.columns);
    for await (const records of this.#belowHeader([...this.#own(), ...beside, ...keep])) {
      for (const record of records)
        if (addRecord(placed, record, this.#shape)) this.#damaged.add(record.line);
      if (placed.lines.length < atLeast) continue;
      yield placed;
      placed = noColumns(this.columns);
    }
    if (placed.lines.length > 0) yield placed;
  }

  #own(): number[] {
    const { phone, email, opaque = [], country } = this.columns;
    return [...phone, ...email, ...opaque, ...(country === undefined ? [] : [country])];
  }

  /** The records in order with all of their cells, once, in place of `rows`. @throws {VeilmatchError} `io`, `bad-file` */
  wholeRecords(): AsyncGenerator<readonly ListRecord[], void, undefined> {
    return this.#belowHeader(Array.from({ length: this.#shape.width }, (_, column) => column));
  }

  async *#belowHeader(needed: readonly number[]): AsyncGenerator<readonly ListRecord[], void, undefined> {
    let below = this.columns.header === undefined;
    for await (const batch of this.#records.records(needed, !below)) {
      const first = below ? -1 : batch.findIndex(({ damage }) => damage === undefined);
      const records = first < 0 ? batch : batch.filter((_, i) => i !== first);
      below ||= first >= 0;
      this.#count += records.length;
      if (this.columns.country !== undefined)
        for (const record of records) this.#lookForCountry(record, this.columns.country);
      yield records;
    }
  }

  #lookForCountry({ fields, line, damage }: ListRecord, column: number): void {
    const cell = fields[column]?.trim();
    if (!cell || damage !== undefined || countryNamed(cell) !== undefined) return;
    this.#unknown.count++;
    if (this.#unknown.lines.length < SHOWN_LINES) this.#unknown.lines.push(line);
  }

  /** Lets go of the file, wherever it was read to. */
  close(): Promise<void> {
    return this.#records.close();
  }

  /** What a record comes to. */
  rowsOf(record: ListRecord): PlacedRow[] {
    const rows = rowsOfRecord(record, this.#shape);
    if (rows[0]!.damaged) this.#damaged.add(record.line);
    return rows;
  }
}

/** What the file itself says about its header and its delimiter cannot be said otherwise. */
function checkedOptions(
  options: ListOptions,
  { hasHeader, reading }: RecordSource,
  source: string,
): ListOptions {
  if (hasHeader === undefined) return options;
  if (options.header === false || options.dialect?.delimiter !== undefined) {
    throw new VeilmatchError(
      'argument',
      `${source} is ${reading.format}: its columns have names, and nothing separates them. Leave --no-header and --delimiter away.`,
    );
  }
  return { ...options, header: hasHeader };
}

/** What is known of a list in which no column was recognised. */
interface Unrecognised {
  readonly likely?: readonly LikelyColumn[] | undefined;
  readonly otherDelimiter?: string | undefined;
}

/** The columns as `chooseColumns` finds them, or what there is in place of them. */
function anyColumns(
  cells: readonly (readonly string[])[],
  options: ListOptions,
  source: string,
): ColumnChoice & Unrecognised {
  const { table, ...choice } = findColumns(cells, options, source);
  if (!foundNothing(choice)) return choice;
  const notes = [...choice.notes, nothingNote(table, options, cells)];
  return { ...choice, notes, likely: likelyColumns(table, cells, options) };
}

/** What stands in the name of the only column and separates fields elsewhere: most likely there are several. */
function otherDelimiterIn(
  [name = '', ...others]: readonly string[],
  { reading }: RecordSource,
  { columns = [] }: ListOptions,
): string | undefined {
  const [other] = /[,;\t|]/.exec(name) ?? [];
  if (others.length > 0 || other === undefined || reading.format !== 'CSV') return undefined;
  return columns.some((column) => column.name === name) || name.includes('@') ? undefined : other;
}

function twoDelimiters({ reading }: RecordSource, other: string): string {
  return (
    `one column where ${signName(reading.delimiter!)} separates the fields, and ${signName(other)} in its name. ` +
    'Give --delimiter, or --column 1=phone or 1=email where there is one column.'
  );
}

const WHY: Readonly<Record<NonNullable<FileReading['delimiterWhy']>, string>> = {
  given: 'as asked for',
  declared: 'as its first line says',
  found: 'found in its first lines; --delimiter overrules',
  alone: 'none found',
};

function readingNotes({
  format,
  encoding,
  delimiter,
  delimiterWhy,
  files,
  passed = 0,
  country,
}: ListReading): string[] {
  const several = files === undefined ? '' : `${files.length} files of `;
  const text = `${several}${format}${encoding === undefined ? '' : ` in ${encoding.toUpperCase()}`}`;
  const fields =
    delimiterWhy === undefined
      ? ''
      : delimiterWhy === 'alone'
        ? ', one field a line'
        : `, fields separated by ${signName(delimiter!)} (${WHY[delimiterWhy]})`;
  const notes = [`read as ${text}${fields}`];
  if (passed > 0) {
    notes.push(
      `${passed === 1 ? 'one line' : `${passed} lines`} above the table ${passed === 1 ? 'is' : 'are'} left out (--skip overrules)`,
    );
  }
  if (country !== undefined)
    notes.push(`telephone numbers without a country are read in ${country} (--country)`);
  return notes;
}

const SIGNS: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  ' ': 'space',
  '|': 'pipe',
};

/** A delimiter in words, as `--delimiter` takes it where it has a name. */
export function signName(sign: string): string {
  const code = sign.charCodeAt(0);
  return SIGNS[sign] ?? (code < 0x20 ? `character ${code}` : `"${sign}"`);
}
