// SPDX-License-Identifier: Apache-2.0
/**
 * PAIR of IAB Tech Lab between two clean rooms: the receiver is the advertiser, the sender the publisher. Each encrypts its list
 * under the publisher's salt and a key of its own, and the other's list once more.
 *
 * **What it leaks**: the sizes, and the share that matches, to both; to the advertiser besides the publisher's whole list under salt and
 * key, in which it tests a guess with each element that the publisher re-encrypts. Without the publisher's key no guess can be tested
 * offline. The keys live for months: what comes back in another run is seen.
 */

import { throwIfAborted } from '../abort.js';
import type { Knowledge, PairObservation, SentMessage, Transcript } from '../attack/transcript.js';
import { type ByteList, concatBytes, sortRecords } from '../bytes.js';
import type { GroupBackend } from '../group/group.js';
import { withBackend } from '../group/select.js';
import { unlabelled } from '../identifiers/identifier.js';
import { checkComparable, type IdentifierSet } from '../identifiers/set.js';
import { encryptBatch, multiplyBatch } from '../pair/cipher.js';
import { sharedIds } from '../pair/match.js';
import { pairMatchKeys } from '../pair/match-keys.js';
import { createPairKey, createPairSalt, type PairSecret } from '../pair/secrets.js';
import type { Leakage } from '../psi/described/described.js';
import { sha256 } from '../sha256.js';
import type { MatchingProtocol, Observer, View } from './protocol.js';

const ID_BYTES = 32;

const leakage: Leakage = {
  result:
    'How many identifiers both lists have, and the Publisher Identifiers of those, but not whose they are.',
  receiver:
    "Nothing offline but the size of the publisher's list; the list itself under a key that lives for 180 days, which is known again in every run of 30.",
  sender:
    "Nothing offline but the size of the advertiser's list, and which of its identifiers come back in another run.",
  outsider: 'The sizes of both lists, and which identifiers come back in another run under the same keys.',
  enumerating:
    'Whether the publisher has an identifier, one re-encryption for each: only a publisher that counts and refuses limits it, and what was answered stays good for as long as its key.',
};

export const pairProtocol: MatchingProtocol = {
  id: 'pair',
  title: 'PAIR of IAB Tech Lab, between two clean rooms',
  leakage,
  reveals: 'cardinality',
  async run(receiver, sender, options = {}) {
    checkComparable(receiver.kinds, sender.kinds);
    throwIfAborted(options.signal);
    return withBackend(options.backend, async (backend) => {
      const { signal } = options;
      const started = performance.now();
      const salt = createPairSalt();
      const keys = { receiver: createPairKey(), sender: createPairKey() };
      const once = async (list: IdentifierSet, key: PairSecret): Promise<Uint8Array> => {
        const encrypted = await encryptBatch(await pairMatchKeys(list), salt, key, backend, { signal });
        return sortRecords(encrypted, ID_BYTES);
      };
      const twice = async (ids: Uint8Array, key: PairSecret): Promise<Uint8Array> =>
        sortRecords(await multiplyBatch(ids, key, backend, { signal }), ID_BYTES);
      const own = { receiver: await once(receiver, keys.receiver), sender: await once(sender, keys.sender) };
      const messages: SentMessage[] = [
        // The salt comes by another way, and to the advertiser alone.
        { from: 'receiver', name: 'identifiers', bytes: own.receiver },
        { from: 'sender', name: 'identifiers', bytes: own.sender },
        {
          from: 'sender',
          name: 'identifiers under both keys',
          bytes: await twice(own.receiver, keys.sender),
        },
        {
          from: 'receiver',
          name: 'identifiers under both keys',
          bytes: await twice(own.sender, keys.receiver),
        },
      ];
      const [, , ours, theirs] = messages as [SentMessage, SentMessage, SentMessage, SentMessage];
      const size = sharedIds(ours.bytes, theirs.bytes).length / ID_BYTES;
      const bytesFrom = (party: SentMessage['from']): number =>
        messages.reduce((sum, { from, bytes }) => sum + (from === party ? bytes.length : 0), 0);
      return {
        size,
        matches: undefined,
        bytes: { toSender: bytesFrom('receiver'), toReceiver: bytesFrom('sender') },
        seconds: (performance.now() - started) / 1000,
        views: viewsOf(messages, {
          receiver: { salts: [salt.bytes], scalars: [keys.receiver.bytes] },
          sender: { salts: [salt.bytes], scalars: [keys.sender.bytes] },
          outsider: {},
        }),
      };
    });
  },
};

function viewsOf(
  messages: readonly SentMessage[],
  knowledge: Readonly<Record<Observer, Knowledge>>,
): Record<Observer, View> {
  const view = (seenBy: Observer): View => {
    // A party's own identifiers tell it nothing.
    const seen = messages.filter(({ from }) => from !== seenBy);
    const observation: PairObservation = {
      kind: 'pair',
      elements: concatBytes(...seen.map(({ bytes }) => bytes)),
      encrypt: encryptGuesses,
    };
    const transcript: Transcript = { protocol: 'pair', seenBy, messages, observation };
    return { transcript, knowledge: knowledge[seenBy] };
  };
  return { receiver: view('receiver'), sender: view('sender'), outsider: view('outsider') };
}

function encryptGuesses(
  identifiers: ByteList,
  salt: Uint8Array,
  scalar: Uint8Array,
  backend: GroupBackend,
): Promise<Uint8Array> {
  const keys = concatBytes(...Array.from(identifiers, (each) => sha256(unlabelled(each))));
  const secret = (kind: PairSecret['kind'], bytes: Uint8Array): PairSecret => ({ kind, bytes, createdAt: 0 });
  return encryptBatch(keys, secret('salt', salt), secret('key', scalar), backend);
}
