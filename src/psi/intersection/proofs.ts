// SPDX-License-Identifier: Apache-2.0
/**
 * Proofs that the sender answered under the key of its Hello (RFC 9497, section 2.2): B = b * G, and every answer of a
 * frame is b times the element asked. Bound to the session and to the place in the list.
 *
 * **What they do not show**: that the tags were made under that key, or of a true list. No PSI can.
 */

import { concatBytes, u32, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { createSha512, sha512 } from '../../kernel/sha512.js';
import { generateProof, type ProofContext, type Statement, verifyProof } from '../../oprf/dleq.js';
import type { RandomSource } from '../../random.js';
import { noProofs } from '../run/ciphersuite.js';
import { encodeRecords, type Frame } from '../run/frames.js';
import type { PartySettings } from '../run/party.js';
import { PROOF_LABEL } from '../run/suite.js';
import { PROOF } from './frames.js';

async function contextOf({ suite, backend }: PartySettings, sid: Uint8Array): Promise<ProofContext> {
  if (suite.proofs === undefined) throw noProofs(suite);
  return { suite: await suite.proofs(backend), contextString: concatBytes(PROOF_LABEL, sid) };
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
  const { signal } = settings;
  const random = nonceSource(settings.random, scalar, statement);
  const proof = await generateProof(await contextOf(settings, sid), scalar, statement, { random, signal });
  return encodeRecords(PROOF, first, proof);
}

const NONCE_LABEL = utf8('veilmatch-psi-v1 nonce');

/**
 * The nonce of a proof, of randomness and of what is proved. Two proofs of different answers with one nonce give the scalar
 * away; where a party draws the same randomness again, because its state was put back, their nonces still differ.
 */
function nonceSource(random: RandomSource, scalar: Uint8Array, { C, D }: Statement): RandomSource {
  const key = createSha512()
    .update(concatBytes(NONCE_LABEL, random(32), scalar))
    .update(C)
    .update(D)
    .digest();
  let block = 0;
  // A scalar of ristretto255 takes half a block, and none more than one.
  return (length) => sha512(concatBytes(key, u32(block++))).slice(0, length);
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
  // c and s.
  const proofBytes = 2 * settings.suite.group.scalarBytes;
  if (body.length !== 4 + proofBytes || view.getUint32(0) !== first) {
    throw new VeilmatchError(
      'bad-message',
      `The proof for the answers from number ${first} on is malformed.`,
    );
  }
  await verifyProof(await contextOf(settings, sid), statement, body.subarray(4), settings);
}
