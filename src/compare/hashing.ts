// SPDX-License-Identifier: Apache-2.0
/**
 * Matching by tokens: the sender hashes its list and sends the tokens; the receiver hashes its own list in the same way
 * and compares. What is hashed is the normalised text without a label, as the platforms do it.
 *
 * **What these leak**: the whole list to whoever can hash guesses in the same way: to everybody (plain), to everybody
 * who knows the salt (salted, slow), to both parties and to whoever takes the key from one of them (keyed).
 */

import { throwIfAborted } from '../abort.js';
import type { Knowledge, SentMessage, TokenObservation, Transcript } from '../attack/transcript.js';
import { ByteList, bytesToHex, hexToBytes, utf8 } from '../bytes.js';
import { joinTokens } from '../hashing/join.js';
import { bulkDigest, type OwnScheme } from '../hashing/scheme.js';
import { ARGON2ID } from '../hashing/slow.js';
import { unlabelled } from '../identifiers/identifier.js';
import { checkComparable, type IdentifierSet } from '../identifiers/set.js';
import type { Leakage } from '../psi/described/described.js';
import { secureRandom } from '../random.js';
import type { MatchingProtocol, Observer, ProtocolId, RunOptions, View } from './protocol.js';

const DIGEST_BYTES = 32;
const SALT_BYTES = 16;
const RESULT = 'Which of its rows the sender has too.';

interface HashingProtocol {
  readonly id: ProtocolId;
  readonly title: string;
  readonly leakage: Leakage;
  /** A fresh scheme for one run, with its salt or key. */
  readonly scheme: (options: RunOptions) => OwnScheme;
}

const READS_ALL = "The sender's whole list, by trying all possible numbers.";

const definitions: readonly HashingProtocol[] = [
  {
    id: 'plain',
    title: 'plain SHA-256, as the ad platforms take it',
    leakage: {
      result: RESULT,
      receiver: READS_ALL,
      sender: 'Nothing: the receiver sends nothing.',
      outsider: READS_ALL,
      enumerating: READS_ALL,
    },
    scheme: () => ({ hash: 'plain', algorithm: 'sha256' }),
  },
  {
    id: 'salted',
    title: 'SHA-256 with one public salt for the list',
    leakage: {
      result: RESULT,
      receiver: READS_ALL,
      sender: 'Nothing: the receiver sends nothing.',
      outsider: `${READS_ALL} The salt travels with the tokens; it leaves the number of guesses as it was.`,
      enumerating: READS_ALL,
    },
    scheme: () => ({
      hash: 'salted',
      algorithm: 'sha256',
      saltPosition: 'prefix',
      salt: secureRandom(SALT_BYTES),
    }),
  },
  {
    id: 'keyed',
    title: 'HMAC-SHA-256 under a key that both parties hold',
    leakage: {
      result: RESULT,
      receiver: `${READS_ALL} It holds the key.`,
      sender: 'Nothing: the receiver sends nothing.',
      outsider: 'How many tokens there are, and which of them come back in another list under the same key.',
      enumerating: READS_ALL,
    },
    scheme: () => ({ hash: 'keyed', key: secureRandom(DIGEST_BYTES) }),
  },
  {
    id: 'slow',
    title: 'argon2id with one public salt for the list',
    leakage: {
      result: RESULT,
      receiver: `${READS_ALL} Each guess costs what each record cost.`,
      sender: 'Nothing: the receiver sends nothing.',
      outsider: `${READS_ALL} Each guess costs what each record cost.`,
      enumerating: `${READS_ALL} Each guess costs what each record cost.`,
    },
    scheme: ({ cost = ARGON2ID }) => ({ hash: 'slow', cost, salt: secureRandom(SALT_BYTES) }),
  },
];

export const hashingProtocols: readonly MatchingProtocol[] = definitions.map(
  ({ id, title, leakage, scheme: makeScheme }): MatchingProtocol => ({
    id,
    title,
    leakage,
    reveals: 'intersection',
    async run(receiver, sender, options = {}) {
      checkComparable(receiver.kinds, sender.kinds);
      const started = performance.now();
      const scheme = makeScheme(options);
      const sent = await tokensOf(sender, scheme, options.signal);
      const messages: SentMessage[] = [
        ...('salt' in scheme ? [message('salt', utf8(`${bytesToHex(scheme.salt)}\n`))] : []),
        message('tokens', utf8(sent.map((token) => `${token}\n`).join(''))),
      ];
      const { size, matches } = joinTokens(await tokensOf(receiver, scheme, options.signal), sent);
      return {
        size,
        matches: receiver.rowsOf(matches),
        bytes: { toSender: 0, toReceiver: messages.reduce((sum, { bytes }) => sum + bytes.length, 0) },
        seconds: (performance.now() - started) / 1000,
        views: viewsOf(id, scheme, messages, sent),
      };
    },
  }),
);

/** How long the event loop waits for its turn at most, in milliseconds. */
const TURN = 50;

/** The tokens of a set's elements, in the order of the set. */
async function tokensOf(set: IdentifierSet, scheme: OwnScheme, signal?: AbortSignal): Promise<string[]> {
  const digestInto = bulkDigest(scheme);
  const digest = new Uint8Array(DIGEST_BYTES);
  const tokens: string[] = [];
  let turn = performance.now() + TURN;
  for (const element of set.elements) {
    digestInto(unlabelled(element), digest);
    tokens.push(bytesToHex(digest));
    if (performance.now() < turn) continue;
    await new Promise((resolve) => setTimeout(resolve));
    throwIfAborted(signal);
    turn = performance.now() + TURN;
  }
  return tokens;
}

/** What everybody may know of how the tokens were made. */
function publicPart(scheme: OwnScheme): TokenObservation['scheme'] {
  switch (scheme.hash) {
    case 'plain':
      return { hash: 'plain', algorithm: scheme.algorithm };
    case 'salted':
      return { hash: 'salted', algorithm: scheme.algorithm, saltPosition: scheme.saltPosition };
    case 'keyed':
      return { hash: 'keyed' };
    case 'slow':
      return { hash: 'slow', cost: scheme.cost };
  }
}

function message(name: string, bytes: Uint8Array): SentMessage {
  return { from: 'sender', name, bytes };
}

function viewsOf(
  protocol: ProtocolId,
  scheme: OwnScheme,
  messages: readonly SentMessage[],
  tokens: readonly string[],
): Record<Observer, View> {
  const digests = ByteList.from(tokens.map(hexToBytes)).bytes;
  const view = (seenBy: Observer, knowledge: Knowledge): View => {
    const observation: TokenObservation = {
      kind: 'tokens',
      scheme: publicPart(scheme),
      format: 'e164',
      // The sender is sent nothing: its own tokens tell it nothing about the receiver.
      digests: seenBy === 'sender' ? new Uint8Array() : digests,
    };
    const transcript: Transcript = { protocol, seenBy, messages, observation };
    return { transcript, knowledge };
  };
  const shared: Knowledge = scheme.hash === 'keyed' ? { keys: [scheme.key] } : {};
  const open: Knowledge = 'salt' in scheme ? { salts: [scheme.salt] } : {};
  return {
    receiver: view('receiver', { ...open, ...shared }),
    sender: view('sender', { ...open, ...shared }),
    outsider: view('outsider', open),
  };
}
