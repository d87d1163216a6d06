// SPDX-License-Identifier: Apache-2.0
/**
 * The parts of a message. Its records are sorted, and a part holds those that begin with the same bits: records are uniform, so how
 * many a part has says what any other uniform records of that number would, and neither order nor names say anything.
 *
 * A part's digest is over its records and not over the bytes of its file, so that another writer of Parquet comes to the same.
 */

import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { compareParts, equalBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { Database } from '../lists/duckdb.js';
import { databaseError } from '../lists/refusals.js';
import { quoted } from '../lists/sql.js';
import { pathName } from '../path-name.js';
import { fileError, openRegular, replaceFile, systemCode } from '../transport/files/files.js';
import { makeFolder } from './folders.js';
import { encodePart, type PartRows } from './parquet.js';

/** What a folder of parts is called, and holds. */
export type PartFolder = 'blinded' | 'evaluated' | 'tags';

/** What a manifest says of a part. */
export interface PartEntry {
  readonly rows: number;
  /** Of the file. */
  readonly bytes: number;
  /** Of the records in their order: 32 bytes. See `digestOf`. */
  readonly sha256: Uint8Array;
}

/** Rows of a part, about: between half of it and all. Four megabytes, and some seconds of work. */
export const PART_ROWS: number = 2 ** 17;
/** Rows that a part may have which somebody else has cut: it is held in memory. */
export const MAX_PART_ROWS: number = 2 ** 20;
/** Parts of a folder at most. */
export const MAX_PARTS: number = 2 ** 16;
/** Bytes of a file besides its columns: footers, and levels and headers of the pages that other writers make. */
const AROUND_BYTES = 65_536;

/** Into how many parts so many records are cut: a power of two, and a matter of their number alone. */
export function partsFor(rows: number, partRows: number = PART_ROWS): number {
  let parts = 1;
  while (rows > parts * partRows && parts < MAX_PARTS) parts *= 2;
  return parts;
}

/** The part that a record belongs to. @param parts a power of two */
export function partOf(record: Uint8Array, name: PartRows['name'], parts: number, at: number = 0): number {
  const [a, b, c] = [record[at]!, record[at + 1]!, record[at + 2]!];
  // The lowest bit of an encoded element is zero (RFC 9496, section 4.3.2), so its first byte has seven bits that are any.
  const prefix = name === 'element' ? ((a >>> 1) << 16) | (b << 8) | c : (a << 16) | (b << 8) | c;
  const bits = name === 'element' ? 23 : 24;
  return Math.floor((prefix * parts) / 2 ** bits);
}

/** What a part is called in its folder. */
export const partName = (number: number): string => `part-${String(number).padStart(5, '0')}.parquet`;

/** Where a part is. */
const partPath = (folder: string, number: number): string => join(folder, partName(number));

/** SHA-256 over each record in order, behind its number as u64, big-endian, where rows are numbered. */
function digestOf({ first, width, records }: PartRows): Uint8Array {
  const hash = createHash('sha256');
  if (first === undefined) return hash.update(records).digest();
  const batch = 4096;
  const rows = records.length / width;
  const line = new Uint8Array(batch * (8 + width));
  const view = new DataView(line.buffer);
  for (let from = 0; from < rows; from += batch) {
    const to = Math.min(rows, from + batch);
    for (let i = from; i < to; i++) {
      const at = (i - from) * (8 + width);
      view.setBigUint64(at, BigInt(first + i));
      line.set(records.subarray(i * width, (i + 1) * width), at + 8);
    }
    hash.update(line.subarray(0, (to - from) * (8 + width)));
  }
  return hash.digest();
}

/** A part that was written. */
export interface WrittenPart extends PartEntry {
  /** SHA-256 of the file. */
  readonly file: Uint8Array;
}

/** Writes a part, whole or not at all. @throws {VeilmatchError} `io`; `bad-file` where one of its folders is a link */
export async function writePart(folder: string, number: number, rows: PartRows): Promise<WrittenPart> {
  const bytes = encodePart(rows);
  await makeFolder(dirname(folder));
  await makeFolder(folder);
  await replaceFile(partPath(folder, number), bytes);
  return {
    rows: rows.records.length / rows.width,
    bytes: bytes.length,
    sha256: digestOf(rows),
    file: createHash('sha256').update(bytes).digest(),
  };
}

/** Whether a part that was written is still there, and the same. The folder is one that the partner can write to. */
export async function isStillThere(
  folder: string,
  number: number,
  { bytes, file }: WrittenPart,
): Promise<boolean> {
  try {
    const handle = await openRegular(partPath(folder, number));
    try {
      if ((await handle.stat()).size !== bytes) return false;
      const hash = createHash('sha256');
      for await (const chunk of handle.createReadStream({ autoClose: false, end: bytes - 1 }))
        hash.update(chunk);
      return equalBytes(hash.digest(), file);
    } finally {
      await handle.close();
    }
  } catch {
    return false;
  }
}

/** How a list that is cut into parts is read. */
export interface PartsExpected {
  readonly folder: string;
  readonly entries: readonly PartEntry[];
  readonly name: PartRows['name'];
  readonly width: number;
  /** Whether rows are numbered, from 0 and through all parts. */
  readonly numbered: boolean;
  /** Whether the records themselves ascend, and stand in the part that they belong to: all but numbered answers. */
  readonly sorted: boolean;
}

/**
 * What entries that nobody has looked at must be like.
 * @throws {VeilmatchError} `bad-file`
 */
export function checkEntries(entries: readonly PartEntry[], rows: number, what: string): void {
  const { length } = entries;
  const total = entries.reduce((sum, entry) => sum + entry.rows, 0);
  const isPower = length > 0 && 2 ** Math.round(Math.log2(length)) === length;
  if (isPower && length <= MAX_PARTS && total === rows && entries.every(isSmall)) return;
  throw new VeilmatchError(
    'bad-file',
    `The manifest is not taken: its ${what} are ${total} rows in ${length} parts, where ${rows} rows are due in a power of two of parts ` +
      `of at most ${MAX_PART_ROWS} rows.`,
  );
}

const isSmall = ({ rows, bytes }: PartEntry): boolean =>
  rows <= MAX_PART_ROWS && bytes <= 3 * rows * (8 + 64) + AROUND_BYTES;

/** A part that was read. */
export interface TakenPart {
  readonly number: number;
  readonly rows: PartRows;
}

/**
 * Reads parts one after another, each checked as a whole before it is given: **its bytes are copied to a folder of this party's own,
 * and what is hashed is what is given**, so nobody who can write where it lies can put another one in its place meanwhile.
 * @param own a folder that only this party can enter
 * @throws {VeilmatchError} `io`; `bad-file`, with the name of the part, for one that is missing, cut, or not what the manifest says
 */
export class PartReader {
  readonly #expected: PartsExpected;
  readonly #own: string;
  readonly #signal: AbortSignal | undefined;

  constructor(expected: PartsExpected, own: string, signal: AbortSignal | undefined) {
    this.#expected = expected;
    this.#own = own;
    this.#signal = signal;
  }

  /** @param skip parts that are not needed; they are not read */
  async *parts(skip: (number: number) => boolean = () => false): AsyncGenerator<TakenPart, void, undefined> {
    const { entries } = this.#expected;
    // DuckDB may keep something of a file by its name, so each has one of its own.
    const files = entries.map((_, number) => this.#copyOf(number));
    const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, signal: this.#signal };
    const options = { purpose: 'Datasets need', files, memoryMegabytes: READ_MEGABYTES };
    const database = await Database.open(options, io);
    try {
      let first = 0;
      for (const [number, entry] of entries.entries()) {
        if (!skip(number)) yield { number, rows: await this.#take(database, number, first, entry) };
        first += entry.rows;
      }
    } finally {
      await database.close();
    }
  }

  #copyOf(number: number): string {
    return resolve(this.#own, `incoming-${number}.parquet`);
  }

  async #take(database: Database, number: number, first: number, entry: PartEntry): Promise<PartRows> {
    const { folder, name, width, numbered, sorted, entries } = this.#expected;
    const path = partPath(folder, number);
    const copy = this.#copyOf(number);
    try {
      await copyPart(path, copy, entry.bytes);
      const due = { name, width, numbered, first, rows: entry.rows };
      const records = await readRecords(database, copy, path, due);
      const rows: PartRows = { first: numbered ? first : undefined, name, width, records };
      if (!equalBytes(digestOf(rows), entry.sha256)) {
        throw badPart(path, 'its rows are not those of the manifest');
      }
      if (sorted) checkSorted(rows, number, entries.length, path);
      return rows;
    } finally {
      await rm(copy, { force: true });
    }
  }
}

function checkSorted({ records, width, name }: PartRows, number: number, parts: number, path: string): void {
  for (let at = 0; at < records.length; at += width) {
    if (partOf(records, name, parts, at) !== number)
      throw badPart(path, `row ${at / width} belongs into another part`);
    if (at > 0 && compareParts(records, at - width, records, at, width) >= 0)
      throw badPart(path, `row ${at / width} is not above the one before it, or is repeated`);
  }
}

/** Copies so many bytes and no more; whoever can write there may go on adding to it. */
async function copyPart(path: string, copy: string, bytes: number): Promise<void> {
  try {
    const from = await openRegular(path);
    try {
      if ((await from.stat()).size !== bytes) throw badPart(path, `it does not have ${bytes} bytes`);
      await rm(copy, { force: true });
      const to = await open(copy, 'wx', 0o600);
      try {
        let length = 0;
        for await (const chunk of from.createReadStream({ autoClose: false, end: bytes - 1 })) {
          length += (chunk as Uint8Array).length;
          await to.writeFile(chunk as Uint8Array);
        }
        if (length !== bytes) throw badPart(path, `it does not have ${bytes} bytes`);
      } finally {
        await to.close();
      }
    } finally {
      await from.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw badPart(path, 'it is missing');
    throw fileError('read', path, error);
  }
}

/** Of the memory that DuckDB takes for one part. */
const READ_MEGABYTES = 128;

interface RecordsExpected {
  readonly name: PartRows['name'];
  readonly width: number;
  readonly numbered: boolean;
  readonly first: number;
  readonly rows: number;
}

/** The records of a copy, as many as are due. @param path what errors name */
async function readRecords(
  database: Database,
  copy: string,
  path: string,
  { name, width, numbered, first, rows }: RecordsExpected,
): Promise<Uint8Array> {
  const records = new Uint8Array(rows * width);
  try {
    await checkShape(database, copy, path, { name, width, numbered });
    let at = 0;
    const columns = numbered ? `idx, ${name}` : name;
    // Otherwise a folder of this party's own that is called `idx=1` would be a column.
    const from = `read_parquet(${quoted(copy)}, hive_partitioning = false)`;
    for await (const chunk of database.columns(`SELECT ${columns} FROM ${from}`)) {
      if (at + chunk.rowCount > rows) throw badPart(path, `it has more than ${rows} rows`);
      const numbers = numbered ? chunk.getColumnValues(0) : undefined;
      for (const [i, value] of chunk.getColumnValues(numbered ? 1 : 0).entries()) {
        const bytes = (value as { readonly bytes?: unknown } | null)?.bytes;
        if (!(bytes instanceof Uint8Array) || bytes.length !== width)
          throw badPart(path, `row ${at} has no ${name} of ${width} bytes`);
        if (numbers !== undefined && numbers[i] !== BigInt(first + at))
          throw badPart(path, `row ${at} is not numbered ${first + at}`);
        records.set(bytes, at++ * width);
      }
    }
    if (at !== rows) throw badPart(path, `it has ${at} rows, not ${rows}`);
    return records;
  } catch (error) {
    throw databaseError('read', pathName(path), error, badPart(path, 'it is no Parquet file of such a part'));
  }
}

/**
 * The columns of a part, before any of its values is looked at: a dictionary or a compressed page of a few bytes can stand for
 * values that fit into no memory, and these cannot.
 */
async function checkShape(
  database: Database,
  copy: string,
  path: string,
  { name, width, numbered }: Pick<RecordsExpected, 'name' | 'width' | 'numbered'>,
): Promise<void> {
  const due = [...(numbered ? ['idx INT64'] : []), `${name} FIXED_LEN_BYTE_ARRAY ${width}`];
  const elements = await database.rows(
    'SELECT name, type, type_length, num_children, repetition_type ' +
      `FROM parquet_schema(${quoted(copy)}) LIMIT ${due.length + 2}`,
  );
  const found = elements.slice(1).map(([column, type, length, children, repetition]) => {
    const isFlat = !children && repetition !== 'REPEATED';
    return isFlat ? `${column} ${type}${type === 'FIXED_LEN_BYTE_ARRAY' ? ` ${length}` : ''}` : '';
  });
  if (found.length !== due.length || !due.every((column) => found.includes(column)))
    throw badPart(path, `its columns are not ${due.join(', ')}`);
  const [compressed] = await database.rows(
    `SELECT 1 FROM parquet_metadata(${quoted(copy)}) WHERE compression <> 'UNCOMPRESSED' LIMIT 1`,
  );
  if (compressed !== undefined) throw badPart(path, 'it is compressed');
}

function badPart(path: string, why: string): VeilmatchError {
  return new VeilmatchError('bad-file', `${pathName(path)} is not taken: ${why}. Ask for it again.`);
}
