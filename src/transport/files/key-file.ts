// SPDX-License-Identifier: Apache-2.0
/** Secret keys in files: what `sealKey` makes of them, readable by their owner only. */

import { requireBytes, requireObject, requireOptions, requirePath } from '../../arguments.js';
import { VeilmatchError } from '../../errors.js';
import { pathName } from '../../path-name.js';
import type { SealOptions, Unlock } from '../../sealed/unlock.js';
import { readSealed, writeSealed } from './sealed-file.js';

/**
 * Seals a secret into a file, whose old content it replaces once the new one is on the disk.
 * @throws {VeilmatchError} `io`, and what `sealKey` throws
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { writeKeyFile } from 'veilmatch/transport';
 *
 * const path = join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'acme.key');
 * const unlock = { key: crypto.getRandomValues(new Uint8Array(32)) };
 * await writeKeyFile(path, crypto.getRandomValues(new Uint8Array(32)), unlock);
 * await writeKeyFile(path, new Uint8Array(32), { passphrase: '' }).catch(({ code }) => console.log(code)); // → argument
 * ```
 */
export async function writeKeyFile(
  path: string,
  secret: Uint8Array,
  unlock: Unlock,
  options: SealOptions = {},
): Promise<void> {
  requirePath(path, 'The path');
  requireBytes(secret, 'The secret');
  requireObject(unlock, 'What it is sealed with');
  requireOptions(options);
  await writeSealed(path, 'key', secret, unlock, options);
}

/**
 * Opens what `writeKeyFile` has written.
 * @returns the secret
 * @throws {VeilmatchError} `io` for a file that is not there, and what `openKey` throws
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 * import { readKeyFile, writeKeyFile } from 'veilmatch/transport';
 *
 * const path = join(mkdtempSync(join(tmpdir(), 'veilmatch-')), 'acme.key');
 * const unlock = { key: crypto.getRandomValues(new Uint8Array(32)) };
 * await writeKeyFile(path, new Uint8Array([1, 2, 3]), unlock);
 * console.log([...(await readKeyFile(path, unlock))]); // → [ 1, 2, 3 ]
 * ```
 */
export async function readKeyFile(path: string, unlock: Unlock): Promise<Uint8Array> {
  requirePath(path, 'The path');
  requireObject(unlock, 'What it is opened with');
  const secret = await readSealed(path, 'key', unlock);
  if (secret !== undefined) return secret;
  throw new VeilmatchError('io', `Cannot read ${pathName(path)}: there is no such file.`);
}
