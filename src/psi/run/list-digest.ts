// SPDX-License-Identifier: Apache-2.0
/** Whether what a party brings is what a run was begun with. */

import { bytesToHex } from '../../bytes.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { createSha512 } from '../../kernel/sha512.js';

/** SHA-512 of a list's identifiers, in their order. */
export function listDigest({ elements: { bytes, offsets } }: IdentifierSet): Uint8Array {
  return createSha512().update(new Uint8Array(offsets.slice().buffer)).update(bytes).digest();
}

/** What `Protocol.identity` is of a list alone. */
export function listIdentity(set: IdentifierSet): Readonly<Record<string, string>> {
  return { list: bytesToHex(listDigest(set)) };
}
