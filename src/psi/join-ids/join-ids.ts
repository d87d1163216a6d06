// SPDX-License-Identifier: Apache-2.0
/**
 * Join ids, after Meta's Private-ID (Buddhavarapu et al., "Private Matching for Compute", IACR ePrint 2020/599): both
 * parties get a pseudonym for each of their own elements, the same random one for a shared element and an unlinkable one
 * for every other.
 *
 * Each party has two scalars, the receiver a and c, the sender b and d. Lists are compared under a * b only, and each
 * party compares a list that the other one has permuted; pseudonyms carry all four.
 *
 * **What each party learns**: the size of the other's set, the kinds of identifiers in it, and how many elements are
 * shared, not which.
 *
 * **A pseudonym stands for an identifier.** Of a person with several, one pseudonym would have to be the same on both lists
 * whichever identifiers they have in common, and neither party may know which those are. So a row has one; a person has a
 * pseudonym for each identifier, and the third party, which sees them all, joins by any of them.
 *
 * **Whoever holds a map re-identifies the other's table.** With a map from pseudonyms to people in hand, a party that sees
 * the other's rows under their pseudonyms reads whose they are. The two tables therefore go to a third party that holds
 * neither map, and what comes back must be aggregates.
 */

import { requireBytes, requireObject, requireOptionsWithBackend, requireSet } from '../../arguments.js';
import { bytesToHex, concatBytes, DistinctBytes, utf8 } from '../../bytes.js';
import { VeilmatchError } from '../../errors.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { sha512 } from '../../kernel/sha512.js';
import { countingTerms } from '../../policy/terms.js';
import { pickRecordsInTurns, sortedOrderInTurns, sortRecordsInTurns } from '../../sorting.js';
import { inTurns } from '../../workers/turn.js';
import { checkAscending, checkDistinct, checkPublicKey, withOffset } from '../run/checks.js';
import { inChunks } from '../run/chunks.js';
import { decodeRecords, encodeFrame, FINISH, HELLO } from '../run/frames.js';
import { encodeHello, type Hello } from '../run/hello.js';
import type { RunKind } from '../run/kind.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import { countCommon } from '../run/matching.js';
import {
  COMMON_NAMES,
  type CommonOptions,
  commonSettings,
  openSession,
  ownHello,
  type PartySettings,
} from '../run/party.js';
import { checkFinish } from '../run/session.js';
import type { Role } from '../run/suite.js';
import { BLINDED, EVALUATED } from '../shuffled/frames.js';
import { type Part, sendRecords } from '../shuffled/shuffled.js';
import { IDS, JOIN_IDS_FRAMES } from './frames.js';

export const JOIN_IDS: RunKind = { id: 'join-ids', mode: 4 };

const PSEUDONYM_LABEL = utf8('veilmatch-psi-v1 pseudonym');
/** Bytes of a pseudonym: two of 2^24 that are alike by chance occur once in 2^81 runs. */
const PSEUDONYM_BYTES = 16;

/** What either party's machine knows at the end. */
export interface JoinIdsEnd {
  /** Distinct identifiers that both parties have. */
  readonly size: number;
  /** The pseudonyms of the party's own elements, in the order of its set: n x 16 bytes. */
  readonly pseudonyms: Uint8Array;
  /** Elements in the other's set. */
  readonly peerSize: number;
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function joinIdsReceiver(set: IdentifierSet, options: CommonOptions): PsiMachine<JoinIdsEnd> {
  return new PsiMachine('receiver', receiverProgram(set, joinSettings(set, options)));
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function joinIdsSender(set: IdentifierSet, options: CommonOptions): PsiMachine<JoinIdsEnd> {
  return new PsiMachine('sender', senderProgram(set, joinSettings(set, options)));
}

function joinSettings(set: IdentifierSet, options: CommonOptions): PartySettings {
  requireSet(set);
  requireOptionsWithBackend(options, COMMON_NAMES);
  if (set.severalPerRow) {
    throw new VeilmatchError(
      'argument',
      'For join ids a row may have one identifier only: a pseudonym stands for an identifier, and one for a person would follow from ' +
        'all that both lists know of it. Make the set of one column and run once for each, or of a row for each identifier; ' +
        'whoever joins the tables does so by any pseudonym of a person.',
    );
  }
  return commonSettings(set, options, { protocol: JOIN_IDS, to: 'both', verifiable: false });
}

async function* receiverProgram(set: IdentifierSet, settings: PartySettings): Program<JoinIdsEnd> {
  const { suite } = settings;
  const run = new JoinRun('receiver', set, settings);
  try {
    const hello = ownHello('receiver', set, settings);
    yield run.line.send(encodeFrame(HELLO, encodeHello(hello, suite)));
    const { sid, peer } = openSession(hello, (yield* run.line.take(HELLO)).body, settings);
    await checkPublicKey(peer.publicKey, settings.backend);
    await settings.admit({
      peerSize: peer.size,
      ownSize: set.size,
      learns: 'join-ids',
      terms: countingTerms,
    });

    yield* run.sendBlinded();
    const theirs = yield* run.takeBlinded(peer.size);
    const own = yield* run.takeAnswers();
    yield* run.sendAnswers(theirs);

    checkFinish(run.line.log.finish(sid, 'sender'), (yield* run.line.take(FINISH)).body);
    const result = await run.result(sid, own, theirs);
    yield encodeFrame(FINISH, run.line.log.finish(sid, 'receiver'));
    return result;
  } finally {
    run.wipe();
  }
}

async function* senderProgram(set: IdentifierSet, settings: PartySettings): Program<JoinIdsEnd> {
  const { suite } = settings;
  const run = new JoinRun('sender', set, settings);
  try {
    const greeting = ownHello('sender', set, settings);
    const hello: Hello = { ...greeting, publicKey: await settings.backend.multiplyBase(run.first) };
    const { sid, peer } = openSession(hello, (yield* run.line.take(HELLO)).body, settings);
    await settings.admit({
      peerSize: peer.size,
      ownSize: set.size,
      learns: 'join-ids',
      terms: countingTerms,
    });
    yield run.line.send(encodeFrame(HELLO, encodeHello(hello, suite)));

    const theirs = yield* run.takeBlinded(peer.size);
    yield* run.sendBlinded();
    yield* run.sendAnswers(theirs);
    const own = yield* run.takeAnswers();

    const result = await run.result(sid, own, theirs);
    yield encodeFrame(FINISH, run.line.log.finish(sid, 'sender'));
    checkFinish(run.line.log.finish(sid, 'receiver'), (yield* run.line.take(FINISH)).body);
    return result;
  } finally {
    run.wipe();
  }
}

/** The other's list under both first scalars: in the other's order, and sorted. */
interface Theirs {
  readonly evaluated: Uint8Array;
  readonly sorted: Uint8Array;
}

/** What the other made of one's own list: sorted, to compare with; and under all four scalars, in the order of what was sent. */
interface Own {
  readonly sorted: Uint8Array;
  readonly ids: Uint8Array;
}

/** What both parties do alike, with a the first scalar and c the second. */
class JoinRun {
  readonly line: Line;
  readonly first: Uint8Array;
  readonly #second: Uint8Array;
  readonly #set: IdentifierSet;
  readonly #settings: PartySettings;
  /** Bytes of an element. */
  readonly #width: number;
  /** Where each element that was sent stands in the set. */
  #order: Uint32Array = new Uint32Array();

  constructor(role: Role, set: IdentifierSet, settings: PartySettings) {
    this.line = new Line(role, JOIN_IDS_FRAMES);
    this.#set = set;
    this.#settings = settings;
    const { elementBytes, scalars } = settings.suite.group;
    this.#width = elementBytes;
    this.first = scalars.random(settings.random);
    this.#second = scalars.random(settings.random);
  }

  /** a * H(x) of the whole set, sorted: the order of one's list is nobody's business. */
  async *sendBlinded(): Part<void> {
    const { backend, suite, batch, chunkSize } = this.#settings;
    const { elements: identifiers, size } = this.#set;
    const blinded = new Uint8Array(size * this.#width);
    const blind = (first: number, end: number): Promise<Uint8Array> =>
      backend.hashAndMultiply(
        identifiers.slice(first, end),
        suite.dst,
        this.first,
        batch('blind', first, size),
      );
    for await (const { first, elements } of inChunks(size, chunkSize, blind)) {
      blinded.set(elements, first * this.#width);
    }
    this.#order = await sortedOrderInTurns(blinded, this.#width);
    const sorted = await pickRecordsInTurns(blinded, this.#width, this.#order);
    yield* sendRecords(this.line, BLINDED, sorted, this.#width);
  }

  /** Takes the other's list and puts the first scalar to it. */
  async *takeBlinded(size: number): Part<Theirs> {
    const { backend, batch } = this.#settings;
    const evaluated = new Uint8Array(size * this.#width);
    let last: Uint8Array | undefined;
    for (let done = 0; done < size; ) {
      const { bytes } = decodeRecords(yield* this.line.take(BLINDED), this.#width, done, size);
      last = checkAscending('elements', bytes, this.#width, done, last);
      const work = backend.multiply(bytes, this.first, batch('evaluate', done, size));
      evaluated.set(await withOffset(done, work), done * this.#width);
      done += bytes.length / this.#width;
    }
    return { evaluated, sorted: await sortRecordsInTurns(evaluated, this.#width) };
  }

  /** The other's list under both first scalars, sorted; then, in the other's order, under one's second scalar as well. */
  async *sendAnswers({ evaluated, sorted }: Theirs): Part<void> {
    const { backend, batch, chunkSize } = this.#settings;
    yield* sendRecords(this.line, EVALUATED, sorted, this.#width);
    const size = evaluated.length / this.#width;
    const ids = new Uint8Array(evaluated.length);
    const raise = (first: number, end: number): Promise<Uint8Array> => {
      const part = evaluated.subarray(first * this.#width, end * this.#width);
      return backend.multiply(part, this.#second, batch('tag', first, size));
    };
    for await (const { first, elements } of inChunks(size, chunkSize, raise)) {
      ids.set(elements, first * this.#width);
    }
    yield* sendRecords(this.line, IDS, ids, this.#width);
  }

  /** Takes the other's answers, and puts the second scalar to the ids. */
  async *takeAnswers(): Part<Own> {
    const { backend, batch } = this.#settings;
    const { size } = this.#set;
    // These are only compared, with elements that are some: what is none is like none of them.
    const sorted = new Uint8Array(size * this.#width);
    let last: Uint8Array | undefined;
    for (let done = 0; done < size; ) {
      const { bytes } = decodeRecords(yield* this.line.take(EVALUATED), this.#width, done, size);
      last = checkAscending('answers', bytes, this.#width, done, last);
      sorted.set(bytes, done * this.#width);
      done += bytes.length / this.#width;
    }
    const ids = new Uint8Array(size * this.#width);
    const distinct = new DistinctBytes();
    for (let done = 0; done < size; ) {
      const { bytes } = decodeRecords(yield* this.line.take(IDS), this.#width, done, size);
      const work = backend.multiply(bytes, this.#second, batch('unblind', done, size));
      ids.set(await withOffset(done, work), done * this.#width);
      // Two people under one pseudonym would be one person in the joined table.
      await checkDistinct(distinct, bytes, this.#width, done, 'The peer gave id');
      done += bytes.length / this.#width;
    }
    return { sorted, ids };
  }

  /** Counts what is on both lists, and makes the pseudonyms of the party's own elements. */
  async result(sid: Uint8Array, own: Own, theirs: Theirs): Promise<JoinIdsEnd> {
    const { size } = this.#set;
    const pseudonyms = new Uint8Array(size * PSEUDONYM_BYTES);
    await inTurns(size, (from, to) => {
      for (let i = from; i < to; i++) {
        const id = own.ids.subarray(i * this.#width, (i + 1) * this.#width);
        const pseudonym = sha512(concatBytes(PSEUDONYM_LABEL, sid, id)).subarray(0, PSEUDONYM_BYTES);
        pseudonyms.set(pseudonym, this.#order[i]! * PSEUDONYM_BYTES);
      }
    });
    const shared = await countCommon(own.sorted, theirs.sorted, this.#width);
    return { size: shared, pseudonyms, peerSize: theirs.evaluated.length / this.#width };
  }

  wipe(): void {
    this.first.fill(0);
    this.#second.fill(0);
  }
}

/**
 * The map that a party takes home: the pseudonym of each of its rows in hexadecimal, undefined for a row without an
 * identifier. Rows with the same identifier have the same pseudonym.
 *
 * **Keep it from whoever sees the other party's table**: with it, that table's rows have names again.
 */
export function pseudonymsOfRows(set: IdentifierSet, result: JoinIdsEnd): Array<string | undefined> {
  requireSet(set);
  requireObject(result, 'The result');
  requireBytes(result.pseudonyms, 'The pseudonyms');
  const ofRows = new Array<string | undefined>(set.rowCount).fill(undefined);
  for (let element = 0; element < set.size; element++) {
    const at = element * PSEUDONYM_BYTES;
    const pseudonym = bytesToHex(result.pseudonyms.subarray(at, at + PSEUDONYM_BYTES));
    for (const row of set.rowsOf([element])) ofRows[row] = pseudonym;
  }
  return ofRows;
}
