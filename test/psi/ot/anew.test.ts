// SPDX-License-Identifier: Apache-2.0
/** Runs that begin anew, and runs that go on: Delta, the session and the base OTs are those of one run alone. */

import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { VeilmatchError } from '../../../src/errors.js';
import { createBackend, type GroupBackend } from '../../../src/group/index.js';
import { IdentifierSet } from '../../../src/identifiers/set.js';
import { OtKernel } from '../../../src/kernel/ot.js';
import { otIntersection } from '../../../src/psi/index.js';
import type { ListOwn } from '../../../src/psi/run/protocol.js';
import type { Channel } from '../../../src/transport/channel/channel.js';
import { memoryChannels } from '../../../src/transport/channel/memory.js';
import { type Journal, memoryJournal, partyTerms } from '../../../src/transport/resume/journal.js';
import { runParty } from '../../../src/transport/run.js';
import { expectCode } from '../../suites/errors.js';
import { remembering } from '../../suites/remembering-backend.js';

let plain: GroupBackend;
let backend: GroupBackend;
beforeAll(async () => {
  plain = await createBackend({ concurrency: 1 });
  backend = remembering(plain);
});
afterAll(() => plain.dispose());
afterEach(() => {
  vi.restoreAllMocks();
});

const own = {
  receiver: { set: IdentifierSet.ofStrings(['ada', 'grace', 'hedy']) },
  sender: { set: IdentifierSet.ofStrings(['grace', 'joan']) },
};
const journalOf = (role: 'receiver' | 'sender', brought: ListOwn = own[role]): Journal =>
  memoryJournal({
    ...{ runId: '0123456789abcdef', peer: 'them' },
    terms: partyTerms(otIntersection, role, brought, { to: 'both' }),
  });
/** What a journal was given, in its order. */
interface Kept {
  readonly seed: Uint8Array;
  readonly frames: Uint8Array[];
  /** With how many frames were there before. */
  readonly outcomes: { readonly call: Uint8Array; readonly value: Uint8Array; readonly after: number }[];
}

function keptOf(journal: Journal): Kept {
  const kept: Kept = { seed: journal.seed.slice(), frames: [], outcomes: [] };
  const { addFrame, addOutcome } = journal;
  return (
    Object.assign(journal, {
      addFrame(frame: Uint8Array) {
        kept.frames.push(frame.slice());
        return addFrame.call(journal, frame);
      },
      addOutcome(call: Uint8Array, value: Uint8Array) {
        kept.outcomes.push({ call: call.slice(), value: value.slice(), after: kept.frames.length });
        return addOutcome.call(journal, call, value);
      },
    }) && kept
  );
}

/** What a copy has that was made with so many frames in it. */
async function earlier(role: 'receiver' | 'sender', kept: Kept, had: number): Promise<Journal> {
  const copy = journalOf(role);
  Object.assign(copy, { seed: kept.seed.slice() });
  for (const frame of kept.frames.slice(0, had)) await copy.addFrame(frame);
  for (const { call, value, after } of kept.outcomes) if (after <= had) await copy.addOutcome(call, value);
  return copy;
}
const holding = (channel: Channel, other: Journal): Channel =>
  Object.assign(channel, { peerHolds: other.held });

/** Frames that pass through a channel. */
function watching(channel: Channel, frames: Buffer[]): Channel {
  const { send } = channel;
  return Object.assign(channel, {
    send(frame: Uint8Array) {
      frames.push(Buffer.from(frame));
      return send.call(channel, frame);
    },
  });
}

interface Told {
  readonly receiver: PromiseSettledResult<{ readonly matches?: readonly number[] | undefined }>;
  readonly sender: PromiseSettledResult<{ readonly matches?: readonly number[] | undefined }>;
  readonly frames: { readonly receiver: Buffer[]; readonly sender: Buffer[] };
}

async function run(
  journals: { readonly receiver: Journal; readonly sender: Journal },
  { admit, brought = own.receiver }: { admit?: () => Promise<void>; brought?: ListOwn } = {},
): Promise<Told> {
  const [a, b] = memoryChannels();
  const frames: Told['frames'] = { receiver: [], sender: [] };
  const held = [holding(a, journals.sender), holding(b, journals.receiver)] as const;
  const [receiver, sender] = await Promise.allSettled([
    runParty(watching(held[0], frames.receiver), otIntersection, 'receiver', brought, {
      ...{ backend, to: 'both' as const, journal: journals.receiver },
    }),
    runParty(watching(held[1], frames.sender), otIntersection, 'sender', own.sender, {
      ...{ backend, to: 'both' as const, journal: journals.sender, admit },
    }),
  ]);
  return { receiver, sender, frames };
}
const journals = (): { receiver: Journal; sender: Journal } => ({
  receiver: journalOf('receiver'),
  sender: journalOf('sender'),
});

describe('a list that fits no table', () => {
  it('ends the run, which begins anew with nothing of the old one, and is charged again', async () => {
    let admitted = 0;
    const admit = async (): Promise<void> => void admitted++;
    vi.spyOn(OtKernel.prototype, 'makeTable').mockReturnValueOnce(false);
    const first = journals();
    const failed = await run(first, { admit });
    expect(failed.receiver).toMatchObject({ status: 'rejected', reason: { code: 'overflow' } });
    // It would fit no better the next time, so it cannot be resumed.
    await expectCode('argument', () => first.receiver.frame(0));
    // The sender hears that the run was stopped, as for whatever reason; and of the bin that has no table nothing was sent.
    expect(failed.sender).toMatchObject({ status: 'rejected', reason: { code: 'disconnected' } });
    const { reason } = failed.sender as { reason: VeilmatchError };
    expect(reason.message).toBe('The peer stopped the run.');
    expect(failed.frames.receiver.map((frame) => frame[0])).toEqual([1, 33, 34]);

    const again = await run(journals(), { admit });
    expect(again.receiver).toMatchObject({ status: 'fulfilled', value: { matches: [1] } });
    expect(admitted).toBe(2);
    const parts = ({ frames }: Told): readonly (Buffer | undefined)[] => [
      frames.receiver[0]?.subarray(33, 65),
      frames.sender[0]?.subarray(33, 65),
      // The first elements of the base OTs, the opening, and what the receiver answers them with.
      frames.sender[1]?.subarray(1, 33),
      frames.receiver[1]?.subarray(1, 33),
      frames.receiver[1]?.subarray(33, 65),
    ];
    const [before, after] = [parts(failed), parts(again)];
    for (const [i, part] of before.entries()) {
      expect(part).toHaveLength(32);
      expect(after[i]).toHaveLength(32);
      expect(after[i]!.equals(part!)).toBe(false);
    }
  });
});

describe('a sender that goes on from an older state', () => {
  it('says the same again to a receiver that does, whatever it had of the run', async () => {
    const first = journals();
    const kept = { receiver: keptOf(first.receiver), sender: keptOf(first.sender) };
    const taken = kept.sender.frames;
    const whole = await run(first);
    expect(whole.sender).toMatchObject({ status: 'fulfilled', value: { matches: [0] } });
    expect(taken.map((frame) => frame[0])).toEqual([1, 33, 34, 34, 35, 7, 5]);
    // Before the first frame it has not drawn what is for one run alone.
    for (let had = 1; had <= taken.length; had++) {
      const state = {
        receiver: await earlier('receiver', kept.receiver, 0),
        sender: await earlier('sender', kept.sender, had),
      };
      const again = await run(state);
      expect(again.sender).toMatchObject({ status: 'fulfilled', value: { matches: [0] } });
      expect(again.frames.sender).toEqual(whole.frames.sender);
      expect(again.frames.receiver).toEqual(whole.frames.receiver.slice(had));
    }
  });

  it('takes no other frames in the place of those that it has, nor the run of another receiver', async () => {
    const first = journals();
    const kept = keptOf(first.sender);
    const whole = await run(first);
    // Everything that a list decides: its Hello, or columns.
    for (const had of [1, 2, 4, 5]) {
      const sender = await earlier('sender', kept, had);
      const other = await run({ receiver: journalOf('receiver'), sender });
      expect(other.receiver).toMatchObject({ status: 'rejected' });
      expect(other.sender).toMatchObject({ status: 'rejected' });
      // What it says is what it said: tags where it had all that they follow from, and no other ones.
      for (const [i, frame] of other.frames.sender.entries()) expect(frame).toEqual(whole.frames.sender[i]);
      if (had < 5) expect(other.frames.sender.map((frame) => frame[0])).not.toContain(4);
    }
  });
});
