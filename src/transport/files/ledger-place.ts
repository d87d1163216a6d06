// SPDX-License-Identifier: Apache-2.0
/** Where the file of a ledger is, and what is said where it is not: without it budgets would begin anew. */

import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import { fileError, nodeFiles, systemCode } from './files.js';

/**
 * Where a path leads. A ledger that stood under the name of a link would become a second one, with a lock of its own. A hard
 * link would, too, and is told by its number of names when the ledger is opened.
 * @throws {VeilmatchError} `bad-file` for a link to nothing; `io`
 */
export async function realPlace(path: string): Promise<string> {
  const files = nodeFiles();
  const { basename, dirname, join } = process.getBuiltinModule('node:path');
  try {
    return await files.realpath(path).catch(async (error) => {
      if (systemCode(error) !== 'ENOENT') throw error;
      // Nothing at all, or what another process has just made; or a link: to nothing, then.
      const found = await files.lstat(path).catch(() => undefined);
      if (found?.isSymbolicLink()) throw dangling(path);
      return join(await files.realpath(dirname(path)), basename(path));
    });
  } catch (error) {
    throw fileError('read', path, error);
  }
}

function dangling(path: string): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${pathName(path)} is a link to a ledger that is not there. Without it budgets would begin anew: restore it, or remove the link.`,
  );
}

/** @param place what messages call it */
export function ledgerGone(place: string): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${place} was there when the ledger was opened, and is gone. Without it budgets would begin anew, so nothing is admitted: restore it.`,
  );
}

/** @param place what messages call it */
export function noLedger(place: string, cause?: unknown): VeilmatchError {
  return new VeilmatchError(
    'bad-file',
    `${place} is no ledger of veilmatch. Without it budgets would begin anew, so nothing is admitted: restore it.`,
    { cause },
  );
}
