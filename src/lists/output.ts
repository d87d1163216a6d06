// SPDX-License-Identifier: Apache-2.0
/**
 * Results to standard output or to files. A file appears under its name only when it is complete: it is written next
 * to its place, brought to disk and renamed; after a failure nothing is left behind.
 */

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { access, constants, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { VeilmatchError } from '../errors.js';
import { temporaryAt } from '../leftovers.js';
import { pathName } from '../path-name.js';
import type { ColumnType } from './duckdb.js';
import { type Io, ioError, STDIN } from './io.js';
import { type Sink, sinkFor } from './sinks.js';
import type { TableStyle } from './spreadsheet.js';
import { CsvTable, type Output, type TableOutput } from './text-output.js';

export { csvLine, type Output, writeAll } from './text-output.js';

interface OpenOutput extends Output {
  /** Gives the output its name. */
  commit(): Promise<void>;
  discard(): Promise<void>;
}

/** Its owner reads and writes it, and nobody else. */
export const PRIVATE_MODE = 0o600;

/** The reader of standard output has gone, as `head` does; that is no failure. */
export class ReaderGone extends Error {}

/**
 * Opens the outputs, runs `body`, and keeps them only if it succeeds.
 * @param paths where to write; undefined or `-` is standard output
 * @param inputs files that must not be overwritten
 * @param mode of the file; unless given that of the file in its place, and without one for its owner alone: results are personal
 * data
 * @throws {VeilmatchError} `argument` for an output that is an input or another output, `io`
 */
export async function withOutputs<T>(
  paths: readonly (string | undefined)[],
  inputs: readonly string[],
  io: Io,
  body: (...outputs: Output[]) => Promise<T>,
  mode?: number,
): Promise<T> {
  await checkDistinct(paths, inputs);
  return withOpened(
    inputs,
    io,
    async (open) => {
      const outputs: Output[] = [];
      for (const path of paths) outputs.push(await open(path));
      return body(...outputs);
    },
    mode,
  );
}

/**
 * As `withOutputs`, for a body that finds out on the way how many outputs it needs.
 * @param body - is handed what opens an output
 */
export async function withOpened<T>(
  inputs: readonly string[],
  io: Io,
  body: (open: (path: string | undefined) => Promise<Output>) => Promise<T>,
  mode?: number,
): Promise<T> {
  const opened: (string | undefined)[] = [];
  const outputs: OpenOutput[] = [];
  try {
    const result = await body(async (path) => {
      await checkDistinct([...opened, path], inputs);
      opened.push(path);
      const output =
        path === undefined || path === STDIN ? toStream(io.stdout) : await toFile(path, io, mode);
      outputs.push(output);
      return output;
    });
    io.signal?.throwIfAborted();
    for (const output of outputs) await output.commit();
    return result;
  } catch (error) {
    for (const output of outputs) await output.discard();
    throw error;
  }
}

/** @throws {VeilmatchError} `argument` for an output that is an input or another output */
export async function checkDistinct(
  paths: readonly (string | undefined)[],
  inputs: readonly string[],
): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) if (input !== STDIN) taken.set(await identityOf(input), 'the input');
  for (const path of paths) {
    if (path === undefined || path === STDIN) continue;
    const identity = await identityOf(path);
    const other = taken.get(identity);
    if (other !== undefined) {
      throw new VeilmatchError('argument', `${pathName(path)} is also ${other}. Write to another file.`);
    }
    taken.set(identity, 'another output');
  }
}

/**
 * For files that another part of the program writes at the end: that they can come to their places is found out before
 * the work.
 * @param outputs by the options that name them
 * @throws {VeilmatchError} `argument` for `-`, an input or another output; `io` for a place where no file can come
 */
export async function checkOutputFiles(
  outputs: Readonly<Record<string, string | undefined>>,
  inputs: readonly string[],
): Promise<void> {
  const paths = checkFileNames(outputs);
  await checkDistinct(paths, inputs);
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) throw isFolder(path);
    if (found !== undefined && !found.isFile()) {
      throw new VeilmatchError(
        'io',
        `Cannot write ${pathName(path)}: it is no ordinary file, and would be replaced by one.`,
      );
    }
    await orIoError(path, () => access(dirname(path), constants.W_OK));
  }
}

/**
 * @param outputs by the options that name them
 * @returns those that are given
 * @throws {VeilmatchError} `argument` for `-`
 */
export function checkFileNames(outputs: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(outputs).flatMap(([option, path]) => {
    if (path !== STDIN) return path ?? [];
    throw new VeilmatchError('argument', `${option} needs the name of a file; - is none.`);
  });
}

function isFolder(path: string): VeilmatchError {
  return new VeilmatchError('io', `Cannot write ${pathName(path)}: it is a folder. Name a file in it.`);
}

/** The same for every path of one file, whether it exists or not. */
async function identityOf(path: string): Promise<string> {
  try {
    const { dev, ino, mode } = await stat(path, { bigint: true });
    // Terminals and /dev/null may be written by several.
    return isRegular(mode) ? `${dev}:${ino}` : randomBytes(16).toString('hex');
  } catch {
    const folder = await realpath(dirname(path)).catch(() => dirname(path));
    return join(folder, basename(path));
  }
}

const FILE_TYPE = 0o170000n;
const REGULAR_FILE = 0o100000n;

function isRegular(mode: bigint): boolean {
  return (mode & FILE_TYPE) === REGULAR_FILE;
}

function toStream(stream: Writable): OpenOutput {
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

async function toFile(path: string, io: Io, mode?: number): Promise<OpenOutput> {
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

  table(columns: Readonly<Record<string, ColumnType>>, style?: TableStyle): Promise<TableOutput> {
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

async function orIoError<T>(name: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw ioError('write', name, error);
  }
}
