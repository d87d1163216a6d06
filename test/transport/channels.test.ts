// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { Channel, ChannelLimits } from '../../src/transport/channel/channel.js';
import { folderChannel } from '../../src/transport/channel/folder.js';
import { memoryChannels } from '../../src/transport/channel/memory.js';
import { broadcastChannel } from '../../src/transport/channel/tabs.js';
import { connect } from '../../src/transport/door/connect.js';
import { listen } from '../../src/transport/door/listen.js';
import { createToken, hashToken } from '../../src/transport/door/tokens.js';
import { type ChannelPair, channelSuite, collect } from '../suites/channel.js';
import { expectCode } from '../suites/errors.js';

channelSuite('memory', async (limits) => ({ ends: memoryChannels(limits) }));

channelSuite('WebSocket', overWebSocket);

// The interface that browsers have, in an implementation that runs here.
channelSuite("the platform's WebSocket", async (limits) => {
  vi.stubGlobal('Deno', {});
  vi.stubGlobal('WebSocket', WebSocket);
  try {
    return await overWebSocket(limits);
  } finally {
    vi.unstubAllGlobals();
  }
});

channelSuite('broadcast', async (limits) => ({ ends: await broadcastPair('suite', limits) }));

channelSuite('folders', async (limits) => {
  const there = await mkdtemp(join(tmpdir(), 'veilmatch-test-'));
  const back = await mkdtemp(join(tmpdir(), 'veilmatch-test-'));
  const common = { limits, pollMilliseconds: 2 };
  return {
    ends: [
      await folderChannel({ outgoing: there, incoming: back, ...common }),
      await folderChannel({ outgoing: back, incoming: there, ...common }),
    ],
    dispose: async () => {
      for (const folder of [there, back]) await rm(folder, { recursive: true, force: true });
    },
  };
});

async function overWebSocket(limits?: Partial<ChannelLimits>): Promise<ChannelPair> {
  const token = createToken();
  const listener = await listen({ partners: [{ name: 'peer', tokens: [hashToken(token)] }], limits });
  const accepted = listener[Symbol.asyncIterator]().next();
  const channel = await connect(`ws://127.0.0.1:${listener.port}`, { token, limits });
  const { value } = await accepted;
  return { ends: [channel, value!], dispose: () => listener.close() };
}

function broadcastPair(name: string, limits?: Partial<ChannelLimits>): Promise<[Channel, Channel]> {
  return Promise.all([broadcastChannel(name, { limits }), broadcastChannel(name, { limits })]);
}

describe('two ends of a broadcast', () => {
  it('find each other whoever comes first', async () => {
    for (let i = 0; i < 10; i++) {
      const first = broadcastChannel(`order ${i}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      const [a, b] = await Promise.all([first, broadcastChannel(`order ${i}`)]);
      await a.send(Uint8Array.of(i));
      expect(await collect(b, 1)).toEqual([Uint8Array.of(i)]);
      await a.close();
    }
  });

  it('keep a third one out, and are not disturbed by it', async () => {
    const [a, b] = await broadcastPair('three');
    await expectCode('denied', () => broadcastChannel('three'));
    await a.send(Uint8Array.of(1));
    expect(await collect(b, 1)).toEqual([Uint8Array.of(1)]);
    await a.close();
  });

  it('are two, and the same two, when three come at once', async () => {
    for (let i = 0; i < 10; i++) {
      const controller = new AbortController();
      const heard: number[] = [];
      // One that was taken for a moment by an end that had found another is cut off; one that was not waits.
      const party = async (own: number): Promise<void> => {
        const channel = await broadcastChannel(`at once ${i}`, { signal: controller.signal });
        await channel.send(Uint8Array.of(own));
        const [frame] = await collect(channel, 1);
        heard.push(own, frame![0]!);
        if (heard.length === 4) controller.abort();
        await channel.close();
      };
      await Promise.allSettled([0, 1, 2].map(party));
      expect(heard).toHaveLength(4);
      expect(heard.slice(0, 2)).toEqual(heard.slice(2).reverse());
    }
  });

  it('take no notice of what anybody else posts under the name', async () => {
    const [a, b] = await broadcastPair('noise');
    const stranger = new BroadcastChannel('veilmatch noise');
    for (const noise of [null, 'here', 7, {}, { type: 'end', from: 'x' }, { type: 'data', from: 'x' }]) {
      stranger.postMessage(noise);
    }
    stranger.close();
    await a.send(Uint8Array.of(1));
    expect(await collect(b, 1)).toEqual([Uint8Array.of(1)]);
    await a.close();
  });

  it('wait no longer than the signal lets them', async () => {
    const controller = new AbortController();
    const waiting = expectCode('aborted', () => broadcastChannel('alone', { signal: controller.signal }));
    controller.abort();
    await waiting;
    await expectCode('aborted', () => broadcastChannel('alone', { signal: controller.signal }));
    const [a, b] = await broadcastPair('alone');
    await Promise.all([a.close(), b.close()]);
  });

  it('are not to be had where the platform has no such thing', async () => {
    vi.stubGlobal('BroadcastChannel', undefined);
    await expectCode('unsupported', () => broadcastChannel('x')).finally(() => vi.unstubAllGlobals());
  });
});

it('a folder that is not there, or has something in it, makes no channel', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'veilmatch-test-'));
  const absent = join(folder, 'absent');
  await expectCode('io', () => folderChannel({ outgoing: absent, incoming: folder }));
  await writeFile(join(folder, '00000000.vm'), 'of another run');
  const error = await expectCode('io', () => folderChannel({ outgoing: folder, incoming: folder }));
  expect(error.message).not.toContain(folder);
  await rm(folder, { recursive: true });
});
