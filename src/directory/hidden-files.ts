// SPDX-License-Identifier: Apache-2.0
/**
 * The files of a directory's private part: sealed where there is a key for it, and else for their owner alone. What was not sealed is read
 * with a key, too, and sealed by the next change.
 */

import { VeilmatchError } from '../errors.js';
import { pathName } from '../path-name.js';
import { isSealed, openWhole } from '../sealed/container.js';
import type { Unlock } from '../sealed/unlock.js';
import { readIfThere, replaceFile } from '../transport/files/files.js';
import { writeSealed } from '../transport/files/sealed-file.js';

/** What sealing adds to a file, at most. */
const OVERHEAD = 1024;

/**
 * @param unlock of the private part, where it is sealed
 * @returns undefined where there is no such file
 * @throws {VeilmatchError} `io`; `bad-file` for another key, or a file that was changed; `argument` for a sealed one without a key
 */
export async function readHidden(
  path: string,
  unlock: Unlock | undefined,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const bytes = await readIfThere(path, Math.min(2 ** 31 - 1, maxBytes + OVERHEAD));
  if (bytes === undefined || !isSealed(bytes)) return bytes;
  if (unlock !== undefined) return openWhole('directory', bytes, unlock, pathName(path));
  throw new VeilmatchError(
    'argument',
    `${pathName(path)} is sealed: name the file of its key with --private-key-file.`,
  );
}

/** @throws {VeilmatchError} `io` */
export async function writeHidden(
  path: string,
  unlock: Unlock | undefined,
  bytes: Uint8Array,
): Promise<void> {
  if (unlock === undefined) await replaceFile(path, bytes);
  else await writeSealed(path, 'directory', bytes, unlock);
}
