// SPDX-License-Identifier: Apache-2.0
/**
 * The sender S of `ot-psi`: it lets the receiver find out what they share, and learns nothing of the result unless it was agreed
 * that both do.
 *
 * **What S learns**: the size of the receiver's set and the kinds of identifiers in it. The columns that it sees are pseudorandom
 * to it, and rows that the receiver adds hide what the checked sums would say.
 */

import { equalBytes, recordsOf } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import {
  CODE_LENGTH,
  DELTA_BITS,
  DIGEST_BYTES,
  HIDING_ROWS,
  KEY_BYTES,
  MAX_ELEMENTS,
  otKernelModule,
  WORD_BYTES,
} from '../../kernel/ot.js';
import { onceRandom } from '../../random.js';
import { decodeFixed, encodeFrame, FINISH, HELLO, recordFrames } from '../run/frames.js';
import type { GreetedSender } from '../run/greeted.js';
import { encodeHello } from '../run/hello.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import { openSession, ownHello, type PartySettings } from '../run/party.js';
import { checkFinish } from '../run/session.js';
import { TAGS } from '../shuffled/frames.js';
import { Chooser } from './base-transfers.js';
import { Bins, HALF_VALUE_BYTES, Values } from './bins.js';
import { frameOf, HIDING_FRAME, SUM_WORDS_BYTES } from './columns.js';
import { CHOICES, COLUMNS, OT_FRAMES, SUMS, TREES } from './frames.js';
import { challenge, commitment, identifierKey, sumsDigest } from './labels.js';
import { Lanes } from './lanes.js';
import { binShape, paddedCount } from './parameters.js';
import { inListOrder } from './receiver.js';
import { decodeColumns, type OtPartyOptions, otSettings } from './run.js';
import { otTerms } from './terms.js';
import { growTrees, levelBit, TREES_BYTES } from './trees.js';

/** What the sender's machine knows at the end. */
export interface OtSenderEnd {
  /** Elements in R's set. */
  readonly peerSize: number;
  /** With `to: 'both'`, how many of S's elements R says it has. */
  readonly size: number | undefined;
  /** With `to: 'both'`, which: indices in S's set, ascending. */
  readonly matched: readonly number[] | undefined;
}

/**
 * The sender's state machine.
 * @throws {VeilmatchError} `argument` for options or elements that cannot be right
 */
export function otSender(set: IdentifierSet, options: OtPartyOptions): PsiMachine<OtSenderEnd> {
  return new PsiMachine('sender', senderProgram(set, otSettings(set, options)));
}

/** @param greeted where the peer's Hello is there */
export async function* senderProgram(
  set: IdentifierSet,
  settings: PartySettings,
  greeted?: GreetedSender,
): Program<OtSenderEnd> {
  const { backend, suite, signal } = settings;
  const line = greeted?.line ?? new Line('sender', OT_FRAMES);
  await otKernelModule();
  const values = new Values(set.size, settings.to === 'both');
  const hello = ownHello('sender', set, settings);
  let delta: Uint8Array = new Uint8Array();
  let chooser: Chooser | undefined;
  let bins: Bins | undefined;
  let threads: Promise<Lanes> | undefined;
  try {
    const peerHello = greeted?.peerHello ?? (yield* line.take(HELLO)).body;
    const { sid, peer } = openSession(hello, peerHello, settings);
    await settings.admit({ peerSize: peer.size, ownSize: set.size, learns: 'intersection', terms: otTerms });
    const shape = binShape(peer.size);
    threads = Lanes.open(backend.concurrency, shape.bins);
    threads.catch(() => {});
    // Delta and its transfers come twice from no state, not even from one that somebody has set back to the beginning: with other columns
    // it would be learnt.
    const random = await onceRandom(settings.random);
    delta = random(CODE_LENGTH).map((byte) => byte & (2 ** DELTA_BITS - 1));
    chooser = new Chooser({ backend, suite, random, sid, signal }, choicesOf(delta));
    const elements = await chooser.elements();
    yield line.send(encodeFrame(HELLO, encodeHello(hello, suite)));
    yield line.send(encodeFrame(CHOICES, elements));

    const { elementBytes } = suite.group;
    const trees = decodeFixed(yield* line.take(TREES), KEY_BYTES + elementBytes + TREES_BYTES);
    const opening = trees.slice(0, KEY_BYTES);
    if (!equalBytes(commitment(opening), peer.nonce)) {
      throw new VeilmatchError('bad-proof', 'The receiver opened another value than the one in its Hello.');
    }
    const chosen = await chooser.keys(trees.slice(KEY_BYTES, KEY_BYTES + elementBytes));
    const { keys, digest, expected } = growTrees(delta, chosen, trees.subarray(KEY_BYTES + elementBytes));
    if (!equalBytes(digest, expected)) throw deviates('trees of keys');
    const lanes = await threads;
    await lanes.set({ shape, keys, identifierKey: identifierKey(sid, opening), delta });
    for (const secret of [chosen, keys, delta]) secret.fill(0);

    const padded = paddedCount(set.size, shape.bins);
    const { onProgress } = settings.batch('evaluate', 0, set.size);
    const fillers = random(Math.min(padded, MAX_ELEMENTS) * DIGEST_BYTES);
    const own = await Bins.of(set.elements, lanes, shape, fillers, (done) => onProgress?.(done, set.size));
    bins = own;

    const hiding = lanes.lend(decodeColumns(yield* line.take(COLUMNS), HIDING_FRAME, HIDING_ROWS));
    await lanes.lane(0).run('hidden', { columns: hiding }, [hiding.buffer as ArrayBuffer]);
    const underWay: Promise<void>[] = [];
    for (let b = 0; b < shape.bins; b++) {
      const columns = lanes.lend(decodeColumns(yield* line.take(COLUMNS), frameOf(b), shape.rows));
      const key = challenge(sid, line.log.digest('receiver'));
      const rows = lanes.lane(b).run('rows', { b, columns, challenge: key }, [columns.buffer as ArrayBuffer]);
      underWay.push(heardLater(rows));
      // Whoever handed the frame over may use its memory again as soon as it is answered.
      if (lanes.inPlace) await rows;
      const total = Math.max(padded, own.size(b));
      for (let first = 0; first < total; first += MAX_ELEMENTS) {
        const count = Math.min(MAX_ELEMENTS, total - first);
        const digests = own.digests(b, first, count);
        const found = lanes.lane(b).run('values', { digests }, [digests.buffer]);
        const take = (of: Uint8Array): void => {
          values.take(of, own.start(b) + first, own.own(b, first, count));
          own.takeBack(of);
        };
        underWay.push(heardLater(found.then(take)));
        while (underWay.length > 2 * lanes.ahead) await underWay.shift();
      }
      settings.batch('tag', 0, set.size).onProgress?.(own.start(b) + own.size(b), set.size);
    }
    await Promise.all(underWay);
    const sums = decodeFixed(yield* line.take(SUMS), SUM_WORDS_BYTES + DIGEST_BYTES);
    if (!(await areCodeWords(lanes, sid, sums))) throw deviates('columns');

    // What the list was made of for the bins takes more memory than all that follows.
    own.wipe();
    const { tags } = await lanes.sort(values.takeTags());
    for (const frame of recordFrames(TAGS, tags, HALF_VALUE_BYTES)) yield line.send(frame);
    yield encodeFrame(FINISH, line.log.finish(sid, 'sender'));
    let marks: Uint8Array | undefined;
    if (settings.to === 'both') {
      const { Confirmations } = await import('../intersection/confirm.js');
      const confirmations = new Confirmations(sid, set.size);
      for (const value of recordsOf(values.confirmations, HALF_VALUE_BYTES)) confirmations.add(value);
      marks = yield* confirmations.take(line, Math.min(peer.size, set.size));
    }
    checkFinish(line.log.finish(sid, 'receiver'), (yield* line.take(FINISH)).body);
    const { order } = own;
    let matched: readonly number[] | undefined;
    return {
      peerSize: peer.size,
      size: marks?.reduce((sum, mark) => sum + mark, 0),
      // Made when somebody reads it, as the receiver's.
      get matched() {
        if (marks !== undefined) matched ??= inListOrder(marks, order);
        return matched;
      },
    };
  } finally {
    await (await threads?.catch(() => undefined))?.close();
    bins?.wipe();
    values.wipe();
    chooser?.wipe();
    delta.fill(0);
  }
}

/** Which branch is taken of each transfer: the other bit than that of Delta. */
function choicesOf(delta: Uint8Array): Uint8Array {
  return Uint8Array.from(
    { length: CODE_LENGTH * DELTA_BITS },
    (_, i) => 1 ^ levelBit(delta[Math.floor(i / DELTA_BITS)]!, i % DELTA_BITS),
  );
}

/** Of a job that fails is heard when its turn comes. */
function heardLater<Result>(job: Promise<Result>): Promise<Result> {
  job.catch(() => {});
  return job;
}

/** Whether the receiver's sums are those of code words, by what it sent of them: 160 messages, and a digest of its own sums. */
async function areCodeWords(lanes: Lanes, sid: Uint8Array, sums: Uint8Array): Promise<boolean> {
  const { rows } = await lanes.sums();
  const words = sums.slice(0, SUM_WORDS_BYTES);
  // Of a message's 16 bytes 115 bits count; the others have to be zeros, so that there is one way to write it.
  let extra = 0;
  for (let at = WORD_BYTES - 2; at < words.length; at += WORD_BYTES)
    extra |= (words[at]! >>> 3) | words[at + 1]!;
  const left = await lanes.lane(0).run('takeOff', { rows, words });
  return extra === 0 && equalBytes(sumsDigest(sid, left), sums.subarray(SUM_WORDS_BYTES));
}

function deviates(what: string): VeilmatchError {
  return new VeilmatchError(
    'bad-proof',
    `The receiver's ${what} are not what the protocol says: it tried to learn more, or its software is broken. The run is over, and counts.`,
  );
}
