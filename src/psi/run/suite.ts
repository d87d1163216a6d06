// SPDX-License-Identifier: Apache-2.0
/** The fixed values of `veilmatch-psi-v1`, whatever the suite is. Changing any of them makes another protocol. */

import { concatBytes, utf8 } from '../../bytes.js';

export const VERSION = 1;

export const SESSION_LABEL: Uint8Array = utf8('veilmatch-psi-v1 session');
const TAG_LABEL: Uint8Array = utf8('veilmatch-psi-v1 tag');
export const PROOF_LABEL: Uint8Array = utf8('veilmatch-psi-v1 proof');
export const CONFIRM_LABEL: Uint8Array = utf8('veilmatch-psi-v1 confirm');
export const FINISH_LABEL: Uint8Array = utf8('veilmatch-psi-v1 finish');

/** The receiver learns, the sender answers. */
export type Role = 'receiver' | 'sender';
export const ROLE: Readonly<Record<Role, number>> = { receiver: 1, sender: 2 };

/** Who learns the result: the option `to`, of which each protocol has those that it can do. */
export type Learner = 'receiver' | 'both' | 'sender';
export const LEARNER = { receiver: 1, both: 2, sender: 3 } as const;

/** No frame is longer than 1 MiB. */
export const MAX_FRAME_BYTES = 1_048_576;

/** Bytes of a record that confirms a match. */
export const CONFIRM_BYTES = 16;

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
export function tagPrefix(sid: Uint8Array, mode: number): Uint8Array {
  return concatBytes(TAG_LABEL, sid, Uint8Array.of(mode));
}
