// SPDX-License-Identifier: Apache-2.0
/**
 * The sender S of `veilmatch-psi-v1`: it lets the receiver find out what they share, and learns nothing of the result
 * unless it was agreed that both do.
 *
 * **What S learns**: the size of the receiver's set and the kinds of identifiers in it. The blinded elements that it
 * sees are uniform in the group: no list of guesses tells it anything about them.
 */

import { DistinctBytes } from '../../bytes.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { sortRecordsInTurns } from '../../sorting.js';
import { checkDistinct, withOffset } from '../run/checks.js';
import { decodeRecords, encodeFrame, encodeRecords, FINISH, HELLO, recordFrames } from '../run/frames.js';
import type { GreetedSender } from '../run/greeted.js';
import { encodeHello } from '../run/hello.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import { markedIn } from '../run/matching.js';
import { ownTags } from '../run/own-tags.js';
import { openSession, ownHello } from '../run/party.js';
import { checkFinish } from '../run/session.js';
import { BLINDED, EVALUATED, TAGS } from '../shuffled/frames.js';
import { CONFIRM, INTERSECTION_FRAMES } from './frames.js';
import { type PartyOptions, type PsiSettings, settingsOf, termsOf } from './party.js';

/** What the sender's machine knows at the end. */
export interface SenderEnd {
  /** Elements in R's set. */
  readonly peerSize: number;
  /** With `to: 'both'`, how many of S's elements R says it has; coarse where R wants it so. */
  readonly size: number | undefined;
  /** With `to: 'both'` in the ordered mode, which: indices in S's set, ascending. */
  readonly matched: readonly number[] | undefined;
}

/**
 * The sender's state machine.
 * @throws {VeilmatchError} `argument` for options or elements that cannot be right
 */
export function psiSender(set: IdentifierSet, options: PartyOptions): PsiMachine<SenderEnd> {
  return new PsiMachine('sender', senderProgram(set, settingsOf(set, options)));
}

/** @param greeted where the peer's Hello is there */
export async function* senderProgram(
  set: IdentifierSet,
  settings: PsiSettings,
  greeted?: GreetedSender,
): Program<SenderEnd> {
  const { backend, reveal, suite } = settings;
  const { elementBytes, scalars } = suite.group;
  const ordered = reveal === 'intersection';
  const line = greeted?.line ?? new Line('sender', INTERSECTION_FRAMES);
  const greeting = ownHello('sender', set, settings);
  const scalar = scalars.random(settings.random);
  try {
    const hello = { ...greeting, publicKey: await backend.multiplyBase(scalar) };
    const peerHello = greeted?.peerHello ?? (yield* line.take(HELLO)).body;
    const { sid, tagger, peer } = openSession(hello, peerHello, settings);
    await settings.admit({
      peerSize: peer.size,
      ownSize: set.size,
      learns: reveal,
      terms: termsOf(settings),
    });
    yield line.send(encodeFrame(HELLO, encodeHello(hello, suite)));

    const asked = new DistinctBytes();
    // Shuffled mode: nothing is answered before everything was asked, and the answer is sorted as a whole. Anything
    // less would tell R which of its elements an answer belongs to.
    const withheld = new Uint8Array(ordered ? 0 : peer.size * elementBytes);
    for (let done = 0; done < peer.size; ) {
      const { bytes } = decodeRecords(yield* line.take(BLINDED), elementBytes, done, peer.size);
      const batch = settings.batch('evaluate', done, peer.size);
      const evaluated = await withOffset(done, backend.multiply(bytes, scalar, batch));
      // An element that is asked twice would show in a shuffled answer.
      await checkDistinct(asked, bytes, elementBytes, done, 'The receiver asked element');
      if (ordered) yield line.send(encodeRecords(EVALUATED, done, evaluated));
      else withheld.set(evaluated, done * elementBytes);
      if (settings.verifiable) {
        const statement = { B: hello.publicKey, C: bytes, D: evaluated };
        // Loaded where proofs were agreed on: most pages never do.
        const { proofFrame } = await import('./proofs.js');
        yield line.send(await proofFrame(settings, sid, scalar, statement, done));
      }
      done += bytes.length / elementBytes;
    }
    const shuffled = await sortRecordsInTurns(withheld, elementBytes);
    for (const frame of recordFrames(EVALUATED, shuffled, elementBytes)) {
      yield line.send(frame);
    }
    // Loaded where both learn the result: most pages never do.
    const confirm = settings.to === 'both' ? await import('./confirm.js') : undefined;
    const confirmations = ordered && confirm ? new confirm.Confirmations(sid, set.size) : undefined;
    const unsorted = await ownTags(set, scalar, tagger, settings, (element) => confirmations?.add(element));
    const tags = await sortRecordsInTurns(unsorted, tagger.width);
    for (const frame of recordFrames(TAGS, tags, tagger.width)) yield line.send(frame);

    yield encodeFrame(FINISH, line.log.finish(sid, 'sender'));
    const most = Math.min(peer.size, set.size);
    let size: number | undefined;
    let marks: Uint8Array | undefined;
    if (confirmations !== undefined) {
      marks = yield* confirmations.take(line, most);
      size = marks.reduce((sum, mark) => sum + mark, 0);
    } else if (confirm !== undefined) {
      size = await confirm.readCount(yield* line.take(CONFIRM), sid, scalar, most, backend);
    }
    checkFinish(line.log.finish(sid, 'receiver'), (yield* line.take(FINISH)).body);
    let matched: readonly number[] | undefined;
    return {
      peerSize: peer.size,
      size,
      // Made when somebody reads it, as the receiver's.
      get matched() {
        if (marks !== undefined) matched ??= markedIn(marks);
        return matched;
      },
    };
  } finally {
    scalar.fill(0);
  }
}
