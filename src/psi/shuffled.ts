// SPDX-License-Identifier: Apache-2.0
/**
 * Steps 2 and 3 of a run whose answers must not say whose they are: one party asks, the other answers when everything was
 * asked, sorted as a whole. Anything less would tell the asking party which of its elements an answer belongs to.
 */

import { DistinctBytes, sortRecords } from '../bytes.js';
import { ELEMENT_BYTES } from '../group/group.js';
import type { IdentifierSet } from '../identifiers/set.js';
import type { MultiplicativeBlinding } from './blinding.js';
import { checkAscending, checkDistinct, withOffset } from './checks.js';
import { inChunks } from './chunks.js';
import { decodeRecords, encodeRecords, type FrameName, recordFrames } from './frames.js';
import type { Line } from './machine.js';
import type { PartySettings } from './party.js';
import type { Tagger } from './session.js';
import { DST } from './suite.js';

/** A part of a program: yields frames to send, and `undefined` where it needs one. */
export type Part<Result> = AsyncGenerator<Uint8Array | undefined, Result, Uint8Array | undefined>;

/** Asks for b * H(x) of the whole set, and makes tags of the answers, in the order in which they come. */
export async function* askShuffled(
  line: Line,
  set: IdentifierSet,
  blinding: MultiplicativeBlinding,
  tagger: Tagger,
  settings: PartySettings,
): Part<DistinctBytes> {
  const blind = (first: number, end: number): Promise<Uint8Array> =>
    blinding.blind(set.elements.slice(first, end), settings.batch('blind', first, set.size));
  for await (const { first, elements } of inChunks(set.size, settings.chunkSize, blind)) {
    yield line.send(encodeRecords('blinded', first, elements));
  }
  const tags = new DistinctBytes();
  let last: Uint8Array | undefined;
  for (let done = 0; done < set.size; ) {
    const { bytes } = decodeRecords(yield* line.take('evaluated'), ELEMENT_BYTES, done, set.size);
    last = checkAscending('answers', bytes, ELEMENT_BYTES, done, last);
    const batch = settings.batch('unblind', done, set.size);
    const unblinded = await withOffset(done, blinding.unblind(bytes, done, batch));
    for (let start = 0; start < unblinded.length; start += ELEMENT_BYTES) {
      tags.add(tagger.tag(unblinded.subarray(start, start + ELEMENT_BYTES), NOT_BOUND));
    }
    done += bytes.length / ELEMENT_BYTES;
  }
  return tags;
}

/** In these modes a tag does not take in the identifier. */
const NOT_BOUND = new Uint8Array();

/** Answers each of `size` elements with its multiple by the scalar. */
export async function* answerShuffled(
  line: Line,
  scalar: Uint8Array,
  size: number,
  settings: PartySettings,
): Part<void> {
  const asked = new DistinctBytes();
  const answers = new Uint8Array(size * ELEMENT_BYTES);
  for (let done = 0; done < size; ) {
    const { bytes } = decodeRecords(yield* line.take('blinded'), ELEMENT_BYTES, done, size);
    // An element that is asked twice would show in a shuffled answer.
    checkDistinct(asked, bytes, ELEMENT_BYTES, done, 'The receiver asked element');
    const batch = settings.batch('evaluate', done, size);
    answers.set(
      await withOffset(done, settings.backend.multiply(bytes, scalar, batch)),
      done * ELEMENT_BYTES,
    );
    done += bytes.length / ELEMENT_BYTES;
  }
  yield* sendRecords(line, 'evaluated', sortRecords(answers, ELEMENT_BYTES), ELEMENT_BYTES);
}

/** The tag of scalar * H(y) for each y of the set, in the order of the set. */
export async function tagsOf(
  set: IdentifierSet,
  scalar: Uint8Array,
  tagger: Tagger,
  settings: PartySettings,
): Promise<Uint8Array> {
  const tags = new Uint8Array(set.size * tagger.width);
  const evaluate = (first: number, end: number): Promise<Uint8Array> => {
    const batch = settings.batch('tag', first, set.size);
    return settings.backend.hashAndMultiply(set.elements.slice(first, end), DST, scalar, batch);
  };
  for await (const { first, end, elements } of inChunks(set.size, settings.chunkSize, evaluate)) {
    for (let i = first; i < end; i++) {
      const element = elements.subarray((i - first) * ELEMENT_BYTES, (i - first + 1) * ELEMENT_BYTES);
      tags.set(tagger.tag(element, NOT_BOUND), i * tagger.width);
    }
  }
  return tags;
}

export function* sendRecords(
  line: Line,
  name: FrameName,
  records: Uint8Array,
  width: number,
): Generator<Uint8Array> {
  for (const frame of recordFrames(name, records, width)) yield line.send(frame);
}
