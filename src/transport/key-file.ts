// SPDX-License-Identifier: Apache-2.0
/** Secret keys in files, sealed as `veilmatch/psi` seals them, readable by their owner only. */

import { requireObject, requirePath } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { openKey, type SealOptions, sealKey, type Unlock } from '../psi/index.js';
import { readIfThere, replaceFile } from './files.js';
import { pathName } from './path-name.js';

/**
 * Seals a secret into a file, whose old content it replaces once the new one is on the disk.
 * @throws {VeilmatchError} `io`, and what `sealKey` throws
 */
export async function writeKeyFile(
  path: string,
  secret: Uint8Array,
  unlock: Unlock,
  options: SealOptions = {},
): Promise<void> {
  requirePath(path, 'The path');
  await replaceFile(path, await sealKey(secret, unlock, options));
}

/**
 * Opens what a file holds. What cannot be opened is called by its name, not a key, which it need not be.
 * @throws {VeilmatchError} what `openKey` throws
 */
export async function openSealed(sealed: Uint8Array, unlock: Unlock, name: string): Promise<Uint8Array> {
  try {
    return await openKey(sealed, unlock);
  } catch (error) {
    if (!(error instanceof VeilmatchError) || error.code !== 'bad-file') throw error;
    throw new VeilmatchError(
      'bad-file',
      error.message.replace(/^The sealed key/, () => name),
    );
  }
}

/**
 * @returns the secret
 * @throws {VeilmatchError} `io` for a file that is not there, and what `openKey` throws
 */
export async function readKeyFile(path: string, unlock: Unlock): Promise<Uint8Array> {
  requirePath(path, 'The path');
  requireObject(unlock, 'What it is opened with');
  const sealed = await readIfThere(path);
  if (sealed === undefined)
    throw new VeilmatchError('io', `Cannot read ${pathName(path)}: there is no such file.`);
  return openSealed(sealed, unlock, pathName(path));
}
