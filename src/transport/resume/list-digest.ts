// SPDX-License-Identifier: Apache-2.0
/** Whether a list is the one that a run was begun with. */

import { sha512 } from '@noble/hashes/sha2.js';
import type { IdentifierSet } from '../../identifiers/set.js';

/** SHA-512 of a list's identifiers, in their order. */
export function listDigest({ elements: { bytes, offsets } }: IdentifierSet): Uint8Array {
  return sha512.create().update(new Uint8Array(offsets.slice().buffer)).update(bytes).digest();
}
