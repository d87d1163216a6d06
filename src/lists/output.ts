// SPDX-License-Identifier: Apache-2.0
/** Results to standard output, files, databases and object stores: all of them are there when all are complete, or none is. */

import { randomBytes } from 'node:crypto';
import { access, constants, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { VeilmatchError } from '../errors.js';
import { pathName } from '../path-name.js';
import { isLocal, parseAddress, placeName, STDIN } from './address.js';
import { openDatabaseOutput } from './database-output.js';
import { isFolder, toFile, toStream } from './file-output.js';
import { filesFitting } from './glob.js';
import { type Io, orIoError } from './io.js';
import { toObject } from './object-output.js';
import type { OpenOutput, Output } from './text-output.js';

export { PRIVATE_MODE, ReaderGone } from './file-output.js';
export { csvLine, type Output, writeAll } from './text-output.js';

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
 * @param body - is handed what opens an output, and what brings all of them to their places before the body ends: for one that then
 * removes what they were made of
 */
export async function withOpened<T>(
  inputs: readonly string[],
  io: Io,
  body: (open: (path: string | undefined) => Promise<Output>, commit: () => Promise<void>) => Promise<T>,
  mode?: number,
): Promise<T> {
  const opened: (string | undefined)[] = [];
  const outputs: OpenOutput[] = [];
  const open = async (path: string | undefined): Promise<Output> => {
    await checkDistinct([...opened, path], inputs);
    opened.push(path);
    const output = await openOutput(path, io, mode);
    outputs.push(output);
    return output;
  };
  const commit = async (): Promise<void> => {
    io.signal?.throwIfAborted();
    for (const output of outputs) await output.commit();
    outputs.length = 0;
  };
  try {
    const result = await body(open, commit);
    await commit();
    return result;
  } catch (error) {
    for (const output of outputs) await output.discard();
    throw error;
  }
}

async function openOutput(path: string | undefined, io: Io, mode: number | undefined): Promise<OpenOutput> {
  if (path === undefined || path === STDIN) return toStream(io.stdout);
  const address = parseAddress(path);
  if (address.kind === 'stdin' || address.kind === 'file') return toFile(path, io, mode);
  const source = placeName(path);
  if (mode !== undefined) {
    throw new VeilmatchError('argument', `${source} is no file, and what is secret is written to one alone.`);
  }
  if (address.kind === 'object') return toObject(address.url, source, io);
  if (address.kind !== 'web') return openDatabaseOutput(address, source, io);
  throw new VeilmatchError(
    'argument',
    `${source} can be read and not be written: nothing is sent to web addresses.`,
  );
}

/**
 * @param what the inputs are called where an output is one of them
 * @throws {VeilmatchError} `argument` for an output that is an input or another output
 */
export async function checkDistinct(
  paths: readonly (string | undefined)[],
  inputs: readonly string[],
  what = 'the input',
): Promise<void> {
  const taken = new Map<string, string>();
  for (const input of inputs) {
    if (input === STDIN) continue;
    for (const file of await localFiles(input)) taken.set(await identityOf(file), what);
  }
  for (const path of paths) {
    if (path === undefined || path === STDIN) continue;
    const identity = await identityOf(path);
    const other = taken.get(identity);
    if (other !== undefined) {
      throw new VeilmatchError('argument', `${placeName(path)} is also ${other}. Write to another file.`);
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

/** Those that a pattern names; where that fails, it is said when the list is read. */
async function localFiles(input: string): Promise<readonly string[]> {
  const isPattern = input.includes('*') && isLocal(input);
  return isPattern && !(await exists(input)) ? filesFitting(input).catch(() => []) : [input];
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The same for every path of one file, whether it exists or not; for the tables of one SQLite file, which is locked as a whole. */
async function identityOf(text: string): Promise<string> {
  const address = parseAddress(text);
  if (address.kind === 'object' || address.kind === 'web') return address.url;
  if (address.kind === 'postgres') {
    const { host, port, database, schema, table } = address;
    return JSON.stringify([host, port, database, schema, table]);
  }
  const path = address.kind === 'stdin' ? text : address.path;
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
