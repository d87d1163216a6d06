// SPDX-License-Identifier: Apache-2.0
/** A secret key at rest, in a container of one record: `container.ts` has the layout. Bytes in, bytes out, on any platform. */

import { requireBytes, requireObject, requireOptions } from '../arguments.js';
import { openWhole, sealWhole } from './container.js';
import type { SealOptions, Unlock } from './unlock.js';

/**
 * Seals a secret.
 * @returns 92 bytes more than the secret has
 * @throws {VeilmatchError} `argument` for an empty passphrase, a short key or a cost out of range; `unsupported` where
 * there is no WebCrypto, as on a web page without TLS
 * @example
 * ```ts
 * import { sealKey } from 'veilmatch/transport';
 *
 * const secret = crypto.getRandomValues(new Uint8Array(32));
 * const sealed = await sealKey(secret, { key: crypto.getRandomValues(new Uint8Array(32)) });
 * console.log(sealed.length - secret.length); // → 92
 * ```
 */
export async function sealKey(
  secret: Uint8Array,
  unlock: Unlock,
  options: SealOptions = {},
): Promise<Uint8Array> {
  requireBytes(secret, 'The secret');
  requireObject(unlock, 'What it is sealed with');
  requireOptions(options);
  return sealWhole('key', secret, unlock, options);
}

/**
 * Opens what `sealKey` has sealed.
 * @returns the secret
 * @throws {VeilmatchError} `bad-file` for what is no sealed key, was changed, or was sealed with another passphrase or key:
 * the last two cannot be told apart; `argument` for an empty passphrase or a short key
 * @example
 * ```ts
 * import { openKey, sealKey } from 'veilmatch/transport';
 *
 * const unlock = { key: crypto.getRandomValues(new Uint8Array(32)) };
 * const sealed = await sealKey(new Uint8Array([1, 2, 3]), unlock);
 * console.log([...(await openKey(sealed, unlock))]); // → [ 1, 2, 3 ]
 * ```
 */
export async function openKey(sealed: Uint8Array, unlock: Unlock): Promise<Uint8Array> {
  requireBytes(sealed, 'The sealed key');
  requireObject(unlock, 'What it is opened with');
  return openWhole('key', sealed, unlock, 'The sealed key');
}
