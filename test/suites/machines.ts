// SPDX-License-Identifier: Apache-2.0
/** What every pair of machines must do with bad messages, given machines that draw the same secrets each time. */

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, u32 } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import type { PsiMachine } from '../../src/psi/index.js';
import { ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import { encodeFrame, HELLO } from '../../src/psi/run/frames.js';
import { decodeHello, encodeHello, type Hello } from '../../src/psi/run/hello.js';
import type { Role } from '../../src/psi/run/suite.js';
import type { RandomSource } from '../../src/random.js';
import { times } from '../support/effort.js';
import { drain } from '../support/exchange.js';
import { expectCode } from './errors.js';

type MakeParty = (role: Role) => PsiMachine<unknown>;

/** Draws that are the same each time and differ from one another; never for a real run. */
export function countingRandom(seed: number): RandomSource {
  let next = seed;
  return (length) =>
    Uint8Array.from({ length }, (_, i) => (i % 32 === 31 ? 0 : (next++ * 151 + i * 7) & 255));
}

/** What each machine is given in an undisturbed run, in order. */
type Recording = Readonly<Record<Role, Uint8Array[]>>;

/** @param change - may put another frame in the place of one that is sent */
export async function record(
  make: MakeParty,
  change: (from: Role, frame: Uint8Array) => Uint8Array | Promise<Uint8Array> = (_, frame) => frame,
): Promise<Recording> {
  const parties = { receiver: make('receiver'), sender: make('sender') };
  const given: Recording = { receiver: [], sender: [] };
  await drain(parties.sender.start());
  const queue = (await drain(parties.receiver.start())).map((frame) => ({ from: 'receiver' as Role, frame }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const to = next.from === 'receiver' ? 'sender' : 'receiver';
    const frame = await change(next.from, next.frame);
    given[to].push(frame);
    queue.push(
      ...(await drain(parties[to].receive(frame))).map((answer) => ({ from: to as Role, frame: answer })),
    );
  }
  return given;
}

/** Gives a fresh machine the recorded frames up to `index`, and then this one. */
export async function feed(
  make: MakeParty,
  role: Role,
  recording: Recording,
  index: number,
  frame: Uint8Array,
): Promise<PsiMachine<unknown>> {
  const machine = make(role);
  await drain(machine.start());
  for (const earlier of recording[role].slice(0, index)) await drain(machine.receive(earlier));
  await drain(machine.receive(frame));
  return machine;
}

/** Where the first frame of this type stands among those that a machine is given. */
export function indexOfType(frames: readonly Uint8Array[], type: number): number {
  return frames.findIndex((frame) => frame[0] === type);
}

export function testBadMessages(name: string, make: MakeParty): void {
  describe(`bad messages, ${name}`, () => {
    let recording: Recording;

    beforeAll(async () => {
      recording = await record(make);
    });

    it('a peer that runs something else is an incompatible peer', async () => {
      const hello = (to: Role, change: Partial<Hello>): Uint8Array =>
        encodeFrame(
          HELLO,
          encodeHello(
            { ...decodeHello(recording[to][0]!.subarray(1), ristretto255Suite), ...change },
            ristretto255Suite,
          ),
        );
      for (const to of ['receiver', 'sender'] as const) {
        const agreed = decodeHello(recording[to][0]!.subarray(1), ristretto255Suite);
        for (const change of [
          { role: to },
          { mode: agreed.mode === 255 ? 254 : agreed.mode + 1 },
          { to: agreed.to === 'both' ? 'receiver' : 'both' },
          { verifiable: true },
          { identifiersPerRow: agreed.identifiersPerRow > 1 ? 1 : 7 },
        ] satisfies Partial<Hello>[]) {
          await expectCode('incompatible-peer', () => feed(make, to, recording, 0, hello(to, change)));
        }
        await expectCode('incompatible-lists', () =>
          feed(make, to, recording, 0, hello(to, { kinds: new Set(['composite']) })),
        );
        await expectCode('wrong-size', () => feed(make, to, recording, 0, hello(to, { size: 2 ** 24 + 1 })));
        await expectCode('wrong-size', () => feed(make, to, recording, 0, hello(to, { maxPeerSize: 1 })));
      }
    });

    it('a frame out of turn, of unknown type, empty or too long is refused', async () => {
      for (const to of ['receiver', 'sender'] as const) {
        for (let index = 0; index < recording[to].length; index++) {
          const due = recording[to][index]![0];
          const other = recording[to].find((frame) => frame[0] !== due)!;
          await expectCode('unexpected-message', () => feed(make, to, recording, index, other));
          for (const bad of [Uint8Array.of(99, 1), new Uint8Array(), new Uint8Array(1_048_577).fill(due!)]) {
            await expectCode('bad-message', () => feed(make, to, recording, index, bad));
          }
        }
      }
    });

    it('a list with a gap, an overlap, no record or a broken one is refused', async () => {
      for (const to of ['receiver', 'sender'] as const) {
        for (const [index, frame] of recording[to].entries()) {
          const isList = ![1, 5, 16, 18, 19, 32, 33, 35].includes(frame[0]!);
          if (!isList) continue;
          const shifted = frame.slice();
          shifted[4]! ^= 1;
          for (const bad of [shifted, frame.slice(0, 5), frame.slice(0, -1)]) {
            await expectCode('bad-message', () => feed(make, to, recording, index, bad));
          }
        }
      }
    });

    it('a mutated message gives a typed error, never a hang and never a result', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom('receiver' as const, 'sender' as const),
          fc.nat(),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          fc.constantFrom('flip', 'cut', 'extend'),
          async (to, which, where, bits, how) => {
            const given = recording[to];
            const index = which % given.length;
            const original = given[index]!;
            const at = where % original.length;
            const mutated =
              how === 'flip'
                ? original.slice()
                : how === 'cut'
                  ? original.slice(0, at)
                  : concatBytes(original, u32(bits));
            if (how === 'flip') mutated[at]! ^= bits;
            try {
              const machine = await feed(make, to, recording, index, mutated);
              for (const frame of given.slice(index + 1)) await drain(machine.receive(frame));
              expect(machine.done).toBe(false);
            } catch (error) {
              expect(error).toBeInstanceOf(VeilmatchError);
            }
          },
        ),
        { numRuns: times(100, 5_000) },
      );
    });
  });
}
