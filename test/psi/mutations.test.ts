// SPDX-License-Identifier: Apache-2.0
/**
 * Messages that are not what the peer sent: each gives a typed error or the result that the true ones give, in every
 * variant, for either party. SLOW=1 tries 100,000 of them and more.
 */

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concatBytes } from '../../src/bytes.js';
import { VeilmatchError } from '../../src/errors.js';
import type { GroupBackend } from '../../src/group/group.js';
import { serialBackend } from '../../src/group/serial.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { PartyOptions, PsiMachine } from '../../src/psi/index.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import type { Role } from '../../src/psi/run/suite.js';
import { replayedRandom } from '../../src/random.js';
import { times } from '../support/effort.js';
import { drain } from '../support/exchange.js';

type Variant = Omit<PartyOptions, 'backend'>;

const variants: readonly Variant[] = [
  { reveal: 'intersection' },
  { reveal: 'intersection', blinding: 'multiplicative' },
  { reveal: 'cardinality' },
  { reveal: 'intersection', to: 'both' },
  { reveal: 'cardinality', to: 'both' },
  { reveal: 'intersection', verifiable: true },
];
const RUNS = times(60, 20_000);

const sets = {
  receiver: IdentifierSet.ofStrings(['ada', 'grace', 'hedy']),
  sender: IdentifierSet.ofStrings(['grace', 'hedy', 'joan', 'radia']),
};

let backend: GroupBackend;
beforeAll(async () => {
  backend = await serialBackend('auto');
});
afterAll(() => backend.dispose());

/** Machines with the same secrets each time, so that a recorded frame fits a fresh machine. */
function party(role: Role, variant: Variant, run = 1): PsiMachine<unknown> {
  const secrets = Array.from({ length: 9 }, (_, i) => {
    const secret = new Uint8Array(32).fill(role === 'receiver' ? 5 : 7);
    secret[0] = run;
    secret[1] = i;
    secret[31] = 0;
    return secret;
  });
  const options = { backend, chunkSize: 2, ...variant, random: replayedRandom(secrets) };
  return role === 'receiver' ? psiReceiver(sets.receiver, options) : psiSender(sets.sender, options);
}

interface Recording {
  /** What each machine is given, in order, and where it ends. */
  readonly given: Record<Role, Uint8Array[]>;
  readonly results: Record<Role, unknown>;
}

async function record(variant: Variant, run: number): Promise<Recording> {
  const machines = { receiver: party('receiver', variant, run), sender: party('sender', variant, run) };
  const given: Recording['given'] = { receiver: [], sender: [] };
  await drain(machines.sender.start());
  const queue = (await drain(machines.receiver.start())).map((frame) => ({ to: 'sender' as Role, frame }));
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { to, frame } = next;
    given[to].push(frame);
    const back: Role = to === 'sender' ? 'receiver' : 'sender';
    queue.push(...(await drain(machines[to].receive(frame))).map((answer) => ({ to: back, frame: answer })));
  }
  return { given, results: { receiver: machines.receiver.result, sender: machines.sender.result } };
}

type Change = 'flip' | 'cut' | 'extend' | 'repeat' | 'drop' | 'swap' | 'foreign' | 'retype' | 'copy';
const changes: readonly Change[] = [
  'flip',
  'cut',
  'extend',
  'repeat',
  'drop',
  'swap',
  'foreign',
  'retype',
  'copy',
];

/** The frames with one of them changed. */
function mutate(
  frames: readonly Uint8Array[],
  other: readonly Uint8Array[],
  change: Change,
  which: number,
  where: number,
  bits: number,
): Uint8Array[] {
  const index = which % frames.length;
  const original = frames[index]!;
  const at = where % original.length;
  const flipped = original.slice();
  flipped[at]! ^= bits;
  const retyped = original.slice();
  retyped[0] = bits;
  // One record of 32 bytes takes the place of another one.
  const copied = original.slice();
  if (original.length >= 69) copied.copyWithin(5, 37, 69);
  const put: Record<Change, Uint8Array[]> = {
    flip: [flipped],
    cut: [original.slice(0, at)],
    extend: [concatBytes(original, new Uint8Array(1 + (where % 64)).fill(bits))],
    repeat: [original, original],
    drop: [],
    swap: [frames[(index + 1) % frames.length]!],
    foreign: [other[index % other.length]!],
    retype: [retyped],
    copy: [copied],
  };
  return [...frames.slice(0, index), ...put[change], ...frames.slice(index + 1)];
}

describe.each(variants.map((variant) => ({ title: JSON.stringify(variant), variant })))(
  '$title',
  ({ variant }) => {
    it('a message that was changed gives a typed error or the same result, never a hang, never half a result', async () => {
      const recording = await record(variant, 1);
      const foreign = await record(variant, 2);
      let errors = 0;
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom<Role>('receiver', 'sender'),
          fc.constantFrom(...changes),
          fc.nat(),
          fc.nat(),
          fc.integer({ min: 1, max: 255 }),
          async (role, change, which, where, bits) => {
            const machine = party(role, variant);
            const frames = mutate(recording.given[role], foreign.given[role], change, which, where, bits);
            try {
              await drain(machine.start());
              for (const frame of frames) await drain(machine.receive(frame));
            } catch (error) {
              expect(error).toBeInstanceOf(VeilmatchError);
              errors++;
            }
            if (machine.done) expect(machine.result).toEqual(recording.results[role]);
            else expect(() => machine.result).toThrow(VeilmatchError);
            await machine.abandon();
          },
        ),
        { numRuns: RUNS },
      );
      expect(errors).toBeGreaterThan(RUNS / 2);
    }, 3_600_000);
  },
);
