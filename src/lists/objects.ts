// SPDX-License-Identifier: Apache-2.0
/**
 * Objects of stores, `s3://` and `gs://`, through DuckDB's extension httpfs, which finds the keys in its secrets or in the
 * environment. It may reach the one object that it was told of.
 */

import { createReadStream } from 'node:fs';
import { VeilmatchError } from '../errors.js';
import { Database } from './duckdb.js';
import type { Io } from './io.js';
import { parquetRecords, unreadable } from './parquet.js';
import type { RecordSource } from './record-source.js';
import { DatabaseError, type Refusal } from './refusals.js';
import { quoted } from './sql.js';
import { openText, type TextOptions } from './text-records.js';

const NEEDS = 'Objects of stores, and Parquet files in the web, need';
const MEGABYTE = 2 ** 20;
/** Text comes as a whole, and lies in memory twice. Parquet is read by parts, and may be as long as it likes. */
const MAX_TEXT_BYTES = 512 * MEGABYTE;
const MEMORY_MEGABYTES = 512;

/** @param within the objects that it may open, or what their keys begin with; checked */
export function openStore(
  within: { readonly files: readonly string[] } | { readonly folders: readonly string[] },
  megabytes: number,
  io: Io,
  beside?: string,
): Promise<Database> {
  return Database.open(
    { purpose: NEEDS, ...within, extension: { name: 'httpfs' }, memoryMegabytes: megabytes, beside },
    io,
  );
}

/** @throws {VeilmatchError} `unsupported` without the extension; `io`, `bad-file` */
export async function openRemoteParquet(url: string, source: string, io: Io): Promise<RecordSource> {
  const database = await openStore({ files: [url] }, MEMORY_MEGABYTES, io);
  return parquetRecords(database, url, (error, position) => storeRefusal(error, 'read', source, position));
}

/**
 * Parquet by parts, text as a whole.
 * @throws {VeilmatchError} `unsupported` without the extension; `io`; `bad-file`, also for text of more than 512 MB
 */
export async function openObject(
  url: string,
  source: string,
  options: TextOptions,
  io: Io,
): Promise<RecordSource> {
  if (/[*?[\]]/.test(url)) {
    throw new VeilmatchError(
      'argument',
      `${source}: an object is not read whose key has *, ?, [ or ] in it. Rename it.`,
    );
  }
  const database = await openStore({ files: [url] }, MEMORY_MEGABYTES, io);
  const explain = (error: unknown, position?: number): unknown => {
    const isText = error instanceof DatabaseError && error.refusal === 'no-parquet';
    return isText ? error : storeRefusal(error, 'read', source, position);
  };
  try {
    return await parquetRecords(database, url, explain);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
  }
  const bytes = await wholeObject(url, source, io);
  return openText(bytes, undefined, source, options, io.signal);
}

async function wholeObject(url: string, source: string, io: Io): Promise<AsyncIterable<Uint8Array>> {
  const database = await openStore({ files: [url] }, (2 * MAX_TEXT_BYTES) / MEGABYTE, io);
  try {
    const from = `FROM read_blob(${quoted(url)})`;
    const [[size] = []] = await database.rows(`SELECT size ${from}`);
    if (Number(size) > MAX_TEXT_BYTES) {
      throw new VeilmatchError(
        'bad-file',
        `${source} is text of more than ${MAX_TEXT_BYTES / MEGABYTE} MB, which is read from a store as a whole. Copy it to this machine, or ` +
          'make Parquet of it, which is read by parts.',
      );
    }
    const [[content] = []] = await database.rows(`SELECT content ${from}`);
    const { bytes } = content as { readonly bytes: Uint8Array };
    return pieces(bytes);
  } catch (error) {
    throw storeRefusal(error, 'read', source);
  } finally {
    await database.close();
  }
}

/** As a file would come. */
async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

/** DuckDB takes 2,048 of them at a time. */
export const PIECE_BYTES: number = 32 * 1024;

/** The objects that a pattern names, in order. @throws {VeilmatchError} `io` where there are none */
export async function objectsFitting(pattern: string, source: string, io: Io): Promise<string[]> {
  const database = await openStore({ files: [pattern] }, MEMORY_MEGABYTES, io);
  try {
    const rows = await database.rows(`SELECT file FROM glob(${quoted(pattern)}) ORDER BY file`);
    if (rows.length > 0) return rows.map(([file]) => String(file));
  } catch (error) {
    throw storeRefusal(error, 'read', source);
  } finally {
    await database.close();
  }
  throw new VeilmatchError('io', `Cannot read ${source}: no object has such a key.`);
}

/** What is written to a store. It is there when all of it is. */
export class Upload {
  readonly #database: Database;
  readonly #url: string;
  readonly #source: string;

  private constructor(database: Database, url: string, source: string) {
    this.#database = database;
    this.#url = url;
    this.#source = source;
  }

  /** @param beside a file beside which there is room on the disk @throws {VeilmatchError} `unsupported` without the extension */
  static async open(url: string, source: string, beside: string, io: Io): Promise<Upload> {
    return new Upload(await openStore({ files: [url] }, MEMORY_MEGABYTES, io, beside), url, source);
  }

  /** Brings the bytes of a file there, as one object. @throws {VeilmatchError} `io` */
  async send(path: string): Promise<void> {
    try {
      const pieces = await this.#database.table('pieces', new Map([['bytes', 'bytes']]));
      for await (const piece of createReadStream(path, { highWaterMark: PIECE_BYTES }))
        await pieces.add([[piece]]);
      await pieces.finish();
      await this.#database.run(`COPY pieces TO ${quoted(this.#url)} (FORMAT blob)`);
    } catch (error) {
      throw storeRefusal(error, 'write', this.#source);
    }
  }

  close(): Promise<void> {
    return this.#database.close();
  }
}

const REASONS: Partial<Readonly<Record<Refusal, string>>> = {
  login:
    "the store does not let these keys in. They come from DuckDB's secrets, or for s3:// from AWS_ACCESS_KEY_ID and the like",
  absent: 'there is no such object, or no such bucket',
  unreachable: 'the store does not answer. Look at its endpoint and region',
  tls: 'the certificate of the store is not one of a known authority',
};

export function storeRefusal(
  error: unknown,
  verb: 'read' | 'write',
  source: string,
  position?: number,
): unknown {
  if (!(error instanceof DatabaseError)) return error;
  const reason = error.refusal && REASONS[error.refusal];
  if (reason !== undefined) return new VeilmatchError('io', `Cannot ${verb} ${source}: ${reason}.`);
  if (error.resources) {
    return new VeilmatchError(
      'io',
      `Cannot ${verb} ${source}: the store refused or was lost, no space is left on the disk, or too little memory.`,
    );
  }
  return verb === 'read'
    ? unreadable(source, position)
    : new VeilmatchError('io', `Cannot write ${source}: the store refused.`);
}
