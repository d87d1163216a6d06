// SPDX-License-Identifier: Apache-2.0
/** What the proofs of a verifiable run catch, and what they do not. */

import { ristretto255 } from '@noble/curves/ed25519.js';
import { describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { PsiMachine } from '../../src/psi/index.js';
import { proofFrame } from '../../src/psi/intersection/proofs.js';
import { psiReceiver, type ReceiverEnd } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import type { PartySettings } from '../../src/psi/run/party.js';
import { randomScalar, randomScalars, replayedRandom, secureRandom } from '../../src/random.js';
import { expectCode } from '../suites/errors.js';
import { exchangeThrough, type Tamper } from '../support/exchange.js';

const ours = IdentifierSet.ofStrings(['ada', 'grace', 'hedy', 'joan', 'radia']);
const theirs = IdentifierSet.ofStrings(['hedy', 'katherine', 'ada']);
const otherKey = randomScalar();

/** A run with a sender whose arithmetic is done by `dishonest`. */
async function runWith(
  dishonest: Partial<GroupBackend>,
  { verifiable = true, tamper }: { verifiable?: boolean; tamper?: Tamper } = {},
): Promise<PsiMachine<ReceiverEnd>> {
  const receiver = psiReceiver(ours, { backend, verifiable, chunkSize: 3 });
  const sender = psiSender(theirs, { backend: { ...backend, ...dishonest }, verifiable });
  await exchangeThrough(receiver, sender, tamper);
  return receiver;
}

/** Changes what S answers, and leaves single multiplications, of which proofs are made, as they are. */
function answering(
  change: (answers: Uint8Array, asked: Uint8Array) => Promise<Uint8Array>,
): Partial<GroupBackend> {
  return {
    async multiply(elements, scalar, options) {
      const answers = await backend.multiply(elements, scalar, options);
      return elements.length > 32 ? change(answers, elements) : answers;
    },
  };
}

/** The first multiple of the generator that a sender makes is its public key. */
function underAnotherName(): Partial<GroupBackend> {
  let made = false;
  return {
    async multiplyBase(scalars, base, options) {
      const key = made ? scalars : otherKey;
      made = true;
      return backend.multiplyBase(key, base, options);
    },
  };
}

const cheats: Readonly<Record<string, Partial<GroupBackend>>> = {
  'one element under another key': answering(async (answers, asked) =>
    concatBytes(answers.subarray(0, -32), await backend.multiply(asked.slice(-32), otherKey)),
  ),
  'every element under another key': answering((_, asked) => backend.multiply(asked, otherKey)),
  'two answers swapped': answering(async (answers) =>
    concatBytes(answers.subarray(32, 64), answers.subarray(0, 32), answers.subarray(64)),
  ),
  'a public key that is not the one it answers under': underAnotherName(),
};

describe('a verifiable run', () => {
  it('gives what any other gives', async () => {
    const { result } = await runWith({});
    expect(result.matched).toEqual([0, 2]);
  });

  it.each(Object.entries(cheats))('catches %s', async (_, dishonest) => {
    await expectCode('bad-proof', () => runWith(dishonest));
  });

  it('which without proofs goes unnoticed, as a wrong result', async () => {
    const swapped = await runWith(cheats['two answers swapped']!, { verifiable: false });
    expect(swapped.done).toBe(true);
    // The third element, whose answer was left alone, but not the first.
    expect(swapped.result.matched).toEqual([2]);
  });

  it('does not catch a sender whose tags are made under another key: it makes a false list, as every sender can', async () => {
    const falseTags: Partial<GroupBackend> = {
      hashAndMultiply: (messages, dst, _, options) =>
        backend.hashAndMultiply(messages, dst, otherKey, options),
    };
    const { result } = await runWith(falseTags);
    expect(result).toEqual({ size: 0, matched: [], peerSize: 3 });
  });

  it("refuses another run's proof, and another run's key", async () => {
    // The same questions and the same key b in both runs: only the nonces, and so sid, differ.
    const blinds = randomScalars(ours.size);
    const key = randomScalar();
    const run = async (tamper?: Tamper): Promise<Uint8Array[]> => {
      const frames: Uint8Array[] = [];
      const receiver = psiReceiver(ours, {
        backend,
        verifiable: true,
        random: replayedRandom([secureRandom(32), blinds]),
      });
      const sender = psiSender(theirs, {
        backend,
        verifiable: true,
        random: replayedRandom([secureRandom(32), key, randomScalar()]),
      });
      await exchangeThrough(receiver, sender, (from, frame, index) => {
        if (from === 'sender') frames.push(frame);
        return tamper?.(from, frame, index) ?? [frame];
      });
      expect(receiver.done).toBe(true);
      return frames;
    };
    const ofType = (frames: readonly Uint8Array[], type: number): Uint8Array =>
      frames.find((frame) => frame[0] === type)!;
    const earlier = await run();
    const later = await run();
    expect(bytesToHex(ofType(later, 3))).toBe(bytesToHex(ofType(earlier, 3)));
    expect(bytesToHex(ofType(later, 6))).not.toBe(bytesToHex(ofType(earlier, 6)));
    await expectCode('bad-proof', () => run((_, frame) => [frame[0] === 6 ? ofType(earlier, 6) : frame]));
    // Another run's B in the Hello, all else as this run's sender sends it.
    const foreign = await backend.multiplyBase(otherKey);
    await expectCode('bad-proof', () =>
      run((from, frame) => {
        if (from !== 'sender' || frame[0] !== 1) return [frame];
        const hello = frame.slice();
        hello.set(foreign, 65);
        return [hello];
      }),
    );
  });

  it('refuses proofs that are cut, misplaced, left out or not asked for', async () => {
    const onProof =
      (change: (frame: Uint8Array) => readonly Uint8Array[]): Tamper =>
      (_, frame) =>
        frame[0] === 6 ? change(frame) : [frame];
    const attempt = (change: (frame: Uint8Array) => readonly Uint8Array[]) => () =>
      runWith({}, { tamper: onProof(change) });
    await expectCode(
      'bad-message',
      attempt((frame) => [frame.subarray(0, -1)]),
    );
    await expectCode(
      'bad-message',
      attempt((frame) => [concatBytes(frame, Uint8Array.of(0))]),
    );
    await expectCode(
      'unexpected-message',
      attempt(() => []),
    );
    await expectCode(
      'unexpected-message',
      attempt((frame) => [frame, frame]),
    );
    const misplaced = (frame: Uint8Array): readonly Uint8Array[] => {
      const copy = frame.slice();
      copy[4]! ^= 1;
      return [copy];
    };
    await expectCode('bad-message', attempt(misplaced));
    const zero = (frame: Uint8Array): readonly Uint8Array[] => [frame.slice().fill(0, 5)];
    await expectCode('bad-proof', attempt(zero));
    const tamper: Tamper = (_, frame) =>
      frame[0] === 3 ? [frame, Uint8Array.of(6, ...new Uint8Array(68))] : [frame];
    await expectCode('unexpected-message', () => runWith({}, { verifiable: false, tamper }));
  });

  it('names an answer that is no element with its place in the list', async () => {
    const spoilt = (fill: number, at: number): Tamper => {
      return (_, frame) => {
        if (frame[0] !== 3 || frame[4] !== 3) return [frame];
        const copy = frame.slice();
        copy.fill(fill, 5 + 32 * at, 37 + 32 * at);
        return [copy];
      };
    };
    const bad = await expectCode('bad-element', () => runWith({}, { tamper: spoilt(0xff, 1) }));
    expect(bad.position).toBe(4);
    const identity = await expectCode('identity-element', () => runWith({}, { tamper: spoilt(0, 0) }));
    expect(identity.position).toBe(3);
  });
});

describe('the nonce of a proof', () => {
  it('is another one for other answers, though the randomness is the same: one nonce for both would give the scalar away', async () => {
    const proofOf = async (names: string[]): Promise<Uint8Array> => {
      const settings = {
        backend,
        suite: ristretto255Suite,
        random: replayedRandom([secret]),
        signal: undefined,
      } as unknown as PartySettings;
      const C = await backend.hashAndMultiply(
        IdentifierSet.ofStrings(names).elements,
        ristretto255Suite.dst,
        blind,
      );
      const statement = { B: await backend.multiplyBase(b), C, D: await backend.multiply(C, b) };
      return (await proofFrame(settings, new Uint8Array(32), b, statement, 0)).slice(-64);
    };
    const [secret, blind, b] = [secureRandom(32), randomScalar(), randomScalar()];
    const [once, again, other] = [await proofOf(['a']), await proofOf(['a']), await proofOf(['b'])];
    expect(again).toEqual(once);
    // s = r - c * b: with one r, b would be (s - s') / (c' - c).
    const number = (bytes: Uint8Array): bigint => BigInt(`0x${bytesToHex(bytes.slice().reverse())}`);
    const { Fn } = ristretto255.Point;
    const [c, s, c2, s2] = [once.slice(0, 32), once.slice(32), other.slice(0, 32), other.slice(32)].map(
      number,
    ) as [bigint, bigint, bigint, bigint];
    const found = Fn.mul(Fn.create(s - s2), Fn.inv(Fn.create(c2 - c)));
    expect(found).not.toBe(number(b));
  });
});
