// SPDX-License-Identifier: Apache-2.0
/** `to: 'both'`: what the sender can rely on, and what it has to trust the receiver with. */

import { describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { PartyOptions, PsiMachine } from '../../src/psi/index.js';
import { psiReceiver, type ReceiverEnd } from '../../src/psi/intersection/receiver.js';
import { psiSender, type SenderEnd } from '../../src/psi/intersection/sender.js';
import { expectCode } from '../suites/errors.js';
import { exchangeThrough, type Tamper } from '../support/exchange.js';

const ours = IdentifierSet.ofStrings(['ada', 'grace', 'hedy', 'joan']);
const theirs = IdentifierSet.ofStrings(['hedy', 'katherine', 'ada']);

interface Parties {
  readonly receiver: PsiMachine<ReceiverEnd>;
  readonly sender: PsiMachine<SenderEnd>;
}

function parties(options: Omit<PartyOptions, 'backend'>, receivers: Partial<GroupBackend> = {}): Parties {
  const both = { ...options, to: 'both' } as const;
  return {
    receiver: psiReceiver(ours, { ...both, backend: { ...backend, ...receivers } }),
    sender: psiSender(theirs, { ...both, backend }),
  };
}

async function run(options: Omit<PartyOptions, 'backend'>, tamper?: Tamper): Promise<Parties> {
  const both = parties(options);
  await exchangeThrough(both.receiver, both.sender, tamper);
  return both;
}

const onConfirm =
  (change: (frame: Uint8Array) => readonly Uint8Array[]): Tamper =>
  (_, frame) =>
    frame[0] === 7 ? change(frame) : [frame];

/** A receiver that lies does so before the digests are made; a tampered line shows in them. */
function lying(change: (frame: Uint8Array) => Uint8Array, options: Omit<PartyOptions, 'backend'>) {
  return expectCode('transcript-mismatch', () =>
    run(
      options,
      onConfirm((frame) => [change(frame)]),
    ),
  );
}

describe('the ordered mode', () => {
  it('tells the sender which of its own elements match', async () => {
    const { receiver, sender } = await run({});
    expect(receiver.result).toEqual({ size: 2, matched: [0, 2], peerSize: 3 });
    expect(sender.result).toEqual({ size: 2, matched: [0, 2], peerSize: 4 });
  });

  it('does not count what the receiver did not ask for', async () => {
    // A receiver that never sees b * H(katherine) can only make its record up.
    const { sender } = await run({});
    expect(sender.result.matched).not.toContain(1);
  });

  it('a receiver can leave matches out, and the sender cannot know', async () => {
    // It spoils its own answers: to the sender it looks like a receiver that has nothing in common with it.
    const { receiver, sender } = parties({}, { subtractBase: async (elements) => elements.slice().fill(0) });
    await exchangeThrough(receiver, sender);
    expect(sender.done).toBe(true);
    expect(sender.result.matched).toEqual([]);
  });

  it('a receiver can stop when it has its result; the sender then has none', async () => {
    const { receiver, sender } = parties({});
    let last: Uint8Array | undefined;
    await exchangeThrough(receiver, sender, (_, frame) => {
      if (frame[0] === 7) last = frame;
      return frame[0] === 7 || last !== undefined ? [] : [frame];
    });
    expect(receiver.result.matched).toEqual([0, 2]);
    expect(sender.done).toBe(false);
    await expectCode('unexpected-message', () => sender.result);
    await sender.abandon();
  });

  it("counts no record of another run's", async () => {
    let recorded: Uint8Array | undefined;
    await run(
      {},
      onConfirm((frame) => {
        recorded = frame;
        return [frame];
      }),
    );
    await lying(() => recorded!, {});
  });

  it('refuses confirmations that are unsorted, repeated, too many, or not whole', async () => {
    const attempt = (change: (frame: Uint8Array) => Uint8Array) => () =>
      run(
        {},
        onConfirm((frame) => [change(frame)]),
      );
    const reordered = (frame: Uint8Array): Uint8Array =>
      concatBytes(frame.subarray(0, 5), frame.subarray(21, 37), frame.subarray(5, 21), frame.subarray(37));
    await expectCode('bad-message', attempt(reordered));
    const repeated = (frame: Uint8Array): Uint8Array =>
      concatBytes(frame.subarray(0, 21), frame.subarray(5, 21), frame.subarray(37));
    await expectCode('bad-message', attempt(repeated));
    await expectCode(
      'bad-message',
      attempt((frame) => frame.subarray(0, -1)),
    );
    await expectCode(
      'wrong-size',
      attempt((frame) => concatBytes(frame, new Uint8Array(16).fill(0xff))),
    );
    await expectCode('unexpected-message', () =>
      run(
        {},
        onConfirm(() => []),
      ),
    );
  });
});

describe('the shuffled mode', () => {
  const reveal = 'cardinality';

  it('tells the sender how many, and not which', async () => {
    const { receiver, sender } = await run({ reveal });
    expect(receiver.result).toEqual({ size: 2, matched: undefined, peerSize: 3 });
    expect(sender.result).toEqual({ size: 2, matched: undefined, peerSize: 4 });
  });

  it('tells it the coarse count where the receiver makes it coarse', async () => {
    for (const [step, atLeast, told] of [
      [1, 0, 2],
      [1, 3, 0],
      [2, 2, 2],
      [5, 1, 0],
    ] as const) {
      const { receiver, sender } = parties({ reveal: 'cardinality', coarse: { step, atLeast } });
      await exchangeThrough(receiver, sender);
      expect([receiver.result.size, sender.result.size]).toEqual([told, told]);
    }
  });

  it('the count is hidden from whoever reads the line', async () => {
    const bodies: string[] = [];
    for (let i = 0; i < 2; i++) {
      await run(
        { reveal },
        onConfirm((frame) => {
          bodies.push(Buffer.from(frame.subarray(33)).toString('hex'));
          return [frame];
        }),
      );
    }
    expect(bodies).not.toContain('00000002');
    expect(bodies[0]).not.toBe(bodies[1]);
  });

  it('refuses a count that the lists do not allow, and what is no count', async () => {
    const attempt = (change: (frame: Uint8Array) => Uint8Array) => () =>
      run(
        { reveal },
        onConfirm((frame) => [change(frame.slice())]),
      );
    const flipped = (frame: Uint8Array): Uint8Array => {
      frame[33]! ^= 0x80;
      return frame;
    };
    await expectCode('wrong-size', attempt(flipped));
    await expectCode(
      'bad-message',
      attempt((frame) => frame.subarray(0, -1)),
    );
    await expectCode(
      'bad-element',
      attempt((frame) => frame.fill(0xff, 1, 33)),
    );
    await expectCode(
      'identity-element',
      attempt((frame) => frame.fill(0, 1, 33)),
    );
    const smaller = (frame: Uint8Array): Uint8Array => {
      frame[36]! ^= 2;
      return frame;
    };
    await lying(smaller, { reveal });
  });
});
