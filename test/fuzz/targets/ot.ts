// SPDX-License-Identifier: Apache-2.0
/**
 * Runs of `ot-psi` and of `auto` in either role, of which one frame is another one: frames are long, so an input says what is changed of it.
 * In a run of `auto` the sizes in the Hellos decide what all later frames are.
 */

import { isDeepStrictEqual } from 'node:util';
import { serialBackend } from '../../../src/group/serial.js';
import { canonicalBytes } from '../../../src/identifiers/identifier.js';
import { type IdentifierSet, SetBuilder } from '../../../src/identifiers/set.js';
import { autoReceiver, autoSender } from '../../../src/psi/auto/party.js';
import type { PsiMachine } from '../../../src/psi/index.js';
import { otReceiver } from '../../../src/psi/ot/receiver.js';
import { otSender } from '../../../src/psi/ot/sender.js';
import type { Role } from '../../../src/psi/run/suite.js';
import { remembering } from '../../suites/remembering-backend.js';
import { Chance } from '../support/random.js';
import { attempt, blocks, CANARY, demand, type FuzzTarget, Reader } from '../support/target.js';

/** What an input can be about. */
const PARTIES = [
  { run: 'ot', role: 'receiver' },
  { run: 'ot', role: 'sender' },
  { run: 'auto', role: 'receiver' },
  { run: 'auto', role: 'sender' },
] as const;
type Run = (typeof PARTIES)[number]['run'];
const MACHINES = {
  ot: { receiver: otReceiver, sender: otSender },
  auto: { receiver: autoReceiver, sender: autoSender },
} as const;
const WAYS = ['block', 'flips', 'cut', 'as it is'] as const;

const backend = remembering(await serialBackend('auto'));

function setOf(...addresses: readonly string[]): IdentifierSet {
  const builder = new SetBuilder();
  for (const [row, text] of addresses.entries()) {
    builder.rowCount++;
    builder.add(row, 'email', canonicalBytes({ kind: 'email', text }));
  }
  return builder.build();
}

function make(run: Run, role: Role): PsiMachine<unknown> {
  const chance = new Chance(role === 'receiver' ? 5 : 7);
  const options = {
    ...{ backend, to: 'both' as const, maxPeerSize: 20_000 },
    random: (length: number): Uint8Array => {
      const bytes = new Uint8Array(length);
      chance.fill(bytes);
      // Scalars that are taken at the first draw, so that a run draws the same whatever came before.
      for (let i = 31; i < length; i += 32) bytes[i]! &= 0x0f;
      return bytes;
    },
  };
  const third = role === 'receiver' ? CANARY.email : 'joan@example.com';
  return MACHINES[run][role](setOf(third, 'grace@example.com', 'hedy@example.com'), options);
}

interface Recording {
  /** What each party is sent. */
  readonly given: Readonly<Record<Role, Uint8Array[]>>;
  readonly results: Readonly<Record<Role, unknown>>;
}

async function record(run: Run): Promise<Recording> {
  const machines = { receiver: make(run, 'receiver'), sender: make(run, 'sender') };
  const given: Recording['given'] = { receiver: [], sender: [] };
  const waiting: { to: Role; frame: Uint8Array }[] = [];
  const post = async (to: Role, frames: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const frame of frames) waiting.push({ to, frame });
  };
  await post('receiver', machines.sender.start());
  await post('sender', machines.receiver.start());
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { to, frame } = next;
    given[to].push(frame);
    await post(to === 'sender' ? 'receiver' : 'sender', machines[to].receive(frame));
  }
  return { given, results: { receiver: plain(machines.receiver), sender: plain(machines.sender) } };
}

/** The result, with what it works out when it is read. */
const plain = ({ result }: PsiMachine<unknown>): unknown => ({ ...(result as object) });

const recordings = new Map<Run, Promise<Recording>>();

function recordingOf(run: Run): Promise<Recording> {
  const recording = recordings.get(run) ?? record(run);
  recordings.set(run, recording);
  return recording;
}

function changed(frame: Uint8Array, reader: Reader): Uint8Array {
  const way = reader.of(WAYS);
  const place = (): number => (reader.byte() | (reader.byte() << 8) | (reader.byte() << 16)) % frame.length;
  const copy = frame.slice();
  if (way === 'block') return reader.block();
  if (way === 'cut') return copy.subarray(0, place());
  if (way === 'flips') while (!reader.ended) copy[place()]! ^= reader.byte();
  return copy;
}

/** The first byte says which run and role, the second one which of the frames that it is given, the third one what becomes of it. */
export const ot: FuzzTarget = {
  name: 'ot-psi',
  reads: 'frames of runs of ot-psi and auto, in either role',
  sources: [
    'base-transfers',
    'bin-jobs',
    'bins',
    'columns',
    'labels',
    'lanes',
    'receiver',
    'run',
    'sender',
    'trees',
  ]
    .map((file) => `src/psi/ot/${file}.ts`)
    .concat('src/psi/auto/party.ts', 'src/psi/auto/threshold.ts'),
  maxBytes: 512,
  // The trees of both parties, and turns of masks.
  steps: [4_000_000, 2_000],
  async seeds() {
    const seeds: Uint8Array[] = [];
    for (const [p, { run, role }] of PARTIES.entries()) {
      const { given } = await recordingOf(run);
      for (const [i, frame] of given[role].entries()) {
        seeds.push(
          Uint8Array.of(p, i, 3),
          Uint8Array.of(p, i, 1, 40, 0, 0, 1),
          Uint8Array.of(p, i, 2, 9, 0, 0),
        );
        // Short frames whole.
        if (frame.length < 200) seeds.push(Uint8Array.of(p, i, 0, ...blocks(frame)));
      }
    }
    return seeds;
  },
  async run(input) {
    const reader = new Reader(input);
    const { run, role } = reader.of(PARTIES);
    const { given, results } = await recordingOf(run);
    const frames = [...given[role]];
    const which = reader.byte() % frames.length;
    frames[which] = changed(frames[which]!, reader);
    const machine = make(run, role);
    let bytesOut = 0;
    await attempt(async () => {
      for await (const frame of machine.start()) bytesOut += frame.length;
      for (const frame of frames)
        for await (const answer of machine.receive(frame)) bytesOut += answer.length;
    });
    demand(bytesOut <= 100_000, 'A party sent more than its list and the declared size account for.');
    if (machine.done) {
      demand(isDeepStrictEqual(plain(machine), results[role]), 'A run ended well with another result.');
    }
    await machine.abandon();
  },
};
