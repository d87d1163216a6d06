// SPDX-License-Identifier: Apache-2.0
/**
 * Steps 2 to 5 of a run whose answers must not say whose they are: one party asks, the other answers when everything was
 * asked, sorted as a whole. Anything less would tell the asking party which of its elements an answer belongs to.
 *
 * Where people have several elements each, the answers are sorted within a person, and then person by person. The asking
 * party then sees **how many of a person's identifiers the other has, and which of them belong together over there**, for
 * people whom it cannot tell apart; with one element each it sees only how many people are shared.
 */

import { DistinctBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import { sortRecords, sortRecordsInTurns } from '../../sorting.js';
import { inTurns, TURN_RECORDS } from '../../workers/turn.js';
import { checkAscending, checkDistinct, checkNoneRepeated, withOffset } from '../run/checks.js';
import { inChunks } from '../run/chunks.js';
import { decodeRecords, encodeRecords, type FrameType, recordFrames } from '../run/frames.js';
import type { Hello } from '../run/hello.js';
import type { Line } from '../run/machine.js';
import { SortedRecords } from '../run/matching.js';
import { ownTags } from '../run/own-tags.js';
import type { PartySettings } from '../run/party.js';
import type { Tagger } from '../run/session.js';
import type { MultiplicativeBlinding } from './blinding.js';
import { DisjointSets } from './disjoint-sets.js';
import { BLINDED, EVALUATED } from './frames.js';
import type { Roster } from './roster.js';

/** A part of a program: yields frames to send, and `undefined` where it needs one. */
export type Part<Result> = AsyncGenerator<Uint8Array | undefined, Result, Uint8Array | undefined>;

/** In these modes a tag does not take in the identifier. */
const NOT_BOUND = new Uint8Array();

/**
 * How many people the peer has.
 * @param most - identifiers of one of them that this party accepts
 * @throws {VeilmatchError} `bad-message` when its elements are not equally many for each, `wrong-size` when they are more
 */
export function peopleIn({ size, identifiersPerRow }: Hello, most: number = identifiersPerRow): number {
  if (identifiersPerRow > most) {
    throw new VeilmatchError(
      'wrong-size',
      `The peer's people have up to ${identifiersPerRow} identifiers; this party accepts ${most} (option maxIdentifiersPerPerson).`,
    );
  }
  if (size % identifiersPerRow === 0) return size / identifiersPerRow;
  throw new VeilmatchError(
    'bad-message',
    `The peer declares ${size} elements, ${identifiersPerRow} for each person: that is no whole number of people.`,
  );
}

/** Asks for b * H(x) of everybody, and makes tags of the answers, in the order in which they come. */
export async function* askShuffled(
  line: Line,
  { set, width, size }: Roster,
  blinding: MultiplicativeBlinding,
  tagger: Tagger,
  settings: PartySettings,
): Part<SortedRecords> {
  const blind = (first: number, end: number): Promise<Uint8Array> =>
    blinding.blind(set.elements.slice(first, end), settings.batch('blind', first, set.size));
  for await (const { first, elements } of inChunks(set.size, settings.chunkSize, blind)) {
    yield line.send(encodeRecords(BLINDED, first, elements));
  }
  const { elementBytes } = settings.suite.group;
  const tags = new Uint8Array(set.size * tagger.width);
  const person = width * elementBytes;
  let last: Uint8Array | undefined;
  for (let done = 0; done < size; ) {
    const { bytes } = decodeRecords(yield* line.take(EVALUATED), person, done, size);
    last = checkAscending('answers', bytes, person, done, last);
    checkWithin('answers', bytes, elementBytes, width);
    const batch = settings.batch('unblind', done * width, set.size);
    const unblinded = await withOffset(done * width, blinding.unblind(bytes, done * width, batch));
    const count = unblinded.length / elementBytes;
    await inTurns(count, (from, to) => {
      for (let i = from; i < to; i++) {
        const element = unblinded.subarray(i * elementBytes, (i + 1) * elementBytes);
        tags.set(tagger.tag(element, NOT_BOUND), (done * width + i) * tagger.width);
      }
    });
    done += bytes.length / person;
  }
  const sorted = await SortedRecords.of(tags, tagger.width);
  await checkNoneRepeated(sorted, 'The sender gave answer');
  return sorted;
}

/** Answers each of the peer's elements with its multiple by the scalar. */
export async function* answerShuffled(
  line: Line,
  scalar: Uint8Array,
  { size, identifiersPerRow: width }: Hello,
  settings: PartySettings,
): Part<void> {
  const { elementBytes } = settings.suite.group;
  const asked = new DistinctBytes();
  const answers = new Uint8Array(size * elementBytes);
  for (let done = 0; done < size; ) {
    const { bytes } = decodeRecords(yield* line.take(BLINDED), elementBytes, done, size);
    const batch = settings.batch('evaluate', done, size);
    const evaluated = await withOffset(done, settings.backend.multiply(bytes, scalar, batch));
    // An element that is asked twice would show in a shuffled answer.
    await checkDistinct(asked, bytes, elementBytes, done, 'The receiver asked element');
    answers.set(evaluated, done * elementBytes);
    done += bytes.length / elementBytes;
  }
  const person = width * elementBytes;
  const sorted = await sortRecordsInTurns(await sortWithin(answers, elementBytes, width), person);
  yield* sendRecords(line, EVALUATED, sorted, person);
}

/** The tags of scalar * H(y) for everybody in the roster, sorted within each person. */
export async function tagsOf(
  { set, width }: Roster,
  scalar: Uint8Array,
  tagger: Tagger,
  settings: PartySettings,
): Promise<Uint8Array> {
  const tags = await ownTags(set, scalar, tagger, settings);
  return sortWithin(tags, tagger.width, width);
}

/** What is known of the people whose tags are looked up. */
interface Lookup {
  /** The asking party's tags, `width` a person. */
  readonly tags: SortedRecords;
  readonly width: number;
  readonly tagBytes: number;
  readonly peer: Hello;
}

/** What stands behind the tags of each of the other party's people. */
interface Attached {
  /** Bytes behind each person's tags. */
  readonly bytes: number;
  /**
   * Takes all of one frame, of whoever is shared and of whoever is not: what it does must not depend on which.
   * @param attachments n x `bytes`
   * @param shared n bytes: 1 for a person that is shared, 0 for another
   */
  take(attachments: Uint8Array, shared: Uint8Array): Promise<void>;
}

/**
 * Takes the other party's people, tags and what is attached to them, sorted, and looks them up. Every tag is looked up
 * once and every attachment is handed on, so that the work depends on the sizes alone.
 * @returns how many people are shared; those who are the same by what both lists know of them count once
 */
export async function* takeShared(
  line: Line,
  type: FrameType,
  lookup: Lookup,
  attached?: Attached,
): Part<number> {
  const { tags, width, tagBytes, peer } = lookup;
  const count = peopleIn(peer);
  const tagged = tagBytes * peer.identifiersPerRow;
  const behind = attached?.bytes ?? 0;
  const record = tagged + behind;
  const own = tags.size / width;
  const matched = new Uint8Array(own);
  // Of an empty list as well a look-up has an index to tell, which it does not find.
  const same = new DisjointSets(Math.max(1, own));
  let last: Uint8Array | undefined;
  for (let done = 0; done < count; ) {
    const { bytes } = decodeRecords(yield* line.take(type), record, done, count);
    const taken = bytes.length / record;
    const attachments = new Uint8Array(taken * behind);
    const shared = new Uint8Array(taken);
    const lookUp = (from: number, to: number): void => {
      for (let i = from; i < to; i++) {
        const start = i * record;
        const theirs = bytes.subarray(start, start + tagged);
        last = checkAscending('tags', theirs, tagged, done + i, last);
        checkWithin('tags', theirs, tagBytes, peer.identifiersPerRow);
        attachments.set(bytes.subarray(start + tagged, start + record), i * behind);
        let [first, found] = [0, 0];
        for (let at = 0; at < tagged; at += tagBytes) {
          const nearest = tags.find(theirs, at);
          const [person, hit] = [Math.floor((nearest >>> 1) / width), nearest & 1];
          matched[person]! |= hit;
          // The first one that is found stays; a later one is joined with it, and what is not found with itself.
          same.join(person + (first - person) * (found & hit), person);
          first += (person - first) * (hit & (found ^ 1));
          found |= hit;
        }
        shared[i] = found;
      }
    };
    await inTurns(taken, lookUp, Math.max(1, Math.floor(TURN_RECORDS / peer.identifiersPerRow)));
    if (attached !== undefined) await withOffset(done, attached.take(attachments, shared));
    done += taken;
  }
  // Of everybody, so that this takes as long for many as for few.
  const roots = new Uint8Array(own);
  for (let person = 0; person < own; person++) roots[same.rootOf(person)]! |= matched[person]!;
  return roots.reduce((size, root) => size + root, 0);
}

/** Records sorted among the `count` of each group, in place. */
async function sortWithin(records: Uint8Array, width: number, count: number): Promise<Uint8Array> {
  if (count === 1) return records;
  const groupBytes = width * count;
  const sortGroups = (from: number, to: number): void => {
    for (let start = from * groupBytes; start < to * groupBytes; start += groupBytes) {
      records.set(sortRecords(records.subarray(start, start + groupBytes), width), start);
    }
  };
  await inTurns(records.length / groupBytes, sortGroups, Math.max(1, Math.floor(TURN_RECORDS / count)));
  return records;
}

/** @throws {VeilmatchError} `bad-message` unless records ascend strictly within each group of `count` */
function checkWithin(name: string, records: Uint8Array, width: number, count: number): void {
  if (count === 1) return;
  for (let start = 0; start < records.length; start += width * count) {
    checkAscending(name, records.subarray(start, start + width * count), width, 0, undefined);
  }
}

export function* sendRecords(
  line: Line,
  type: FrameType,
  records: Uint8Array,
  width: number,
): Generator<Uint8Array> {
  for (const frame of recordFrames(type, records, width)) yield line.send(frame);
}
