// SPDX-License-Identifier: Apache-2.0
/**
 * Contact discovery: the sender publishes its set once, as a filter of tags under a key that stays with it; the receiver
 * asks for its own tags, blinded, and looks them up (`veilmatch-contact-v1`).
 *
 * **What it leaks**: the size of the set to everybody, the number of questions to the sender, and the result to the
 * receiver. Without the key no guess can be tested offline; whoever asks the sender can test one guess an answer. A
 * receiver that keeps its tags sees which of its contacts come later, and whoever gets the key reads the whole set.
 */

import type { Knowledge, OprfObservation, SentMessage, Transcript } from '../attack/transcript.js';
import { concatBytes } from '../bytes.js';
import { describedContactDiscovery } from '../contact/described.js';
import { discoverContacts, LOCAL_SET } from '../contact/discover.js';
import { contactFrameName, elementsOf } from '../contact/frames.js';
import { generateContactKeys, type PublishedSet } from '../contact/published.js';
import { contactTagPrefix } from '../contact/suite.js';
import { FILTER_HASH_BYTES } from '../filter/filter.js';
import { parseFilter } from '../filter/formats.js';
import { withBackend } from '../group/select.js';
import { createContext } from '../oprf/context.js';
import { ristretto255Sha512 } from '../oprf/ristretto255.js';
import { randomScalars, replayedRandom } from '../random.js';
import type { MatchingProtocol, Observer, View } from './protocol.js';

export const contactMatching: MatchingProtocol = {
  id: describedContactDiscovery.id,
  title: describedContactDiscovery.title,
  leakage: describedContactDiscovery.leakage(),
  reveals: 'intersection',
  async run(receiver, sender, options = {}) {
    return withBackend(options.backend, async (backend) => {
      const started = performance.now();
      const fresh = await generateContactKeys({ backend });
      const keys = { ...fresh, secretKey: options.oprfKey ?? fresh.secretKey };
      // The blinds are drawn here, so that an attack can be handed them as a control.
      const blinds = randomScalars(receiver.size);
      const messages: SentMessage[] = [];
      let filters: PublishedSet['filters'] = [];
      const result = await discoverContacts(receiver, sender, {
        backend,
        keys,
        random: replayedRandom([blinds]),
        signal: options.signal,
        onPublished(published) {
          filters = published.filters;
          messages.push({ from: 'sender', name: 'header', bytes: published.header });
          for (const bytes of filters) messages.push({ from: 'sender', name: 'filter', bytes });
        },
        onFrame: (from, bytes) => void messages.push({ from, name: contactFrameName(bytes), bytes }),
      });
      const seconds = (performance.now() - started) / 1000;

      const suite = ristretto255Sha512(backend);
      const published = filters.map(parseFilter);
      const observation: OprfObservation = {
        kind: 'oprf',
        dst: createContext(suite, 'voprf').groupTag,
        blinding: 'additive',
        blinded: all(messages, 'blinded'),
        evaluated: all(messages, 'evaluated'),
        publicKey: await backend.multiplyBase(keys.secretKey),
        tags: new Uint8Array(),
        tagBytes: FILTER_HASH_BYTES,
        published: {
          tagPrefix: contactTagPrefix(LOCAL_SET),
          has: (tag) => published.some((filter) => filter.has(tag)),
        },
      };
      const view = (seenBy: Observer, knowledge: Knowledge): View => {
        const transcript: Transcript = { protocol: 'contact-discovery', seenBy, messages, observation };
        return { transcript, knowledge };
      };
      return {
        size: result.size,
        matches: result.matches,
        bytes: { toSender: bytesFrom(messages, 'receiver'), toReceiver: bytesFrom(messages, 'sender') },
        seconds,
        views: {
          receiver: view('receiver', { blinds }),
          sender: view('sender', { scalars: [keys.secretKey] }),
          outsider: view('outsider', {}),
        },
      };
    });
  },
};

/** The elements in all messages of this name. */
function all(messages: readonly SentMessage[], name: string): Uint8Array {
  return concatBytes(...messages.filter((sent) => sent.name === name).map(({ bytes }) => elementsOf(bytes)));
}

function bytesFrom(messages: readonly SentMessage[], party: SentMessage['from']): number {
  return messages.reduce((sum, { from, bytes }) => sum + (from === party ? bytes.length : 0), 0);
}
