// SPDX-License-Identifier: Apache-2.0
/**
 * Results to standard output or to a file, which appears under its name only when it is complete: it is written next to its place,
 * brought to disk and renamed; after a failure nothing is left behind.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { VeilmatchError } from '../errors.js';
import { temporaryAt } from '../leftovers.js';
import { pathName } from '../path-name.js';
import type { ColumnType } from './duckdb.js';
import { type Io, ioError, orIoError } from './io.js';
import { type Sink, sinkFor } from './sinks.js';
import type { TableStyle } from './spreadsheet.js';
import { CsvTable, type OpenOutput, type TableOutput } from './text-output.js';

/** Its owner reads and writes it, and nobody else. */
export const PRIVATE_MODE = 0o600;

/** The reader of standard output has gone, as `head` does; that is no failure. */
export class ReaderGone extends Error {}

export function isFolder(path: string): VeilmatchError {
  return new VeilmatchError('io', `Cannot write ${pathName(path)}: it is a folder. Name a file in it.`);
}

export function toStream(stream: Writable): OpenOutput {
  let failure: Error | undefined;
  // Stays for the life of the stream: EPIPE can come after the last write.
  stream.on('error', (error) => {
    failure = error;
  });
  const fail = (error: unknown): unknown =>
    (error as NodeJS.ErrnoException).code === 'EPIPE'
      ? new ReaderGone()
      : ioError('write', 'standard output', error);
  const output: OpenOutput = {
    table: (columns, style) => CsvTable.begin(output, columns, style),
    async write(text) {
      if (failure) throw fail(failure);
      if (stream.write(text)) return;
      await once(stream, 'drain').catch((error) => {
        throw fail(error);
      });
    },
    async commit() {
      await new Promise<void>((resolve, reject) => {
        stream.write('', (error) => (error ? reject(fail(error)) : resolve()));
      });
    },
    async discard() {},
  };
  return output;
}

/**
 * That it can be written is found out at once. The file itself is there from the first row on, so that of a run of hours that is
 * killed before it has a result no empty one stays.
 * @param mode of the file; unless given that of the file in its place, and without one for its owner alone
 */
export async function toFile(path: string, io: Io, mode?: number): Promise<OpenOutput> {
  const place = await realpath(path).catch(() => path);
  const isDirect = await stat(place).then(
    (found) => !found.isFile(),
    () => false,
  );
  const first = await openFile(path, io, mode);
  if (isDirect) return first;
  await first.discard();
  return new LaterOutput(() => openFile(path, io, mode));
}

/** An output that is opened when something is written. */
class LaterOutput implements OpenOutput {
  readonly #open: () => Promise<OpenOutput>;
  #opened: Promise<OpenOutput> | undefined;

  constructor(open: () => Promise<OpenOutput>) {
    this.#open = open;
  }

  async write(text: string): Promise<void> {
    await (await this.#output()).write(text);
  }

  async table(columns: ReadonlyMap<string, ColumnType>, style?: TableStyle): Promise<TableOutput> {
    return (await this.#output()).table(columns, style);
  }

  async commit(): Promise<void> {
    await (await this.#output()).commit();
  }

  async discard(): Promise<void> {
    // What could not be opened has nothing to be removed.
    await (await this.#opened?.catch(() => undefined))?.discard();
  }

  #output(): Promise<OpenOutput> {
    this.#opened ??= this.#open();
    return this.#opened;
  }
}

async function openFile(path: string, io: Io, mode: number | undefined): Promise<OpenOutput> {
  // A link stays a link to the same place.
  const place = await realpath(path).catch(() => path);
  const found = await stat(place).catch(() => undefined);
  if (found?.isDirectory()) throw isFolder(path);
  // A device or a pipe cannot be replaced by renaming.
  const direct = found !== undefined && !found.isFile();
  const written = direct
    ? place
    : join(dirname(place), `.${basename(place)}.${randomBytes(6).toString('hex')}.tmp`);
  const forget = direct ? () => {} : temporaryAt(written);
  const file = await orIoError(path, () =>
    open(written, direct ? 'w' : 'wx', mode ?? found?.mode ?? PRIVATE_MODE),
  );
  const discard = async (): Promise<void> => {
    if (!direct) await rm(written, { force: true }).catch(() => {});
    forget();
  };
  try {
    return new FileOutput(path, await sinkFor(path, { file, written, flush: !direct }, io), discard, () =>
      direct ? Promise.resolve() : rename(written, place).then(forget),
    );
  } catch (error) {
    await file.close().catch(() => {});
    await discard();
    throw error;
  }
}

class FileOutput implements OpenOutput {
  readonly #name: string;
  readonly #sink: Sink;
  readonly #remove: () => Promise<void>;
  readonly #rename: () => Promise<void>;

  constructor(name: string, sink: Sink, remove: () => Promise<void>, rename: () => Promise<void>) {
    this.#name = name;
    this.#sink = sink;
    this.#remove = remove;
    this.#rename = rename;
  }

  async write(text: string): Promise<void> {
    await orIoError(this.#name, () => this.#sink.write(text));
  }

  table(columns: ReadonlyMap<string, ColumnType>, style?: TableStyle): Promise<TableOutput> {
    return this.#sink.table(columns, style);
  }

  async commit(): Promise<void> {
    await orIoError(this.#name, async () => {
      await this.#sink.end();
      await this.#rename();
    });
  }

  async discard(): Promise<void> {
    await this.#sink.abandon();
    await this.#remove();
  }
}
