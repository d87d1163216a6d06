// SPDX-License-Identifier: Apache-2.0
/**
 * Blinding scalars that follow from a seed, for lists that are worked on in pieces: a piece that is done again, by whatever machine
 * and in whatever order of its rows, gives the same bytes.
 *
 * In the ordered mode each identifier has a scalar of its own, which the identifier is hashed into: a scalar that were bound to a place in the
 * list would hide another identifier there when the list comes in another order, and r for both x1 and x2 hands over H(x1) - H(x2).
 * A seed belongs to one list and one request. Under a second request of the same seed equal identifiers would show as equal elements.
 */

import { type ByteList, concatBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { SCALAR_BYTES } from '../../group/group.js';
import { reduceScalar } from '../../group/scalar.js';
import { messageExpander } from '../../oprf/expand.js';

/** Bytes of a seed. */
export const SEED_BYTES = 32;

const EACH = utf8('veilmatch-datasets-v1 blinding of an identifier');
const ALL = utf8('veilmatch-datasets-v1 blinding of a run');

/**
 * r(x) of the ordered mode, for every identifier x: HashToScalar of RFC 9497, section 4.1, of seed || x, with
 * DST = "veilmatch-datasets-v1 blinding of an identifier". That is expand_message_xmd with SHA-512 to 64 bytes (RFC 9380,
 * section 5.3.1), little-endian, modulo L.
 * @param seed 32 bytes, secret
 * @returns n x 32 bytes, secret
 * @throws {VeilmatchError} `argument` for a seed of another length
 */
export function scalarsOfIdentifiers(seed: Uint8Array, identifiers: ByteList): Uint8Array {
  requireSeed(seed);
  const expand = messageExpander(EACH);
  const scalars = new Uint8Array(identifiers.length * SCALAR_BYTES);
  let at = 0;
  for (const identifier of identifiers) {
    scalars.set(reduceScalar(expand(concatBytes(seed, identifier))), at);
    at += SCALAR_BYTES;
  }
  return scalars;
}

/**
 * The one scalar of a shuffled mode, as above of the seed alone with DST = "veilmatch-datasets-v1 blinding of a run".
 * @param seed 32 bytes, secret
 * @returns 32 bytes, secret
 * @throws {VeilmatchError} `argument` for a seed of another length
 */
export function scalarOfRun(seed: Uint8Array): Uint8Array {
  requireSeed(seed);
  return reduceScalar(messageExpander(ALL)(seed));
}

function requireSeed(seed: Uint8Array): void {
  if (seed.length === SEED_BYTES) return;
  throw new VeilmatchError(
    'argument',
    `A seed of blinding scalars has ${SEED_BYTES} bytes; this one has ${seed.length}.`,
  );
}
