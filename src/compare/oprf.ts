// SPDX-License-Identifier: Apache-2.0
/**
 * Keyed hashing with a key that never leaves the sender: tokens are the outputs of a VOPRF (RFC 9497, suite
 * ristretto255-SHA512). The sender makes the tokens of its own list and ships them; those of its own list the receiver
 * asks for, blinded, and compares.
 *
 * **What it leaks**: the sizes, and the result to the receiver. Without the key no guess can be tested offline. Whoever
 * asks the sender can test one guess an answer, against this list and every other one under the same key, which is why
 * the sender must count and refuse. Tokens under one key are the same in every run: what comes back is seen.
 */

import { throwIfAborted } from '../abort.js';
import type { Knowledge, OprfObservation, SentMessage, Transcript } from '../attack/transcript.js';
import { concatBytes, sortRecords } from '../bytes.js';
import { withBackend } from '../group/select.js';
import { checkComparable, type IdentifierSet } from '../identifiers/set.js';
import { createContext, generateKeyPair, publicKeyOf } from '../oprf/context.js';
import { MAX_PROOF_ELEMENTS } from '../oprf/dleq.js';
import { ristretto255Sha512 } from '../oprf/ristretto255.js';
import type { Suite } from '../oprf/suite.js';
import { VOPRFClient, VOPRFServer } from '../oprf/voprf.js';
import type { Leakage } from '../psi/described/described.js';
import { markedIn, SortedRecords } from '../psi/run/matching.js';
import type { MatchingProtocol, Observer, RunOptions, View } from './protocol.js';

/** Bytes of an output that are shipped: as much as a digest of keyed hashing. */
const TOKEN_BYTES = 32;

const leakage: Leakage = {
  result: 'Which of its rows the sender has too.',
  receiver:
    "Nothing offline but the size of the sender's set, and which tokens come back in another run under the same key.",
  sender: "Nothing offline but the size of the receiver's set.",
  outsider:
    'Nothing but the sizes of both sets, and which tokens come back in another run under the same key.',
  enumerating:
    'Whether the sender has an identifier, one evaluation by the sender for each: only a sender that counts and refuses limits it.',
};

export const oprfProtocol: MatchingProtocol = {
  id: 'oprf',
  title: 'tokens of a VOPRF, whose key stays with the sender',
  leakage,
  reveals: 'intersection',
  async run(receiver, sender, options = {}) {
    checkComparable(receiver.kinds, sender.kinds);
    throwIfAborted(options.signal);
    return withBackend(options.backend, async (backend) => {
      const suite = ristretto255Sha512(backend);
      const started = performance.now();
      const { oprfKey } = options;
      const keys =
        oprfKey === undefined
          ? await generateKeyPair(suite)
          : { secretKey: oprfKey, publicKey: await publicKeyOf(suite, oprfKey) };
      const line = new Line();
      line.send('sender', 'public key', keys.publicKey);

      const server = new VOPRFServer(suite, keys.secretKey);
      const asked = await ask(receiver, suite, server, keys.publicKey, line, options);
      const tokens = tokensOf(await server.evaluate(sender.elements, { signal: options.signal }), suite);
      // Sorted: the order of the list says nothing.
      const shipped = sortRecords(tokens, TOKEN_BYTES);
      line.send('sender', 'tokens', shipped);

      const matched = await matchTokens(asked.tokens, shipped);
      const observation: OprfObservation = {
        kind: 'oprf',
        dst: createContext(suite, 'voprf').groupTag,
        blinding: 'multiplicative',
        blinded: line.all('blinded'),
        evaluated: line.all('evaluated'),
        publicKey: keys.publicKey,
        tags: shipped,
        tagBytes: TOKEN_BYTES,
      };
      const view = (seenBy: Observer, knowledge: Knowledge): View => {
        const transcript: Transcript = { protocol: 'oprf', seenBy, messages: line.messages, observation };
        return { transcript, knowledge };
      };
      return {
        size: matched.length,
        matches: receiver.rowsOf(matched),
        bytes: { toSender: line.bytesFrom('receiver'), toReceiver: line.bytesFrom('sender') },
        seconds: (performance.now() - started) / 1000,
        views: {
          receiver: view('receiver', { blinds: asked.blinds }),
          sender: view('sender', { scalars: [keys.secretKey] }),
          outsider: view('outsider', {}),
        },
      };
    });
  },
};

/** The messages of a run, in the order in which they were sent. */
class Line {
  readonly messages: SentMessage[] = [];

  send(from: SentMessage['from'], name: string, bytes: Uint8Array): void {
    this.messages.push({ from, name, bytes });
  }

  all(name: string): Uint8Array {
    return concatBytes(...this.messages.filter((sent) => sent.name === name).map(({ bytes }) => bytes));
  }

  bytesFrom(party: SentMessage['from']): number {
    return this.messages.reduce((sum, { from, bytes }) => sum + (from === party ? bytes.length : 0), 0);
  }
}

/** The receiver's part: its own tokens, by one request a proof. */
async function ask(
  list: IdentifierSet,
  suite: Suite,
  server: VOPRFServer,
  publicKey: Uint8Array,
  line: Line,
  { signal }: RunOptions,
): Promise<{ tokens: Uint8Array; blinds: Uint8Array }> {
  const client = new VOPRFClient(suite, publicKey);
  const tokens = new Uint8Array(list.size * TOKEN_BYTES);
  const blinds = new Uint8Array(list.size * suite.scalarBytes);
  for (let from = 0; from < list.size; from += MAX_PROOF_ELEMENTS) {
    const inputs = list.elements.slice(from, Math.min(from + MAX_PROOF_ELEMENTS, list.size));
    const blinding = await client.blind(inputs, { signal });
    line.send('receiver', 'blinded', blinding.blindedElements);
    const evaluation = await server.blindEvaluate(blinding.blindedElements, { signal });
    line.send('sender', 'evaluated', evaluation.evaluatedElements);
    line.send('sender', 'proof', evaluation.proof);
    tokens.set(
      tokensOf(await client.finalize(inputs, blinding, evaluation, { signal }), suite),
      from * TOKEN_BYTES,
    );
    blinds.set(blinding.blinds, from * suite.scalarBytes);
  }
  return { tokens, blinds };
}

/** The first bytes of each output. */
function tokensOf(outputs: Uint8Array, { hashBytes }: Suite): Uint8Array {
  const tokens = new Uint8Array((outputs.length / hashBytes) * TOKEN_BYTES);
  for (let from = 0, to = 0; from < outputs.length; from += hashBytes, to += TOKEN_BYTES) {
    tokens.set(outputs.subarray(from, from + TOKEN_BYTES), to);
  }
  return tokens;
}

/** Indices of the receiver's tokens that the sender has too, ascending. */
async function matchTokens(own: Uint8Array, shipped: Uint8Array): Promise<readonly number[]> {
  const theirs = await SortedRecords.of(shipped, TOKEN_BYTES);
  const shared = new Uint8Array(own.length / TOKEN_BYTES);
  for (let i = 0; i < shared.length; i++) shared[i] = theirs.find(own, i * TOKEN_BYTES) & 1;
  return markedIn(shared);
}
