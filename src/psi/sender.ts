// SPDX-License-Identifier: Apache-2.0
/**
 * The sender S of `veilmatch-psi-v1`: it lets the receiver find out what they share, and learns nothing of the result.
 *
 * **What S learns**: the size of the receiver's set and the kinds of identifiers in it. The blinded elements that it
 * sees are uniform in the group: no list of guesses tells it anything about them.
 */

import { DistinctBytes, sortRecords } from '../bytes.js';
import { ELEMENT_BYTES } from '../group/group.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { randomScalar } from '../random.js';
import { checkDistinct, withOffset } from './checks.js';
import { decodeRecords, encodeFrame, encodeRecords, recordFrames } from './frames.js';
import { encodeHello } from './hello.js';
import { Line, type Program, PsiMachine } from './machine.js';
import { openSession, ownHello, type PartyOptions, type PartySettings, settingsOf } from './party.js';
import { checkFinish, type Tagger } from './session.js';
import { DST } from './suite.js';

export interface SenderResult {
  /** Elements in R's set. */
  readonly peerSize: number;
}

/**
 * The sender's state machine.
 * @throws {VeilmatchError} `argument` for options or elements that cannot be right
 */
export function psiSender(set: IdentifierSet, options: PartyOptions): PsiMachine<SenderResult> {
  return new PsiMachine('sender', senderProgram(set, settingsOf(set, options)));
}

async function* senderProgram(set: IdentifierSet, settings: PartySettings): Program<SenderResult> {
  const { backend, mode } = settings;
  const line = new Line('sender');
  const greeting = ownHello('sender', set, settings);
  const scalar = randomScalar(settings.random);
  try {
    const hello = { ...greeting, publicKey: await backend.multiplyBase(scalar) };
    const { sid, tagger, peer } = openSession(hello, (yield* line.take('hello')).body);
    await settings.admit({ peerSize: peer.size, ownSize: set.size, reveal: mode });
    yield line.send(encodeFrame('hello', encodeHello(hello)));

    const asked = new DistinctBytes();
    // Shuffled mode: nothing is answered before everything was asked, and the answer is sorted as a whole. Anything
    // less would tell R which of its elements an answer belongs to.
    const withheld = new Uint8Array(mode === 'cardinality' ? peer.size * ELEMENT_BYTES : 0);
    for (let done = 0; done < peer.size; ) {
      const { bytes } = decodeRecords(yield* line.take('blinded'), ELEMENT_BYTES, done, peer.size);
      // An element that is asked twice would show in a shuffled answer.
      checkDistinct(asked, bytes, ELEMENT_BYTES, done, 'The receiver asked element');
      const batch = settings.batch('evaluate', done, peer.size);
      const evaluated = await withOffset(done, backend.multiply(bytes, scalar, batch));
      if (mode === 'intersection') yield line.send(encodeRecords('evaluated', done, evaluated));
      else withheld.set(evaluated, done * ELEMENT_BYTES);
      done += bytes.length / ELEMENT_BYTES;
    }
    for (const frame of recordFrames('evaluated', sortRecords(withheld, ELEMENT_BYTES), ELEMENT_BYTES)) {
      yield line.send(frame);
    }
    const tags = sortRecords(await makeTags(set, tagger, scalar, settings), tagger.width);
    for (const frame of recordFrames('tags', tags, tagger.width)) yield line.send(frame);

    yield encodeFrame('finish', line.log.finish(sid, 'sender'));
    checkFinish(line.log.finish(sid, 'receiver'), (yield* line.take('finish')).body);
    return { peerSize: peer.size };
  } finally {
    scalar.fill(0);
  }
}

/** The tag of b * H(y) for each y of the set, in the order of the set. */
async function makeTags(
  set: IdentifierSet,
  tagger: Tagger,
  scalar: Uint8Array,
  settings: PartySettings,
): Promise<Uint8Array> {
  const { backend, chunkSize } = settings;
  const tags = new Uint8Array(set.size * tagger.width);
  for (let first = 0; first < set.size; first += chunkSize) {
    const chunk = set.elements.slice(first, Math.min(first + chunkSize, set.size));
    const elements = await backend.hashAndMultiply(
      chunk,
      DST,
      scalar,
      settings.batch('tag', first, set.size),
    );
    for (let i = 0; i < chunk.length; i++) {
      const element = elements.subarray(i * ELEMENT_BYTES, (i + 1) * ELEMENT_BYTES);
      tags.set(tagger.tag(element, chunk.at(i)), (first + i) * tagger.width);
    }
  }
  return tags;
}
