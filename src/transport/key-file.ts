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
 * @returns the secret
 * @throws {VeilmatchError} `io` for a file that is not there, and what `openKey` throws
 */
export async function readKeyFile(path: string, unlock: Unlock): Promise<Uint8Array> {
  requirePath(path, 'The path');
  requireObject(unlock, 'What it is opened with');
  const sealed = await readIfThere(path);
  if (sealed === undefined)
    throw new VeilmatchError('io', `Cannot read ${pathName(path)}: there is no such file.`);
  return openKey(sealed, unlock);
}
