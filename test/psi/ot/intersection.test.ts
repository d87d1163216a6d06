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
