// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { concatBytes, equalBytes } from '../../../src/bytes.js';
import { firstMessage } from '../../../src/transport/handshake.js';
import { type LinkEvents, LinkInbox } from '../../../src/transport/link.js';
import { hashToken, peerOfToken } from '../../../src/transport/tokens.js';
import { delimited, undelimited } from '../../../src/wire/framing.js';
import { decodeMessage, encodeMessage, type Message } from '../../../src/wire/messages.js';
import { acceptMessage, checkAccept, openMessage } from '../../../src/wire/negotiate.js';
import { attempt, attemptSync, CANARY, demand, type FuzzTarget, Reader } from '../target.js';

const RUN = '0123456789abcdef';
const held = { frames: 2, digest: new Uint8Array(32).fill(9) };
const MESSAGES: readonly Message[] = [
  openMessage(CANARY.token),
  openMessage(CANARY.token, { runId: RUN, held }),
  openMessage(''),
  { type: 'accept', version: 1, suite: 1, runId: RUN, mode: 1, held },
  { type: 'frame', frame: new Uint8Array(40).fill(1) },
  { type: 'credit', frames: 3 },
  { type: 'keepAlive' },
  { type: 'close', reason: 'denied' },
  { type: 'close', reason: 'unknown-run' },
  {
    type: 'fileHeader',
    kind: 'response',
    version: 1,
    suite: 1,
    mode: 1,
    requestId: new Uint8Array(16).fill(1),
    from: new Uint8Array(32).fill(2),
    to: new Uint8Array(32).fill(3),
    madeAt: 1_700_000_000,
    expiresAt: 0,
    requestDigest: new Uint8Array(64).fill(4),
  },
  { type: 'signature', value: new Uint8Array(64).fill(5) },
];

export const messages: FuzzTarget = {
  name: 'messages',
  reads: 'messages of the wire format, alone and in a stream',
  sources: ['src/wire/'],
  maxBytes: 4500,
  steps: [20_000, 500],
  seeds() {
    const encoded = MESSAGES.map(encodeMessage);
    return [
      ...encoded.map((bytes) => Uint8Array.of(0, ...bytes)),
      Uint8Array.of(7, ...concatBytes(...encoded.map(delimited))),
    ];
  },
  async run(input) {
    const reader = new Reader(input);
    const piece = reader.byte();
    const bytes = reader.rest();
    if (piece === 0) {
      attemptSync(() => {
        const message = decodeMessage(bytes);
        // What a schema does not know is left out, so bytes may differ once.
        const again = encodeMessage(message);
        demand(
          isDeepStrictEqual(decodeMessage(again), message),
          'A message changed when it was written again.',
        );
        demand(equalBytes(encodeMessage(decodeMessage(again)), again), 'A message has two forms.');
      });
      return;
    }
    // However a stream is cut into pieces, the same messages come of it.
    const whole = await drawn([bytes]);
    const pieces: Uint8Array[] = [];
    for (let from = 0; from < bytes.length; from += piece) pieces.push(bytes.subarray(from, from + piece));
    demand(isDeepStrictEqual(await drawn(pieces), whole), 'A stream means something else in other pieces.');
    for (const message of whole) attemptSync(() => decodeMessage(message));
  },
};

async function drawn(pieces: readonly Uint8Array[]): Promise<Uint8Array[]> {
  const found: Uint8Array[] = [];
  await attempt(async () => {
    for await (const message of undelimited(pieces)) found.push(message);
  });
  return found;
}

/** What a stranger says first, as the listening and the connecting party take it. */
export const handshake: FuzzTarget = {
  name: 'handshake',
  reads: 'the first message of a connection, versions, tokens',
  sources: [
    'src/transport/handshake.ts',
    'src/transport/link.ts',
    'src/transport/tokens.ts',
    'src/transport/reason.ts',
    'src/wire/negotiate.ts',
  ],
  maxBytes: 4500,
  steps: [20_000, 500],
  words: [CANARY.token],
  seeds: () =>
    MESSAGES.flatMap((message) => [0, 1].map((side) => Uint8Array.of(side, ...encodeMessage(message)))),
  async run(input) {
    const reader = new Reader(input);
    const listens = reader.byte() % 2 === 0;
    const inbox = new LinkInbox();
    const link = {
      write() {},
      end: async () => {},
      destroy() {},
      listen: (to: LinkEvents) => inbox.listen(to),
    };
    const first = attempt(() =>
      firstMessage(link, 1000, (message) => {
        if (listens && message.type === 'open') {
          const known = [{ name: 'partner', hash: hashToken(CANARY.token) }];
          const peer = peerOfToken(message.token, known);
          demand(
            (peer !== undefined) === (message.token === CANARY.token),
            'A token was mistaken for another.',
          );
          checkAccept(acceptMessage(message, RUN, 1, message.held));
        } else if (message.type === 'accept') checkAccept(message);
      }),
    );
    inbox.message(reader.rest());
    inbox.message(Uint8Array.of(1));
    inbox.end();
    await first;
  },
};
