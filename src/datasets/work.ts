// SPDX-License-Identifier: Apache-2.0
/**
 * A folder of a party's own: what a run has computed so far, task by task, so that one that was killed goes on, and what its tables
 * need besides memory. What is computed lies there as blinded elements, answers or tags, which say nothing without the seed; while the
 * run works, its tables can hold the list in the clear.
 */

import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VeilmatchError } from '../errors.js';
import { Database, type TableWriter } from '../lists/duckdb.js';
import { orIoError } from '../lists/io.js';
import { databaseError } from '../lists/refusals.js';
import { pathName } from '../path-name.js';
import { readIfThere, replaceFile } from '../transport/files/files.js';

/** Rows of a task. */
export const TASK_ROWS = 32_768;
/** What DuckDB needs at least. */
const LEAST_MEGABYTES = 128;
/** Of the limit of a process, what is not DuckDB's: Node, its threads, a part, and the kernels. */
const OTHER_SHARE = 0.5;

/** What a run has in its folder: tables, tasks, parts that it looks at. */
const OWN_NAME = /^(?:\.veilmatch-|(?:blinded|evaluated|tags|mine|incoming)-[0-9a-f])/;

export class Work {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Opens the folder, or makes it. Nobody else may be using it.
   * @throws {VeilmatchError} `argument` where there is something in it that is no run's, and would be removed with it; `io`
   */
  static async open(folder: string): Promise<Work> {
    await orIoError(folder, async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const names = await readdir(folder);
      if (!names.every((name) => OWN_NAME.test(name))) {
        throw new VeilmatchError(
          'argument',
          `${pathName(folder)} holds other things, and the folder of work is removed in the end. Name one that is empty, or not there.`,
        );
      }
      // Of a run that was killed: tables, and files under temporary names.
      for (const name of names) {
        if (name.startsWith('.veilmatch-') || name.endsWith('.tmp'))
          await rm(join(folder, name), { recursive: true, force: true });
      }
    });
    return new Work(folder);
  }

  /** What a task has come to, if it is there: so many bytes. */
  async found(name: string, task: number, bytes: number): Promise<Uint8Array | undefined> {
    const path = this.#path(name, task);
    const found = await readIfThere(path, bytes).catch(() => undefined);
    return found?.length === bytes ? found : undefined;
  }

  /** @throws {VeilmatchError} `io` */
  async keep(name: string, task: number, bytes: Uint8Array): Promise<void> {
    await replaceFile(this.#path(name, task), bytes);
  }

  #path(name: string, task: number): string {
    return join(this.folder, `${name}-${task}`);
  }
}

/** Removes a folder of work. */
export async function eraseWork({ work }: { readonly work: string }): Promise<void> {
  await rm(work, { recursive: true, force: true });
}

/**
 * Runs `body` with tables that take what exceeds their memory to the folder of work.
 * @param megabytes of the whole process
 * @throws {VeilmatchError} `io` where there is too little room; `unsupported` without DuckDB
 */
export async function withTables<T>(
  work: Work,
  megabytes: number,
  signal: AbortSignal | undefined,
  body: (tables: Database) => Promise<T>,
): Promise<T> {
  const io = { stdin: process.stdin, stdout: process.stdout, stderr: process.stderr, signal };
  const own = Math.floor(megabytes * (1 - OTHER_SHARE));
  const options = {
    purpose: 'Datasets need',
    beside: join(work.folder, 'tables'),
    memoryMegabytes: Math.max(LEAST_MEGABYTES, own),
  };
  const tables = await Database.open(options, io);
  try {
    return await body(tables);
  } catch (error) {
    const place = `the tables in ${pathName(work.folder)}`;
    throw databaseError('write', place, error, new VeilmatchError('io', `Cannot use ${place}.`));
  } finally {
    await tables.close();
  }
}

/** Rows of a table of records and their numbers. */
export async function addRecords(
  table: TableWriter,
  records: Uint8Array,
  width: number,
  first: number | undefined,
): Promise<void> {
  await table.add(rowsOf(records, width, first));
}

function* rowsOf(
  records: Uint8Array,
  width: number,
  first: number | undefined,
): Generator<readonly (Uint8Array | number)[]> {
  for (let i = 0; i * width < records.length; i++) {
    const record = records.subarray(i * width, (i + 1) * width);
    yield first === undefined ? [record] : [record, first + i];
  }
}

/**
 * What is made of each item, in order, with the next item on its way meanwhile. Whoever stops drawing waits for what is under way:
 * what it is made with may be wiped then.
 */
export async function* ahead<Item, Result>(
  items: AsyncIterable<Item>,
  make: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  let made: Promise<Result> | undefined;
  let next: Promise<Result> | undefined;
  try {
    for await (const item of items) {
      next = make(item);
      // Whoever takes the one before it may fail first.
      next.catch(() => {});
      if (made !== undefined) yield await made;
      made = next;
    }
    if (made !== undefined) yield await made;
  } finally {
    await Promise.allSettled([made, next]);
  }
}
