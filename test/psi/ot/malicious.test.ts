// SPDX-License-Identifier: Apache-2.0
/** What receivers that deviate are answered, and what they would learn if they were not checked. */

import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { bytesToHex } from '../../../src/bytes.js';
import { VeilmatchError } from '../../../src/errors.js';
import { createBackend, type GroupBackend } from '../../../src/group/index.js';
import { IdentifierSet } from '../../../src/identifiers/set.js';
import { CODE_LENGTH, OtKernel } from '../../../src/kernel/ot.js';
import { otIntersection, runBoth } from '../../../src/psi/index.js';
import { otReceiver } from '../../../src/psi/ot/receiver.js';
import { otSender } from '../../../src/psi/ot/sender.js';
import * as randomness from '../../../src/random.js';
import { type RandomSource, replayedRandom, secureRandom } from '../../../src/random.js';
import { memoryChannels } from '../../../src/transport/channel/memory.js';
import { createJournal, openJournal } from '../../../src/transport/resume/file-journal.js';
import { type Journal, memoryJournal, partyTerms } from '../../../src/transport/resume/journal.js';
import { runParty } from '../../../src/transport/run.js';
import { expectCode } from '../../suites/errors.js';
import { record } from '../../suites/machines.js';
import {
  codeWord,
  decode,
  Placed,
  senderRows,
  senderValue,
  shapeOf,
  valueFrom,
} from '../../suites/reference-ot.js';
import { drain } from '../../support/exchange.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});
afterAll(() => backend.dispose());
afterEach(() => {
  vi.restoreAllMocks();
});

const own = {
  receiver: { set: IdentifierSet.ofStrings(['ada', 'grace', 'hedy']) },
  sender: { set: IdentifierSet.ofStrings(['grace', 'joan']) },
};

/** The platform's, with these bits of Delta for one coordinate of the sender. */
function withDelta(coordinate: number, value: number): RandomSource {
  let draws = 0;
  return (length) => {
    const bytes = secureRandom(length);
    // After the nonce.
    if (draws++ === 1) bytes[coordinate] = value;
    return bytes;
  };
}

/** Receivers send one bit of these coordinates wrong in a row, and do all else as if that were their columns. */
function spoil(...coordinates: readonly number[]): void {
  const receivers = new WeakSet<OtKernel>();
  const { makeTable, view } = OtKernel.prototype;
  vi.spyOn(OtKernel.prototype, 'makeTable').mockImplementation(function (this: OtKernel, ...given) {
    receivers.add(this);
    return makeTable.apply(this, given);
  });
  vi.spyOn(OtKernel.prototype, 'view').mockImplementation(function (this: OtKernel, region, bytes) {
    const seen = view.call(this, region, bytes);
    if (region !== 'FRAME' || !receivers.has(this)) return seen;
    const copy = seen.slice();
    for (const coordinate of coordinates) copy[16 * coordinate + 1]! ^= 4;
    return copy;
  });
}

describe('a receiver that sends no code words', () => {
  it.each([
    [0, 5],
    [114, 1],
    [115, 2],
    [254, 4],
  ])('is caught where Delta is not zero: coordinate %i, Delta %i', async (coordinate, value) => {
    spoil(coordinate);
    const error = await expectCode('bad-proof', () =>
      runBoth(otIntersection, own, { backend, random: { sender: withDelta(coordinate, value) } }),
    );
    expect(error.message).toContain('columns');
  });

  it('has changed nothing where it is zero', async () => {
    spoil(77);
    const told = await runBoth(otIntersection, own, { backend, random: { sender: withDelta(77, 0) } });
    expect(told.receiver.matches).toEqual([1]);
  });

  it('cannot try again: the journal of the run, and Delta with it, is gone', async () => {
    // Delta, which follows from the journal's seed, is not zero in all of them.
    spoil(...Array(40).keys());
    const terms = partyTerms(otIntersection, 'sender', own.sender);
    const journal = memoryJournal({ runId: '0123456789abcdef', peer: 'them', terms });
    const [a, b] = memoryChannels();
    const [, given] = await Promise.allSettled([
      runParty(a, otIntersection, 'receiver', own.receiver, { backend }),
      runParty(b, otIntersection, 'sender', own.sender, { backend, journal }),
    ]);
    expect(given).toMatchObject({ status: 'rejected', reason: { code: 'bad-proof' } });
    await expectCode('argument', () => journal.frame(0));
  });
});

describe('a receiver that changes a frame', () => {
  /** What the sender says where a frame of the receiver of this type is changed. */
  async function changed(type: number, change: (frame: Uint8Array) => Uint8Array): Promise<VeilmatchError> {
    let error: unknown;
    try {
      await record(
        (role) =>
          role === 'receiver'
            ? otReceiver(own.receiver.set, { backend })
            : otSender(own.sender.set, { backend }),
        (from, frame) => (from === 'receiver' && frame[0] === type ? change(frame.slice()) : frame),
      );
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(VeilmatchError);
    return error as VeilmatchError;
  }
  const flipped =
    (at: number) =>
    (frame: Uint8Array): Uint8Array => {
      frame.set([frame.at(at)! ^ 1], at < 0 ? frame.length + at : at);
      return frame;
    };

  it.each([
    ['an opening of something else', 33, flipped(1), 'Hello'],
    ['the sum of the leaves of a tree', 33, flipped(1 + 64 + 4 * 32), 'trees'],
    ['the digest of the leaves', 33, flipped(-1), 'trees'],
    ['the words of the sums', 35, flipped(1), 'columns'],
    ['bits of a word beyond those of a message', 35, flipped(1 + 15), 'columns'],
    ['the digest of the sums', 35, flipped(-1), 'columns'],
  ])('is refused for %s', async (_, type, change, told) => {
    const error = await changed(type, change);
    expect(error.code).toBe('bad-proof');
    expect(error.message).toContain(told);
  });

  it.each([
    ['a frame of columns that is too short', 34, (frame: Uint8Array) => frame.subarray(0, -1)],
    ['columns out of turn', 34, flipped(4)],
    ['trees that are too long', 33, (frame: Uint8Array) => new Uint8Array([...frame, 0])],
    ['sums that are too short', 35, (frame: Uint8Array) => frame.subarray(0, 40)],
  ])('is refused for %s', async (_, type, change) => {
    expect((await changed(type, change)).code).toBe('bad-message');
  });
});

describe('why the check is there', () => {
  const range = <T>(count: number, make: (i: number) => T): T[] =>
    Array.from({ length: count }, (_, i) => make(i));
  const bits = (count: number): number[] => Array.from(randomBytes(count), (byte) => byte & 1);

  it('unchecked, a receiver that knows enough of the elements learns all of Delta, and then tries what it likes', () => {
    const key = randomBytes(32);
    const delta = Uint8Array.from(randomBytes(CODE_LENGTH), (byte) => byte & 7);
    const known = range(1200, (i) => Buffer.from(`known ${i}`));
    const shape = shapeOf(known.length);
    const placed = known.map((element) => new Placed(element, key, shape));
    const T = range(shape.rows, () => bits(3 * CODE_LENGTH));
    const words = range(shape.rows, () => codeWord(bits(115)));
    // Elements that have a row to themselves, one for each coordinate: they decode to their messages, but for one wrong bit.
    const users = new Map<number, number>();
    for (const { rows } of placed) for (const row of rows) users.set(row, (users.get(row) ?? 0) + 1);
    const targets: Placed[] = [];
    for (const element of placed) {
      const row = element.rows.slice(0, 3).find((place) => users.get(place) === 1);
      if (row === undefined || targets.length === CODE_LENGTH) continue;
      const others = element.rows.filter((place) => place !== row).map((place) => words[place]!);
      words[row] = others.reduce(
        (sum, word) => sum.map((bit, i) => bit ^ word[i]!),
        codeWord(element.message),
      );
      targets.push(element);
    }
    expect(targets).toHaveLength(CODE_LENGTH);
    for (const [c, element] of targets.entries()) {
      const row = element.rows.slice(0, 3).find((place) => users.get(place) === 1)!;
      words[row]![c]! ^= 1;
    }
    const Q = senderRows({ T, words }, delta);
    // What an unchecked sender would say of them, and of somebody that the receiver does not know.
    const secret = new Placed(Buffer.from('secret'), key, shape);
    const tags = new Set(
      [...targets, secret].map((element) => senderValue(Q, element, delta).toString('hex')),
    );
    // The receiver knows T: of a target's row it misses Delta in one coordinate, and tries its eight values.
    const learned = targets.map((element, c) => {
      const own = decode(T, element);
      return range(8, (guess) => guess).filter((guess) => {
        const row = own.map((bit, i) => (Math.floor(i / 3) === c ? bit ^ ((guess >> (i % 3)) & 1) : bit));
        return tags.has(valueFrom(row, element.digest).toString('hex'));
      });
    });
    expect(learned.map(([value]) => value)).toEqual([...delta]);
    const found = Uint8Array.from(learned, ([value]) => value!);
    const valueOfGuess = (guess: string): string => {
      const element = new Placed(Buffer.from(guess), key, shape);
      return senderValue(senderRows({ T, words }, found), element, found).toString('hex');
    };
    expect(['somebody', 'secret', 'nobody'].filter((guess) => tags.has(valueOfGuess(guess)))).toEqual([
      'secret',
    ]);
  });
});

describe('a state of the sender that was set back to the bare seed', () => {
  /** The sender's end of a run that is cut when it has answered the Hello: its Delta, and the elements of the base transfers. */
  async function begun(journal: Journal): Promise<{ choices: Uint8Array; delta: Uint8Array }> {
    const seen: Uint8Array[] = [];
    vi.spyOn(randomness, 'onceRandom').mockImplementation(async (random) => {
      const source = await onceRandom(random);
      return (length) => {
        const drawn = source(length);
        if (length === CODE_LENGTH) seen.push(drawn.slice());
        return drawn;
      };
    });
    const [a, b] = memoryChannels();
    const run = runParty(b, otIntersection, 'sender', own.sender, { backend, journal }).catch(
      (error) => error,
    );
    const machine = otReceiver(own.receiver.set, {
      backend,
      random: replayedRandom([new Uint8Array(32).fill(7)]),
    });
    const [hello] = await drain(machine.start());
    // A state that has it takes no other.
    if (journal.held.frames === 0) await a.send(hello!);
    const frames = a[Symbol.asyncIterator]();
    await frames.next();
    const choices = (await frames.next()).value!;
    await a.close('aborted');
    await machine.abandon();
    expect(await run).toMatchObject({ code: 'disconnected' });
    vi.restoreAllMocks();
    return { choices, delta: seen[0]! };
  }
  const { onceRandom } = randomness;
  const identity = {
    runId: '0123456789abcdef',
    peer: 'them',
    terms: partyTerms(otIntersection, 'sender', own.sender),
  };

  it('has another Delta and other transfers, to the same Hello too; one that is resumed has the same', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'veilmatch-test-'));
    try {
      const key = { key: new Uint8Array(32).fill(1) };
      const [path, old] = [join(folder, 'run.vm'), join(folder, 'old.vm')];
      await (await createJournal(path, identity, key)).close();
      copyFileSync(path, old);
      const again = async (): ReturnType<typeof begun> => {
        const journal = await openJournal(path, key);
        const ends = await begun(journal);
        await journal.close();
        return ends;
      };
      const first = await again();
      // A copy of what it was before it was asked, put back.
      copyFileSync(old, path);
      const second = await again();
      expect(second.delta).not.toEqual(first.delta);
      // No element of the one stands in the other: which branch a common one is of would tell both choices.
      const elements = (frame: Uint8Array): string[] =>
        Array.from({ length: (frame.length - 1) / 32 }, (_, i) =>
          bytesToHex(frame.slice(1 + 32 * i, 33 + 32 * i)),
        );
      const known = new Set(elements(first.choices));
      expect(elements(second.choices).filter((element) => known.has(element))).toEqual([]);
      // What was not set back goes on as it began, to the frame that it has: it takes no other Hello.
      const third = await again();
      expect(third).toEqual(second);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
