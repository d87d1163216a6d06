// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend, type GroupBackend } from '../../../src/group/index.js';
import { IdentifierSet } from '../../../src/identifiers/set.js';
import { otIntersection, runBoth } from '../../../src/psi/index.js';
import { times } from '../../support/effort.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});
afterAll(() => backend.dispose());

const names = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `+1415${String(first + i).padStart(7, '0')}`);

async function check(receiver: readonly string[], sender: readonly string[]): Promise<void> {
  const own = {
    receiver: { set: IdentifierSet.ofStrings(receiver) },
    sender: { set: IdentifierSet.ofStrings(sender) },
  };
  const told = await runBoth(otIntersection, own, { backend, to: 'both' });
  const rows = (own_: readonly string[], other: readonly string[]): number[] => {
    const others = new Set(other);
    return own_.flatMap((name, row) => (others.has(name) ? [row] : []));
  };
  expect(told.receiver.matches).toEqual(rows(receiver, sender));
  expect(told.sender.matches).toEqual(rows(sender, receiver));
  expect(told.receiver.size).toBe(new Set(receiver.filter((name) => sender.includes(name))).size);
  expect([told.receiver.peerSize, told.sender.peerSize]).toEqual([
    new Set(sender).size,
    new Set(receiver).size,
  ]);
}

describe('ot-psi finds what a plain intersection finds', () => {
  it.each([
    [0, 0],
    [0, 3],
    [3, 0],
    [1, 1],
    [1, 6000],
    [6000, 1],
    [130, 90],
  ])('with lists of %i and %i', async (n, m) => {
    await check(names(0, n), names(Math.floor(n / 2), m));
  });

  it('in any lists of texts', async () => {
    const text = fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom('x'.repeat(63), 'x'.repeat(64), 'y'.repeat(300)),
    );
    const list = fc.array(text, { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(list, list, (receiver, sender) => check(receiver, sender)),
      { numRuns: times(3, 40) },
    );
  });

  it('in lists of several bins', async () => {
    await check(names(0, 9000), names(4000, 7000));
  });

  it('where frames are handed over in memory that is used again when they are answered', async () => {
    const [own, other] = [IdentifierSet.ofStrings(names(0, 9000)), IdentifierSet.ofStrings(names(8990, 20))];
    const receiver = otIntersection.receiver.machine({ set: own }, { backend });
    const sender = otIntersection.sender.machine({ set: other }, { backend });
    const memory = new Uint8Array(2 ** 20);
    const toReceiver: Uint8Array[] = [];
    const answer = async (frames: AsyncGenerator<Uint8Array>): Promise<void> => {
      for await (const frame of frames) {
        memory.set(frame);
        for await (const back of sender.receive(memory.subarray(0, frame.length))) toReceiver.push(back);
        memory.fill(0xff, 0, frame.length);
      }
    };
    for await (const back of sender.start()) toReceiver.push(back);
    await answer(receiver.start());
    for (let next = toReceiver.shift(); next !== undefined; next = toReceiver.shift())
      await answer(receiver.receive(next));
    expect([receiver.done, sender.done]).toEqual([true, true]);
    expect((await otIntersection.receiver.result({ set: own }, receiver.result)).size).toBe(10);
  });

  it('and tells the sender nothing unless both learn it', async () => {
    const own = {
      receiver: { set: IdentifierSet.ofStrings(['a', 'b']) },
      sender: { set: IdentifierSet.ofStrings(['b']) },
    };
    const told = await runBoth(otIntersection, own, { backend });
    expect(told.receiver.matches).toEqual([1]);
    expect(told.sender).toEqual({ peerSize: 2, size: undefined, matches: undefined });
  });
});
