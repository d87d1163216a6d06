// SPDX-License-Identifier: Apache-2.0
/** The fixed values of `veilmatch-psi-v1`. Changing any of them makes another protocol. */

import { requireBackend, requireObject } from '../../arguments.js';
import { concatBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { Group, GroupBackend } from '../../group/group.js';
import { ristretto255 } from '../../group/ristretto255.js';
import type { Suite } from '../../oprf/suite.js';

export const VERSION = 1;

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
  requireObject(suite, 'The option suite', 'id', 'dst', 'group');
  requireBackend(backend);
  if (backend.group?.name === suite.group.name) return suite;
  throw new VeilmatchError(
    'argument',
    `The backend computes in ${backend.group?.name ?? 'a group that it does not name'}; a run of the suite ${suite.name} ` +
      `takes one of ${suite.group.name}.`,
  );
}

/** What is told where a suite without proofs is asked for some. */
export function noProofs({ name }: PsiSuite): VeilmatchError {
  return new VeilmatchError('argument', `The suite ${name} has no proofs: leave the option verifiable out.`);
}

export const SESSION_LABEL: Uint8Array = utf8('veilmatch-psi-v1 session');
const TAG_LABEL: Uint8Array = utf8('veilmatch-psi-v1 tag');
export const PROOF_LABEL: Uint8Array = utf8('veilmatch-psi-v1 proof');
export const CONFIRM_LABEL: Uint8Array = utf8('veilmatch-psi-v1 confirm');
export const FINISH_LABEL: Uint8Array = utf8('veilmatch-psi-v1 finish');

/** What the receiver is shown: which of its elements the sender has, or how many. */
export type Reveal = 'intersection' | 'cardinality';

/**
 * The mode of a run, as a byte of the Hello and of the tags. `intersection` is the ordered mode: the sender answers in the
 * order it was asked. `cardinality` is the shuffled mode: the whole answer comes back sorted.
 */
export type Mode = 'intersection' | 'cardinality' | 'sum' | 'join-ids';
export const MODE: Readonly<Record<Mode, number>> = {
  intersection: 1,
  cardinality: 2,
  sum: 3,
  'join-ids': 4,
};

/** The receiver learns, the sender answers. */
export type Role = 'receiver' | 'sender';
export const ROLE: Readonly<Record<Role, number>> = { receiver: 1, sender: 2 };

/** Who learns the result. */
export const LEARNER = { receiver: 1, both: 2, sender: 3 } as const;
export type Learner = keyof typeof LEARNER;

/** No frame is longer than 1 MiB. */
export const MAX_FRAME_BYTES = 1_048_576;

/** Bytes of a record that confirms a match. */
export const CONFIRM_BYTES = 16;

/** Bytes of an encrypted value of a sum: rG and vG + rP. */
export function ciphertextBytes({ elementBytes }: Pick<Group, 'elementBytes'>): number {
  return 2 * elementBytes;
}

/** A tag binds the identifier behind a length of two bytes. */
export const MAX_IDENTIFIER_BYTES = 65_535;

/** The statistical error of a whole run is at most 2^-40 (see `tagBytes`). */
const ERROR_BITS = 40;

/**
 * Bytes of a tag: with 40 + log2(nR) + log2(nS) bits, the chance that any of the nR * nS wrong pairs collides is at
 * most 2^-40.
 */
export function tagBytes(receiverSize: number, senderSize: number): number {
  const log2 = (size: number): number => Math.ceil(Math.log2(Math.max(1, size)));
  return Math.ceil((ERROR_BITS + log2(receiverSize) + log2(senderSize)) / 8);
}

/** What a tag's hash begins with in one session: label, sid, mode. */
export function tagPrefix(sid: Uint8Array, mode: Mode): Uint8Array {
  return concatBytes(TAG_LABEL, sid, Uint8Array.of(MODE[mode]));
}

/** Whether a tag's hash takes in the identifier: only where the receiver may know which answer is whose. */
export function bindsIdentifier(mode: Mode): boolean {
  return mode === 'intersection';
}
