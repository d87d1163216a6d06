// SPDX-License-Identifier: Apache-2.0
/**
 * Peers that are known, and send as much as the line carries: how much of it is looked at between two turns of the event loop,
 * that it is cut, and that nothing is read of a peer that was told to go.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import * as library from 'ws';
import { WebSocket, WebSocketServer } from 'ws';
import { concatBytes } from '../../src/bytes.js';
import type { ErrorCode } from '../../src/errors.js';
import { ASecond } from '../../src/transport/channel/byte-meter.js';
import { hostOf } from '../../src/transport/door/address.js';
import { hostAllowed } from '../../src/transport/door/admission.js';
import { connect } from '../../src/transport/door/connect.js';
import {
  type AcceptedChannel,
  type ListenEvent,
  type ListenOptions,
  listen,
} from '../../src/transport/door/listen.js';
import { createToken, hashToken } from '../../src/transport/door/tokens.js';
import { encodeMessage, MAX_MESSAGE_BYTES } from '../../src/wire/messages.js';
import { acceptMessage, openMessage } from '../../src/wire/negotiate.js';
import { collect } from '../suites/channel.js';
import { expectCode } from '../suites/errors.js';
import { type Authority, createAuthority, type Issued } from '../support/certificates.js';

const token = createToken();
const partners = [{ name: 'partner', tokens: [hashToken(token)] }];

let authority: Authority;
let certificate: Issued;
beforeAll(() => {
  authority = createAuthority('authority');
  certificate = authority.issue('server', ['localhost']);
});

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** A frame of RFC 6455; a client's is masked, here with zeros. */
function frame(masked: boolean, opcode: number, payload: Uint8Array, fin = true): Uint8Array {
  const { length } = payload;
  const size =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  const mask = masked ? [0, 0, 0, 0] : [];
  const [first = 0, ...rest] = size;
  const header = [(fin ? 0x80 : 0) | opcode, (masked ? 0x80 : 0) | first, ...rest, ...mask];
  return concatBytes(Uint8Array.from(header), payload);
}

const NOTHING = new Uint8Array(0);
const alive = encodeMessage({ type: 'keepAlive' });
/** Says that the sender is there in as many pieces as a message may have, all but the last of them empty. */
const inPieces = (masked: boolean): Uint8Array =>
  concatBytes(
    frame(masked, 2, NOTHING, false),
    ...Array.from({ length: 1000 }, () => frame(masked, 0, NOTHING, false)),
    frame(masked, 0, alive),
  );

const FLOODS: readonly [string, (masked: boolean) => Uint8Array][] = [
  ['pongs that nobody asked for', (masked) => frame(masked, 10, NOTHING)],
  ['pings', (masked) => frame(masked, 9, Uint8Array.of(1))],
  ['pieces of messages', inPieces],
  ['messages', (masked) => frame(masked, 2, alive)],
];

/** At least so many bytes, of one thing again and again. */
function much(one: Uint8Array, bytes: number): Uint8Array {
  const all = new Uint8Array(Math.ceil(bytes / one.length) * one.length);
  for (let at = 0; at < all.length; at += one.length) all.set(one, at);
  return all;
}

/** Counts the frames that the library looks at, in all and at most between two turns of the event loop. */
function countFrames(): { all: number; most: number } {
  const seen = { all: 0, most: 0 };
  let now = 0;
  // Its types do not tell of it.
  const { Receiver } = library as unknown as { Receiver: { prototype: { getInfo(done: unknown): void } } };
  const { prototype } = Receiver;
  const { getInfo } = prototype;
  open.push(() => {
    prototype.getInfo = getInfo;
  });
  prototype.getInfo = function (this: unknown, done: unknown) {
    seen.all++;
    if (now++ === 0) {
      setImmediate(() => {
        now = 0;
      });
    }
    seen.most = Math.max(seen.most, now);
    return getInfo.call(this, done);
  };
  return seen;
}

/** The server's sockets, of a server on this machine. */
function watchSockets(): Socket[] {
  const sockets: Socket[] = [];
  const note = (message: unknown): void => {
    sockets.push((message as { socket: Socket }).socket);
  };
  subscribe('net.server.socket', note);
  open.push(() => unsubscribe('net.server.socket', note));
  return sockets;
}

interface Entered {
  readonly channel: AcceptedChannel;
  /** The partner's, to write on what it likes. */
  readonly line: Socket;
  readonly events: ListenEvent[];
  /** What the server has read. */
  read(): number;
}

/** A partner that was let in. */
async function enter(options: ListenOptions = {}): Promise<Entered> {
  const events: ListenEvent[] = [];
  const sockets = watchSockets();
  const listener = await listen({ partners, ...options, onEvent: (event) => events.push(event) });
  const url =
    options.tls === undefined ? `ws://127.0.0.1:${listener.port}` : `wss://localhost:${listener.port}`;
  const socket = new WebSocket(url, 'veilmatch-psi-v1', { ca: authority.cert });
  open.push(
    () => listener.close(),
    () => socket.terminate(),
  );
  socket.on('error', () => {});
  socket.on('open', () => socket.send(encodeMessage(openMessage(token))));
  const [response] = (await once(socket, 'upgrade')) as [{ socket: Socket }];
  const { value } = await listener[Symbol.asyncIterator]().next();
  return { channel: value!, line: response.socket, events, read: () => sockets[0]!.bytesRead };
}

const gone = async (socket: Socket): Promise<void> => {
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
};
const closed = async (events: readonly ListenEvent[]): Promise<void> => {
  while (!events.some(({ type }) => type === 'closed')) await new Promise((resolve) => setImmediate(resolve));
};

/** What is read at once, and what was read before the socket stood still. */
const PIECE = 65_536;
const MEBIBYTE = 1_048_576;
/** Pieces of one message, and some; all else is one by one. */
const MOST_AT_ONCE = 1100;
/** Twice the messages of a second, of which a piece that is read may still hold some more. */
const MOST_IN_ALL = 2100;

describe('frames in a second', () => {
  it('are twice as many at once, so many on average, and as many long ones as there are', () => {
    const event = fc.record({ pause: fc.nat(700), lengths: fc.array(fc.nat(2000), { maxLength: 40 }) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let now = 0;
        const allowance = new ASecond(10, () => now);
        let short = 0;
        for (const { pause, lengths } of events) {
          now += pause;
          allowance.bytes();
          for (const length of lengths) {
            const allowed = allowance.frame(length);
            if (length >= 1024) expect(allowed).toBe(true);
            else if (allowed) short++;
          }
        }
        expect(short).toBeLessThanOrEqual(20 + now / 100);
      }),
    );
  });

  it('are there again after a pause', () => {
    let now = 0;
    const allowance = new ASecond(10, () => now);
    const taken = (): number => {
      allowance.bytes();
      let count = 0;
      while (allowance.frame(0)) count++;
      return count;
    };
    expect(taken()).toBe(20);
    now += 500;
    expect(taken()).toBeLessThanOrEqual(5);
    now += 1_000_000;
    expect(taken()).toBe(20);
  });
});

describe('a partner that floods a server', () => {
  it.each(FLOODS)('with %s is cut', async (_, one) => {
    const { channel, line, events, read } = await enter();
    const seen = countFrames();
    const failed = expectCode('denied', () => collect(channel, 1));
    line.write(much(one(true), 4 * MEBIBYTE));
    await failed;
    await Promise.all([gone(line), closed(events)]);
    expect(seen.most).toBeLessThanOrEqual(MOST_AT_ONCE);
    expect(seen.all).toBeLessThanOrEqual(MOST_IN_ALL);
    expect(read()).toBeLessThanOrEqual(4 * PIECE);
  });

  it('over TLS is cut, too', async () => {
    const { channel, line, events } = await enter({ tls: certificate });
    const seen = countFrames();
    const failed = expectCode('denied', () => collect(channel, 1));
    line.write(much(frame(true, 10, NOTHING), 4 * MEBIBYTE));
    await failed;
    await Promise.all([gone(line), closed(events)]);
    expect(seen.all).toBeLessThanOrEqual(MOST_IN_ALL);
  });

  it('within its rate has one frame looked at a turn', async () => {
    const { channel, line } = await enter({ limits: { messagesPerSecond: 20_000 } });
    const seen = countFrames();
    line.write(much(frame(true, 10, NOTHING), 6 * 20_000));
    line.write(frame(true, 2, encodeMessage({ type: 'frame', frame: Uint8Array.of(7) })));
    expect(await collect(channel, 1)).toEqual([Uint8Array.of(7)]);
    expect(seen.all).toBeGreaterThan(20_000);
    // The end of one, and the beginning of the next.
    expect(seen.most).toBeLessThanOrEqual(4);
  });

  it('is none that sends the longest message in as many pieces as there may be', async () => {
    const { channel, line } = await enter({ limits: { messagesPerSecond: 20 } });
    const message = encodeMessage({ type: 'frame', frame: new Uint8Array(MEBIBYTE) });
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < message.length; at += 1040) {
      const end = at + 1040;
      const piece = message.subarray(at, end);
      pieces.push(frame(true, at === 0 ? 2 : 0, piece, end >= message.length));
    }
    for (let i = 0; i < 3; i++) line.write(concatBytes(...pieces));
    expect((await collect(channel, 3)).map(({ length }) => length)).toEqual([MEBIBYTE, MEBIBYTE, MEBIBYTE]);
  });
});

describe('a server that floods who connects', () => {
  /** @param before whether it does so before its first message */
  async function hostile(flood: Uint8Array, before: boolean): Promise<string> {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    open.push(() => server.close());
    server.on('connection', (socket, request) => {
      open.push(() => socket.terminate());
      socket.on('error', () => {});
      let heard = 0;
      socket.on('message', () => {
        if (before || heard++ > 0) request.socket.write(flood);
        else socket.send(encodeMessage(acceptMessage(openMessage(token), '0123456789abcdef', 0)));
      });
    });
    await once(server, 'listening');
    return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each(FLOODS)('with %s is cut', async (_, one) => {
    const url = await hostile(much(one(false), 4 * MEBIBYTE), false);
    const seen = countFrames();
    const channel = await connect(url, { token });
    await channel.send(Uint8Array.of(1));
    await expectCode('denied', () => collect(channel, 1));
    expect(seen.most).toBeLessThanOrEqual(2 * MOST_AT_ONCE);
    // Those that the server's own end looked at are among them.
    expect(seen.all).toBeLessThanOrEqual(MOST_IN_ALL);
  });

  it('before it has said anything is cut, too', async () => {
    const url = await hostile(much(frame(false, 10, NOTHING), 4 * MEBIBYTE), true);
    const seen = countFrames();
    await expectCode('bad-message', () => connect(url, { token }));
    expect(seen.all).toBeLessThanOrEqual(MOST_IN_ALL);
  });
});

describe('of a partner that was told to go', () => {
  const CREDIT = encodeMessage({ type: 'credit', frames: 8 });
  /** Long messages, which no rate of frames would stop. */
  const long = much(frame(true, 2, new Uint8Array(PIECE)), 48 * MEBIBYTE);
  const BREACHES: readonly [string, ErrorCode, Uint8Array][] = [
    ['messages, too fast', 'denied', much(frame(true, 2, alive), 2100 * (6 + alive.length))],
    ['rubbish', 'bad-message', frame(true, 2, Uint8Array.of(255, 255, 255))],
    ['credit for nothing', 'bad-message', frame(true, 2, CREDIT)],
    ['text', 'bad-message', frame(true, 1, Uint8Array.of(65))],
    ['a frame that is not masked', 'disconnected', frame(false, 2, alive)],
    ['a frame of no known kind', 'disconnected', frame(true, 3, alive)],
    [
      'too long a message',
      'disconnected',
      frame(true, 2, new Uint8Array(MAX_MESSAGE_BYTES + 1)).subarray(0, 14),
    ],
    ['the end, and more', 'disconnected', frame(true, 8, Uint8Array.of(3, 232))],
  ];

  it.each(BREACHES)('nothing more is read: %s', async (_, code, breach) => {
    const { channel, line, events, read } = await enter();
    const before = read();
    const failed = expectCode(code, () => collect(channel, 1));
    line.write(breach);
    line.write(long);
    await failed;
    await Promise.all([gone(line), closed(events)]);
    expect(read() - before).toBeLessThanOrEqual(breach.length + 4 * PIECE);
  });

  it.each(['complete', 'aborted', 'timeout'] as const)(
    'what it may have under way is read, and no more: %s',
    async (reason) => {
      const { channel, line, events, read } = await enter();
      line.write(long);
      await channel.close(reason);
      await Promise.all([gone(line), closed(events)]);
      expect(read()).toBeLessThanOrEqual(9 * MAX_MESSAGE_BYTES + 8 * PIECE);
    },
  );
});

describe('the name that a request asks for', () => {
  const options = { host: '127.0.0.1', partners, origins: [], hosts: [] };

  it('is read up to the length that one has', () => {
    const name = (length: number): string => `${'a.'.repeat(127).slice(0, length - 1)}z`;
    const longest = `${name(253)}:65535`;
    expect(hostOf(longest)).toBe(name(253));
    expect(hostOf(`[::1]:8443`)).toBe('::1');
    expect(hostOf(undefined)).toBeUndefined();
    expect(hostOf('a b')).toBeUndefined();
  });

  it('is none where it is longer, whatever it would come to', () => {
    const long = (length: number): string => `0x7f.0.0.${'1'.padStart(length - 9, '0')}`;
    expect(hostAllowed(long(260), options)).toBe(true);
    expect(hostAllowed(long(261), options)).toBe(false);
  });
});
