// SPDX-License-Identifier: Apache-2.0
/**
 * A list of one column as a folder: CSV files without a header, a value a line, and an empty file `.Completed` that says that they are
 * all there, as github.com/Optable/optable-pair-cli writes and awaits them. A folder is made under a temporary name and renamed when it
 * is complete, so nobody sees a part of one.
 */

import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fromUtf8 } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import { temporaryAt } from '../leftovers.js';
import { pathName } from '../path-name.js';
import { type Io, ioError, orIoError, readBytes } from './io.js';

/** Says that a folder is complete. */
const COMPLETED = '.Completed';

/** Values of a file at most. */
const PART_VALUES = 1_000_000;
/** Values that are read or written at once. */
const BATCH_VALUES = 4096;
/** Characters of a line: what is longer is another kind of file. */
const MAX_LINE = 256;

/** Values that stand one under the other. */
interface ValueBatch {
  readonly values: readonly string[];
  /** Where value `i` stands: file and line, for errors. */
  place(i: number): string;
}

/**
 * The values of a folder that is complete, or of one file, in batches.
 * @throws {VeilmatchError} `io`; `bad-file` for a folder without `.Completed` or without a file, and for a line that is none of such a list
 */
export async function* readValues(path: string, io: Io): AsyncGenerator<ValueBatch, void, undefined> {
  for (const part of await partsOf(path)) yield* valuesOf(part, io);
}

async function partsOf(path: string): Promise<readonly string[]> {
  const found = await orRead(path, () => stat(path));
  if (!found.isDirectory()) return [path];
  const names = await orRead(path, () => readdir(path));
  if (!names.includes(COMPLETED)) {
    throw new VeilmatchError(
      'bad-file',
      `${pathName(path)} is not complete: there is no ${COMPLETED} in it. Wait for it, or ask whoever sends it.`,
    );
  }
  const parts: string[] = [];
  for (const name of names.sort()) {
    const part = join(path, name);
    if (!name.startsWith('.') && (await orRead(part, () => lstat(part))).isFile()) parts.push(part);
  }
  if (parts.length > 0) return parts;
  throw new VeilmatchError('bad-file', `${pathName(path)} holds no file with identifiers.`);
}

const orRead = async <T>(path: string, action: () => Promise<T>): Promise<T> => {
  try {
    return await action();
  } catch (error) {
    throw ioError('read', path, error);
  }
};

async function* valuesOf(path: string, io: Io): AsyncGenerator<ValueBatch, void, undefined> {
  let values: string[] = [];
  let lines: number[] = [];
  let line = 0;
  let rest = '';
  const batch = (): ValueBatch => {
    const places = lines;
    return { values, place: (i) => `${pathName(path)}, line ${places[i]}` };
  };
  const take = (text: string): void => {
    line++;
    const bare = text.endsWith('\r') ? text.slice(0, -1) : text;
    if (bare === '') return;
    values.push(bare.startsWith('"') && bare.endsWith('"') ? bare.slice(1, -1) : bare);
    lines.push(line);
  };
  for await (const chunk of readBytes(path, io)) {
    const texts = (rest + textOf(chunk, path)).split('\n');
    rest = texts.pop()!;
    for (const text of texts) {
      if (text.length > MAX_LINE) throw tooLong(path, line + 1);
      take(text);
      if (values.length < BATCH_VALUES) continue;
      yield batch();
      [values, lines] = [[], []];
    }
    if (rest.length > MAX_LINE) throw tooLong(path, line + 1);
  }
  if (rest !== '') take(rest);
  if (values.length > 0) yield batch();
}

function tooLong(path: string, line: number): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${pathName(path)}, line ${line} is too long for an identifier: this is no list of one column.`,
  );
}

/** Identifiers are ASCII; a sign that is none is no sign of any of them. */
function textOf(chunk: Uint8Array, path: string): string {
  if (chunk.every((byte) => byte < 0x80)) return fromUtf8(chunk);
  throw new VeilmatchError(
    'bad-file',
    `${pathName(path)} is no list of identifiers: it holds signs that are not ASCII.`,
  );
}

/** Writes the files of a folder. */
export interface PartWriter {
  write(values: readonly string[]): Promise<void>;
}

/**
 * Makes a folder, which is there when `body` has succeeded.
 * @throws {VeilmatchError} `argument` for one that is there already; `io`
 */
export async function withPartFolder<T>(
  path: string,
  io: Io,
  body: (parts: PartWriter) => Promise<T>,
): Promise<T> {
  await checkNewFolder(path);
  return withTemporaryFolder(path, async (folder) => {
    const parts = new Parts(folder);
    try {
      const result = await body(parts);
      await parts.end();
      io.signal?.throwIfAborted();
      await orIoError(path, () => rename(folder, resolve(path)));
      return result;
    } finally {
      await parts.close();
    }
  });
}

/** @throws {VeilmatchError} `argument` where there is something already */
export async function checkNewFolder(path: string): Promise<void> {
  const found = await lstat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw ioError('write', path, error);
  });
  if (found === undefined) return;
  throw new VeilmatchError(
    'argument',
    `${pathName(path)} exists. The result is a new folder: name another one.`,
  );
}

/**
 * A folder of its owner's own beside a path, under a temporary name, which is removed in the end unless it was renamed.
 * @throws {VeilmatchError} `io`
 */
export async function withTemporaryFolder<T>(
  beside: string,
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const place = resolve(beside);
  const folder = join(dirname(place), `.${basename(place)}.${randomBytes(6).toString('hex')}.tmp`);
  const forget = temporaryAt(folder);
  try {
    await orIoError(beside, () => mkdir(folder, { mode: 0o700 }));
    return await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    forget();
  }
}

class Parts implements PartWriter {
  readonly #folder: string;
  #file: Awaited<ReturnType<typeof open>> | undefined;
  #parts = 0;
  /** Values in the file that is open. */
  #values = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(values: readonly string[]): Promise<void> {
    if (values.length === 0) return;
    await orIoError(this.#folder, async () => {
      this.#file ??= await open(this.#next(), 'wx', 0o600);
      await this.#file.write(`${values.join('\n')}\n`);
    });
    this.#values += values.length;
    if (this.#values >= PART_VALUES) await this.#endPart();
  }

  /** The mark is there when everything else is. */
  async end(): Promise<void> {
    await orIoError(this.#folder, async () => {
      // A list without a value has a file, too.
      this.#file ??= this.#parts === 0 ? await open(this.#next(), 'wx', 0o600) : undefined;
      await this.#endPart();
      const mark = await open(join(this.#folder, COMPLETED), 'wx', 0o600);
      await mark.close();
    });
  }

  async close(): Promise<void> {
    await this.#file?.close().catch(() => {});
  }

  #next(): string {
    return join(this.#folder, `data_${(this.#parts++).toString(16).padStart(8, '0')}.csv`);
  }

  async #endPart(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    this.#values = 0;
    if (file === undefined) return;
    await orIoError(this.#folder, async () => {
      await file.sync();
      await file.close();
    });
  }
}
