// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ChannelLimits } from '../../src/transport/channel.js';
import { connect } from '../../src/transport/connect.js';
import { folderChannel } from '../../src/transport/folder.js';
import { listen } from '../../src/transport/listen.js';
import { memoryChannels } from '../../src/transport/memory.js';
import { createToken, hashToken } from '../../src/transport/tokens.js';
import { type ChannelPair, channelSuite } from '../suites/channel.js';
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
  const listener = await listen({ tokens: [{ name: 'peer', hash: hashToken(token) }], limits });
  const accepted = listener[Symbol.asyncIterator]().next();
  const channel = await connect(`ws://127.0.0.1:${listener.port}`, { token, limits });
  const { value } = await accepted;
  return { ends: [channel, value!], dispose: () => listener.close() };
}

it('a folder that is not there, or has something in it, makes no channel', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'veilmatch-test-'));
  const absent = join(folder, 'absent');
  await expectCode('io', () => folderChannel({ outgoing: absent, incoming: folder }));
  await writeFile(join(folder, '00000000.vm'), 'of another run');
  const error = await expectCode('io', () => folderChannel({ outgoing: folder, incoming: folder }));
  expect(error.message).not.toContain(folder);
  await rm(folder, { recursive: true });
});
