// SPDX-License-Identifier: Apache-2.0

import { isDeepStrictEqual } from 'node:util';
import { equalBytes } from '../../../src/bytes.js';
import { contactClient } from '../../../src/contact/client.js';
import { openPublishedSet, publishSet } from '../../../src/contact/index.js';
import { contactServer } from '../../../src/contact/server.js';
import { VeilmatchError } from '../../../src/errors.js';
import type { GroupBackend } from '../../../src/group/group.js';
import { serialBackend } from '../../../src/group/serial.js';
import { canonicalBytes } from '../../../src/identifiers/identifier.js';
import { type IdentifierSet, SetBuilder } from '../../../src/identifiers/set.js';
import { Logarithms, type PsiMachine } from '../../../src/psi/index.js';
import { psiReceiver } from '../../../src/psi/intersection/receiver.js';
import { psiSender } from '../../../src/psi/intersection/sender.js';
import { joinIdsReceiver, joinIdsSender } from '../../../src/psi/join-ids/join-ids.js';
import { peopleReceiver, peopleSender } from '../../../src/psi/people/people.js';
import type { Role } from '../../../src/psi/run/suite.js';
import type { OpenedSum } from '../../../src/psi/sum/opened-sum.js';
import { sumReceiver } from '../../../src/psi/sum/receiver.js';
import { sumSender } from '../../../src/psi/sum/sender.js';
import type { RandomSource } from '../../../src/random.js';
import { signingPublicKey } from '../../../src/signing.js';
import { Chance } from '../support/random.js';
import { attempt, blocks, CANARY, demand, type FuzzTarget, Reader } from '../support/target.js';

/** What a run goes through; not what is published, allowed or attached besides. */
const SOURCES = [
  'contact/client.ts',
  'contact/frames.ts',
  'contact/server.ts',
  'psi/intersection/confirm.ts',
  'psi/intersection/receiver.ts',
  'psi/intersection/sender.ts',
  'psi/join-ids/join-ids.ts',
  'psi/people/people.ts',
  'psi/shuffled/roster.ts',
  'psi/shuffled/shuffled.ts',
  'psi/shuffled/blinding.ts',
  'psi/intersection/additive.ts',
  'psi/run/checks.ts',
  'psi/run/chunks.ts',
  'psi/run/frames.ts',
  'psi/run/hello.ts',
  'psi/run/machine.ts',
  'psi/run/party.ts',
  'psi/intersection/proofs.ts',
  'psi/run/session.ts',
  'psi/sum/elgamal.ts',
  'psi/sum/party.ts',
  'psi/sum/receiver.ts',
  'psi/sum/sender.ts',
  'psi/sum/values.ts',
].map((file) => `src/${file}`);
const ROLES = ['receiver', 'sender'] as const;
const MOST_FRAMES = 16;

const backend: GroupBackend = await serialBackend('auto');

function setOf(...rows: readonly (readonly string[])[]): IdentifierSet {
  const builder = new SetBuilder();
  for (const [row, addresses] of rows.entries()) {
    builder.rowCount++;
    for (const text of addresses) builder.add(row, 'email', canonicalBytes({ kind: 'email', text }));
  }
  return builder.build();
}

const SETS = {
  receiver: setOf([CANARY.email], ['grace@example.com'], ['hedy@example.com']),
  sender: setOf(['grace@example.com'], ['hedy@example.com'], ['joan@example.com']),
};
const PEOPLE = {
  receiver: setOf([CANARY.email, 'ada@example.com'], ['grace@example.com']),
  sender: setOf(['grace@example.com', 'hopper@example.com'], ['ada@example.com'], ['joan@example.com']),
};

/** Sums of a few values only, since a peer can make any other one take seconds. */
class SmallLogarithms extends Logarithms {
  override async solve(element: Uint8Array): Promise<number> {
    for (let x = 0; x <= 16; x++) {
      const scalar = new Uint8Array(32);
      scalar[0] = x;
      const multiple = x === 0 ? scalar : await backend.multiplyBase(scalar);
      if (equalBytes(multiple, element)) return x;
    }
    throw new VeilmatchError('overflow', 'The sum is larger than those of this test.');
  }
}

/** The same secrets for a party each time, so that frames that were recorded fit. */
function randomOf(role: Role): RandomSource {
  const chance = new Chance(role === 'receiver' ? 5 : 7);
  return (length) => {
    const bytes = new Uint8Array(length);
    chance.fill(bytes);
    return bytes;
  };
}

interface Pair {
  /** Whether a result that does not come from the peer's true frames must not come about. */
  readonly closed: boolean;
  make(role: Role): PsiMachine<unknown>;
}

const common = (role: Role) => ({ backend, chunkSize: 2, random: randomOf(role), maxPeerSize: 100 });
const psi = (more: object): Pair => ({
  closed: true,
  make: (role) =>
    role === 'receiver'
      ? psiReceiver(SETS.receiver, { ...common(role), ...more })
      : psiSender(SETS.sender, { ...common(role), ...more }),
});
const sum = (more: { to?: 'sender'; people?: boolean }): Pair => ({
  closed: true,
  make(role) {
    const sets = more.people ? PEOPLE : SETS;
    const options = {
      ...{ ...common(role), ...more, acceptChosenValues: true },
      logarithms: new SmallLogarithms(backend),
    };
    return role === 'receiver'
      ? sumReceiver(sets.receiver, options)
      : sumSender(sets.sender, [1, 2, 4], options);
  },
});

const contactKeys = { secretKey: new Uint8Array(32).fill(3), signingKey: new Uint8Array(32).fill(4) };
contactKeys.secretKey[31] = 0;
const NAME = { setId: 'members', epoch: 1 };
const published = await publishSet(SETS.sender, { ...NAME, keys: contactKeys, backend });
const directory = await openPublishedSet(published, {
  pin: { signer: signingPublicKey(contactKeys.signingKey) },
  ...NAME,
});

const PAIRS: readonly Pair[] = [
  psi({}),
  psi({ blinding: 'multiplicative' }),
  psi({ reveal: 'cardinality' }),
  psi({ to: 'both' }),
  psi({ reveal: 'cardinality', to: 'both' }),
  psi({ verifiable: true }),
  sum({}),
  sum({ to: 'sender' }),
  sum({ people: true }),
  {
    closed: true,
    make: (role) =>
      role === 'receiver'
        ? joinIdsReceiver(SETS.receiver, common(role))
        : joinIdsSender(SETS.sender, common(role)),
  },
  {
    closed: true,
    make: (role) =>
      role === 'receiver'
        ? peopleReceiver(PEOPLE.receiver, common(role))
        : peopleSender(PEOPLE.sender, common(role)),
  },
  {
    // The server has no result that its client could falsify, and no last frame.
    closed: false,
    make: (role) =>
      role === 'receiver'
        ? contactClient(SETS.receiver, directory, { backend, chunkSize: 2, random: randomOf(role) })
        : contactServer([{ ...NAME, secretKey: contactKeys.secretKey, size: 3 }], {
            backend,
            random: randomOf(role),
          }),
  },
];

interface Recording {
  /** What each party is sent. */
  readonly given: Record<Role, Uint8Array[]>;
  readonly results: Record<Role, unknown>;
}

async function collected(frames: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const list: Uint8Array[] = [];
  for await (const frame of frames) list.push(frame);
  return list;
}

async function record(pair: Pair): Promise<Recording> {
  const machines = { receiver: pair.make('receiver'), sender: pair.make('sender') };
  const given: Recording['given'] = { receiver: [], sender: [] };
  const waiting: { to: Role; frame: Uint8Array }[] = [];
  const post = (to: Role, frames: readonly Uint8Array[]): void => {
    for (const frame of frames) waiting.push({ to, frame });
  };
  post('receiver', await collected(machines.sender.start()));
  post('sender', await collected(machines.receiver.start()));
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { to, frame } = next;
    given[to].push(frame);
    post(to === 'sender' ? 'receiver' : 'sender', await collected(machines[to].receive(frame)));
  }
  const results = {
    receiver: await outcomeOf(machines.receiver.result),
    sender: await outcomeOf(machines.sender.result),
  };
  return { given, results };
}

/** A result with its sum worked out. */
async function outcomeOf(result: unknown): Promise<unknown> {
  const { opened } = result as { readonly opened?: OpenedSum };
  return opened === undefined ? result : { ...(result as object), opened: await opened.solve() };
}

let recordings: Promise<Recording[]> | undefined;
function recorded(): Promise<Recording[]> {
  recordings ??= Promise.all(PAIRS.map(record));
  return recordings;
}

/** Every machine in every mode and role, given frames: the first byte says which machine, the second one which role. */
export const machines: FuzzTarget = {
  name: 'machines',
  reads: 'runs of every mode, in either role',
  sources: SOURCES,
  maxBytes: 4096,
  // Inverting a scalar takes thousands.
  steps: [2_000_000, 2_000],
  async seeds() {
    return (await recorded()).flatMap(({ given }, which) =>
      ROLES.map((role, i) => Uint8Array.of(which, i, ...blocks(...given[role]))),
    );
  },
  async run(input) {
    const reader = new Reader(input);
    const which = reader.byte() % PAIRS.length;
    const role = reader.of(ROLES);
    const truth = (await recorded())[which]!;
    const { closed, make } = PAIRS[which]!;
    const machine = make(role);
    let bytesOut = 0;
    await attempt(async () => {
      for await (const frame of machine.start()) bytesOut += frame.length;
      for (let frames = 0; frames < MOST_FRAMES && !reader.ended; frames++) {
        for await (const frame of machine.receive(reader.block())) bytesOut += frame.length;
      }
    });
    demand(bytesOut <= 16_384, 'A party sent more than its list and the declared size account for.');
    if (machine.done && closed) {
      const result = await attempt(() => outcomeOf(machine.result));
      demand(
        result === undefined || isDeepStrictEqual(result, truth.results[role]),
        'A run ended well with another result.',
      );
    }
    await machine.abandon();
  },
};
