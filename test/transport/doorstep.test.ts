// SPDX-License-Identifier: Apache-2.0
/** Strangers: how much they may say, how many they are, and that each who is turned away is told of once. */

import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect as dial, type Socket } from 'node:net';
import { connect as dialTls } from 'node:tls';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { concatBytes } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import { ByteMeter, HANDSHAKE_ALLOWANCE, InAll } from '../../src/transport/channel/byte-meter.js';
import { connect } from '../../src/transport/door/connect.js';
import { Doorstep, type TurnedAway } from '../../src/transport/door/doorstep.js';
import { type Listener, type ListenOptions, listen } from '../../src/transport/door/listen.js';
import { createToken, hashToken } from '../../src/transport/door/tokens.js';
import { encodeMessage, MAX_CONTROL_BYTES } from '../../src/wire/messages.js';
import { openMessage } from '../../src/wire/negotiate.js';
import { expectCode } from '../suites/errors.js';
import { type Authority, createAuthority, type Issued } from '../support/certificates.js';

const [token, other] = [createToken(), createToken()];
const partners = [token, other].map((each, i) => ({ name: `peer-${i}`, tokens: [hashToken(each)] }));

let authority: Authority;
let server: Issued;
beforeAll(() => {
  authority = createAuthority('authority');
  server = authority.issue('server', ['localhost']);
});

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

interface Door {
  readonly listener: Listener;
  readonly port: number;
  readonly away: TurnedAway[];
  readonly accepted: string[];
}

async function door(options: ListenOptions = {}): Promise<Door> {
  const away: TurnedAway[] = [];
  const accepted: string[] = [];
  const listener = await listen({
    partners,
    ...options,
    onEvent(event) {
      if (event.type === 'turned-away') away.push(event.reason);
      if (event.type === 'accepted') accepted.push(event.peer.name);
    },
  });
  open.push(listener);
  return { listener, port: listener.port, away, accepted };
}

/** A frame of RFC 6455, masked with zeros. */
function wsFrame(opcode: number, fin: boolean, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const size =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, length >>> 24, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  const header = [(fin ? 0x80 : 0) | opcode, 0x80 | size[0]!, ...size.slice(1), 0, 0, 0, 0];
  return concatBytes(Uint8Array.from(header), payload);
}

const UPGRADE = [
  ...[
    'GET / HTTP/1.1',
    'Host: 127.0.0.1',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
  ],
  ...['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Protocol: veilmatch-psi-v1'],
];
const request = (...headers: string[]): string => `${[...UPGRADE, ...headers].join('\r\n')}\r\n\r\n`;

async function raw(port: number, ...parts: (string | Uint8Array)[]): Promise<Socket> {
  const socket = dial(port, '127.0.0.1');
  open.push({ close: () => socket.destroy() });
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  socket.resume();
  return socket;
}

describe('the meter', () => {
  const allowance = { bytes: 300, frames: 5 };
  const frames = fc.array(
    fc.tuple(fc.constantFrom(0, 1, 2, 8, 9, 10), fc.boolean(), fc.uint8Array({ maxLength: 140 })),
    { maxLength: 8 },
  );

  it('allows so many bytes and so many frames, in whatever pieces they come', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 50 })), (all, cuts) => {
        const bytes = concatBytes(...all.map(([opcode, fin, payload]) => wsFrame(opcode, fin, payload)));
        const meter = new ByteMeter(new InAll(allowance));
        let allowed = true;
        let at = 0;
        for (const cut of [...cuts, bytes.length]) {
          allowed &&= meter.take(bytes.subarray(at, at + cut));
          at += cut;
        }
        expect(allowed).toBe(bytes.length <= allowance.bytes && all.length <= allowance.frames);
      }),
    );
  });

  it.each([301, 65_536, 2 ** 31])('does not wait for a frame that says it has %i bytes', (length) => {
    const header = length < 65_536 ? [0x82, 0xfe, length >> 8, length & 255] : undefined;
    const long = [0x82, 0xff, 0, 0, 0, 0, ...[24, 16, 8, 0].map((shift) => (length / 2 ** shift) & 255)];
    const meter = new ByteMeter(new InAll(allowance));
    expect(meter.take(Uint8Array.from([...(header ?? long), 0, 0, 0, 0]))).toBe(false);
  });

  it('has room for the longest Open, in pieces and with pings', () => {
    const meter = new ByteMeter(new InAll(HANDSHAKE_ALLOWANCE));
    const half = new Uint8Array(MAX_CONTROL_BYTES / 2);
    const ping = wsFrame(9, true, new Uint8Array(4));
    for (const part of [ping, wsFrame(2, false, half), ping, wsFrame(0, true, half)]) {
      expect(meter.take(part)).toBe(true);
    }
  });
});

describe('who sends much before it is known', () => {
  /** What the server has read of each connection, by the server's own count. */
  async function readOf(door: Door, send: (port: number) => Promise<Socket>): Promise<number[]> {
    const sockets: Socket[] = [];
    const note = (message: unknown): void => {
      const { socket } = message as { socket: Socket };
      if (socket.localPort === door.port) sockets.push(socket);
    };
    subscribe('net.server.socket', note);
    try {
      const clients = await Promise.all(Array.from({ length: 8 }, () => send(door.port)));
      await Promise.all(clients.map((client) => client.closed || once(client, 'close')));
    } finally {
      unsubscribe('net.server.socket', note);
    }
    return sockets.map((socket) => socket.bytesRead);
  }
  /** The one that was too much, and what was read before the socket stood still. */
  const MOST = 4 * 65_536;
  const MEBIBYTE = 1_048_576;

  it.each([
    ['one message of a mebibyte', wsFrame(2, true, new Uint8Array(MEBIBYTE)).subarray(0, -1)],
    [
      'a message in fragments of 64 bytes',
      concatBytes(
        ...Array.from({ length: 16_000 }, (_, i) => wsFrame(i === 0 ? 2 : 0, false, new Uint8Array(64))),
      ),
    ],
    ['pings', concatBytes(...Array.from({ length: 10_000 }, () => wsFrame(9, true, new Uint8Array(100))))],
  ])('is heard no further than that shows, and cut off: %s', async (_, bytes) => {
    const at = await door();
    const read = await readOf(at, (port) => raw(port, request(), bytes));
    expect(read).toHaveLength(8);
    for (const count of read) expect(count).toBeLessThanOrEqual(MOST);
    expect(at.away).toEqual(Array(8).fill('protocol'));
  });

  it('is heard no further in headers either', async () => {
    const at = await door();
    const headers = Array.from({ length: 20_000 }, (_, i) => `X-${i}: ${'a'.repeat(40)}`);
    const read = await readOf(at, (port) => raw(port, request(...headers)));
    for (const count of read) expect(count).toBeLessThanOrEqual(MOST);
    expect(at.away).toEqual(Array(8).fill('protocol'));
  });

  it('is limited no more once it is let in', async () => {
    const { port, listener } = await door();
    const channel = await connect(`ws://127.0.0.1:${port}`, { token });
    const { value } = await listener[Symbol.asyncIterator]().next();
    for (let i = 0; i < 4; i++) await channel.send(new Uint8Array(MEBIBYTE));
    expect((await value![Symbol.asyncIterator]().next()).value).toHaveLength(MEBIBYTE);
  });
});

describe('strangers', () => {
  it('are so many at once, of all and of one address: the oldest has to go', async () => {
    const at = await door({ limits: { pending: 50, pendingPerAddress: 3, handshakeSeconds: 60 } });
    const first = [await raw(at.port), await raw(at.port)];
    const later = [await raw(at.port), await raw(at.port), await raw(at.port)];
    await Promise.all(first.map((socket) => socket.closed || once(socket, 'close')));
    expect(at.away).toEqual(['silent', 'silent']);
    expect(later.every((socket) => !socket.destroyed)).toBe(true);
  });

  it('of one network count together, and do not push out those of others', () => {
    const away: string[] = [];
    const step = new Doorstep({ pending: 10, pendingPerAddress: 2, handshakeSeconds: 60 }, (reason) => {
      away.push(reason);
    });
    const from = (remoteAddress: string): { cut: boolean } => {
      const socket = { remoteAddress, remotePort: Math.random(), cut: false };
      const fake = { ...socket, once() {}, on() {}, destroy: () => (seen.cut = true) };
      const seen = { cut: false };
      step.hold(fake as unknown as Socket);
      return seen;
    };
    const quiet = from('192.0.2.1');
    const six = ['2001:db8::1', '2001:db8:0:0:1::', '2001:db8:0:0:ffff:1:2:3', '2001:db8:0:1::1'].map(from);
    const four = ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.7'].map(from);
    expect(six.map(({ cut }) => cut)).toEqual([true, false, false, false]);
    expect(four.map(({ cut }) => cut)).toEqual([true, false, false]);
    expect([quiet.cut, away]).toEqual([false, ['silent', 'silent']]);
    step.close();
    expect(away.slice(2)).toEqual(Array(6).fill('busy'));
  });
});

describe('each that is turned away is told of once:', () => {
  const wrong = async (at: Door, message: Uint8Array | string, headers = {}, path = ''): Promise<void> => {
    const socket = new WebSocket(`ws://127.0.0.1:${at.port}/${path}`, 'veilmatch-psi-v1', { headers });
    socket.on('error', () => {});
    socket.on('open', () => socket.send(message));
    await new Promise((resolve) => socket.on('close', resolve));
  };
  const opening = (more: object = {}): Uint8Array => encodeMessage({ ...openMessage(token), ...more });
  const gone = async (socket: Socket): Promise<void> => {
    if (!socket.closed) await once(socket, 'close');
  };
  const store = {
    begin: async () => {
      throw new VeilmatchError('io', 'No space is left.');
    },
    resume: async () => undefined,
  };
  const short = { handshakeSeconds: 0.2 };
  const held = { frames: 0, digest: new Uint8Array(32) };

  const CASES: readonly [string, TurnedAway, (at: Door) => Promise<unknown>, ListenOptions?][] = [
    ['another name', 'host', (at) => wrong(at, '', { host: 'evil.example' })],
    ['a page', 'origin', (at) => wrong(at, '', { origin: 'https://evil.example' })],
    ['another path', 'path', (at) => wrong(at, '', {}, 'x')],
    ['a token that nobody has', 'unknown-token', (at) => wrong(at, opening({ token: createToken() }))],
    ['nothing to be known by', 'no-credentials', (at) => wrong(at, opening({ token: '' }))],
    ['another version', 'incompatible', (at) => wrong(at, opening({ versions: [2] }))],
    [
      'a run that is not there',
      'unknown-run',
      (at) => wrong(at, opening({ runId: '0123456789abcdef', held })),
    ],
    ['a run that cannot be kept', 'store', (at) => wrong(at, opening({ held })), { runs: store }],
    ['rubbish', 'protocol', (at) => wrong(at, Buffer.from('rubbish'))],
    ['text', 'protocol', (at) => wrong(at, 'text')],
    ['an Open that is too long', 'protocol', (at) => wrong(at, opening({ token: 'x'.repeat(5000) }))],
    ['a page of a browser', 'protocol', (at) => fetch(`http://127.0.0.1:${at.port}/`)],
    ['what is no HTTP', 'protocol', async (at) => gone(await raw(at.port, 'SSH-2.0-x\r\n\r\n'))],
    [
      'a WebSocket without a key',
      'protocol',
      async (at) => gone(await raw(at.port, request().replace(/Sec-WebSocket-Key.*\r\n/, ''))),
    ],
    [
      'many headers',
      'protocol',
      async (at) => gone(await raw(at.port, request(...Array.from({ length: 200 }, (_, i) => `X-${i}: 1`)))),
    ],
    ['silence', 'silent', async (at) => gone(await raw(at.port)), { limits: short }],
    ['half a request', 'silent', async (at) => gone(await raw(at.port, 'GET / HT')), { limits: short }],
    [
      'silence after the request',
      'silent',
      async (at) => gone(await raw(at.port, request())),
      { limits: short },
    ],
    ['a line that is cut', 'silent', async (at) => (await raw(at.port, 'GET /')).destroy()],
    [
      'a line that is cut after the request',
      'silent',
      async (at) => (await raw(at.port, request())).destroy(),
    ],
    [
      'what it was not offered',
      'not-offered',
      (at) => wrong(at, opening(), {}, 'secret'),
      { partners: [{ name: 'peer-0', tokens: [hashToken(token)], offers: [{ name: 'open' }] }] },
    ],
    [
      'what nobody is told of who is not known',
      'unknown-token',
      (at) => wrong(at, opening({ token: createToken() }), {}, 'open'),
      { partners: [{ name: 'peer-0', tokens: [hashToken(token)], offers: [{ name: 'open' }] }] },
    ],
    [
      'one of too many',
      'silent',
      async (at) => {
        await raw(at.port);
        await connect(`ws://127.0.0.1:${at.port}`, { token });
      },
      { limits: { pending: 1 } },
    ],
    [
      'no place',
      'busy',
      async (at) => {
        await connect(`ws://127.0.0.1:${at.port}`, { token });
        await connect(`ws://127.0.0.1:${at.port}`, { token: other }).catch(() => {});
      },
      { limits: { channels: 1 } },
    ],
    [
      'the end of the server',
      'busy',
      async (at) => {
        await raw(at.port, request());
        await at.listener.close();
      },
    ],
  ];

  it.each(CASES)('%s (%s)', async (_, reason, act, options = {}) => {
    const at = await door(options);
    await act(at);
    while (at.away.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    // Whatever else ends with the connection, and with the server, has ended then.
    await at.listener.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(at.away).toEqual([reason]);
  });

  it('every reason that there is without TLS', () => {
    type OverTls =
      | 'tls'
      | 'unknown-certificate'
      | 'unknown-authority'
      | 'revoked'
      | 'expired'
      | 'revocation-list'
      | 'bad-certificate'
      | 'two-partners';
    const reasons: Record<Exclude<TurnedAway, OverTls>, true> = {
      ...{ host: true, origin: true, path: true, 'no-credentials': true, 'unknown-token': true, busy: true },
      ...{ silent: true, protocol: true, incompatible: true, 'unknown-run': true, store: true },
      'not-offered': true,
    };
    expect(new Set(CASES.map(([, reason]) => reason))).toEqual(new Set(Object.keys(reasons)));
  });

  it.each([
    ['silence', 'silent', ''],
    ['what is no TLS', 'protocol', 'GET / HTTP/1.1\r\n\r\n'],
  ])('over TLS, %s', async (_, reason, bytes) => {
    const at = await door({ tls: server, limits: short });
    await gone(await raw(at.port, bytes));
    await at.listener.close();
    expect(at.away).toEqual([reason]);
  });

  it('over TLS, silence after its handshake, and a wrong token', async () => {
    const at = await door({ tls: server, limits: { handshakeSeconds: 1 } });
    const silent = dialTls({ port: at.port, host: '127.0.0.1', rejectUnauthorized: false });
    silent.on('error', () => {});
    const credentials = { token: createToken(), tls: { ca: authority.cert } };
    await expectCode('denied', () => connect(`wss://localhost:${at.port}`, credentials));
    await once(silent.resume(), 'close');
    await at.listener.close();
    expect([...at.away].sort()).toEqual(['silent', 'unknown-token']);
  });

  it('over TLS, a client that does not trust the server, which closes or says so', async () => {
    const at = await door({ tls: server, limits: { handshakeSeconds: 5 } });
    const stranger = createAuthority('stranger');
    await expectCode('disconnected', () =>
      connect(`wss://localhost:${at.port}`, { token, tls: { ca: stranger.cert } }),
    );
    // As other programs do it: an alert in the middle of the handshake.
    const { code } = await new Promise<{ code: number | null }>((resolve) => {
      const client = spawn('openssl', [
        ...['s_client', '-connect', `127.0.0.1:${at.port}`, '-verify_return_error', '-verify', '1'],
      ]);
      client.stdin.end();
      client.on('close', (status) => resolve({ code: status }));
    });
    expect(code).not.toBe(0);
    while (at.away.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await at.listener.close();
    expect(at.away).toEqual(['tls', 'tls']);
  });

  it('and one that is let in is not told of', async () => {
    const at = await door({ limits: short });
    const channel = await connect(`ws://127.0.0.1:${at.port}`, { token });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await channel.close();
    await at.listener.close();
    expect([at.accepted, at.away]).toEqual([['peer-0'], []]);
  });
});
