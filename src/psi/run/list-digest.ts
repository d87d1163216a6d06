// SPDX-License-Identifier: Apache-2.0
/** Whether what a party brings is what a run was begun with. */

import { requireSet } from '../../arguments.js';
import { bytesToHex } from '../../bytes.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { createSha512 } from '../../kernel/sha512.js';

/** SHA-512 of a list's identifiers, in their order. */
function listDigest({ elements: { bytes, offsets } }: IdentifierSet): Uint8Array {
  return createSha512().update(new Uint8Array(offsets.slice().buffer)).update(bytes).digest();
}

/** What a party's identity is of a list alone. @throws {VeilmatchError} `argument` for what is no set */
export function listIdentity(set: IdentifierSet): Readonly<Record<string, string>> {
  requireSet(set);
  return { list: bytesToHex(listDigest(set)) };
}
