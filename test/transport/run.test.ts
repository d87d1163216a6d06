// SPDX-License-Identifier: Apache-2.0
/** Runs over a channel: every variant that the protocol has, and what happens when one side has had enough. */

import { beforeAll, describe, expect, it } from 'vitest';
import { VeilmatchError } from '../../src/errors.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { memoryChannels } from '../../src/transport/memory.js';
import { type RunOptions, receive, send } from '../../src/transport/run.js';
import { expectCode } from '../suites/errors.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});

const listOf = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `item ${first + i}`);

describe('a run over a channel', () => {
  // One element a frame: far more frames, with a proof each, than any window takes.
  it.each<RunOptions>([
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
    ] as RunOptions[][]) {
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
