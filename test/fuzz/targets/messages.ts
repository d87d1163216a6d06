// SPDX-License-Identifier: Apache-2.0
import { isDeepStrictEqual } from 'node:util';
import { concatBytes, equalBytes } from '../../../src/bytes.js';
import { firstMessage } from '../../../src/transport/channel/handshake.js';
import { type LinkEvents, LinkInbox } from '../../../src/transport/channel/link.js';
import { WireChannel } from '../../../src/transport/channel/wire-channel.js';
import { partnerOfToken } from '../../../src/transport/door/partners.js';
import { hashToken } from '../../../src/transport/door/tokens.js';
import { delimited, undelimited } from '../../../src/wire/framing.js';
import { decodeMessage, encodeMessage, type Message, WINDOW_FRAMES } from '../../../src/wire/messages.js';
import { acceptMessage, checkAccept, openMessage } from '../../../src/wire/negotiate.js';
import { attempt, attemptSync, blocks, CANARY, demand, type FuzzTarget, Reader } from '../support/target.js';

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
  steps: [1_000, 50],
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
    'src/transport/channel/handshake.ts',
    'src/transport/channel/link.ts',
    'src/transport/door/tokens.ts',
    'src/transport/channel/reason.ts',
    'src/wire/negotiate.ts',
  ],
  maxBytes: 4500,
  steps: [1_000, 50],
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
          const known = [{ name: 'partner', tokens: [hashToken(CANARY.token)] }];
          const peer = partnerOfToken(message.token, known);
          demand(
            (peer !== undefined) === (message.token === CANARY.token),
            'A token was mistaken for another.',
          );
          checkAccept(acceptMessage(message, RUN, 1, { held: message.held }));
        } else if (message.type === 'accept') checkAccept(message);
      }),
    );
    inbox.message(reader.rest());
    inbox.message(Uint8Array.of(1));
    inbox.end();
    await first;
  },
};

const LIMITS = { idleSeconds: 60, progressSeconds: 600, totalSeconds: 600, messagesPerSecond: 1000 };

/** A channel that a peer who was let in may send anything, while this party reads, sends and waits as the input says. */
export const channel: FuzzTarget = {
  name: 'channel',
  reads: 'messages to a channel that is open',
  sources: ['src/transport/channel/wire-channel.ts', 'src/transport/channel/reason.ts'],
  maxBytes: 2048,
  steps: [2_000, 100],
  seeds() {
    const heard = (message: Message): number[] => [0, ...blocks(encodeMessage(message))];
    const frame: Message = { type: 'frame', frame: Uint8Array.of(1, 2, 3) };
    const many = Array.from({ length: 9 }, () => heard(frame)).flat();
    return [
      Uint8Array.from([
        1,
        ...heard(frame),
        ...heard({ type: 'keepAlive' }),
        2,
        ...heard({ type: 'credit', frames: 1 }),
      ]),
      Uint8Array.from([...many, 1, 1]),
      Uint8Array.from([...Array(9).fill(2), ...heard({ type: 'credit', frames: 8 }), 2]),
      Uint8Array.from([...heard({ type: 'close', reason: 'complete' }), 1]),
      Uint8Array.from([1, ...heard({ type: 'close', reason: 'refused' })]),
      Uint8Array.from([1, ...heard(openMessage('')), 1]),
      Uint8Array.from([2, 3, 1]),
    ];
  },
  async run(input) {
    const reader = new Reader(input);
    let events: LinkEvents | undefined;
    const written: Uint8Array[] = [];
    const link = {
      write: (message: Uint8Array) => void written.push(message),
      end: async () => {},
      destroy() {},
      listen(to: LinkEvents) {
        events = to;
      },
    };
    const open = new WireChannel(link, LIMITS);
    const frames = open[Symbol.asyncIterator]();
    const under: Promise<unknown>[] = [];
    let [asked, drawn] = [0, 0];
    const draw = (): Promise<void> =>
      attempt(async () => {
        if (!(await frames.next()).done) drawn++;
      });
    for (let turns = 0; turns < 64 && !reader.ended; turns++) {
      const what = reader.byte() % 4;
      if (what === 0) events!.message(reader.block());
      else if (what === 1) {
        asked++;
        under.push(draw());
      } else if (what === 2) under.push(attempt(() => open.send(Uint8Array.of(9))));
      else events!.end();
      await settled();
    }
    // What came and was not asked for is what the peer can make this party hold.
    const before = drawn;
    for (let last = -1; last < drawn; ) {
      last = drawn;
      under.push(draw());
      await settled();
    }
    demand(drawn - before <= WINDOW_FRAMES, 'A channel holds more than its window.');
    demand(before <= asked, 'More frames were given than were asked for.');
    await open.close();
    await Promise.all(under);
    const sent = written.map((message) => decodeMessage(message).type);
    demand(sent.filter((type) => type === 'close').length <= 1, 'A channel was closed twice.');
    demand(
      sent.filter((type) => type === 'frame').length <= input.length,
      'More frames were sent than there were.',
    );
  },
};

/** What can go on without another message has gone on. */
async function settled(): Promise<void> {
  for (let i = 0; i < 8; i++) await undefined;
}
