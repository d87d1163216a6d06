// SPDX-License-Identifier: Apache-2.0
/** A server that is sent changed messages: none stops it, none makes it grow, and honest peers are served all along. */

import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createBackend } from '../../src/group/select.js';
import { connect } from '../../src/transport/door/connect.js';
import { type Listener, listen } from '../../src/transport/door/listen.js';
import { createToken, hashToken } from '../../src/transport/door/tokens.js';
import { receive, send } from '../../src/transport/run.js';
import { encodeMessage, type Message } from '../../src/wire/messages.js';
import { openMessage } from '../../src/wire/negotiate.js';
import { times } from '../support/effort.js';

/** Messages in all; a connection ends at the first bad one, so most of them are read by the server's code for messages. */
const MESSAGES = times(5_000, 1_000_000);
const A_CONNECTION = 20;

const token = createToken();
const codes = new Map<string, number>();
let listener: Listener;
beforeAll(async () => {
  const backend = await createBackend({ concurrency: 1 });
  listener = await listen({
    partners: [{ name: 'partner', tokens: [hashToken(token)] }],
    limits: { channels: 64, channelsPerPeer: 64, idleSeconds: 5 },
  });
  void (async () => {
    for await (const channel of listener) {
      send(channel, ['ada', 'grace'], { backend }).catch(({ code }) => {
        codes.set(code, (codes.get(code) ?? 0) + 1);
      });
    }
  })();
});
afterAll(() => listener.close());

/** A small generator with a fixed beginning, so that a failure can be repeated. */
let state = 0x2545f491;
function below(limit: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % limit;
}

function hello(): Uint8Array {
  const bytes = new Uint8Array(97);
  bytes.set([1, ...Buffer.from('veilmatch-psi'), 0, 1, 1, 1, 1 + below(2), 1, 1, 8]);
  bytes[28] = 1 + below(3);
  bytes.fill(255, 29, 33);
  return bytes;
}

const KINDS: readonly (() => Message)[] = [
  () => openMessage(below(2) === 0 ? token : createToken()),
  () => ({ type: 'frame', frame: hello() }),
  () => ({
    type: 'frame',
    frame: Uint8Array.of(2, 0, 0, 0, 0, ...crypto.getRandomValues(new Uint8Array(32))),
  }),
  () => ({ type: 'frame', frame: crypto.getRandomValues(new Uint8Array(1 + below(200))) }),
  () => ({ type: 'credit', frames: 1 + below(8) }),
  () => ({ type: 'keepAlive' }),
  () => ({ type: 'close', reason: 'complete' }),
];

function mutated(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(encodeMessage(KINDS[below(KINDS.length)]!()));
  for (let changes = below(4); changes > 0; changes--) bytes[below(bytes.length)] = below(256);
  return below(5) === 0 ? bytes.slice(0, below(bytes.length + 1)) : bytes;
}

async function attack(): Promise<number> {
  const socket = new WebSocket(`ws://127.0.0.1:${listener.port}`, 'veilmatch-psi-v1');
  socket.on('error', () => {});
  await once(socket, 'open');
  // Half of them get in first; the others are strangers.
  if (below(2) === 0) {
    socket.send(encodeMessage(openMessage(token)));
    // Who does not wait for the answer is a stranger who says too much.
    await Promise.race([once(socket, 'message'), once(socket, 'close')]);
  }
  for (let i = 0; i < A_CONNECTION; i++) socket.send(mutated());
  socket.close();
  if (socket.readyState !== WebSocket.CLOSED) await once(socket, 'close');
  return A_CONNECTION;
}

it('takes any message without stopping, stalling or growing', async () => {
  const honest = async (): Promise<void> => {
    const channel = await connect(`ws://127.0.0.1:${listener.port}`, { token });
    expect((await receive(channel, ['ada', 'alan'])).matches).toEqual([0]);
  };
  await honest();
  let sent = 0;
  let before = 0;
  while (sent < MESSAGES) {
    const counts = await Promise.all(Array.from({ length: 8 }, attack));
    sent += counts.reduce((sum, count) => sum + count);
    // What is compiled and cached at the beginning is no growth.
    if (before === 0 && sent >= MESSAGES / 5) before = process.memoryUsage().rss;
    if (sent % 1600 === 0) await honest();
  }
  await honest();
  expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
  expect([...codes.keys()]).not.toContain(undefined);
  expect(codes.get('bad-message')).toBeGreaterThan(0);
}, 7_200_000);
