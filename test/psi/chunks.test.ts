// SPDX-License-Identifier: Apache-2.0
/** Vitest fails a run in which any rejection stays unhandled; several of these tests leave one behind if they can. */

import { describe, expect, it } from 'vitest';
import { VeilmatchError } from '../../src/errors.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend } from '../../src/group/noble.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { inChunks } from '../../src/psi/run/chunks.js';
import { expectCode } from '../suites/errors.js';
import { drain } from '../support/exchange.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('work in chunks', () => {
  it('covers the list in order, and begins each chunk before the one before it is used', async () => {
    const events: string[] = [];
    const work = async (first: number, end: number): Promise<Uint8Array> => {
      events.push(`begin ${first}`);
      return Uint8Array.of(first, end);
    };
    for await (const { first, end, elements } of inChunks(7, 3, work)) {
      expect([...elements]).toEqual([first, end]);
      events.push(`use ${first}-${end}`);
    }
    expect(events).toEqual(['begin 0', 'begin 3', 'use 0-3', 'begin 6', 'use 3-6', 'use 6-7']);
  });

  it('does nothing for an empty list', async () => {
    for await (const _ of inChunks(0, 3, () => Promise.reject(new Error('called')))) expect.unreachable();
  });

  it('gives the error of a chunk when its turn has come, not before', async () => {
    const used: number[] = [];
    const work = async (first: number): Promise<Uint8Array> => {
      if (first > 0) throw new VeilmatchError('aborted', 'no more');
      return new Uint8Array();
    };
    await expectCode('aborted', async () => {
      for await (const { first } of inChunks(6, 2, work)) {
        used.push(first);
        await nextTurn();
      }
    });
    expect(used).toEqual([0]);
  });

  it('leaves no rejection behind when the caller stops, or when an earlier chunk fails', async () => {
    const failing = async (first: number): Promise<Uint8Array> => {
      await nextTurn();
      if (first > 0) throw new Error(`chunk ${first}`);
      return new Uint8Array();
    };
    for await (const _ of inChunks(6, 2, failing)) break;
    const all = async (first: number): Promise<Uint8Array> => {
      await nextTurn();
      throw new Error(`chunk ${first}`);
    };
    await expect(drainChunks(inChunks(6, 2, all))).rejects.toThrow('chunk 0');
    await nextTurn();
    await nextTurn();
  });
});

async function drainChunks(chunks: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of chunks);
}

describe('a machine that is left with work under way', () => {
  const names = Array.from({ length: 9 }, (_, i) => `name ${i}`);
  const set = IdentifierSet.ofStrings(names);

  it('ends, and what was begun disturbs nobody', async () => {
    const receiver = psiReceiver(set, { backend: nobleBackend, chunkSize: 2 });
    const sender = psiSender(set, { backend: nobleBackend });
    await drain(sender.start());
    const [hello] = await drain(receiver.start());
    const [answer] = await drain(sender.receive(hello!));
    for await (const _ of receiver.receive(answer!)) break;
    await receiver.abandon();
    await sender.abandon();
    await expectCode('unexpected-message', () => drain(receiver.receive(answer!)));
    await nextTurn();
  });

  it('ends with the error of the chunk that fails, though the next one fails as well', async () => {
    let calls = 0;
    const failing: GroupBackend = {
      ...nobleBackend,
      async hashAndAddBase(...operands) {
        if (calls++ === 0) return nobleBackend.hashAndAddBase(...operands);
        await nextTurn();
        throw new VeilmatchError('worker-failed', `call ${calls}`);
      },
    };
    const receiver = psiReceiver(set, { backend: failing, chunkSize: 2 });
    const sender = psiSender(set, { backend: nobleBackend });
    await drain(sender.start());
    const [hello] = await drain(receiver.start());
    const [answer] = await drain(sender.receive(hello!));
    await expectCode('worker-failed', () => drain(receiver.receive(answer!)));
    expect(receiver.done).toBe(false);
    await sender.abandon();
    await nextTurn();
    await nextTurn();
  });
});
