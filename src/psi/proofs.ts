// SPDX-License-Identifier: Apache-2.0
/**
 * Proofs that the sender answered under the key of its Hello (RFC 9497, section 2.2): B = b * G, and every answer of a
 * frame is b times the element asked. Bound to the session and to the place in the list.
 *
 * **What they do not show**: that the tags were made under that key, or of a true list. No PSI can.
 */

import { concatBytes } from '../bytes.js';
import { VeilmatchError } from '../errors.js';
import type { GroupBackend } from '../group/group.js';
import { generateProof, type ProofContext, type Statement, verifyProof } from '../oprf/dleq.js';
import { ristretto255Sha512 } from '../oprf/ristretto255.js';
import { encodeRecords, type Frame } from './frames.js';
import type { PartySettings } from './party.js';
import { PROOF_LABEL } from './suite.js';

/** c and s. */
const PROOF_BYTES = 64;

function contextOf(backend: GroupBackend, sid: Uint8Array): ProofContext {
  return { suite: ristretto255Sha512(backend), contextString: concatBytes(PROOF_LABEL, sid) };
}

/**
 * The frame that follows a frame of answers.
 * @param first index of the first of these answers
 */
export async function proofFrame(
  settings: PartySettings,
  sid: Uint8Array,
  scalar: Uint8Array,
  statement: Statement,
  first: number,
): Promise<Uint8Array> {
  const { backend, random, signal } = settings;
  const proof = await generateProof(contextOf(backend, sid), scalar, statement, { random, signal });
  return encodeRecords('proof', first, proof);
}

/** @throws {VeilmatchError} `bad-proof`, `bad-message`, or what is wrong with an answer, with its position in the frame */
export async function checkProof(
  settings: PartySettings,
  sid: Uint8Array,
  statement: Statement,
  first: number,
  { body }: Frame,
): Promise<void> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (body.length !== 4 + PROOF_BYTES || view.getUint32(0) !== first) {
    throw new VeilmatchError(
      'bad-message',
      `The proof for the answers from number ${first} on is malformed.`,
    );
  }
  await verifyProof(contextOf(settings.backend, sid), statement, body.subarray(4), settings);
}
