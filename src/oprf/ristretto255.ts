// SPDX-License-Identifier: Apache-2.0
/** The suite `ristretto255-SHA512` (RFC 9497, section 4.1) on a batch backend. */

import { requireBackend } from '../arguments.js';
import { VeilmatchError } from '../errors.js';
import { GENERATOR, type GroupBackend } from '../group/group.js';
import { ristretto255 } from '../group/ristretto255.js';
import { reduceScalar, subtractProduct } from '../group/scalar.js';
import { sha512 } from '../kernel/sha512.js';
import { isNonZeroScalar } from '../random.js';
import { messageExpander } from './expand.js';
import type { Suite, SuiteScalars } from './suite.js';

const { elementBytes, scalarBytes } = ristretto255;

const scalars: SuiteScalars = {
  random: ristretto255.scalars.random,
  hasher(dst) {
    const expand = messageExpander(dst);
    return (message) => reduceScalar(expand(message));
  },
  isValid: (bytes) => bytes.length === scalarBytes && (isNonZeroScalar(bytes) || isAllZero(bytes)),
  isZero: isAllZero,
  add: ristretto255.scalars.add,
  subtractProduct,
  invert: ristretto255.scalars.invert,
};

/**
 * Elements are 32 bytes, encoded as RFC 9496 says; scalars 32 bytes little-endian; outputs 64 bytes. Whether the group's
 * operations take a time that does not depend on secrets is the backend's `constantTime`; the arithmetic on scalars does.
 * @throws {VeilmatchError} `argument` for a backend that computes in another group
 * @example
 * ```ts
 * import { ByteList, createBackend } from 'veilmatch/group';
 * import { generateKeyPair, OPRFClient, OPRFServer, ristretto255Sha512 } from 'veilmatch/oprf';
 *
 * const suite = ristretto255Sha512(await createBackend({ concurrency: 1 }));
 * const [client, inputs] = [new OPRFClient(suite), ByteList.from([new Uint8Array([1])])];
 * const server = new OPRFServer(suite, (await generateKeyPair(suite)).secretKey);
 * const blinding = await client.blind(inputs);
 * const evaluation = await server.blindEvaluate(blinding.blindedElements);
 * console.log((await client.finalize(inputs, blinding, evaluation)).length); // → 64
 * ```
 */
export function ristretto255Sha512(backend: GroupBackend): Suite {
  requireBackend(backend);
  if (backend.group?.name !== ristretto255.name) {
    throw new VeilmatchError('argument', 'The backend does not compute in ristretto255.');
  }
  return {
    identifier: 'ristretto255-SHA512',
    group: backend,
    scalars,
    generator: GENERATOR,
    elementBytes,
    scalarBytes,
    hashBytes: 64,
    hash: sha512,
    isIdentity: isAllZero,
  };
}

/** Of public bytes, or in a case that never comes. */
function isAllZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}
