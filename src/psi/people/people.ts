// SPDX-License-Identifier: Apache-2.0
/**
 * How many people two lists share, where rows have several identifiers each: the shuffled mode with the flag for several identifiers a row.
 * Two rows are one person when they share an identifier, directly or through other rows, in either list; everybody counts
 * once.
 *
 * **What R learns beyond the count**: how many identifiers each of its matched people shares with each of S's, and which
 * matched identifiers belong to one person over there, for people whom it cannot tell apart. With one identifier a row it
 * learns the count alone. **What S learns**: how many people R has, and the most identifiers that one of them has.
 */

import { type OptionNames, requireOptionsWithBackend, requireSet } from '../../arguments.js';
import type { IdentifierSet } from '../../identifiers/set.js';
import { countingTerms } from '../../policy/terms.js';
import { secureRandom } from '../../random.js';
import { sortRecordsInTurns } from '../../sorting.js';
import { KINDS } from '../intersection/kinds.js';
import { checkPublicKey } from '../run/checks.js';
import { encodeFrame, FINISH, HELLO } from '../run/frames.js';
import { encodeHello } from '../run/hello.js';
import type { RunKind } from '../run/kind.js';
import { Line, type Program, PsiMachine } from '../run/machine.js';
import {
  COMMON_NAMES,
  type CommonOptions,
  commonSettings,
  openSession,
  ownHello,
  type PartySettings,
} from '../run/party.js';
import { checkFinish } from '../run/session.js';
import { MultiplicativeBlinding } from '../shuffled/blinding.js';
import { ASKING_FRAMES, TAGS } from '../shuffled/frames.js';
import { MERGE_NAMES, type MergeOptions } from '../shuffled/merge-limits.js';
import { type Roster, rosterOf } from '../shuffled/roster.js';
import {
  answerShuffled,
  askShuffled,
  peopleIn,
  sendRecords,
  tagsOf,
  takeShared,
} from '../shuffled/shuffled.js';

/** The mode is that of a count; that rows may have several identifiers is a flag of the Hello. */
export const PEOPLE: RunKind = { id: 'ecdh-psi-people', mode: KINDS.cardinality.mode };

/** What the receiver's machine knows at the end. */
export interface PeopleReceiverEnd {
  /** People that both parties have. */
  readonly size: number;
  /** People in S's list. */
  readonly peerSize: number;
}

/** What the sender's machine knows at the end. */
export interface PeopleSenderEnd {
  /** People in R's list. */
  readonly peerSize: number;
}

/** Options of a party of a count of people. */
interface PeoplePartyOptions extends CommonOptions, MergeOptions {}

export const PEOPLE_NAMES: OptionNames<PeoplePartyOptions> = {
  ...COMMON_NAMES,
  ...MERGE_NAMES,
};

interface PeopleSettings extends PartySettings {
  readonly roster: Roster;
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function peopleReceiver(
  set: IdentifierSet,
  options: PeoplePartyOptions,
): PsiMachine<PeopleReceiverEnd> {
  return new PsiMachine('receiver', receiverProgram(peopleSettings(set, options)));
}

/** @throws {VeilmatchError} `argument` for options or elements that cannot be right */
export function peopleSender(set: IdentifierSet, options: PeoplePartyOptions): PsiMachine<PeopleSenderEnd> {
  return new PsiMachine('sender', senderProgram(peopleSettings(set, options)));
}

function peopleSettings(set: IdentifierSet, options: PeoplePartyOptions): PeopleSettings {
  requireSet(set);
  requireOptionsWithBackend(options, PEOPLE_NAMES);
  const roster = rosterOf(set, true, options.random ?? secureRandom, options);
  const agreement = { protocol: PEOPLE, to: 'receiver', verifiable: false } as const;
  return { ...commonSettings(roster.set, options, agreement), roster };
}

async function* receiverProgram(settings: PeopleSettings): Program<PeopleReceiverEnd> {
  const { backend, roster, suite } = settings;
  const { width } = roster;
  const line = new Line('receiver', ASKING_FRAMES);
  const hello = ownHello('receiver', roster.set, settings, { identifiersPerRow: width });
  const blinding = new MultiplicativeBlinding(settings);
  try {
    await roster.told;
    yield line.send(encodeFrame(HELLO, encodeHello(hello, suite)));
    const { sid, tagger, peer } = openSession(hello, (yield* line.take(HELLO)).body, settings);
    const peerSize = peopleIn(peer, roster.maxPeerWidth);
    await checkPublicKey(peer.publicKey, backend);
    await settings.admit({
      peerSize: peer.size,
      ownSize: roster.set.size,
      learns: 'nothing',
      terms: countingTerms,
    });

    const tags = yield* askShuffled(line, roster, blinding, tagger, settings);
    const size = yield* takeShared(line, TAGS, { tags, width, tagBytes: tagger.width, peer });

    checkFinish(line.log.finish(sid, 'sender'), (yield* line.take(FINISH)).body);
    yield encodeFrame(FINISH, line.log.finish(sid, 'receiver'));
    return { size, peerSize };
  } finally {
    blinding.wipe();
  }
}

async function* senderProgram(settings: PeopleSettings): Program<PeopleSenderEnd> {
  const { backend, roster, suite } = settings;
  const line = new Line('sender', ASKING_FRAMES);
  const greeting = ownHello('sender', roster.set, settings, { identifiersPerRow: roster.width });
  const scalar = suite.group.scalars.random(settings.random);
  try {
    await roster.told;
    const hello = { ...greeting, publicKey: await backend.multiplyBase(scalar) };
    const { sid, tagger, peer } = openSession(hello, (yield* line.take(HELLO)).body, settings);
    const peerSize = peopleIn(peer, roster.maxPeerWidth);
    const sizes = { peerSize: peer.size, peerPeople: peerSize, ownSize: roster.set.size };
    await settings.admit({ ...sizes, learns: 'cardinality', terms: countingTerms });
    yield line.send(encodeFrame(HELLO, encodeHello(hello, suite)));

    yield* answerShuffled(line, scalar, peer, settings);
    const width = tagger.width * roster.width;
    const tags = await sortRecordsInTurns(await tagsOf(roster, scalar, tagger, settings), width);
    yield* sendRecords(line, TAGS, tags, width);

    yield encodeFrame(FINISH, line.log.finish(sid, 'sender'));
    checkFinish(line.log.finish(sid, 'receiver'), (yield* line.take(FINISH)).body);
    return { peerSize };
  } finally {
    scalar.fill(0);
  }
}
