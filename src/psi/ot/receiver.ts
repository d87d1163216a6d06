// SPDX-License-Identifier: Apache-2.0
/**
 * The receiver R of `ot-psi`: it learns which of its elements the sender has.
 *
 * **What R learns besides**: the size of the sender's set and the kinds of identifiers in it. From what R saw it cannot test offline
 * whether the sender has some other identifier: that takes Delta. A receiver that deviates can put more elements into its tables than
 * it declares, as many as docs/threat-model.md says, and is charged for that.
 */

import { concatBytes } from '../../bytes.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { DIGEST_BYTES, KEY_BYTES, otKernelModule } from '../../kernel/ot.js';
import { namingTerms } from '../../policy/terms.js';
import { checkAscending } from '../run/checks.js';
import { decodeFixed, decodeRecords, encodeFrame, FINISH, HELLO } from '../run/frames.js';
import type { GreetedReceiver } from '../run/greeted.js';
import { encodeHello } from '../run/hello.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import { markCommon, markedIn } from '../run/matching.js';
import { openSession, ownHello, type PartySettings } from '../run/party.js';
import { checkFinish } from '../run/session.js';
import { TAGS } from '../shuffled/frames.js';
import { choiceBytes, offer } from './base-transfers.js';
import { type MadeBin, tooFull } from './bin-jobs.js';
import { Bins, HALF_VALUE_BYTES, Values } from './bins.js';
import { CHOICES, OT_FRAMES, SUMS, TREES } from './frames.js';
import { challenge, commitment, identifierKey, sumsDigest } from './labels.js';
import { Lanes } from './lanes.js';
import { type BinShape, binShape } from './parameters.js';
import { type OtPartyOptions, otSettings } from './run.js';
import { plantTrees } from './trees.js';

/** What the receiver's machine knows at the end. */
export interface OtReceiverEnd {
  /** How many of R's elements S has. */
  readonly size: number;
  /** Which: indices in R's set, ascending. */
  readonly matched: readonly number[];
  /** Elements in S's set. */
  readonly peerSize: number;
}

/**
 * The receiver's state machine.
 * @throws {VeilmatchError} `argument` for options or elements that cannot be right
 */
export function otReceiver(set: IdentifierSet, options: OtPartyOptions): PsiMachine<OtReceiverEnd> {
  return new PsiMachine('receiver', receiverProgram(set, otSettings(set, options)));
}

/** @param greeted where the Hello is sent, and the peer's there */
export async function* receiverProgram(
  set: IdentifierSet,
  settings: PartySettings,
  greeted?: GreetedReceiver,
): Program<OtReceiverEnd> {
  const { backend, random, suite, signal } = settings;
  const shape = binShape(set.size);
  const line = greeted?.line ?? new Line('receiver', OT_FRAMES);
  // A platform without it is told before anything is sent.
  await otKernelModule();
  const values = new Values(set.size, settings.to === 'both');
  const { hello, opening } = greeted ?? committedHello(set, settings);
  let bins: Bins | undefined;
  let threads: Promise<Lanes> | undefined;
  let [scalar, tableKey]: Uint8Array[] = [];
  try {
    if (greeted === undefined) yield line.send(encodeFrame(HELLO, encodeHello(hello, suite)));
    const peerHello = greeted?.peerHello ?? (yield* line.take(HELLO)).body;
    const { sid, peer } = openSession(hello, peerHello, settings);
    const learns = settings.to === 'both' ? 'intersection' : 'nothing';
    await settings.admit({ peerSize: peer.size, ownSize: set.size, learns, terms: namingTerms });
    threads = Lanes.open(backend.concurrency, shape.bins);
    threads.catch(() => {});

    const pairs = decodeFixed(yield* line.take(CHOICES), choiceBytes(suite.group));
    scalar = suite.group.scalars.random(random);
    const { A, keys: pairKeys } = await offer({ backend, suite, sid, signal }, pairs, scalar);
    const { keys, message } = plantTrees(pairKeys);
    yield line.send(encodeFrame(TREES, concatBytes(opening, A, message)));

    const lanes = await threads;
    const key = random(KEY_BYTES);
    tableKey = key;
    await lanes.set({ shape, keys, identifierKey: identifierKey(sid, opening), delta: undefined });
    for (const secret of [pairKeys, keys]) secret.fill(0);
    const { onProgress } = settings.batch('blind', 0, set.size);
    const own = await Bins.of(set.elements, lanes, shape, random(shape.capacity * DIGEST_BYTES), (done) =>
      onProgress?.(done, set.size),
    );
    bins = own;
    checkFits(own, shape);

    // Rows that hide what the sums will say of all others come first: they are there before any challenge is.
    yield line.send(await lanes.lane(0).run('hide', { tableKey: key.slice() }));
    const make = (b: number): Promise<MadeBin> => {
      const digests = own.digests(b, 0, shape.capacity);
      const bin = { b, slot: lanes.slot(b), tableKey: key.slice(), digests };
      return lanes.lane(b).run('make', bin, [digests.buffer]);
    };
    let made = 0;
    for await (const { frame, values: found } of lanes.inOrder(shape.bins, make)) {
      const b = made++;
      yield line.send(frame);
      const add = { slot: lanes.slot(b), challenge: challenge(sid, line.log.digest('receiver')) };
      // Before the next bin comes into its slot. What goes wrong with it, the sums tell.
      lanes
        .lane(b)
        .run('add', add)
        .catch(() => {});
      values.take(found, own.start(b), own.size(b));
      own.takeBack(found);
      settings.batch('unblind', 0, set.size).onProgress?.(own.start(b) + own.size(b), set.size);
    }
    const sums = await lanes.sums();
    yield line.send(encodeFrame(SUMS, concatBytes(sums.words, sumsDigest(sid, sums.rows))));
    // What the list was made of for the bins takes more memory than all that follows.
    own.wipe();
    // While the sender is at work.
    const sorted = lanes.sort(values.takeTags());
    sorted.catch(() => {});

    const tags = new Uint8Array(peer.size * HALF_VALUE_BYTES);
    let last: Uint8Array | undefined;
    for (let done = 0; done < peer.size; ) {
      const { bytes } = decodeRecords(yield* line.take(TAGS), HALF_VALUE_BYTES, done, peer.size);
      last = checkAscending('tags', bytes, HALF_VALUE_BYTES, done, last);
      tags.set(bytes, done * HALF_VALUE_BYTES);
      done += bytes.length / HALF_VALUE_BYTES;
    }
    checkFinish(line.log.finish(sid, 'sender'), (yield* line.take(FINISH)).body);
    const { tags: ownTags, order: ownOrder } = await sorted;
    const marks = await markCommon(ownTags, tags, HALF_VALUE_BYTES);
    // In the order of the bins, as all that is known of the elements.
    const shared = inOrder(marks, ownOrder);
    if (settings.to === 'both') {
      const most = Math.min(set.size, peer.size);
      const { confirmFrames } = await import('../intersection/confirm.js');
      for (const frame of await confirmFrames(sid, values.confirmations, shared, most, random))
        yield line.send(frame);
    }
    yield encodeFrame(FINISH, line.log.finish(sid, 'receiver'));
    const { order } = own;
    let matched: readonly number[] | undefined;
    return {
      size: shared.reduce((sum, mark) => sum + mark, 0),
      // Made when somebody reads it, which is when the line is closed: how long that takes is not to be seen there.
      get matched() {
        matched ??= inListOrder(shared, order);
        return matched;
      },
      peerSize: peer.size,
    };
  } finally {
    await (await threads?.catch(() => undefined))?.close();
    bins?.wipe();
    values.wipe();
    for (const secret of [opening, scalar, tableKey]) secret?.fill(0);
  }
}

/** A Hello whose nonce commits to an opening, which the sender sees when its own Hello is sent. */
export function committedHello(
  set: IdentifierSet,
  settings: PartySettings,
): Pick<GreetedReceiver, 'hello' | 'opening'> {
  const greeting = ownHello('receiver', set, settings);
  return { hello: { ...greeting, nonce: commitment(greeting.nonce) }, opening: greeting.nonce };
}

/** Marks by the numbers that are given for each. */
function inOrder(marks: Uint8Array, order: Uint32Array): Uint8Array {
  const ordered = new Uint8Array(marks.length);
  for (let i = 0; i < marks.length; i++) ordered[order[i]!] = marks[i]!;
  return ordered;
}

/** The elements that are marked in the order of the bins, ascending. */
export function inListOrder(marks: Uint8Array, order: Uint32Array): readonly number[] {
  return markedIn(inOrder(marks, order));
}

/** @throws {VeilmatchError} `overflow` where a bin has more elements than one can have: with a probability below 2^-41 */
function checkFits(bins: Bins, shape: BinShape): void {
  for (let b = 0; b < shape.bins; b++) if (bins.size(b) > shape.capacity) throw tooFull();
}
