// SPDX-License-Identifier: Apache-2.0
/**
 * The match keys of PAIR 1.1, "Canonical representation of Common Match keys": SHA-256 of an e-mail address in lower case or of a
 * number in E.164, without a salt. Anybody reads them back by trying guesses; they never leave the party that made them.
 */

import { requireSet } from '../arguments.js';
import { unlabelled } from '../identifiers/identifier.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { sha256 } from '../sha256.js';
import { inTurns } from '../workers/turn.js';

/** Bytes of a match key; what is hashed further are its 64 hexadecimal digits, in lower case. */
export const MATCH_KEY_BYTES = 32;

/**
 * The match keys of a set, in its order.
 * @returns n x 32 bytes
 * @example
 * ```ts
 * import { identifiersFromRows } from 'veilmatch/identifiers';
 * import { pairMatchKeys } from 'veilmatch/pair';
 *
 * const { set } = await identifiersFromRows([{ email: 'User@example.com' }]);
 * const keys = await pairMatchKeys(set);
 * console.log(Buffer.from(keys).toString('hex').slice(0, 8)); // → b4c9a289
 * ```
 */
export async function pairMatchKeys(set: IdentifierSet): Promise<Uint8Array> {
  requireSet(set);
  const keys = new Uint8Array(set.size * MATCH_KEY_BYTES);
  await inTurns(set.size, (from, to) => {
    for (let i = from; i < to; i++) keys.set(sha256(unlabelled(set.elements.at(i))), i * MATCH_KEY_BYTES);
  });
  return keys;
}
