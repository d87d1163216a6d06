// SPDX-License-Identifier: Apache-2.0
/** What the name of an output makes of its content: CSV, JSON Lines (`.jsonl`), either compressed (`.gz`, `.zst`), or Parquet. */

import { once } from 'node:events';
import type { FileHandle } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { VeilmatchError } from '../errors.js';
import { pathName } from '../path-name.js';
import { parseAddress, placeName } from './address.js';
import { compressionOf, compressor } from './compression.js';
import { type Cells, type ColumnType, Database, type TableWriter } from './duckdb.js';
import type { Io } from './io.js';
import { PARQUET_NEEDS } from './parquet.js';
import { databaseError } from './refusals.js';
import type { TableStyle } from './spreadsheet.js';
import { quoted } from './sql.js';
import { CsvTable, JsonLinesTable, type Output, type TableOutput } from './text-output.js';

/** Where a file's content goes, as text that may be compressed or as a table. */
export interface Sink extends Output {
  /** Brings all of it to disk, and closes the file. */
  end(): Promise<void>;
  /** Closes the file, whatever is in it. Never throws. */
  abandon(): Promise<void>;
}

/** A file that was opened to be written. */
interface OpenFile {
  readonly file: FileHandle;
  /** Its path. */
  readonly written: string;
  /** Whether it can be brought to disk, which a device or a pipe cannot. */
  readonly flush: boolean;
}

function isParquetName(name: string): boolean {
  return /\.parquet$/i.test(name);
}

/** @throws {VeilmatchError} `argument` where a command that writes no list is to write a Parquet file or a table */
export function refuseTable(path: string | undefined, what: string): void {
  if (path === undefined) return;
  const { kind } = parseAddress(path);
  if (kind === 'sqlite' || kind === 'postgres') {
    throw new VeilmatchError('argument', `${what} is no list: ${placeName(path)} is a table. Name a file.`);
  }
  if (!isParquetName(path)) return;
  throw new VeilmatchError(
    'argument',
    `${what} is no list: ${placeName(path)} cannot be a Parquet file. Give another ending.`,
  );
}

/** The ending of a name, without one that says that it is compressed. */
const endingOf = (name: string): string | undefined =>
  /\.([a-z]+)$/i.exec(name.replace(/\.(?:gz|zst)$/i, ''))?.[1]?.toLowerCase();

/** What other programs would take the content for by its name. */
function refuseWorkbook(name: string): void {
  if (!/^(?:xlsx?|xlsm|ods|numbers)$/.test(endingOf(name) ?? '')) return;
  throw new VeilmatchError(
    'argument',
    `${pathName(name)} cannot be written: workbooks are not supported. Name a .csv file, with --spreadsheet where it is for one.`,
  );
}

/** A list in the text format that a name asks for. @throws {VeilmatchError} `argument` */
function textTable(
  name: string,
  output: Pick<Output, 'write'>,
  columns: ReadonlyMap<string, ColumnType>,
  style: TableStyle | undefined,
): Promise<TableOutput> {
  const ending = endingOf(name);
  if (ending === 'jsonl' || ending === 'ndjson') return Promise.resolve(new JsonLinesTable(output, columns));
  if (ending !== 'json') return CsvTable.begin(output, columns, style);
  throw new VeilmatchError(
    'argument',
    `${pathName(name)} would be CSV. A list as JSON has an object a line: name it .jsonl, or ask for one document with --json ` +
      'where the command has it.',
  );
}

/** @throws {VeilmatchError} `argument` for a workbook; `unsupported` for Parquet without DuckDB, Zstandard on an older Node */
export async function sinkFor(name: string, open: OpenFile, io: Io): Promise<Sink> {
  refuseWorkbook(name);
  if (isParquetName(name)) return ParquetSink.open(name, open, io);
  const compression = compressionOf(name);
  return compression === undefined
    ? new PlainSink(name, open)
    : new CompressedSink(name, open, compressor(compression, name));
}

class PlainSink implements Sink {
  readonly #name: string;
  readonly #open: OpenFile;

  constructor(name: string, open: OpenFile) {
    this.#name = name;
    this.#open = open;
  }

  async write(text: string): Promise<void> {
    await this.#open.file.writeFile(text);
  }

  table(columns: ReadonlyMap<string, ColumnType>, style?: TableStyle): Promise<TableOutput> {
    return textTable(this.#name, this, columns, style);
  }

  async end(): Promise<void> {
    const { file, flush } = this.#open;
    if (flush) await file.sync();
    await file.close();
  }

  async abandon(): Promise<void> {
    await this.#open.file.close().catch(() => {});
  }
}

class CompressedSink implements Sink {
  readonly #name: string;
  readonly #encoder: Transform;
  /** Fulfilled when the file is on disk and closed. */
  readonly #done: Promise<void>;

  constructor(name: string, { file, flush }: OpenFile, encoder: Transform) {
    this.#name = name;
    this.#encoder = encoder;
    this.#done = pipeline(encoder, file.createWriteStream({ flush }));
    // Whoever writes or ends hears of it.
    this.#done.catch(() => {});
  }

  async write(text: string): Promise<void> {
    // The writer waits for the encoder, and hears of a full disk in its place.
    if (this.#encoder.destroyed) await this.#done;
    if (!this.#encoder.write(text)) await Promise.race([once(this.#encoder, 'drain'), this.#done]);
  }

  table(columns: ReadonlyMap<string, ColumnType>, style?: TableStyle): Promise<TableOutput> {
    return textTable(this.#name, this, columns, style);
  }

  async end(): Promise<void> {
    this.#encoder.end();
    await this.#done;
  }

  async abandon(): Promise<void> {
    this.#encoder.destroy();
    await this.#done.catch(() => {});
  }
}

/** Rows wait in DuckDB, on disk where they are many: the file's index says how they lie in it, so it is written at once. */
class ParquetSink implements Sink {
  readonly #name: string;
  readonly #open: OpenFile;
  readonly #database: Database;
  #writer: TableWriter | undefined;

  private constructor(name: string, open: OpenFile, database: Database) {
    this.#name = name;
    this.#open = open;
    this.#database = database;
  }

  static async open(name: string, open: OpenFile, io: Io): Promise<ParquetSink> {
    const { written } = open;
    const options = {
      purpose: PARQUET_NEEDS,
      files: [resolve(written)],
      beside: written,
      memoryMegabytes: 64,
    };
    return new ParquetSink(name, open, await Database.open(options, io));
  }

  async write(): Promise<void> {
    refuseTable(this.#name, 'The output');
  }

  async table(columns: ReadonlyMap<string, ColumnType>): Promise<TableOutput> {
    const writer = await this.#written(() => this.#database.table('output', columns));
    this.#writer = writer;
    return {
      append: (rows: Iterable<Cells>) => this.#written(() => writer.add(rows)),
    };
  }

  async end(): Promise<void> {
    await this.#written(async () => {
      await this.#writer?.finish();
      // Into the file that is there already, whose permissions stay.
      await this.#database.run(
        `COPY output TO ${quoted(resolve(this.#open.written))} (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)`,
      );
    });
    await this.#database.close();
    await this.#open.file.sync();
    await this.#open.file.close();
  }

  async abandon(): Promise<void> {
    await this.#database.close().catch(() => {});
    await this.#open.file.close().catch(() => {});
  }

  async #written<T>(action: () => Promise<T>): Promise<T> {
    try {
      return await action();
    } catch (error) {
      throw databaseError(
        'write',
        this.#name,
        error,
        new VeilmatchError('io', `Cannot write ${this.#name} as Parquet.`),
      );
    }
  }
}
