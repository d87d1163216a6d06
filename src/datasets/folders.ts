// SPDX-License-Identifier: Apache-2.0
/** Where the folder lies that both parties can write to, and where those that are a party's own. */

import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { VeilmatchError } from '../errors.js';
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

async function placeOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const parent = dirname(path);
    if (systemCode(error) !== 'ENOENT' || parent === path) return path;
    return join(await placeOf(parent), basename(path));
  }
}
