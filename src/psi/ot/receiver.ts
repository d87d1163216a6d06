// SPDX-License-Identifier: Apache-2.0
/**
 * The receiver R of `ot-psi`: it learns which of its elements the sender has.
 *
 * **What R learns besides**: the size of the sender's set and the kinds of identifiers in it. From what R saw it cannot test offline
 * whether the sender has some other identifier: that takes Delta. A receiver that deviates can put more elements into its tables than
 * it declares, as many as docs/threat-model.md says, and is charged for that.
 */

import { concatBytes } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { DIGEST_BYTES, HIDING_ROWS, KEY_BYTES, loadOtKernel, type OtKernel } from '../../kernel/ot.js';
import { sortTags } from '../../kernel/tag-sort.js';
import { namingTerms } from '../../policy/terms.js';
import { nextTurn } from '../../workers/turn.js';
import { checkAscending } from '../run/checks.js';
import { decodeFixed, decodeRecords, encodeFrame, encodeRecords } from '../run/frames.js';
import { encodeHello } from '../run/hello.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import { markCommon, markedIn } from '../run/matching.js';
import { openSession, ownHello, type PartySettings } from '../run/party.js';
import { checkFinish } from '../run/session.js';
import { choiceBytes, offer } from './base-transfers.js';
import { Bins, HALF_VALUE_BYTES, Values } from './bins.js';
import { challenge, commitment, identifierKey, sumsDigest } from './labels.js';
import { type BinShape, binShape } from './parameters.js';
import {
  columnsBytes,
  frameOf,
  HIDING_FRAME,
  HIDING_SPAN,
  type OtPartyOptions,
  otSettings,
  SUM_WORDS_BYTES,
  spanOf,
  sumRows,
} from './run.js';
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

async function* receiverProgram(set: IdentifierSet, settings: PartySettings): Program<OtReceiverEnd> {
  const { backend, random, suite, signal } = settings;
  const shape = binShape(set.size);
  const line = new Line('receiver');
  const kernel = await loadOtKernel();
  const values = new Values(set.size, settings.to === 'both');
  const greeting = ownHello('receiver', set, settings);
  const opening = greeting.nonce;
  const hello = { ...greeting, nonce: commitment(opening) };
  let bins: Bins | undefined;
  let [scalar, tableKey]: Uint8Array[] = [];
  try {
    yield line.send(encodeFrame('hello', encodeHello(hello, suite)));
    const { sid, peer } = openSession(hello, (yield* line.take('hello')).body, settings);
    const learns = settings.to === 'both' ? 'intersection' : 'nothing';
    await settings.admit({ peerSize: peer.size, ownSize: set.size, learns, terms: namingTerms });

    const pairs = decodeFixed(yield* line.take('choices'), choiceBytes(suite.group));
    scalar = suite.group.scalars.random(random);
    const { A, keys: pairKeys } = await offer({ backend, suite, sid, signal }, pairs, scalar);
    const { keys, message } = plantTrees(pairKeys);
    kernel.view('KEYS', keys.length).set(keys);
    for (const secret of [pairKeys, keys]) secret.fill(0);
    yield line.send(encodeFrame('trees', concatBytes(opening, A, message)));

    tableKey = random(KEY_BYTES);
    kernel.exports.shape(shape.bins, shape.places);
    kernel.keyDigests(identifierKey(sid, opening));
    const { onProgress } = settings.batch('blind', 0, set.size);
    bins = await Bins.of(set.elements, kernel, shape, random(shape.capacity * DIGEST_BYTES), (done) =>
      onProgress?.(done, set.size),
    );
    checkFits(bins, shape);

    // Rows that hide what the sums will say of all others come first: they are there before any challenge is.
    kernel.fillTable(tableKey, 0, HIDING_ROWS);
    kernel.exports.receiverRows(HIDING_SPAN, HIDING_ROWS);
    kernel.exports.beginSums();
    yield line.send(columnsFrame(kernel, HIDING_FRAME, HIDING_ROWS));
    for (let b = 0; b < shape.bins; b++) {
      await nextTurn();
      encodeBin(kernel, bins, b, shape, tableKey);
      const frame = columnsFrame(kernel, frameOf(b), shape.rows);
      yield line.send(frame);
      kernel.addRows(challenge(sid, line.log.digest('receiver')), shape.rows, true);
      kernel.exports.beginValues();
      kernel.exports.valuesOf(shape.capacity, false);
      values.take(kernel, bins.start(b), bins.size(b));
      settings.batch('unblind', 0, set.size).onProgress?.(bins.start(b) + bins.size(b), set.size);
    }
    kernel.exports.endSums();
    const words = kernel.view('WORDS', SUM_WORDS_BYTES);
    yield line.send(encodeFrame('sums', concatBytes(words, sumsDigest(sid, sumRows(kernel)))));

    const tags = new Uint8Array(peer.size * HALF_VALUE_BYTES);
    let last: Uint8Array | undefined;
    for (let done = 0; done < peer.size; ) {
      const { bytes } = decodeRecords(yield* line.take('tags'), HALF_VALUE_BYTES, done, peer.size);
      last = checkAscending('tags', bytes, HALF_VALUE_BYTES, done, last);
      tags.set(bytes, done * HALF_VALUE_BYTES);
      done += bytes.length / HALF_VALUE_BYTES;
    }
    checkFinish(line.log.finish(sid, 'sender'), (yield* line.take('finish')).body);
    const own = await sortTags(values.tags);
    const marks = await markCommon(own.tags, tags, HALF_VALUE_BYTES);
    // In the order of the bins, as all that is known of the elements.
    const shared = inOrder(marks, own.order);
    if (settings.to === 'both') {
      const most = Math.min(set.size, peer.size);
      const { confirmFrames } = await import('../intersection/confirm.js');
      for (const frame of await confirmFrames(sid, values.confirmations, shared, most, random))
        yield line.send(frame);
    }
    yield encodeFrame('finish', line.log.finish(sid, 'receiver'));
    const { order } = bins;
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
    kernel.wipe();
    bins?.wipe();
    values.wipe();
    for (const secret of [opening, scalar, tableKey]) secret?.fill(0);
  }
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

/** Makes the columns and rows of a bin. */
function encodeBin(kernel: OtKernel, bins: Bins, b: number, shape: BinShape, tableKey: Uint8Array): void {
  bins.load(kernel, b, 0, shape.capacity);
  // A table takes 24 parts of the stream at most.
  const part = frameOf(b) * Math.ceil(shape.rows / 16);
  if (!kernel.makeTable(shape.capacity, tableKey, part, shape.rows)) throw tooFull();
  kernel.exports.receiverRows(spanOf(b, shape), shape.rows);
}

function tooFull(): VeilmatchError {
  return new VeilmatchError(
    'overflow',
    'The list does not fit the tables of this session, which happens once in 2^40 runs: run again.',
  );
}

function columnsFrame(kernel: OtKernel, number: number, rows: number): Uint8Array {
  return encodeRecords('columns', number, kernel.view('FRAME', columnsBytes(rows)));
}
