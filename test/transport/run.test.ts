// SPDX-License-Identifier: Apache-2.0
/** Runs over a channel: every variant that the protocol has, and what happens when one side has had enough. */

import { beforeAll, describe, expect, it, vi } from 'vitest';
import { VeilmatchError } from '../../src/errors.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { FINISH } from '../../src/psi/run/frames.js';
import type { Channel } from '../../src/transport/channel/channel.js';
import { memoryChannels } from '../../src/transport/channel/memory.js';
import { type ReceiveOptions, receive, send } from '../../src/transport/run.js';
import { expectCode } from '../suites/errors.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});

const listOf = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `item ${first + i}`);

describe('a run over a channel', () => {
  // One element a frame: far more frames, with a proof each, than any window takes.
  it.each<ReceiveOptions>([
    {},
    { reveal: 'cardinality' },
    { to: 'both' },
    { verifiable: true },
    { verifiable: true, to: 'both' },
  ])('comes to its end with %o', async (options) => {
    const [a, b] = memoryChannels();
    const all = { ...options, backend, chunkSize: 1 };
    const [result] = await Promise.all([receive(a, listOf(0, 400), all), send(b, listOf(300, 200), all)]);
    expect(result.size).toBe(100);
    if (options.reveal === undefined)
      expect(result.matches).toEqual(Array.from({ length: 100 }, (_, i) => 300 + i));
    else expect(result.matches).toBeUndefined();
  });

  it('closes the line before the receiver works its rows out, so that the time of the close tells nothing of them', async () => {
    const [a, b] = memoryChannels();
    const events: string[] = [];
    const own = IdentifierSet.ofStrings(listOf(0, 300));
    const rowsOf = own.rowsOf.bind(own);
    vi.spyOn(own, 'rowsOf').mockImplementation((elements) => {
      events.push('rows');
      return rowsOf(elements);
    });
    const { push } = Array.prototype;
    const numbers = { before: 0, after: 0 };
    const channel: Channel = {
      traffic: a.traffic,
      [Symbol.asyncIterator]: () => a[Symbol.asyncIterator](),
      async send(frame) {
        if (frame[0] === FINISH.type) {
          events.push('finish');
          // The result's indices are put into an array: nothing else of two hundred numbers is made from now on.
          Array.prototype.push = function (this: unknown[], ...items: unknown[]): number {
            if (typeof items[0] === 'number') numbers[events.includes('close') ? 'after' : 'before']++;
            return push.apply(this, items);
          };
        }
        return a.send(frame);
      },
      async close(reason) {
        events.push('close');
        await a.close(reason);
      },
    };
    const sending = send(b, listOf(100, 250), { backend });
    const { size } = await receive(channel, own, { backend }).finally(() => {
      Array.prototype.push = push;
    });
    await sending;
    expect(size).toBe(200);
    expect(events).toEqual(['finish', 'close', 'rows']);
    expect(numbers.before).toBeLessThan(size);
    expect(numbers.after).toBeGreaterThanOrEqual(size);
  });

  it('takes lists without an element', async () => {
    for (const [own, other] of [
      [[], []],
      [['x'], []],
      [[], ['x']],
    ] as const) {
      const [a, b] = memoryChannels();
      const [result] = await Promise.all([receive(a, own, { backend }), send(b, other, { backend })]);
      expect(result.size).toBe(0);
    }
  });

  it('tells the receiver that the policy does not allow it, and no more', async () => {
    const [a, b] = memoryChannels();
    const admit = async (): Promise<void> => {
      throw new VeilmatchError('refused', 'a detail of the policy');
    };
    const refused = expectCode('refused', () => send(b, ['x'], { backend, admit }));
    const told = await expectCode('refused', () => receive(a, ['x'], { backend }));
    await refused;
    expect(told.message).not.toContain('detail');
  });

  it('ends at both sides when one of them stops', async () => {
    const [a, b] = memoryChannels();
    const controller = new AbortController();
    const stopped = expectCode('aborted', () =>
      receive(a, listOf(0, 5000), { backend, chunkSize: 10, signal: controller.signal }),
    );
    const left = expectCode('disconnected', () => send(b, ['x'], { backend }));
    setTimeout(() => controller.abort(), 20);
    await Promise.all([stopped, left]);
  });

  it('ends when both want to be the same party, or want other results', async () => {
    for (const [first, second] of [
      [{}, { reveal: 'cardinality' }],
      [{ verifiable: true }, {}],
    ] as ReceiveOptions[][]) {
      const [a, b] = memoryChannels();
      const failed = expectCode('incompatible-peer', () => send(b, ['x'], { ...second, backend }));
      await expectCode('incompatible-peer', () => receive(a, ['x'], { ...first, backend }));
      await failed;
    }
    const [a, b] = memoryChannels();
    const failed = expectCode('incompatible-peer', () => receive(b, ['x'], { backend }));
    await expectCode('incompatible-peer', () => receive(a, ['x'], { backend }));
    await failed;
  });
});
