// SPDX-License-Identifier: Apache-2.0
/** The suite of a run, as a value: its group, and how identifiers are hashed to it. */

import { requireBackend, requireObject } from '../../arguments.js';
import { utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { Group, GroupBackend } from '../../group/group.js';
import { ristretto255 } from '../../group/ristretto255.js';
import type { Suite } from '../../oprf/suite.js';

/**
 * What a run is computed in: a group, and how identifiers are hashed to it. Sessions, tags and digests are hashed with SHA-512
 * whatever the suite is; that belongs to the version.
 */
export interface PsiSuite {
  /** Its number in the Hello, 1 to 255. */
  readonly id: number;
  /** Its name in errors. */
  readonly name: string;
  /** The group, in which the backend of a run has to compute. */
  readonly group: Group;
  /** The domain separation tag of the group hash: version and suite only, so that a sender can hash before it knows its peer. */
  readonly dst: Uint8Array;
  /**
   * The suite of RFC 9497 in which answers are proved, loaded where proofs were agreed on. Without one there are none: the
   * option `verifiable` is refused.
   */
  readonly proofs?: ((backend: GroupBackend) => Promise<Suite>) | undefined;
}

/** ristretto255 (RFC 9496), SHA-512, hash to group `ristretto255_XMD:SHA-512_R255MAP_RO_` (RFC 9380, appendix B). */
export const ristretto255Suite: PsiSuite = {
  id: 1,
  name: 'ristretto255-SHA512',
  group: ristretto255,
  dst: utf8('veilmatch-psi-v1-with-ristretto255_XMD:SHA-512_R255MAP_RO_'),
  async proofs(backend) {
    const { ristretto255Sha512 } = await import('../../oprf/ristretto255.js');
    return ristretto255Sha512(backend);
  },
};

/**
 * The suite of a run, ristretto255 where nothing is said.
 * @throws {VeilmatchError} `argument` for what is no suite, or a backend that computes in another group
 */
export function suiteOf(given: PsiSuite | undefined, backend: GroupBackend): PsiSuite {
  const suite = given === undefined ? ristretto255Suite : given;
  requirePsiSuite(suite);
  requireBackend(backend);
  if (backend.group?.name === suite.group.name) return suite;
  throw new VeilmatchError(
    'argument',
    `The backend computes in ${backend.group?.name ?? 'a group that it does not name'}; a run of the suite ${suite.name} ` +
      `takes one of ${suite.group.name}.`,
  );
}

/** @throws {VeilmatchError} `argument` for what is no suite */
export function requirePsiSuite(value: unknown): void {
  requireObject(value, 'The option suite', 'id', 'dst', 'group');
}

/** What is told where a suite without proofs is asked for some. */
export function noProofs({ name }: PsiSuite): VeilmatchError {
  return new VeilmatchError('argument', `The suite ${name} has no proofs: leave the option verifiable out.`);
}

/** Bytes of an encrypted value of a sum: rG and vG + rP. */
export function ciphertextBytes({ elementBytes }: Pick<Group, 'elementBytes'>): number {
  return 2 * elementBytes;
}
