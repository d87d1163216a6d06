// SPDX-License-Identifier: Apache-2.0
/**
 * The sender S of an intersection-sum: it holds a number with each identifier, sends them encrypted, and opens one
 * ciphertext, the masked sum.
 *
 * **What S learns**: the size of the receiver's set and the kinds of identifiers in it; with `to: 'sender'` the size and
 * the sum over the intersection, if the receiver follows the protocol. **S chooses the values**: 2^0 to 2^39 make the sum a
 * list of who is shared, of forty people, without any deviation; so a receiver has to accept that expressly.
 *
 * **What S gives away** in one run is one number: to an honest receiver the sum, to a deviating one any linear combination
 * of its values. By default `admission` lets one run a peer and window through.
 */

import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { sumTerms } from '../../policy/terms.js';
import { sortRecordsInTurns } from '../../sorting.js';
import { inChunks } from '../run/chunks.js';
import { ciphertextBytes } from '../run/ciphersuite.js';
import { decodeFixed, encodeFrame, FINISH, HELLO } from '../run/frames.js';
import { encodeHello } from '../run/hello.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import { openSession, ownHello } from '../run/party.js';
import { checkFinish } from '../run/session.js';
import { answerShuffled, peopleIn, sendRecords, tagsOf } from '../shuffled/shuffled.js';
import { decrypt, encryptOwn } from './elgamal.js';
import { OPENED, SUM_FRAMES, SUM_KEY, TOTAL, VALUES } from './frames.js';
import { OpenedSum } from './opened-sum.js';
import { type SumPartyOptions, type SumSettings, sumSettings } from './party.js';
import { valuesOfPeople } from './values.js';

/** What the sender's machine knows at the end. */
export interface SumSenderEnd {
  /** Elements in R's set, or people. */
  readonly peerSize: number;
  /** What R says is the size of the intersection; undefined with `to: 'receiver'`. */
  readonly size: number | undefined;
  /**
   * The sum over the intersection, still to be worked out: `await opened.solve()`, when the line is closed. Undefined with
   * `to: 'receiver'`.
   */
  readonly opened: OpenedSum | undefined;
}

/**
 * The sender's state machine.
 * @param values - of each row the set was made from: whole numbers from 0, together below 2^40; an identifier in several
 * rows counts with their sum
 * @throws {VeilmatchError} `argument` for options, elements or values that cannot be right; `overflow` when the values add
 * up to 2^40 or more
 */
export function sumSender(
  set: IdentifierSet,
  values: ArrayLike<number>,
  options: SumPartyOptions,
): PsiMachine<SumSenderEnd> {
  const settings = sumSettings(set, options);
  return new PsiMachine('sender', senderProgram(valuesOfPeople(settings.roster, values), settings));
}

async function* senderProgram(values: Float64Array, settings: SumSettings): Program<SumSenderEnd> {
  const { backend, random, roster, suite } = settings;
  const { scalars } = suite.group;
  const encrypted = ciphertextBytes(suite.group);
  const line = new Line('sender', SUM_FRAMES);
  const greeting = ownHello('sender', roster.set, settings, { identifiersPerRow: roster.width });
  // b evaluates identifiers; s encrypts values, and opens one ciphertext.
  const scalar = scalars.random(random);
  const secret = scalars.random(random);
  try {
    await roster.told;
    const hello = { ...greeting, publicKey: await backend.multiplyBase(scalar) };
    const { sid, tagger, peer } = openSession(hello, (yield* line.take(HELLO)).body, settings);
    const peerSize = peopleIn(peer, roster.maxPeerWidth);
    const sizes = { peerSize: peer.size, peerPeople: peerSize, ownSize: roster.set.size };
    await settings.admit({ ...sizes, learns: 'sum', terms: sumTerms });
    yield line.send(encodeFrame(HELLO, encodeHello(hello, suite)));

    yield* answerShuffled(line, scalar, peer, settings);
    yield line.send(encodeFrame(SUM_KEY, await backend.multiplyBase(secret)));
    const tags = await tagsOf(roster, scalar, tagger, settings);
    const tagged = tagger.width * roster.width;
    const records = await encryptedRecords(tags, tagged, values, secret, settings);
    const width = tagged + encrypted;
    yield* sendRecords(line, VALUES, await sortRecordsInTurns(records, width), width);

    const learns = settings.to === 'sender';
    const total = decodeFixed(yield* line.take(TOTAL), encrypted + (learns ? 4 : 0));
    const ciphertext = total.subarray(0, encrypted);
    const size = learns ? claimedSize(total.subarray(encrypted), Math.min(peerSize, roster.size)) : undefined;
    const opened = await decrypt(backend, secret, ciphertext);
    // It opens no second one.
    secret.fill(0);
    if (!learns) yield line.send(encodeFrame(OPENED, opened));

    yield encodeFrame(FINISH, line.log.finish(sid, 'sender'));
    checkFinish(line.log.finish(sid, 'receiver'), (yield* line.take(FINISH)).body);
    return { peerSize, size, opened: learns ? new OpenedSum(opened, settings.logarithms) : undefined };
  } finally {
    scalar.fill(0);
    secret.fill(0);
    values.fill(0);
  }
}

/** Values that are encrypted at once: so many scalars are drawn on this thread without a turn of the event loop. */
const PART = 4096;

/** Each person's tags with the encryption of the value, in the order of the roster. */
async function encryptedRecords(
  tags: Uint8Array,
  tagged: number,
  values: Float64Array,
  secret: Uint8Array,
  settings: SumSettings,
): Promise<Uint8Array> {
  const encrypted = ciphertextBytes(settings.suite.group);
  const width = tagged + encrypted;
  const records = new Uint8Array(values.length * width);
  const encrypt = (first: number, end: number): Promise<Uint8Array> => {
    const { signal } = settings;
    const part = values.subarray(first, end);
    return encryptOwn(settings.backend, secret, part, settings.random, { signal });
  };
  for await (const { first, end, elements } of inChunks(values.length, PART, encrypt)) {
    for (let i = first; i < end; i++) {
      const at = (i - first) * encrypted;
      records.set(tags.subarray(i * tagged, (i + 1) * tagged), i * width);
      records.set(elements.subarray(at, at + encrypted), i * width + tagged);
    }
    settings.batch('encrypt', 0, values.length).onProgress?.(end, values.length);
  }
  return records;
}

/** @throws {VeilmatchError} `bad-message` */
function claimedSize(bytes: Uint8Array, most: number): number {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (size > most) {
    throw new VeilmatchError('bad-message', `The receiver claims ${size} matches; there can be ${most}.`);
  }
  return size;
}
