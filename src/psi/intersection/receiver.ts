// SPDX-License-Identifier: Apache-2.0
/**
 * The receiver R of `veilmatch-psi-v1`: it learns which of its elements the sender has, or only how many.
 *
 * **What R learns besides**: the size of the sender's set and the kinds of identifiers in it. From what R saw it cannot
 * test offline whether the sender has some other identifier: that takes the sender's scalar. What R puts into its own
 * set, invented identifiers too, the protocol answers: sizes, budgets and contracts limit that, the mathematics does not.
 */

import { DistinctBytes } from '../../bytes.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { inTurns } from '../../workers/turn.js';
import {
  checkAscending,
  checkDistinct,
  checkNoneRepeated,
  checkPublicKey,
  withOffset,
} from '../run/checks.js';
import { type Chunk, inChunks } from '../run/chunks.js';
import { decodeRecords, encodeFrame, encodeRecords, FINISH, HELLO } from '../run/frames.js';
import type { GreetedReceiver } from '../run/greeted.js';
import { encodeHello } from '../run/hello.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import { markedIn, SortedRecords } from '../run/matching.js';
import { openSession, ownHello } from '../run/party.js';
import { checkFinish, type Tagger } from '../run/session.js';
import { type Blinding, MultiplicativeBlinding } from '../shuffled/blinding.js';
import { BLINDED, EVALUATED, TAGS } from '../shuffled/frames.js';
import type { Part } from '../shuffled/shuffled.js';
import { AdditiveBlinding } from './additive.js';
import { INTERSECTION_FRAMES, PROOF } from './frames.js';
import { type PartyOptions, type PsiSettings, settingsOf, termsOf } from './party.js';
import { toldCount } from './reveal.js';

/** What the receiver's machine knows at the end. */
export interface ReceiverEnd {
  /** How many of R's elements S has; coarse where that was asked for. */
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
export function psiReceiver(set: IdentifierSet, options: PartyOptions): PsiMachine<ReceiverEnd> {
  return new PsiMachine('receiver', receiverProgram(set, settingsOf(set, options)));
}

/** @param greeted where the Hello is sent, and the peer's there */
export async function* receiverProgram(
  set: IdentifierSet,
  settings: PsiSettings,
  greeted?: GreetedReceiver,
): Program<ReceiverEnd> {
  const { backend, random, suite } = settings;
  const { elementBytes } = suite.group;
  const ordered = settings.reveal === 'intersection';
  const line = greeted?.line ?? new Line('receiver', INTERSECTION_FRAMES);
  // What is kept of the run: the questions, to be held against their answers, and what matches are confirmed with.
  const asked = new Uint8Array(settings.verifiable ? set.size * elementBytes : 0);
  const unblinded = new Uint8Array(ordered && settings.to === 'both' ? set.size * elementBytes : 0);
  const hello = greeted?.hello ?? ownHello('receiver', set, settings);
  let blinding: Blinding | undefined;
  try {
    if (greeted === undefined) yield line.send(encodeFrame(HELLO, encodeHello(hello, suite)));
    const peerHello = greeted?.peerHello ?? (yield* line.take(HELLO)).body;
    const { sid, tagger, peer } = openSession(hello, peerHello, settings);
    await checkPublicKey(peer.publicKey, backend);
    const told = settings.to === 'both' ? settings.reveal : 'nothing';
    await settings.admit({ peerSize: peer.size, ownSize: set.size, learns: told, terms: termsOf(settings) });
    blinding =
      settings.blinding === 'additive'
        ? new AdditiveBlinding(settings, peer.publicKey, set.size)
        : new MultiplicativeBlinding(settings);

    for await (const { first, elements } of blindedChunks(set, blinding, settings)) {
      if (settings.verifiable) asked.set(elements, first * elementBytes);
      yield line.send(encodeRecords(BLINDED, first, elements));
    }

    const check = async function* (D: Uint8Array, done: number): Part<void> {
      const C = asked.subarray(done * elementBytes, done * elementBytes + D.length);
      const proof = yield* line.take(PROOF);
      // Loaded where proofs were agreed on: most pages never do.
      const { checkProof } = await import('./proofs.js');
      await withOffset(done, checkProof(settings, sid, { B: peer.publicKey, C, D }, done, proof));
    };
    const ownTags = yield* takeAnswers(
      line,
      { set, blinding, tagger, settings, unblinded },
      settings.verifiable ? check : undefined,
    );

    const shared = new Uint8Array(set.size);
    let matches = 0;
    let lastTag: Uint8Array | undefined;
    for (let done = 0; done < peer.size; ) {
      const { bytes } = decodeRecords(yield* line.take(TAGS), tagger.width, done, peer.size);
      const { width } = tagger;
      await inTurns(bytes.length / width, (from, to) => {
        const part = bytes.subarray(from * width, to * width);
        lastTag = checkAscending('tags', part, width, done + from, lastTag);
        for (let start = 0; start < part.length; start += width) {
          const found = ownTags.find(part, start);
          shared[found >>> 1]! |= found & 1;
          matches += found & 1;
        }
      });
      done += bytes.length / width;
    }
    checkFinish(line.log.finish(sid, 'sender'), (yield* line.take(FINISH)).body);
    const size = toldCount(matches, settings.coarse);
    if (settings.to === 'both') {
      // Loaded where both learn the result: most pages never do.
      const { confirmFrames, countFrame } = await import('./confirm.js');
      const most = Math.min(set.size, peer.size);
      const frames = ordered
        ? await confirmFrames(sid, unblinded, shared, most, random)
        : [await countFrame(sid, size, peer.publicKey, backend, random)];
      for (const frame of frames) yield line.send(frame);
    }
    yield encodeFrame(FINISH, line.log.finish(sid, 'receiver'));
    let matched: readonly number[] | undefined;
    return {
      size,
      // Made when somebody reads it, which is when the line is closed: how long that takes is not to be seen there.
      get matched() {
        if (ordered) matched ??= markedIn(shared);
        return matched;
      },
      peerSize: peer.size,
    };
  } finally {
    blinding?.wipe();
  }
}

/** A frame of answers is worked on in parts of so many, so that tags are hashed while workers are busy with the next. */
const PART = 4096;

interface Unblinding {
  readonly set: IdentifierSet;
  readonly blinding: Blinding;
  readonly tagger: Tagger;
  readonly settings: PsiSettings;
  /** Where b * H(x) of each element is kept, or empty. */
  readonly unblinded: Uint8Array;
}

/**
 * R's own tags, in the order of the answers.
 * @param check takes the proof of answers, from number `done` on
 * @throws {VeilmatchError} what is demanded of answers; `repeated-element`, for tags when all of them are there: until then
 * none is compared with anything, and nothing is sent
 */
async function* takeAnswers(
  line: Line,
  unblinding: Unblinding,
  check: ((answers: Uint8Array, done: number) => Part<void>) | undefined,
): Part<SortedRecords> {
  const { set, tagger, settings } = unblinding;
  const { elementBytes } = settings.suite.group;
  const tags = new Uint8Array(set.size * tagger.width);
  // Two answers that are the same would count one element twice; shuffled, they ascend strictly, which shows it as well.
  const answers = new DistinctBytes();
  let last: Uint8Array | undefined;
  for (let done = 0; done < set.size; ) {
    const { bytes } = decodeRecords(yield* line.take(EVALUATED), elementBytes, done, set.size);
    const ordered = settings.reveal === 'intersection';
    if (!ordered) last = checkAscending('answers', bytes, elementBytes, done, last);
    if (check !== undefined) yield* check(bytes, done);
    tags.set(await tagsOf(bytes, done, unblinding), done * tagger.width);
    if (ordered) await checkDistinct(answers, bytes, elementBytes, done, 'The sender gave answer');
    done += bytes.length / elementBytes;
  }
  const sorted = await SortedRecords.of(tags, tagger.width);
  await checkNoneRepeated(sorted, 'The sender gave answer');
  return sorted;
}

/** R's tags from the answers to the elements from number `done` on; all of these have been decoded then. */
async function tagsOf(
  answers: Uint8Array,
  done: number,
  { set, blinding, tagger, settings, unblinded }: Unblinding,
): Promise<Uint8Array> {
  const { elementBytes } = settings.suite.group;
  const count = answers.length / elementBytes;
  const tags = new Uint8Array(count * tagger.width);
  const unblind = (first: number, end: number): Promise<Uint8Array> => {
    const part = answers.subarray(first * elementBytes, end * elementBytes);
    const batch = settings.batch('unblind', done + first, set.size);
    return withOffset(done + first, blinding.unblind(part, done + first, batch));
  };
  for await (const { first, end, elements } of inChunks(count, PART, unblind)) {
    if (unblinded.length > 0) unblinded.set(elements, (done + first) * elementBytes);
    await inTurns(end - first, (from, to) => {
      for (let i = from; i < to; i++) {
        const element = elements.subarray(i * elementBytes, (i + 1) * elementBytes);
        tags.set(tagger.tag(element, set.elements.at(done + first + i)), (first + i) * tagger.width);
      }
    });
  }
  return tags;
}

function blindedChunks(set: IdentifierSet, blinding: Blinding, settings: PsiSettings): AsyncGenerator<Chunk> {
  return inChunks(set.size, settings.chunkSize, (first, end) =>
    blinding.blind(set.elements.slice(first, end), settings.batch('blind', first, set.size)),
  );
}
