// SPDX-License-Identifier: Apache-2.0
/** Who gets in and who does not, over real sockets and real TLS. */

import { once } from 'node:events';
import { connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import type { Channel } from '../../src/transport/channel/channel.js';
import { type ConnectOptions, connect } from '../../src/transport/door/connect.js';
import {
  type AcceptedChannel,
  type ListenEvent,
  type Listener,
  type ListenOptions,
  listen,
} from '../../src/transport/door/listen.js';
import { createToken, hashToken } from '../../src/transport/door/tokens.js';
import { receive, send } from '../../src/transport/run.js';
import { decodeMessage, encodeMessage } from '../../src/wire/messages.js';
import { openMessage } from '../../src/wire/negotiate.js';
import { collect } from '../suites/channel.js';
import { expectCode } from '../suites/errors.js';
import { type Authority, createAuthority, type Issued } from '../support/certificates.js';

const SENDER = ['ada', 'grace', 'edsger'];
const RECEIVER = ['ada', 'alan', 'edsger'];

const token = createToken();
const partners = [
  { name: 'somebody', tokens: [hashToken(createToken()), hashToken(createToken())] },
  { name: 'partner', tokens: [hashToken(createToken()), hashToken(token)] },
];

let authority: Authority;
let stranger: Authority;
let server: Issued;
let single: { readonly backend: GroupBackend };
beforeAll(async () => {
  authority = createAuthority('authority');
  stranger = createAuthority('stranger');
  server = authority.issue('server', ['partner.example']);
  single = { backend: await createBackend({ concurrency: 1 }) };
});

const open: (Listener | { close(): unknown })[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

interface Served {
  readonly listener: Listener;
  readonly events: ListenEvent[];
  readonly peers: string[];
  readonly url: string;
}

/** Serves SENDER to whoever gets in. */
async function serve(options: ListenOptions = {}): Promise<Served> {
  const events: ListenEvent[] = [];
  const peers: string[] = [];
  const listener = await listen({ partners, onEvent: (event) => events.push(event), ...options });
  open.push(listener);
  const run = async (channel: AcceptedChannel): Promise<void> => {
    peers.push(channel.peer.name);
    await send(channel, SENDER, single).catch(() => {});
  };
  void (async () => {
    for await (const channel of listener) void run(channel);
  })();
  return {
    listener,
    events,
    peers,
    url: `${options.tls ? 'wss' : 'ws'}://127.0.0.1:${listener.port}`,
  };
}

async function ask(url: string, options: ConnectOptions = { token }): Promise<readonly number[]> {
  const channel = await connect(url, options);
  return (await receive(channel, RECEIVER, single)).matches ?? [];
}

const turnedAway = (events: readonly ListenEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'turned-away' ? [event.reason] : []));

describe('listen refuses to start', () => {
  it('off this machine without TLS', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1', 'partner.example'])
      await expectCode('argument', () => listen({ host, partners }));
  });

  it('without anything that peers are known by, on this machine too', async () => {
    await expectCode('argument', () => listen({}));
    await expectCode('argument', () => listen({ tls: server }));
  });

  it('with a certificate and a key that do not belong together', async () => {
    const { key } = authority.issue('other', []);
    await expectCode('argument', () => listen({ partners, tls: { cert: server.cert, key } }));
  });

  it('on a port that is taken', async () => {
    const { listener } = await serve();
    await expectCode('io', () => listen({ partners, port: listener.port }));
  });
});

describe('connect', () => {
  it.each([
    'ws://partner.example',
    'http://127.0.0.1',
    'partner:8443',
    'wss://a:b@127.0.0.1',
    'wss://h/?token=x',
  ])('does not take %s', async (url) => {
    const error = await expectCode('argument', () => connect(url, { token }));
    expect(error.message).not.toContain('token=x');
  });

  it('does not take what is no token, and does not repeat it', async () => {
    const error = await expectCode('argument', () => connect('ws://127.0.0.1:1', { token: 'hunter2' }));
    expect(error.message).not.toContain('hunter2');
  });

  it('says what the system said where nobody listens', async () => {
    const { listener, url } = await serve();
    await listener.close();
    expect((await expectCode('disconnected', () => connect(url, { token }))).message).toContain(
      'ECONNREFUSED',
    );
  });
});

describe('a token', () => {
  it('opens the door, and its name is the peer', async () => {
    const { url, peers, events } = await serve();
    expect(await ask(url)).toEqual([0, 2]);
    expect(peers).toEqual(['partner']);
    expect(JSON.stringify(events)).not.toContain(token);
  });

  it.each([
    ['none', undefined],
    ['a wrong one', createToken()],
  ])('is needed: %s', async (_, other) => {
    const { url, peers, events } = await serve();
    await expectCode('denied', () => ask(url, { token: other }));
    expect({ peers, away: turnedAway(events) }).toEqual({
      peers: [],
      away: [other === undefined ? 'no-credentials' : 'unknown-token'],
    });
  });
});

describe('TLS', () => {
  it('is version 1.3', async () => {
    const { url, listener } = await serve({ tls: server });
    expect(await ask(url, { token, tls: { ca: authority.cert } })).toEqual([0, 2]);
    const old = tlsConnect({
      port: listener.port,
      host: '127.0.0.1',
      maxVersion: 'TLSv1.2',
      rejectUnauthorized: false,
    });
    const [error] = await once(old, 'error');
    expect(error.code).toMatch(/PROTOCOL_VERSION/);
  });

  it('must be of an authority that the client trusts, and of the name that it asked for', async () => {
    const { url, peers } = await serve({ tls: server });
    await expectCode('disconnected', () => ask(url, { token }));
    await expectCode('disconnected', () => ask(url, { token, tls: { ca: stranger.cert } }));
    const localhost = url.replace('127.0.0.1', 'localhost');
    const error = await expectCode('disconnected', () =>
      ask(localhost, { token, tls: { ca: authority.cert } }),
    );
    expect(error.message).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(peers).toEqual([]);
  });

  it('brings a certificate of somebody else, which is as good as nothing, with a token or without', async () => {
    const { url, peers, events } = await serve({ tls: { ...server, clientCa: authority.cert } });
    const client = stranger.issue('client');
    const tls = { ca: authority.cert, ...client };
    await expectCode('denied', () => ask(url, { tls }));
    await expectCode('denied', () => ask(url, { tls, token }));
    await expectCode('denied', () => ask(url, { tls: { ca: authority.cert } }));
    expect({ peers, away: turnedAway(events) }).toEqual({
      peers: [],
      away: ['unknown-authority', 'unknown-authority', 'no-credentials'],
    });
  });

  it("is not a server's certificate shown by a client", async () => {
    const { url, peers } = await serve({ tls: { ...server, clientCa: authority.cert } });
    await expectCode('denied', () => ask(url, { tls: { ca: authority.cert, ...server } }));
    expect(peers).toEqual([]);
  });
});

describe('a web page', () => {
  const attempt = async (url: string, headers: Record<string, string>): Promise<string> => {
    const socket = new WebSocket(url, 'veilmatch-psi-v1', { headers });
    return new Promise((resolve) => {
      socket.on('open', () => resolve('open'));
      socket.on('error', ({ message }) => resolve(message));
    }).finally(() => socket.terminate()) as Promise<string>;
  };
  const FORBIDDEN = 'Unexpected server response: 403';

  it('reaches nothing, whatever its origin, unless the origin is allowed', async () => {
    const { url, events } = await serve({ origins: ['https://good.example'] });
    for (const origin of [
      'https://evil.example',
      'null',
      'http://127.0.0.1',
      'https://good.example.evil.example',
    ])
      expect(await attempt(url, { origin })).toBe(FORBIDDEN);
    expect(await attempt(url, { origin: 'https://good.example' })).toBe('open');
    expect(turnedAway(events)).toEqual(Array(4).fill('origin'));
    const none = await serve();
    expect(await attempt(none.url, { origin: 'https://good.example' })).toBe(FORBIDDEN);
  });

  it('reaches nothing under a name that it has had point here', async () => {
    const { url, events } = await serve({ hosts: ['alias.example'] });
    expect(await attempt(url, { host: 'evil.example' })).toBe(FORBIDDEN);
    expect(await attempt(url, { host: 'alias.example' })).toBe('open');
    expect(await attempt(url, { host: 'localhost:1' })).toBe('open');
    expect(turnedAway(events).filter((reason) => reason !== 'silent')).toEqual(['host']);
  });

  it('asks in vain for anything but a WebSocket', async () => {
    const { url } = await serve();
    const response = await fetch(url.replace('ws', 'http'));
    expect({ status: response.status, body: await response.text() }).toEqual({ status: 426, body: '' });
  });
});

describe('what is sent first', () => {
  /** A connection that speaks the wire format by hand. */
  async function raw(url: string): Promise<{ socket: WebSocket; heard: ReturnType<typeof decodeMessage>[] }> {
    const socket = new WebSocket(url, 'veilmatch-psi-v1');
    const heard: ReturnType<typeof decodeMessage>[] = [];
    socket.on('message', (data: Buffer) => heard.push(decodeMessage(new Uint8Array(data))));
    await once(socket, 'open');
    return { socket, heard };
  }

  it.each([
    ['rubbish', Buffer.from('rubbish'), 'protocol'],
    ['a frame', encodeMessage({ type: 'frame', frame: Uint8Array.of(1) }), 'protocol'],
    ['an Open of another version', encodeMessage({ ...openMessage(token), versions: [2] }), 'incompatible'],
    ['an Open that is too long', encodeMessage({ ...openMessage('x'.repeat(5000)) }), 'protocol'],
  ])('is an Open with a token, not %s', async (_, message, reason) => {
    const { url, peers } = await serve();
    const { socket, heard } = await raw(url);
    socket.send(message);
    await once(socket, 'close');
    expect(heard).toEqual([{ type: 'close', reason }]);
    expect(peers).toEqual([]);
  });

  it('is not repeated: the second attempt on a connection is not looked at', async () => {
    const { url, peers } = await serve();
    const { socket, heard } = await raw(url);
    socket.send(encodeMessage(openMessage(createToken())));
    socket.send(encodeMessage(openMessage(token)));
    await once(socket, 'close');
    expect(heard).toEqual([{ type: 'close', reason: 'denied' }]);
    expect(peers).toEqual([]);
  });
});

describe('frames of another run', () => {
  it('replayed under a valid token complete nothing', async () => {
    const { url } = await serve();
    // A run as an eavesdropper would have it, though TLS hides it.
    const recorded: Uint8Array[] = [];
    const channel = await connect(url, { token });
    const recording: Channel = Object.assign(Object.create(channel), {
      send: (frame: Uint8Array) => {
        recorded.push(frame.slice());
        return channel.send(frame);
      },
      close: (reason?: 'complete') => channel.close(reason),
      [Symbol.asyncIterator]: () => channel[Symbol.asyncIterator](),
    });
    expect((await receive(recording, RECEIVER, single)).size).toBe(2);
    expect(recorded).toHaveLength(3);

    const results: unknown[] = [];
    const listener = await listen({ partners });
    open.push(listener);
    const replay = await connect(`ws://127.0.0.1:${listener.port}`, { token });
    const { value } = await listener[Symbol.asyncIterator]().next();
    const sending = send(value!, SENDER, single).then(
      (result) => results.push(result),
      (error) => results.push(error.code),
    );
    for (const frame of recorded) await replay.send(frame);
    // Hello, answers, tags and the sender's Finish come; they are made with a key of this run, and the run fails.
    await expectCode('disconnected', () => collect(replay, 5));
    await sending;
    expect(results).toEqual(['transcript-mismatch']);
  });
});

describe('clients that mean no good', () => {
  const dial = async (port: number, bytes = ''): Promise<Socket> => {
    const socket = netConnect(port, '127.0.0.1');
    open.push({ close: () => socket.destroy() });
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.write(bytes);
    return socket;
  };

  it('that say little and slowly are cut off, and keep nobody out', async () => {
    const { url, listener, events } = await serve({ limits: { handshakeSeconds: 1 } });
    const slow = await Promise.all([
      dial(listener.port),
      dial(listener.port, 'GET / HT'),
      dial(listener.port, 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: b\r\n'),
    ]);
    const ends = slow.map((socket) => once(socket.resume(), 'close'));
    const silent = new WebSocket(url, 'veilmatch-psi-v1');
    expect(await ask(url)).toEqual([0, 2]);
    await Promise.all([...ends, once(silent, 'close')]);
    expect(turnedAway(events)).toContain('silent');
  });

  it('that are a hundred, some with a token, do not stop an honest one', async () => {
    const other = createToken();
    const { url, listener } = await serve({
      partners: [...partners, { name: 'greedy', tokens: [hashToken(other)] }],
      limits: { pending: 20, channels: 8, channelsPerPeer: 2 },
    });
    const crowd: Promise<unknown>[] = [];
    for (let i = 0; i < 100; i++) {
      if (i % 4 === 0) crowd.push(dial(listener.port, 'GET /').catch(() => {}));
      else crowd.push(connect(url, { token: i % 4 === 1 ? other : createToken() }).catch(({ code }) => code));
    }
    expect(await ask(url)).toEqual([0, 2]);
    const outcomes = await Promise.all(crowd);
    expect(
      outcomes.filter((outcome) => typeof outcome === 'object' && outcome !== null && 'runId' in outcome),
    ).toHaveLength(2);
    expect(await ask(url)).toEqual([0, 2]);
  });

  it('that take no frame, or send another version in the protocol, end in a typed error', async () => {
    const listener = await listen({ partners, limits: { idleSeconds: 1 } });
    open.push(listener);
    const channel = await connect(`ws://127.0.0.1:${listener.port}`, { token });
    const { value } = await listener[Symbol.asyncIterator]().next();
    const sending = send(value!, SENDER, single);
    const failed = expectCode('incompatible-peer', () => sending);
    const hello = new Uint8Array(97);
    hello.set([1, ...Buffer.from('veilmatch-psi'), 0, 2]);
    await channel.send(hello);
    await failed;
    await expectCode('incompatible-peer', () => collect(channel, 1));
  });
});

describe('partners that hold what they have got', () => {
  const all = ['a', 'b', 'c'].map((name) => ({ name, token: createToken() }));
  const known = all.map(({ name, token }) => ({ name, tokens: [hashToken(token)] }));
  /** Says who it is, and from then on that it is there; resolves with what it was told first, and what at last. */
  async function squat(url: string, index: number): Promise<{ first: unknown; end: Promise<unknown> }> {
    const socket = new WebSocket(url, 'veilmatch-psi-v1');
    open.push({ close: () => socket.terminate() });
    const heard: unknown[] = [];
    let told = (): void => {};
    const first = new Promise<void>((resolve) => {
      told = resolve;
    });
    socket.on('message', (data: Buffer) => {
      heard.push(decodeMessage(new Uint8Array(data)));
      told();
    });
    await once(socket, 'open');
    socket.send(encodeMessage(openMessage(all[index]!.token)));
    const alive = setInterval(() => socket.send(encodeMessage({ type: 'keepAlive' })), 100);
    const end = once(socket, 'close').then(() => {
      clearInterval(alive);
      return heard.at(-1);
    });
    await first;
    return { first: heard[0], end };
  }
  const accepted = expect.objectContaining({ type: 'accept' });
  const busy = { type: 'close', reason: 'busy' };

  it('leave a place for each of the others, two of them as well as one', async () => {
    const { url } = await serve({ partners: known, limits: { channels: 4, channelsPerPeer: 4 } });
    const heard: unknown[] = [];
    for (const index of [0, 0, 0, 1, 1]) heard.push((await squat(url, index)).first);
    expect(heard).toEqual([accepted, accepted, busy, accepted, busy]);
    expect(await ask(url, { token: all[2]!.token })).toEqual([0, 2]);
  });

  it('and say nothing are given up, though they are alive', async () => {
    const { url, events } = await serve({ partners: known, limits: { channels: 1, helloSeconds: 1 } });
    const held = await squat(url, 0);
    expect(held.first).toEqual(accepted);
    await expectCode('denied', () => ask(url, { token: all[2]!.token }));
    expect(await held.end).toEqual({ type: 'close', reason: 'timeout' });
    while (!events.some(({ type }) => type === 'closed'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await ask(url, { token: all[2]!.token })).toEqual([0, 2]);
  });

  it('and serve, but never answer, are given up by those that connect', async () => {
    const listener = await listen({ partners: known });
    open.push(listener);
    const channel = await connect(`ws://127.0.0.1:${listener.port}`, {
      token: all[0]!.token,
      limits: { progressSeconds: 1 },
    });
    await expectCode('timeout', () => receive(channel, RECEIVER, single));
  });
});

it('the certificate of a server is checked, whatever the environment says', async () => {
  const { url, peers, events } = await serve({ tls: server });
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    // A caller without types finds no way around it either.
    const tls = { rejectUnauthorized: false, checkServerIdentity: () => undefined };
    await expectCode('disconnected', () => connect(url, { token, tls: tls as object }));
    const wrongName = { ...tls, ca: authority.cert };
    const localhost = url.replace('127.0.0.1', 'localhost');
    await expectCode('disconnected', () => connect(localhost, { token, tls: wrongName }));
  } finally {
    delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  }
  expect(peers).toEqual([]);
  while (turnedAway(events).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(turnedAway(events)).toEqual(['tls', 'tls']);
});
