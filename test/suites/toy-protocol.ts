// SPDX-License-Identifier: Apache-2.0
/**
 * A protocol that nobody should run, as a folder of the package would define one: both parties send plain hashes of their
 * lists, and the one that asks says thanks. It is here to show what a value and a line of the registry bring with them. Its mode
 * is a number that no protocol of the package has, and nothing but this file knows it.
 */

import { sha256 } from '@noble/hashes/sha2.js';
import { ByteList, concatBytes, DistinctBytes, equalBytes, utf8 } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import { unlabelled } from '../../src/identifiers/identifier.js';
import type { IdentifierSet } from '../../src/identifiers/set.js';
import { countingTerms } from '../../src/policy/terms.js';
import type { CommandParty, ListProtocol } from '../../src/psi/described/command-line.js';
import type { CardinalityResult } from '../../src/psi/intersection/result.js';
import {
  decodeRecords,
  encodeFrame,
  FINISH,
  type FrameType,
  frameNames,
  HELLO,
  recordFrames,
} from '../../src/psi/run/frames.js';
import { encodeHello } from '../../src/psi/run/hello.js';
import type { RunKind } from '../../src/psi/run/kind.js';
import { listIdentity } from '../../src/psi/run/list-digest.js';
import { Line, type Program, PsiMachine } from '../../src/psi/run/machine.js';
import { type OptionOf, yesOrNo } from '../../src/psi/run/options.js';
import { type CommonOptions, commonSettings, openSession, ownHello } from '../../src/psi/run/party.js';
import type { ByRole, ListOwn, Party } from '../../src/psi/run/protocol.js';
import type { Role } from '../../src/psi/run/suite.js';
import { ASKING_FRAMES, BLINDED, TAGS } from '../../src/psi/shuffled/frames.js';
import type { Part } from '../../src/psi/shuffled/shuffled.js';

const DIGEST_BYTES = 32;
const THANKS = utf8('thanks');

interface ToyOptions {
  /** Whether the parties greet each other. */
  readonly polite: boolean;
  /** How often this party would be thanked: a number that is chosen by its word. */
  readonly thanks: number;
}

const polite: OptionOf<boolean> = yesOrNo('polite', {
  agreed: false,
  repeated: true,
});

const thanks: OptionOf<number> = {
  default: 1,
  agreed: false,
  repeated: true,
  check(value) {
    if (value === 1 || value === 2) return;
    throw new VeilmatchError('argument', 'The option thanks must be 1 or 2.');
  },
};

/** What padding begins with, which is nobody's identifier. */
const DUMMY = utf8('dummy:');

const tokensOf = (set: IdentifierSet): Uint8Array =>
  concatBytes(
    ...Array.from(set.elements, (element) => {
      const isDummy = equalBytes(element.subarray(0, DUMMY.length), DUMMY);
      return sha256(isDummy ? element : unlabelled(element));
    }),
  );

const TOY: RunKind = { id: 'toy', mode: 77 };

/** All hashes of the peer. */
async function* taken(line: Line, type: FrameType, size: number): Part<Uint8Array> {
  const tokens = new Uint8Array(size * DIGEST_BYTES);
  for (let done = 0; done < size; ) {
    const { bytes } = decodeRecords(yield* line.take(type), DIGEST_BYTES, done, size);
    tokens.set(bytes, done * DIGEST_BYTES);
    done += bytes.length / DIGEST_BYTES;
  }
  return tokens;
}

async function* program({ set }: ListOwn, role: Role, options: CommonOptions): Program<CardinalityResult> {
  const settings = commonSettings(set, options, { protocol: TOY, to: 'both', verifiable: false });
  const line = new Line(role, ASKING_FRAMES);
  const hello = ownHello(role, set, settings);
  const greeting = encodeFrame(HELLO, encodeHello(hello, settings.suite));
  const own = tokensOf(set);
  if (role === 'receiver') yield greeting;
  const { peer } = openSession(hello, (yield* line.take(HELLO)).body, settings);
  const sizes = { peerSize: peer.size, ownSize: set.size };
  await settings.admit({ ...sizes, learns: 'toy', terms: countingTerms });
  let theirs: Uint8Array;
  if (role === 'receiver') {
    yield* recordFrames(BLINDED, own, DIGEST_BYTES);
    theirs = yield* taken(line, TAGS, peer.size);
  } else {
    yield greeting;
    theirs = yield* taken(line, BLINDED, peer.size);
    yield* recordFrames(TAGS, own, DIGEST_BYTES);
  }
  const table = new DistinctBytes();
  for (let at = 0; at < own.length; at += DIGEST_BYTES) table.add(own, at, at + DIGEST_BYTES);
  let size = 0;
  for (let at = 0; at < theirs.length; at += DIGEST_BYTES) {
    if (table.indexOf(theirs, at, at + DIGEST_BYTES) >= 0) size++;
  }
  // The last frame is the receiver's, so that the sender keeps its part until the other one has its result.
  if (role === 'receiver') yield* line.take(FINISH);
  yield encodeFrame(FINISH, THANKS);
  if (role === 'sender') yield* line.take(FINISH);
  return { size, peerSize: peer.size };
}

const party: Omit<Party<ListOwn, ToyOptions, CardinalityResult, CardinalityResult>, 'machine'> = {
  result: async (_, end) => end,
  identity: ({ set }) => listIdentity(set),
};

const commandParty: CommandParty<ToyOptions, CardinalityResult> = {
  learns: ({ own, other }) => `everything: which of ${own} rows are in ${other} list, and what else is`,
  words: ({ size }, { polite: greeted }, { count }) => [
    ['in common', `${count(size)}${greeted ? ', if you please' : ''}`],
  ],
  json: ({ size }, { thanks: times = 1 }) => ({ common: size, thanks: times }),
};

export const toy: ListProtocol<ByRole<ListOwn>, ToyOptions, ByRole<CardinalityResult>> = {
  ...TOY,
  title: 'a toy: plain hashes, both ways',
  options: { polite, thanks },
  flags: {
    polite: { flags: '--polite', help: 'begin with a greeting' },
    thanks: { flags: '--thanks <TIMES>', help: 'be thanked so often', choices: ['1', '2'], read: Number },
  },
  commandLine: {
    reveal: 'toy',
    takes: () => 'rows',
    caution: 'Nobody should run this.',
    receiver: commandParty,
    sender: commandParty,
  },
  draws: { receiver: () => ['nonce'], sender: () => ['nonce'] },
  receiver: {
    ...party,
    machine: (own, options) => new PsiMachine('receiver', program(own, 'receiver', options)),
  },
  sender: { ...party, machine: (own, options) => new PsiMachine('sender', program(own, 'sender', options)) },
  terms: countingTerms,
  files: () => 3,
  leakage: () => ({
    result: 'How many identifiers both have.',
    receiver: 'Everything.',
    sender: 'Everything.',
    outsider: 'Everything.',
    enumerating: 'Everything.',
  }),
  nameOf: frameNames(ASKING_FRAMES),
  observe: (frames) => ({
    kind: 'tokens',
    scheme: { hash: 'plain', algorithm: 'sha256' },
    format: 'e164',
    digests: ByteList.from(
      frames
        .filter(({ bytes }) => bytes[0] === BLINDED.type || bytes[0] === TAGS.type)
        .map(({ bytes }) => bytes.subarray(5)),
    ).bytes,
  }),
};
