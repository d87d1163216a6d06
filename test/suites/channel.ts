// SPDX-License-Identifier: Apache-2.0
/** What every channel does, whatever lies between its two ends. */

import { afterEach, describe, expect, it } from 'vitest';
import type { Channel, ChannelLimits } from '../../src/transport/channel/channel.js';
import { receive, send } from '../../src/transport/run.js';
import { expectCode } from './errors.js';

export interface ChannelPair {
  readonly ends: readonly [Channel, Channel];
  dispose?(): Promise<void>;
}

const FRAME = 1_048_576;
/** More than any window. */
const MANY = 40;

export function channelSuite(
  name: string,
  open: (limits?: Partial<ChannelLimits>) => Promise<ChannelPair>,
): void {
  describe(`a channel: ${name}`, () => {
    const pairs: ChannelPair[] = [];
    const opened = async (limits?: Partial<ChannelLimits>): Promise<readonly [Channel, Channel]> => {
      const pair = await open(limits);
      pairs.push(pair);
      return pair.ends;
    };
    afterEach(async () => {
      for (const { ends, dispose } of pairs.splice(0)) {
        for (const end of ends) await end.close('aborted');
        await dispose?.();
      }
    });

    it('carries frames both ways, in order, with their boundaries', async () => {
      const [a, b] = await opened();
      const frames = Array.from({ length: MANY }, (_, i) => new Uint8Array(1 + i * 7).fill(i));
      const there = collect(b, MANY);
      const back = collect(a, MANY);
      for (const frame of frames) {
        await a.send(frame);
        await b.send(frame);
      }
      expect(await there).toEqual(frames);
      expect(await back).toEqual(frames);
    });

    it('carries the largest frame and the smallest', async () => {
      const [a, b] = await opened();
      const largest = crypto.getRandomValues(new Uint8Array(65_536));
      const frame = new Uint8Array(FRAME);
      for (let i = 0; i < FRAME; i += largest.length) frame.set(largest, i);
      const there = collect(b, 2);
      await a.send(frame);
      await a.send(Uint8Array.of(7));
      const [large, small] = await there;
      expect(Buffer.compare(large!, frame)).toBe(0);
      expect(small).toEqual(Uint8Array.of(7));
    });

    it.each([0, FRAME + 1])('takes no frame of %i bytes', async (length) => {
      const [a, b] = await opened();
      await expectCode('argument', () => a.send(new Uint8Array(length)));
      await a.send(Uint8Array.of(1));
      expect(await collect(b, 1)).toEqual([Uint8Array.of(1)]);
    });

    it('makes a party wait whose peer takes nothing', async () => {
      const [a, b] = await opened();
      let sent = 0;
      const all = (async () => {
        for (; sent < MANY; sent++) await a.send(Uint8Array.of(sent));
      })();
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(sent).toBeGreaterThan(0);
      expect(sent).toBeLessThan(MANY / 2);
      const frames = await collect(b, MANY);
      await all;
      expect(frames.map((frame) => frame[0])).toEqual(Array.from({ length: MANY }, (_, i) => i));
    });

    it('ends when the peer says that the run is complete, after everything was read', async () => {
      const [a, b] = await opened();
      await a.send(Uint8Array.of(1));
      await a.send(Uint8Array.of(2));
      await a.close();
      const frames: Uint8Array[] = [];
      for await (const frame of b) frames.push(frame);
      expect(frames).toEqual([Uint8Array.of(1), Uint8Array.of(2)]);
      await expectCode('disconnected', () => b.send(Uint8Array.of(3)));
      await expectCode('disconnected', () => a.send(Uint8Array.of(3)));
    });

    it.each([
      ['denied', 'denied'],
      ['refused', 'refused'],
      ['busy', 'denied'],
      ['incompatible', 'incompatible-peer'],
      ['protocol', 'disconnected'],
      ['timeout', 'timeout'],
      ['rate', 'denied'],
      ['aborted', 'disconnected'],
    ] as const)('tells the peer the reason: %s', async (reason, code) => {
      const [a, b] = await opened();
      const reading = collect(b, 1);
      const failed = expectCode(code, () => reading);
      await a.close(reason);
      await failed;
      await expectCode(code, () => b.send(Uint8Array.of(1)));
    });

    it('wakes whoever waits for room when the peer leaves', async () => {
      const [a, b] = await opened();
      const sending = (async () => {
        for (let i = 0; i < MANY; i++) await a.send(Uint8Array.of(i));
      })();
      const failed = expectCode('disconnected', () => sending);
      await new Promise((resolve) => setTimeout(resolve, 100));
      await b.close('aborted');
      await failed;
    });

    it('can be closed twice', async () => {
      const [a, b] = await opened();
      await Promise.all([a.close(), a.close(), b.close()]);
      await a.close();
    });

    it('has one reader', async () => {
      const [a] = await opened();
      const first = a[Symbol.asyncIterator]().next();
      await expectCode('argument', () => a[Symbol.asyncIterator]().next());
      const ended = expectCode('disconnected', () => first);
      await a.close('aborted');
      await ended;
    });

    it('counts what it carried', async () => {
      const [a, b] = await opened();
      await a.send(new Uint8Array(1000));
      await collect(b, 1);
      expect(a.traffic.sent).toBeGreaterThan(1000);
      expect(b.traffic.received).toBe(a.traffic.sent);
    });

    it('gives a silent peer up', async () => {
      const [a] = await opened({ idleSeconds: 1 });
      await expectCode('timeout', () => collect(a, 1));
    });

    it('gives a run up that takes too long', async () => {
      const [a] = await opened({ totalSeconds: 1 });
      await expectCode('timeout', () => collect(a, 1));
    });

    it('gives a peer up that sends too fast', async () => {
      const [a, b] = await opened({ messagesPerSecond: 5 });
      const flood = (async () => {
        for (let i = 0; i < MANY; i++) await a.send(Uint8Array.of(i));
      })();
      const failed = expectCode('denied', () => flood);
      await expectCode('denied', () => collect(b, MANY));
      await failed;
    });

    it('carries a run whose answers are more than any window', async () => {
      const [a, b] = await opened();
      const list = (first: number): string[] => Array.from({ length: 300 }, (_, i) => `item ${first + i}`);
      const [result] = await Promise.all([
        receive(a, list(0), { chunkSize: 3 }),
        send(b, list(100), { chunkSize: 3 }),
      ]);
      expect(result.size).toBe(200);
      expect(result.matches).toEqual(Array.from({ length: 200 }, (_, i) => 100 + i));
      expect(result.peerSize).toBe(300);
    });
  });
}

/** The next frames of a channel; fails when it ends before. */
export async function collect(channel: Channel, count: number): Promise<Uint8Array[]> {
  const frames: Uint8Array[] = [];
  const iterator = channel[Symbol.asyncIterator]();
  while (frames.length < count) {
    const { done, value } = await iterator.next();
    if (done) throw new Error(`The channel ended after ${frames.length} of ${count} frames.`);
    frames.push(value);
  }
  return frames;
}
