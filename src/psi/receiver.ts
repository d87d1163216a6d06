// SPDX-License-Identifier: Apache-2.0
/**
 * The receiver R of `veilmatch-psi-v1`: it learns which of its elements the sender has, or only how many.
 *
 * **What R learns besides**: the size of the sender's set and the kinds of identifiers in it. From what R saw it cannot
 * test offline whether the sender has some other identifier: that takes the sender's scalar. What R puts into its own
 * set, invented identifiers too, the protocol answers: sizes, budgets and contracts limit that, the mathematics does not.
 */

import { DistinctBytes } from '../bytes.js';
import { ELEMENT_BYTES } from '../group/group.js';
import { invertScalar } from '../group/scalar.js';
import type { IdentifierSet } from '../identifiers/set.js';
import { randomScalar } from '../random.js';
import { checkAscending, checkDistinct, checkPublicKey, withOffset } from './checks.js';
import { decodeRecords, encodeFrame, encodeRecords } from './frames.js';
import { encodeHello } from './hello.js';
import { Line, type Program, PsiMachine } from './machine.js';
import { openSession, ownHello, type PartyOptions, type PartySettings, settingsOf } from './party.js';
import { checkFinish } from './session.js';
import { DST } from './suite.js';

export interface ReceiverResult {
  /** How many of R's elements S has. */
  readonly size: number;
  /** Which: indices in R's set, ascending. Undefined where only the cardinality is revealed. */
  readonly matched: readonly number[] | undefined;
  /** Elements in S's set. */
  readonly peerSize: number;
}

/**
 * The receiver's state machine.
 * @throws {VeilmatchError} `argument` for options or elements that cannot be right
 */
export function psiReceiver(set: IdentifierSet, options: PartyOptions): PsiMachine<ReceiverResult> {
  return new PsiMachine('receiver', receiverProgram(set, settingsOf(set, options)));
}

async function* receiverProgram(set: IdentifierSet, settings: PartySettings): Program<ReceiverResult> {
  const { backend, chunkSize } = settings;
  const ordered = settings.mode === 'intersection';
  const line = new Line('receiver');
  const hello = ownHello('receiver', set, settings);
  // One scalar a for the whole run: R sends a * H(x), and takes a off again with its inverse.
  const scalar = randomScalar(settings.random);
  const inverse = invertScalar(scalar);
  try {
    yield line.send(encodeFrame('hello', encodeHello(hello)));
    const { sid, tagger, peer } = openSession(hello, (yield* line.take('hello')).body);
    await checkPublicKey(peer.publicKey, backend);

    for (let first = 0; first < set.size; first += chunkSize) {
      const chunk = set.elements.slice(first, Math.min(first + chunkSize, set.size));
      const batch = settings.batch('blind', first, set.size);
      const blinded = await backend.hashAndMultiply(chunk, DST, scalar, batch);
      yield line.send(encodeRecords('blinded', first, blinded));
    }

    // R's own tags, in the order of the answers; two answers that are the same would count one element twice.
    const ownTags = new DistinctBytes();
    const answers = new DistinctBytes();
    let lastAnswer: Uint8Array | undefined;
    for (let done = 0; done < set.size; ) {
      const { bytes } = decodeRecords(yield* line.take('evaluated'), ELEMENT_BYTES, done, set.size);
      if (!ordered) lastAnswer = checkAscending('answers', bytes, ELEMENT_BYTES, done, lastAnswer);
      const unblinded = await withOffset(
        done,
        backend.multiply(bytes, inverse, settings.batch('unblind', done, set.size)),
      );
      checkDistinct(answers, bytes, ELEMENT_BYTES, done, 'The sender gave answer');
      for (let i = 0; i < bytes.length / ELEMENT_BYTES; i++) {
        const element = unblinded.subarray(i * ELEMENT_BYTES, (i + 1) * ELEMENT_BYTES);
        const tag = tagger.tag(element, set.elements.at(done + i));
        checkDistinct(ownTags, tag, tagger.width, done + i, 'The sender gave answer');
      }
      done += bytes.length / ELEMENT_BYTES;
    }

    const matched: number[] = [];
    let lastTag: Uint8Array | undefined;
    for (let done = 0; done < peer.size; ) {
      const { bytes } = decodeRecords(yield* line.take('tags'), tagger.width, done, peer.size);
      lastTag = checkAscending('tags', bytes, tagger.width, done, lastTag);
      for (let start = 0; start < bytes.length; start += tagger.width) {
        const index = ownTags.indexOf(bytes.subarray(start, start + tagger.width));
        if (index >= 0) matched.push(index);
      }
      done += bytes.length / tagger.width;
    }

    checkFinish(line.log.finish(sid, 'sender'), (yield* line.take('finish')).body);
    yield encodeFrame('finish', line.log.finish(sid, 'receiver'));
    return {
      size: matched.length,
      matched: ordered ? matched.sort((a, b) => a - b) : undefined,
      peerSize: peer.size,
    };
  } finally {
    scalar.fill(0);
    inverse.fill(0);
  }
}
