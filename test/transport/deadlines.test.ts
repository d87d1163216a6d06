// SPDX-License-Identifier: Apache-2.0
/** How long a peer may keep a party waiting, by clocks of the test's own. */

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ChannelLimits, DEFAULT_LIMITS } from '../../src/transport/channel/channel.js';
import type { Link, LinkEvents } from '../../src/transport/channel/link.js';
import { Patience } from '../../src/transport/channel/patience.js';
import { WireChannel } from '../../src/transport/channel/wire-channel.js';
import { decodeMessage, encodeMessage, type Message } from '../../src/wire/messages.js';
import { expectCode } from '../suites/errors.js';

const FULL = 1_048_576;

describe('patience', () => {
  it('is bounded by a span and by the bytes of frames, however they come', () => {
    const event = fc.oneof(
      fc.record({ wait: fc.nat(5000) }),
      fc.record({ earn: fc.integer({ min: 1, max: FULL }) }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        const patience = new Patience(10);
        let waited = 0;
        let bytes = 0;
        for (const one of events) {
          if ('wait' in one) {
            patience.wait(one.wait);
            waited += one.wait;
            if (patience.over) return;
          } else {
            patience.earn(one.earn);
            bytes += one.earn;
          }
        }
        expect(waited).toBeLessThanOrEqual(10_000 * (1 + bytes / FULL));
      }),
    );
  });

  it('is whole again after a full frame', () => {
    const patience = new Patience(10);
    for (let i = 0; i < 5; i++) {
      patience.wait(9999);
      expect(patience.over).toBe(false);
      patience.earn(FULL);
    }
    patience.wait(10_000);
    expect(patience.over).toBe(true);
  });
});

/** A channel whose peer is the test. */
class Peer implements Link {
  readonly said: Message['type'][] = [];
  #events: LinkEvents | undefined;

  write(message: Uint8Array): void {
    this.said.push(decodeMessage(message).type);
  }
  async end(): Promise<void> {}
  destroy(): void {}
  listen(events: LinkEvents): void {
    this.#events = events;
  }
  say(message: Message): void {
    this.#events?.message(encodeMessage(message));
  }
}

describe('a channel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function channel(limits: Partial<ChannelLimits>, firstFrameSeconds?: number): [WireChannel, Peer] {
    const peer = new Peer();
    return [new WireChannel(peer, { ...DEFAULT_LIMITS, ...limits }, firstFrameSeconds), peer];
  }

  /** Lets time pass, in which the peer does something once a second. */
  async function seconds(count: number, each: () => void = () => {}): Promise<void> {
    for (let i = 0; i < count; i++) {
      each();
      await vi.advanceTimersByTimeAsync(1000);
    }
  }

  /** Reads on; says when it came to an end, and why. */
  function reading(channel: WireChannel): { code: string | undefined } {
    const seen: { code: string | undefined } = { code: undefined };
    void (async () => {
      for await (const _ of channel);
      seen.code = 'complete';
    })().catch(({ code }) => {
      seen.code = code;
    });
    return seen;
  }

  const alive = { type: 'keepAlive' } as const;
  const frame = (length: number): Message => ({ type: 'frame', frame: new Uint8Array(length) });

  it('has its first frame in time, signs of life or not, whether this party reads or not', async () => {
    for (const reads of [true, false]) {
      const [held, peer] = channel({ idleSeconds: 5 }, 30);
      const seen = reads ? reading(held) : undefined;
      await seconds(30, () => peer.say(alive));
      expect(peer.said).not.toContain('close');
      await seconds(2, () => peer.say(alive));
      expect(peer.said.at(-1)).toBe('close');
      if (reads) expect(seen!.code).toBe('timeout');
      else await expectCode('timeout', () => held.send(Uint8Array.of(1)));
    }
  });

  it('goes on after its first frame', async () => {
    const [held, peer] = channel({ idleSeconds: 5 }, 30);
    const seen = reading(held);
    await seconds(20, () => peer.say(alive));
    peer.say(frame(97));
    await seconds(300, () => peer.say(alive));
    expect(seen.code).toBeUndefined();
    await held.close();
  });

  it('makes progress: signs of life do not prolong a wait for a frame', async () => {
    const [held, peer] = channel({ progressSeconds: 100 });
    const seen = reading(held);
    await seconds(99, () => peer.say(alive));
    expect(seen.code).toBeUndefined();
    await seconds(3, () => peer.say(alive));
    expect([seen.code, peer.said.at(-1)]).toEqual(['timeout', 'close']);
  });

  it('makes progress: nor does a frame of a byte now and then', async () => {
    const [held, peer] = channel({ progressSeconds: 100 });
    const seen = reading(held);
    let passed = 0;
    while (seen.code === undefined && passed++ < 1000) await seconds(1, () => peer.say(frame(1)));
    expect(seen.code).toBe('timeout');
    expect(passed).toBeLessThanOrEqual(103);
  });

  it('makes progress: nor does a peer that takes nothing and is alive', async () => {
    const [held, peer] = channel({ progressSeconds: 100 });
    let code: string | undefined;
    void (async () => {
      for (;;) await held.send(new Uint8Array(1000));
    })().catch((error) => {
      code = error.code;
    });
    await seconds(99, () => peer.say(alive));
    expect(code).toBeUndefined();
    await seconds(3, () => peer.say(alive));
    expect(code).toBe('timeout');
  });

  it('lives on while an honest peer computes for minutes over each of its frames', async () => {
    const [held, peer] = channel({ totalSeconds: 10 ** 9 });
    const seen = reading(held);
    for (let i = 0; i < 20; i++) {
      await seconds(600, () => peer.say(alive));
      peer.say(frame(32_000 * 32 + 5));
    }
    expect(seen.code).toBeUndefined();
    // And the whole default over its own list, before its tags come.
    await seconds(3590, () => peer.say(alive));
    expect(seen.code).toBeUndefined();
    await held.close();
  });

  it('does not count the time in which this party computes', async () => {
    const [held, peer] = channel({ progressSeconds: 100 });
    await seconds(1000, () => peer.say(alive));
    expect(peer.said).not.toContain('close');
    peer.say(frame(5));
    expect(await held[Symbol.asyncIterator]().next()).toMatchObject({ done: false });
    await held.close();
  });

  it('gives a peer the time back that the frames which it takes are worth', async () => {
    const [held, peer] = channel({ progressSeconds: 100 });
    let sent = 0;
    const sending = (async () => {
      for (; sent < 100; sent++) await held.send(new Uint8Array(FULL / 2));
    })();
    sending.catch(() => {});
    // Each wait is shorter than what the four frames before it have given back.
    for (let i = 0; i < 20; i++) {
      await seconds(90, () => peer.say(alive));
      peer.say({ type: 'credit', frames: 4 });
    }
    await seconds(1);
    expect(sent).toBe(8 + 80);
    await held.close('aborted');
  });
});
