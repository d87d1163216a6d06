// SPDX-License-Identifier: Apache-2.0
/** Requests at a listener's door that want no WebSocket: so many at once and no more, beside those that do. */

import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type AnswerRequest,
  connect,
  createToken,
  hashToken,
  type ListenEvent,
  type Listener,
  listen,
} from '../../src/transport/index.js';

const token = createToken();
let listener: Listener | undefined;
afterEach(() => listener?.close());

async function open(onRequest: AnswerRequest, requests: number): Promise<ListenEvent[]> {
  const events: ListenEvent[] = [];
  listener = await listen({
    partners: [{ name: 'acme', tokens: [hashToken(token)] }],
    ...{ onRequest, limits: { requests }, onEvent: (event: ListenEvent) => events.push(event) },
  });
  return events;
}

/** The status, and the body when it has come. */
async function ask(path: string): Promise<{ status: number | undefined; body: Promise<string> }> {
  const [answer] = (await once(get({ host: '127.0.0.1', port: listener!.port, path }), 'response')) as [
    IncomingMessage,
  ];
  const body = (async () => {
    let text = '';
    for await (const chunk of answer) text += chunk;
    return text;
  })();
  return { status: answer.statusCode, body };
}

describe('downloads', () => {
  it('are so many at once: one more is told to come back, and a WebSocket is let in all the same', async () => {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const answer: AnswerRequest = async ({ path }) => ({
      status: 200,
      headers: { 'content-length': String(path.length + 1) },
      body: (async function* () {
        yield Buffer.from(path);
        if (path !== '/short') await held;
        yield Buffer.from('!');
      })(),
    });
    const events = await open(answer, 2);
    const slow = [await ask('/a'), await ask('/b')];
    expect(slow.map(({ status }) => status)).toEqual([200, 200]);
    for (let i = 0; i < 3; i++) expect((await ask('/short')).status).toBe(503);
    expect(events.filter(({ type }) => type === 'turned-away')).toEqual(
      Array.from({ length: 3 }, () => ({ type: 'turned-away', reason: 'busy' })),
    );
    const channel = await connect(`ws://127.0.0.1:${listener!.port}`, { token });
    await channel.close();
    release();
    expect(await Promise.all(slow.map(({ body }) => body))).toEqual(['/a!', '/b!']);
    const after = await ask('/short');
    expect([after.status, await after.body]).toEqual([200, '/short!']);
  });

  it('that fail count no longer, and say nothing of why', async () => {
    const answer: AnswerRequest = async () => {
      throw new Error('a secret');
    };
    await open(answer, 1);
    for (let i = 0; i < 3; i++) {
      const { status, body } = await ask('/');
      expect([status, await body]).toEqual([500, '']);
    }
  });
});
