// SPDX-License-Identifier: Apache-2.0
/** Containers with one record in files, which are written whole or not at all. */

import { pathName } from '../../path-name.js';
import { type Kind, openWhole, sealWhole } from '../../sealed/container.js';
import type { SealOptions, Unlock } from '../../sealed/unlock.js';
import { type RegularOptions, readIfThere, replaceFile } from './files.js';

/**
 * Seals a secret into a file, whose old content it replaces once the new one is on the disk.
 * @throws {VeilmatchError} `io`, and what `sealKey` throws
 */
export async function writeSealed(
  path: string,
  kind: Kind,
  secret: Uint8Array,
  unlock: Unlock,
  options?: SealOptions,
): Promise<void> {
  await replaceFile(path, await sealWhole(kind, secret, unlock, options));
}

/**
 * The secret in a file, or undefined where there is none.
 * @param limits - as `readIfThere` has them
 * @throws {VeilmatchError} `io`; `bad-file` for what is no such file, of another kind, was changed, or was sealed with another
 * passphrase or key
 */
export async function readSealed(
  path: string,
  kind: Kind,
  unlock: Unlock,
  ...limits: [maxBytes?: number, options?: RegularOptions]
): Promise<Uint8Array | undefined> {
  const sealed = await readIfThere(path, ...limits);
  return sealed && openWhole(kind, sealed, unlock, pathName(path));
}
