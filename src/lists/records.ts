// SPDX-License-Identifier: Apache-2.0
/**
 * The records of a list, wherever it lives. What a file or an object is, is told from its first bytes, never from its name.
 */

import { stat } from 'node:fs/promises';
import { VeilmatchError } from '../errors.js';
import { type Address, parseAddress, placeName, STDIN } from './address.js';
import { beginsWith, PARQUET, prepend, SQLITE, startOf } from './chunks.js';
import { decompressed } from './compression.js';
import { openDatabase } from './databases.js';
import { textOf } from './encoding.js';
import { filesFitting } from './glob.js';
import { type Io, readBytes } from './io.js';
import { objectsFitting, openObject } from './objects.js';
import { openParquet } from './parquet.js';
import { openParts } from './parts.js';
import type { RecordSource } from './record-source.js';
import { openText, type TextOptions } from './text-records.js';
import { openWeb } from './web.js';

/** How a list is read; what is not said is found out. */
export interface RecordOptions extends TextOptions {
  /** Of a database: what is read, in place of a table. One statement of its own SQL that gives rows. */
  readonly query?: string | undefined;
  /** Whether the first record of text holds names. Found out when it is not said. */
  readonly header?: boolean | undefined;
}

/**
 * @param text a path, several at once with `*` in it, or an address; `-` is standard input
 * @throws {VeilmatchError} `argument` for an address that is not taken; `io`, `bad-file`; `unsupported` where a package, an
 * extension of DuckDB's or a newer Node is needed to read it
 */
export async function openRecords(text: string, options: RecordOptions, io: Io): Promise<RecordSource> {
  const address = parseAddress(text);
  const source = placeName(text);
  if (address.kind === 'sqlite' || address.kind === 'postgres') {
    return openDatabase(address, options.query, source, io);
  }
  if (options.query !== undefined) {
    throw new VeilmatchError(
      'argument',
      `${source} is no database, and a query is for one: sqlite:FILE or postgres://HOST/DATABASE. Leave --query away.`,
    );
  }
  const parts = await partsOf(text, address, io);
  if (parts === undefined) return openOne(text, options, io);
  return openParts(parts, options.header, (part) => openOne(part, options, io));
}

/** What is opened as a list of several; undefined for one. @throws {VeilmatchError} `io` where there are none */
async function partsOf(text: string, address: Address, io: Io): Promise<readonly string[] | undefined> {
  if (!text.includes('*')) return undefined;
  if (address.kind === 'object') return objectsFitting(address.url, placeName(text), io);
  // A file may be called so.
  if (address.kind !== 'file' || (await stat(text).catch(() => undefined)) !== undefined) return undefined;
  return filesFitting(text);
}

function openOne(text: string, options: RecordOptions, io: Io): Promise<RecordSource> {
  const address = parseAddress(text);
  const source = placeName(text);
  if (address.kind === 'object') return openObject(address.url, source, options, io);
  if (address.kind === 'web') return openWeb(address.url, source, options, io);
  return openFile(text, source, options, io);
}

async function openFile(path: string, source: string, options: RecordOptions, io: Io): Promise<RecordSource> {
  const file = path === STDIN ? undefined : await stat(path).catch(() => undefined);
  const { head, iterator } = await startOf(readBytes(path, io));
  if (file?.isFile() && beginsWith(head, PARQUET)) {
    await iterator.return?.();
    return openParquet(path, source, io);
  }
  if (beginsWith(head, SQLITE)) {
    await iterator.return?.();
    throw new VeilmatchError(
      'argument',
      `${source} is a SQLite database. Say which table of it: sqlite:FILE?table=NAME, or sqlite:FILE and --query.`,
    );
  }
  return openText(
    prepend(head, iterator),
    file?.isFile() ? file.size : undefined,
    source,
    options,
    io.signal,
  );
}

/** Text of a file, decompressed if need be. @throws {VeilmatchError} `io`, `bad-file` */
export async function* readText(path: string, io: Io): AsyncGenerator<string, void, undefined> {
  const source = placeName(path);
  yield* (await textOf(decompressed(readBytes(path, io), source), source)).chunks;
}
