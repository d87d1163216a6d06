// SPDX-License-Identifier: Apache-2.0
/** Runs that are cut and go on: to the same result, and with no evaluation more. */

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { encodeRecords, FINISH } from '../../src/psi/run/frames.js';
import { BLINDED } from '../../src/psi/shuffled/frames.js';
import type { Channel } from '../../src/transport/channel/channel.js';
import { disconnected } from '../../src/transport/channel/link.js';
import { memoryChannels } from '../../src/transport/channel/memory.js';
import { createJournal, openJournal } from '../../src/transport/resume/file-journal.js';
import { type Journal, memoryJournal, type RunIdentity } from '../../src/transport/resume/journal.js';
import { type ReceivedResult, type ReceiveOptions, receive, send } from '../../src/transport/run.js';
import { cutChannels } from '../suites/cut-channels.js';
import { expectCode } from '../suites/errors.js';
import { times } from '../support/effort.js';
import { drain } from '../support/exchange.js';
import { recall, runTerms } from '../support/revealing.js';

let plain: GroupBackend;
let folder: string;
beforeAll(async () => {
  plain = await createBackend({ concurrency: 1 });
  folder = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const listOf = (first: number, count: number): IdentifierSet =>
  IdentifierSet.ofStrings(Array.from({ length: count }, (_, i) => `item ${first + i}`));
const RECEIVER = listOf(0, 40);
const SENDER = listOf(30, 25);
const SHARED = Array.from({ length: 10 }, (_, i) => 30 + i);
const key = { key: new Uint8Array(32).fill(1) };

const identity = (role: 'receiver' | 'sender', options: ReceiveOptions = {}): RunIdentity => ({
  runId: '0123456789abcdef',
  peer: 'the other one',
  terms: runTerms(role, role === 'receiver' ? RECEIVER : SENDER, options),
});

/** A backend that notes what is multiplied by which scalar, and counts everything. */
function watched(): { backend: GroupBackend; byScalar: Map<string, Set<string>>; count(): number } {
  const byScalar = new Map<string, Set<string>>();
  let count = 0;
  const multiply: GroupBackend['multiply'] = (elements, scalar, options) => {
    const seen = byScalar.get(bytesToHex(scalar)) ?? new Set();
    byScalar.set(bytesToHex(scalar), seen);
    for (let at = 0; at < elements.length; at += 32) seen.add(bytesToHex(elements.subarray(at, at + 32)));
    count += elements.length / 32;
    return plain.multiply(elements, scalar, options);
  };
  const backend = new Proxy(plain, {
    get(target, name) {
      if (name === 'multiply') return multiply;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { backend, byScalar, count: () => count };
}

const withHeld = (channel: Channel, other: Journal): Channel =>
  Object.assign(channel, { peerHolds: other.held });

/** How each attempt ends: a result, or the error. */
const settled = <T>(run: Promise<T>): Promise<T | VeilmatchError> => run.catch((error) => error);

describe('a run that is cut', () => {
  it.each<ReceiveOptions>([
    {},
    { reveal: 'cardinality' },
    { to: 'both' },
    { verifiable: true },
    { blinding: 'multiplicative' },
  ])('any number of times, anywhere, comes to the same result with %o', async (options) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(30), { maxLength: 6 }),
        fc.integer({ min: 3, max: 40 }),
        async (cuts, chunkSize) => {
          const all = { ...options, chunkSize };
          const mine = memoryJournal(identity('receiver', all));
          const theirs = memoryJournal(identity('sender', all));
          const sender = watched();
          let admitted = 0;
          let finished: { matches?: readonly number[] | undefined } | undefined;
          let result: ReceivedResult | undefined;
          for (const cut of [...cuts, undefined]) {
            const [a, b] = cutChannels(cut);
            // Read before either of them goes on.
            const ends = [withHeld(a, theirs), withHeld(b, mine)] as const;
            const [got, sent] = await Promise.all([
              settled(receive(ends[0], RECEIVER, { ...all, backend: plain, journal: mine })),
              settled(
                send(ends[1], SENDER, {
                  ...all,
                  backend: sender.backend,
                  journal: theirs,
                  admit: async () => void admitted++,
                }),
              ),
            ]);
            if (!(sent instanceof VeilmatchError)) finished = sent;
            else expect(sent.code).toBe('disconnected');
            if (!(got instanceof VeilmatchError)) result = got;
            else expect(got.code).toBe('disconnected');
            if (finished !== undefined) break;
          }
          expect(finished).toBeDefined();
          // The sender may have come to its end while the line was cut before it could say so.
          result ??= await recall(RECEIVER, { ...all, backend: plain, journal: mine });
          expect(result?.size).toBe(10);
          expect(result?.matches).toEqual(options.reveal === 'cardinality' ? undefined : SHARED);
          if (options.to === 'both') expect(finished?.matches).toEqual(SHARED.map((i) => i - 30));
          expect(admitted).toBe(1);
          // A proof takes multiplications of its own, under other scalars too.
          if (options.verifiable) return;
          const asked = [...sender.byScalar.values()];
          expect(asked).toHaveLength(1);
          expect(asked[0]!.size).toBe(40);
          // Only what was under way when the line was cut is computed again.
          expect(sender.count()).toBeLessThanOrEqual(40 + cuts.length * chunkSize);
        },
      ),
      { numRuns: times(25, 500) },
    );
  });

  it('goes on from files, in which nothing can be read, and leaves none behind', async () => {
    const [mine, theirs] = [join(folder, 'mine.vm'), join(folder, 'theirs.vm')];
    const options = { backend: plain, chunkSize: 5 };
    let journals = [
      await createJournal(mine, identity('receiver', options), key),
      await createJournal(theirs, identity('sender', options), key),
    ] as const;
    for (const cut of [0, 1, 3, 3, 5]) {
      const [a, b] = cutChannels(cut);
      const ends = [withHeld(a, journals[1]), withHeld(b, journals[0])] as const;
      await Promise.all([
        expectCode('disconnected', () => receive(ends[0], RECEIVER, { ...options, journal: journals[0] })),
        expectCode('disconnected', () => send(ends[1], SENDER, { ...options, journal: journals[1] })),
      ]);
      journals = [await openJournal(mine, key), await openJournal(theirs, key)];
    }
    await expectCode('io', () => openJournal(mine, key));
    const [a, b] = cutChannels(undefined);
    const ends = [withHeld(a, journals[1]), withHeld(b, journals[0])] as const;
    const [result] = await Promise.all([
      receive(ends[0], RECEIVER, { ...options, journal: journals[0] }),
      send(ends[1], SENDER, { ...options, journal: journals[1] }),
    ]);
    expect(result).toMatchObject({ size: 10, matches: SHARED, confirmed: true });
    expect(readdirSync(folder)).toEqual(['mine.vm']);
    await journals[0].erase();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a journal that could not be opened again', () => {
  const right = identity('receiver');
  const runId = right.runId;
  it.each<[string, object]>([
    ['a run id of other digits', { runId: runId.replace(/./, 'g') }],
    ['one in capitals', { runId: 'ABCDEF0123456789' }],
    ['one that is too short', { runId: runId.slice(1) }],
    ['one that is a path', { runId: `../${runId}` }],
    ['one with a line break behind it', { runId: `${runId}\n` }],
    ['one that is a number', { runId: 1234567890123456 }],
    ['one in an array', { runId: [runId] }],
    ['a peer that is no text', { peer: 7 }],
    ['terms that are no texts', { terms: { pad: 7 } }],
  ])('is not made: %s', async (_, wrong) => {
    const refused = { ...right, ...wrong } as RunIdentity;
    const error = await expectCode('argument', () => createJournal(join(folder, 'run.vm'), refused, key));
    expect(error.message).not.toContain(String(refused.runId));
    expect(readdirSync(folder)).toEqual([]);
    await expectCode('argument', async () => memoryJournal(refused));
  });

  it('is not made: a peer and terms of more bytes than the head of a file may have', async () => {
    const refused = { ...right, terms: { list: 'x'.repeat(65_536) } };
    await expectCode('argument', () => createJournal(join(folder, 'run.vm'), refused, key));
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('a receiver whose sender does not hear the end', () => {
  it('is told so, has the same result again, and lets the sender finish', async () => {
    const options = { backend: plain, chunkSize: 20 };
    const mine = memoryJournal(identity('receiver', options));
    const theirs = memoryJournal(identity('sender', options));
    // The receiver's Finish is lost on its way.
    const [a, b] = memoryChannels();
    const cutting: Channel = {
      traffic: b.traffic,
      send: (frame) => b.send(frame),
      close: (reason) => b.close(reason),
      [Symbol.asyncIterator]: () => {
        const frames = b[Symbol.asyncIterator]();
        return {
          async next() {
            const next = await frames.next();
            if (next.value?.[0] !== FINISH.type) return next;
            await b.close('aborted');
            throw disconnected('cut');
          },
        };
      },
    };
    const [first, failed] = await Promise.all([
      settled(receive(withHeld(a, theirs), RECEIVER, { ...options, journal: mine })),
      settled(send(withHeld(cutting, mine), SENDER, { ...options, journal: theirs })),
    ]);
    expect(failed).toMatchObject({ code: 'disconnected' });
    expect(first).toMatchObject({ matches: SHARED, confirmed: false });
    expect(await recall(RECEIVER, { ...options, journal: mine })).toMatchObject({ confirmed: false });
    const [c, d] = memoryChannels();
    const [again, sent] = await Promise.all([
      receive(withHeld(c, theirs), RECEIVER, { ...options, journal: mine }),
      send(withHeld(d, mine), SENDER, { ...options, journal: theirs }),
    ]);
    expect(again).toMatchObject({ matches: SHARED, confirmed: true });
    expect(sent.peerSize).toBe(40);
  });

  it('has no result from a journal without its end', async () => {
    const mine = memoryJournal(identity('receiver'));
    const theirs = memoryJournal(identity('sender'));
    const [a, b] = cutChannels(3);
    await Promise.all([
      expectCode('disconnected', () =>
        receive(withHeld(a, theirs), RECEIVER, { backend: plain, journal: mine }),
      ),
      expectCode('disconnected', () => send(withHeld(b, mine), SENDER, { backend: plain, journal: theirs })),
    ]);
    expect(await recall(RECEIVER, { backend: plain, journal: mine })).toBeUndefined();
  });
});

describe('a sender', () => {
  const options = { chunkSize: 10 };

  /** A run that is cut when the sender has one chunk of ten, and the frames of a receiver of its own. */
  async function interrupted(): Promise<{
    theirs: Journal;
    questions: Uint8Array[];
    watch: ReturnType<typeof watched>;
  }> {
    const watch = watched();
    const theirs = memoryJournal(identity('sender', options));
    const [a, b] = memoryChannels();
    const run = settled(send(b, SENDER, { ...options, backend: watch.backend, journal: theirs }));
    const machine = psiReceiver(RECEIVER, { ...options, backend: plain });
    const answers = a[Symbol.asyncIterator]();
    const [hello] = await drain(machine.start());
    await a.send(hello!);
    const questions = await drain(machine.receive((await answers.next()).value!));
    await a.send(questions[0]!);
    await answers.next();
    await a.close('aborted');
    expect(await run).toMatchObject({ code: 'disconnected' });
    expect(theirs.held.frames).toBe(2);
    return { theirs, questions, watch };
  }

  it('takes no other chunk in the place of one that it has', async () => {
    const { theirs, questions, watch } = await interrupted();
    const [a, b] = memoryChannels();
    const run = settled(send(b, SENDER, { ...options, backend: watch.backend, journal: theirs }));
    const changed = encodeRecords(BLINDED, 0, questions[1]!.subarray(5));
    await a.send(changed);
    expect(await run).toMatchObject({ code: 'bad-message' });
    const [asked] = [...watch.byScalar.values()];
    expect(asked!.size).toBe(10);
    // It is over for good.
    expect(theirs.held.frames).toBe(3);
    await expectCode('argument', () => theirs.frame(0));
  });

  it('does not go on with a peer that has seen other frames', async () => {
    const { theirs, watch } = await interrupted();
    const [, b] = memoryChannels();
    const held = { frames: 1, digest: new Uint8Array(32) };
    await expectCode('transcript-mismatch', () =>
      send(Object.assign(b, { peerHolds: held }), SENDER, {
        ...options,
        backend: watch.backend,
        journal: theirs,
      }),
    );
  });

  it('goes on with the same list and options alone, and keeps the run where they are not', async () => {
    const { theirs } = await interrupted();
    for (const [set, other, word] of [
      [listOf(30, 24), options, 'list'],
      [SENDER, { ...options, reveal: 'cardinality' }, 'protocol'],
      [SENDER, {}, 'chunkSize'],
    ] as const) {
      const [, b] = memoryChannels();
      const error = await expectCode('argument', () =>
        send(b, set, { ...other, backend: plain, journal: theirs }),
      );
      expect(error.message).toContain(word);
    }
    const [, b] = memoryChannels();
    const error = await expectCode('argument', () =>
      receive(b, SENDER, { ...options, backend: plain, journal: theirs }),
    );
    expect(error.message).toContain('role');
    expect((await theirs.frame(0))[0]).toBe(1);
  });

  it('keeps the run until what is made of its result is stored', async () => {
    const mine = memoryJournal(identity('receiver'));
    const theirs = memoryJournal(identity('sender'));
    const attempt = async (onResult: () => Promise<void>): Promise<unknown[]> => {
      const [a, b] = memoryChannels();
      const ends = [withHeld(a, theirs), withHeld(b, mine)] as const;
      return Promise.all([
        settled(receive(ends[0], RECEIVER, { backend: plain, journal: mine })),
        settled(send(ends[1], SENDER, { backend: plain, journal: theirs, onResult })),
      ]);
    };
    const full = async (): Promise<void> => {
      throw new VeilmatchError('io', 'no space');
    };
    const [unconfirmed, failed] = await attempt(full);
    expect(failed).toMatchObject({ code: 'io' });
    expect(unconfirmed).toMatchObject({ matches: SHARED, confirmed: false });
    let stored = false;
    const [confirmed] = await attempt(async () => {
      stored = true;
    });
    expect(confirmed).toMatchObject({ matches: SHARED, confirmed: true });
    expect(stored).toBe(true);
  });
});
