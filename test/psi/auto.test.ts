// SPDX-License-Identifier: Apache-2.0
/** Runs that leave it to the sizes of both lists which protocol they are. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackend, type GroupBackend } from '../../src/group/index.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { autoReceiver, autoSender } from '../../src/psi/auto/party.js';
import { chosenFor } from '../../src/psi/auto/threshold.js';
import { autoIntersection, intersection, otIntersection, runBoth } from '../../src/psi/index.js';
import { memoryChannels } from '../../src/transport/channel/memory.js';
import { runParty } from '../../src/transport/run.js';
import { expectCode } from '../suites/errors.js';
import { countingRandom, testBadMessages } from '../suites/machines.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});
afterAll(() => backend.dispose());

const names = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `+1415${String(first + i).padStart(7, '0')}`);
const listsOf = (receiver: number, sender: number, shared: number) => ({
  receiver: { set: IdentifierSet.ofStrings(names(0, receiver)) },
  sender: { set: IdentifierSet.ofStrings(names(receiver - shared, sender)) },
});
const small = listsOf(5, 4, 2);

describe('auto', () => {
  it('chooses by the elements of both lists together', () => {
    const chosen = [
      [0, 0],
      [8192, 8191],
      [8192, 8192],
      [0, 16_384],
      [16_384, 0],
      [2 ** 24, 2 ** 24],
    ].map(([n, m]) => chosenFor(n!, m!));
    expect(chosen).toEqual([...['ecdh-psi', 'ecdh-psi'], ...['ot-psi', 'ot-psi', 'ot-psi', 'ot-psi']]);
  });

  it('is the ordered mode for short lists, under its own mode, and says so', async () => {
    const frames: Uint8Array[] = [];
    const told = await runBoth(autoIntersection, small, {
      ...{ backend, to: 'both' as const },
      onFrame: (_, frame) => frames.push(frame),
    });
    expect(told.receiver).toMatchObject({ by: 'ecdh-psi', size: 2, matches: [3, 4], peerSize: 4 });
    expect(told.sender).toMatchObject({ by: 'ecdh-psi', size: 2, matches: [0, 1], peerSize: 5 });
    expect(frames.map(([type]) => type)).toEqual([1, 1, 2, 3, 4, 5, 7, 5]);
    expect(frames.slice(0, 2).map((frame) => frame[1 + 17])).toEqual([6, 6]);
  });

  it('is ot-psi for long ones, and says so', async () => {
    const types = new Set<number>();
    const told = await runBoth(autoIntersection, listsOf(200, 16_384 - 200, 7), {
      ...{ backend, to: 'both' as const },
      onFrame: (_, frame) => types.add(frame[0]!),
    });
    expect(told.receiver).toMatchObject({ by: 'ot-psi', size: 7, peerSize: 16_384 - 200 });
    expect(told.sender).toMatchObject({ by: 'ot-psi', size: 7, matches: [0, 1, 2, 3, 4, 5, 6] });
    expect([...types]).toEqual([1, 32, 33, 34, 35, 4, 5, 7]);
  });

  it.each([intersection, otIntersection])('is not run with a peer that runs $id alone', async (alone) => {
    const errors: unknown[] = [];
    const [a, b] = memoryChannels();
    await Promise.all([
      runParty(a, autoIntersection, 'receiver', small.receiver, { backend }).catch((e) => errors.push(e)),
      runParty(b, alone, 'sender', small.sender, { backend }).catch((e) => errors.push(e)),
    ]);
    expect(errors).toHaveLength(2);
    for (const error of errors) expect(error).toMatchObject({ code: 'incompatible-peer' });
  });

  it('tells the policy of the protocol that was chosen', async () => {
    for (const [own, elements] of [
      [small, 5],
      [listsOf(16_384 - 4, 4, 2), 80_000],
    ] as const) {
      const charged: number[] = [];
      await runBoth(autoIntersection, own, {
        backend,
        admit: async ({ terms, peerSize, ownSize }) =>
          void charged.push(terms.charge({ peerSize, ownSize }).elements),
      });
      expect(charged).toHaveLength(1);
      if (elements === 5) expect(charged).toEqual([5]);
      else expect(charged[0]).toBeGreaterThan(elements / 2);
    }
  });

  it('refuses options that no run of it has', async () => {
    await expectCode('argument', () =>
      runBoth(autoIntersection, small, { backend, to: 'sender' as unknown as 'both' }),
    );
  });
});

testBadMessages('auto, of short lists', (role) => {
  const options = { backend, random: countingRandom(role === 'receiver' ? 5 : 9) };
  return role === 'receiver'
    ? autoReceiver(small.receiver.set, options)
    : autoSender(small.sender.set, options);
});
