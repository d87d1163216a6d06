// SPDX-License-Identifier: Apache-2.0
/** Where the folder lies that both parties can write to, and where those that are a party's own. */

import { lstat, mkdir, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { VeilmatchError } from '../errors.js';
import { orIoError } from '../lists/io.js';
import { pathName } from '../path-name.js';
import { systemCode } from '../transport/files/files.js';

/**
 * What is a party's own must not be handed over with the dataset.
 * @param what the folder is called
 * @throws {VeilmatchError} `argument` where it is the shared folder, or in it
 */
export async function checkOutside(own: string, shared: string, what: string): Promise<void> {
  if (!(await isIn(own, shared))) return;
  throw new VeilmatchError(
    'argument',
    `${what} ${pathName(own)} lies in the folder of the dataset, ${pathName(shared)}, which the partner reads and writes; what is kept there is ` +
      'for this party alone: secrets, and tables that can hold the list in the clear. Name a folder outside of it.',
  );
}

/**
 * As `checkOutside`, for a folder that is removed with all that is in it.
 * @throws {VeilmatchError} `argument` where either is in the other
 */
export async function checkWork(work: string, shared: string): Promise<void> {
  await checkOutside(work, shared, 'The folder of work');
  if (!(await isIn(shared, work))) return;
  throw new VeilmatchError(
    'argument',
    `The folder of the dataset, ${pathName(shared)}, lies in the folder of work, ${pathName(work)}, which is removed in the end. Name another one.`,
  );
}

/** Whether a place is a folder, or in it, whatever links lead there, and whether they are there yet or not. */
async function isIn(path: string, folder: string): Promise<boolean> {
  const way = relative(await placeOf(resolve(folder)), await placeOf(resolve(path)));
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/**
 * Makes a folder in the dataset, where the partner may have put something else before.
 * @throws {VeilmatchError} `bad-file` for a link, and all else that is no folder; `io`
 */
export async function makeFolder(path: string): Promise<void> {
  await orIoError(path, async () => {
    // Asked first: behind a link the folder would be made where the link leads.
    if (await isFolder(path)) return;
    await mkdir(path, { recursive: true, mode: 0o700 });
    await isFolder(path);
  });
}

/**
 * Before a message is begun: that each folder is none yet, or one.
 * @throws {VeilmatchError} `bad-file` for a link, and all else that is no folder; `io`
 */
export async function checkFolders(...paths: readonly string[]): Promise<void> {
  for (const path of paths) await orIoError(path, () => isFolder(path));
}

/** @returns false where there is nothing */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await lstat(path)).isDirectory()) return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
  throw new VeilmatchError(
    'bad-file',
    `${pathName(path)} is a link, or no folder, and nothing is written there: a link in the folder of a dataset can lead anywhere. Remove it.`,
  );
}

async function placeOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (systemCode(error) !== 'ENOENT' || parent === path) return path;
    return join(await placeOf(parent), basename(path));
  }
}
