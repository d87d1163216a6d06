// SPDX-License-Identifier: Apache-2.0
/** What tells the hashes of this protocol apart, and the values that follow from a session. */

import { concatBytes, utf8 } from '../../bytes.js';
import { sha512 } from '../../kernel/sha512.js';

const OPENING_LABEL = utf8('veilmatch-psi-v1 ot opening');
const KEY_LABEL = utf8('veilmatch-psi-v1 ot key');
const CHALLENGE_LABEL = utf8('veilmatch-psi-v1 ot challenge');
const SUMS_LABEL = utf8('veilmatch-psi-v1 ot sums');

const HALF = 32;

/** What the receiver's Hello has as its nonce. @param opening 32 bytes, which it sends when it has seen the sender's */
export function commitment(opening: Uint8Array): Uint8Array {
  return sha512(concatBytes(OPENING_LABEL, opening)).slice(0, HALF);
}

/** Under which both hash their identifiers. Neither party knows it before the other has chosen its part. */
export function identifierKey(sid: Uint8Array, opening: Uint8Array): Uint8Array {
  return sha512(concatBytes(KEY_LABEL, sid, opening)).slice(0, HALF);
}

/** Which sums the rows of a bin are in. @param frames digest of all frames that the receiver sent so far, that bin's among them */
export function challenge(sid: Uint8Array, frames: Uint8Array): Uint8Array {
  return sha512(concatBytes(CHALLENGE_LABEL, sid, frames)).slice(0, HALF);
}

/** What the receiver sends of the sums of its rows. @param sums 160 x 96 bytes */
export function sumsDigest(sid: Uint8Array, sums: Uint8Array): Uint8Array {
  return sha512(concatBytes(SUMS_LABEL, sid, sums)).slice(0, HALF);
}
