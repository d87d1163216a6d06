// SPDX-License-Identifier: Apache-2.0
/** Lists of tokens: one a line, or a column of a CSV file; which column, and how many bytes a token has, is recognised. */

import { LEAST_BYTES, readBase64, readHex, readToken } from '../../attack/tokens.js';
import { VeilmatchError } from '../../errors.js';
import { placeName } from '../../lists/address.js';
import type { Io } from '../../lists/io.js';
import type { ListRecord, RecordSource } from '../../lists/record-source.js';
import { openRecords } from '../../lists/records.js';

interface TokenFileOptions {
  /** A header's name or a column's number from 1; recognised when it is not given. */
  readonly column?: string | undefined;
  /** The column of a salt for each token, by name or number; recognised by a name with `salt` in it. */
  readonly saltColumn?: string | undefined;
  /** Which of two columns of tokens is meant, by its name. */
  readonly named: (header: string) => boolean;
  /** Bytes of a token, where that is known: of the hash that was named. */
  readonly wholeBytes?: number | undefined;
  /** Whether tokens are the first bytes of digests. */
  readonly truncated: boolean;
}

export interface TokenFile {
  /** In the order of the file; cells that are empty or no tokens are left out. */
  readonly tokens: readonly string[];
  /** Bytes of each. */
  readonly tokenBytes: number;
  /** Cells that are no tokens: how many, and the lines of the first ones. */
  readonly rejected: { readonly count: number; readonly lines: readonly number[] };
  /** What was recognised, to be shown. */
  readonly notes: readonly string[];
}

/** Digests of MD5, SHA-1, SHA-256 and SHA-512. */
const DIGEST_BYTES = [16, 20, 32, 64];
const SAMPLE_RECORDS = 500;
/** A column of tokens is at least this full of them. */
const MIN_SHARE = 0.6;
const SHOWN_LINES = 5;

/** What the tokens of a column have in common. */
interface TokenKind {
  readonly bytes: number;
  fits(cell: string): boolean;
}

/** The bytes of a cell as a whole digest. */
function digestBytesOf(cell: string): number | undefined {
  return DIGEST_BYTES.find((bytes) => readToken(cell, bytes) !== undefined);
}

function mostFrequent<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** @param wholeBytes - of the hash that was named */
function digestKind(cells: readonly string[], wholeBytes: number | undefined): TokenKind | undefined {
  const found = cells.map(digestBytesOf).filter((bytes) => bytes !== undefined);
  const bytes = mostFrequent(wholeBytes === undefined ? found : found.filter((each) => each === wholeBytes));
  return bytes === undefined ? undefined : { bytes, fits: (cell) => readToken(cell, bytes) !== undefined };
}

/** Tokens that were cut have one length, and are hexadecimal if most of them can be. */
function truncatedKind(cells: readonly string[]): TokenKind | undefined {
  const length = mostFrequent(cells.map((cell) => cell.length));
  const alike = cells.filter((cell) => cell.length === length);
  const hex = alike.filter((cell) => readHex(cell) !== undefined).length;
  const read = hex >= MIN_SHARE * alike.length ? readHex : readBase64;
  const bytes = mostFrequent(alike.map((cell) => read(cell)?.length ?? 0)) ?? 0;
  if (bytes < LEAST_BYTES) return undefined;
  return { bytes, fits: (cell) => cell.length === length && read(cell)?.length === bytes };
}

/**
 * @param path a file, or `-` for standard input
 * @throws {VeilmatchError} `io`, `bad-file`; `argument` when no column of tokens can be found
 */
export async function readTokens(path: string, options: TokenFileOptions, io: Io): Promise<TokenFile> {
  const source = placeName(path);
  const records = await openRecords(path, {}, io);
  try {
    const sample = (await records.sample(SAMPLE_RECORDS)).filter(({ damage }) => damage === undefined);
    if (sample.length === 0) throw new VeilmatchError('bad-file', `${source} holds nothing but empty lines.`);
    const reader = new TokenReader(source, options, sample, records);
    for await (const batch of records.records(reader.columns, reader.headed)) reader.take(batch);
    return reader.finish();
  } finally {
    await records.close();
  }
}

class TokenReader {
  readonly #source: string;
  readonly #options: TokenFileOptions;
  readonly #sample: readonly ListRecord[];
  readonly #chosen: TokenColumn;
  readonly #salt: number | undefined;
  readonly #note: string;
  readonly #tokens: string[] = [];
  readonly #lines: number[] = [];
  #rejected = 0;
  #belowHeader: boolean;

  constructor(
    source: string,
    options: TokenFileOptions,
    sample: readonly ListRecord[],
    { hasHeader, reading }: RecordSource,
  ) {
    this.#source = source;
    this.#options = options;
    this.#sample = sample;
    const first = sample[0]!.fields;
    const chosen = this.#oneOf(
      first.flatMap((_, column) => this.#tokenColumn(column) ?? []),
      first,
    );
    this.#chosen = chosen;
    const header = hasHeader ?? !chosen.fits(cellOf(first, chosen.column));
    this.#belowHeader = !header;
    this.#salt = this.#saltColumn(first, header, reading.delimiter);
    const where = first.length === 1 ? '' : ` in column ${chosen.column + 1}`;
    this.#note = `recognised tokens of ${chosen.bytes} bytes${where}${header ? ', below a header' : ''}`;
  }

  /** Those that are read: of the tokens, and of their salts. */
  get columns(): number[] {
    return [this.#chosen.column, ...(this.#salt === undefined ? [] : [this.#salt])];
  }

  /** Whether the first record holds names. */
  get headed(): boolean {
    return !this.#belowHeader;
  }

  take(batch: readonly ListRecord[]): void {
    for (const record of batch) {
      if (this.#belowHeader) this.#take(record);
      this.#belowHeader = true;
    }
  }

  finish(): TokenFile {
    const rejected = { count: this.#rejected, lines: this.#lines };
    const notes = [this.#note];
    if (this.#salt !== undefined) notes.push(`a salt for each token in column ${this.#salt + 1}`);
    return { tokens: this.#tokens, tokenBytes: this.#chosen.bytes, rejected, notes };
  }

  /** A column that its name says it of, the other one of `digest:salt`, or the one that was asked for. */
  #saltColumn(first: readonly string[], header: boolean, delimiter: string | undefined): number | undefined {
    const { saltColumn: name } = this.#options;
    const { column: tokens } = this.#chosen;
    if (name !== undefined) {
      const column = first.findIndex((cell, column) => isNamed(cell, column, name));
      if (column >= 0 && column !== tokens) return column;
      throw new VeilmatchError(
        'argument',
        `${this.#source} has no other column of the name or number of --salt-column.`,
      );
    }
    if (header) {
      const named = [...first.keys()].filter((column) => column !== tokens && /salt/i.test(first[column]!));
      return named.length === 1 ? named[0] : undefined;
    }
    return delimiter === ':' && first.length === 2 ? 1 - tokens : undefined;
  }

  /** Undefined for a column that holds something else. */
  #tokenColumn(column: number): TokenColumn | undefined {
    const { truncated, wholeBytes } = this.#options;
    const cells = this.#sample.map(({ fields }) => cellOf(fields, column)).filter((cell) => cell !== '');
    const kind = truncated ? truncatedKind(cells) : digestKind(cells, wholeBytes);
    const count = cells.filter((cell) => kind?.fits(cell)).length;
    // One cell may be the header's.
    return kind !== undefined && count >= MIN_SHARE * (cells.length - 1) ? { ...kind, column } : undefined;
  }

  #oneOf(found: readonly TokenColumn[], first: readonly string[]): TokenColumn {
    const { column: name, named, wholeBytes } = this.#options;
    const wanted = found.filter(({ column }) => name === undefined || isNamed(first[column]!, column, name));
    if (wanted.length === 1) return wanted[0]!;
    const ofKind = wanted.filter(({ column }) => named(first[column]!));
    if (ofKind.length === 1) return ofKind[0]!;
    if (wanted.length > 0) {
      const numbers = wanted.map(({ column }) => column + 1).join(', ');
      throw new VeilmatchError(
        'argument',
        `${this.#source} has ${wanted.length} columns of tokens: ${numbers}. Say which one to read: --column NUMBER.`,
      );
    }
    const hash = wholeBytes === undefined ? 'of MD5, SHA-1, SHA-256 or SHA-512' : `of ${wholeBytes} bytes`;
    if (name !== undefined && !first.some((cell, column) => isNamed(cell, column, name))) {
      throw new VeilmatchError(
        'argument',
        `${this.#source} has ${first.length} column${first.length === 1 ? '' : 's'}, and none of that name or number. ` +
          'Give the name that stands in its first line, or a number from 1.',
      );
    }
    throw new VeilmatchError(
      'argument',
      `No column of ${this.#source}${name === undefined ? '' : ' of that name or number'} holds digests ${hash} in hexadecimal or base64. ` +
        'If they are of another hash, say --algorithm; if they were cut, --truncated.',
    );
  }

  #take({ fields, line, damage }: ListRecord): void {
    const cell = cellOf(fields, this.#chosen.column);
    if (cell === '' && damage === undefined) return;
    if (this.#chosen.fits(cell)) {
      const salt = this.#salt === undefined ? '' : (fields[this.#salt] ?? '');
      this.#tokens.push(salt === '' ? cell : `${cell}:${salt}`);
      return;
    }
    this.#rejected++;
    if (this.#lines.length < SHOWN_LINES) this.#lines.push(line);
  }
}

interface TokenColumn extends TokenKind {
  readonly column: number;
}

/** @param column from 0 */
function isNamed(header: string, column: number, name: string): boolean {
  const folded = (text: string): string => text.trim().toLowerCase();
  return folded(header) === folded(name) || `${column + 1}` === name.trim();
}

function cellOf(fields: readonly string[], column: number): string {
  return fields[column]?.trim() ?? '';
}
