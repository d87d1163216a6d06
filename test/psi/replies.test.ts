// SPDX-License-Identifier: Apache-2.0
/**
 * What a reply depends on: in every mode the same frames, of the same lengths, after the same kinds and numbers of
 * operations, whatever the two lists share and whatever it is worth (docs/protocol.md, "What a reply may depend on").
 *
 * Counted are group operations by their elements, SHA-512 by messages and bytes, look-ups and the records that they compare, and
 * random bytes.
 */

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ByteListBuilder, bytesToHex, DistinctBytes } from '../../src/bytes.js';
import { oprfProtocol } from '../../src/compare/oprf.js';
import { contactClient } from '../../src/contact/client.js';
import { generateContactKeys, openPublishedSet, publishSet } from '../../src/contact/published.js';
import { contactServer } from '../../src/contact/server.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend } from '../../src/group/noble.js';
import { serialBackend } from '../../src/group/serial.js';
import { identifiersFromRows, type Row } from '../../src/identifiers/index.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { Sha512 } from '../../src/kernel/sha512.js';
import { Logarithms, type PartyOptions, type PsiMachine } from '../../src/psi/index.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { joinIdsReceiver, joinIdsSender } from '../../src/psi/join-ids/join-ids.js';
import { peopleReceiver, peopleSender } from '../../src/psi/people/people.js';
import { exchange } from '../../src/psi/run/both.js';
import { ciphertextBytes, ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import { SortedRecords } from '../../src/psi/run/matching.js';
import type { Role } from '../../src/psi/run/suite.js';
import { DisjointSets } from '../../src/psi/shuffled/disjoint-sets.js';
import { CiphertextSum, decrypt, encryptOwn } from '../../src/psi/sum/elgamal.js';
import { TOTAL, VALUES } from '../../src/psi/sum/frames.js';
import type { SumPartyOptions } from '../../src/psi/sum/party.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import { sumSender } from '../../src/psi/sum/sender.js';
import { type RandomSource, randomScalar, randomScalars, secureRandom } from '../../src/random.js';
import { signingPublicKey } from '../../src/signing.js';
import { counting } from '../suites/counting-backend.js';
import { countingRandom, record } from '../suites/machines.js';

/** What was done since the last frame. */
const work: Record<string, number> = vi.hoisted(() => ({}));
const note = vi.hoisted(() => (name: string, amount: number): void => {
  work[name] = (work[name] ?? 0) + amount;
});

vi.mock('../../src/kernel/sha512.js', async (original) => {
  const real = await original<typeof import('../../src/kernel/sha512.js')>();
  /** The nonce of a proof is drawn by rejection from digests of a key and a number: how many it takes is chance. */
  const isNonce = (message: Uint8Array): boolean => message.length === 64 + 4;
  const counted = (inner: Sha512): Sha512 => ({
    update(part) {
      note('bytes hashed', part.length);
      inner.update(part);
      return this;
    },
    digest() {
      note('digests', 1);
      return inner.digest();
    },
    clone: () => counted(inner.clone()),
  });
  return {
    ...real,
    createSha512: () => counted(real.createSha512()),
    sha512(message: Uint8Array) {
      if (!isNonce(message)) {
        note('digests', 1);
        note('bytes hashed', message.length);
      }
      return real.sha512(message);
    },
  };
});

/** Lists that are compared as a whole, whose bytes count how often they are read. */
vi.mock('../../src/psi/run/matching.js', async (original) => {
  const real = await original<typeof import('../../src/psi/run/matching.js')>();
  const counted = (bytes: Uint8Array): Uint8Array =>
    new Proxy(bytes, {
      get(target, name) {
        if (name !== 'length') note('bytes compared', 1);
        return Reflect.get(target, name, target);
      },
    });
  return {
    ...real,
    countCommon: (a: Uint8Array, b: Uint8Array, width: number) =>
      real.countCommon(counted(a), counted(b), width),
  };
});

beforeEach(() => {
  const { find } = SortedRecords.prototype;
  vi.spyOn(SortedRecords.prototype, 'find').mockImplementation(function (this: SortedRecords, ...record) {
    const before = this.steps;
    const found = find.apply(this, record);
    note('look-ups', 1);
    note('records compared', this.steps - before);
    return found;
  });
  const { join } = DisjointSets.prototype;
  vi.spyOn(DisjointSets.prototype, 'join').mockImplementation(function (this: DisjointSets, ...people) {
    note('people joined', 1);
    return join.apply(this, people);
  });
  // A table compares what may be there, and nothing where its place is free.
  const { matches } = ByteListBuilder.prototype;
  vi.spyOn(ByteListBuilder.prototype, 'matches').mockImplementation(function (
    this: ByteListBuilder,
    ...item
  ) {
    note('table comparisons', 1);
    return matches.apply(this, item);
  });
  for (const name of ['add', 'indexOf'] as const) {
    const real = DistinctBytes.prototype[name];
    vi.spyOn(DistinctBytes.prototype, name).mockImplementation(function (this: DistinctBytes, ...item) {
      note(`table ${name}`, 1);
      return real.apply(this, item);
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

const kernel = await serialBackend('auto');

interface Line {
  /** What each party calculates with. */
  readonly backends: Readonly<Record<Role, GroupBackend>>;
  readonly steps: string[];
  onFrame(from: Role, frame: Uint8Array): void;
  random(seed: number): RandomSource;
}

/** Another key, and a scalar for each element. */
const other = randomScalar();
const others = randomScalars(6);

/** A party that deviates, and that nobody can tell from an honest one by the shape of what it sends. */
const deviating: Readonly<Record<Role, GroupBackend>> = {
  // Half of the answers, and the tags of the other half, are made under another key.
  sender: {
    ...bound(kernel),
    async multiply(elements, scalar, options) {
      const right = await kernel.multiply(elements, scalar, options);
      return everySecond(right, await kernel.multiply(elements, other, options));
    },
    async hashAndMultiply(messages, dst, scalar, options) {
      const right = await kernel.hashAndMultiply(messages, dst, scalar, options);
      return everySecond(await kernel.hashAndMultiply(messages, dst, other, options), right);
    },
  },
  // Every element is blinded by itself, and what comes back is not understood.
  receiver: {
    ...bound(kernel),
    hashAndMultiply: (messages, dst) =>
      kernel.hashAndMultiplyEach(messages, dst, others.slice(0, 32 * messages.length)),
    hashAndAddBase: (messages, dst) =>
      kernel.hashAndMultiplyEach(messages, dst, others.slice(0, 32 * messages.length)),
  },
};

/** The operations of a backend, as properties of their own. */
function bound(backend: GroupBackend): GroupBackend {
  return new Proxy(backend, {
    ownKeys: () => [...Object.getOwnPropertyNames(Object.getPrototypeOf(backend)), ...Object.keys(backend)],
    getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

function everySecond(right: Uint8Array, wrong: Uint8Array): Uint8Array {
  const mixed = right.slice();
  for (let at = 32; at < mixed.length; at += 64) mixed.set(wrong.subarray(at, at + 32), at);
  return mixed;
}

/**
 * Notes each frame with all that was done before it.
 * @param dishonest - who deviates: what that party does is not counted, but for hashes and tables
 */
function observed(dishonest?: Role): Line {
  for (const name of Object.keys(work)) delete work[name];
  const { backend, counts } = counting(kernel);
  const steps: string[] = [];
  const since = (what: string): void => {
    const done = Object.entries({ ...counts, ...work }).sort(([a], [b]) => (a < b ? -1 : 1));
    steps.push(`${what} after ${done.map(([name, amount]) => `${amount} ${name}`).join(', ')}`);
    for (const record of [counts, work]) for (const name of Object.keys(record)) delete record[name];
  };
  return {
    backends: { receiver: backend, sender: backend, ...(dishonest && { [dishonest]: deviating[dishonest] }) },
    steps,
    onFrame: (from, frame) => since(`${from}: type ${frame[0]}, ${frame.length} bytes`),
    random(seed) {
      const draw = countingRandom(seed);
      return (length) => {
        note('random bytes', length);
        return draw(length);
      };
    },
  };
}

/** What the two lists share, of lists of 5 and 6; and what it is worth. */
const SHARED = { none: [], one: [2], some: [4, 0, 3], all: [0, 1, 2, 3, 4] } as const;
const WORTH = [0, 1, 100_000, 2 ** 38, 2 ** 39] as const;

type Scenario = keyof typeof SHARED;
const scenarios = Object.keys(SHARED) as Scenario[];
const numbers = [0, 1, 2, 3, 4, 5] as const;
const isShared = (shared: Scenario, i: number): boolean => (SHARED[shared] as readonly number[]).includes(i);
const ours = IdentifierSet.ofStrings(numbers.slice(0, 5).map((i) => `member ${i}`));
const theirs = (shared: Scenario): IdentifierSet =>
  IdentifierSet.ofStrings(numbers.map((i) => (isShared(shared, i) ? `member ${i}` : `sender ${i}`)));

const row = (phone: number, email: string): Row => ({
  phone: `+1415555010${phone}`,
  email: `${email}@example.com`,
});
const ourPeople = async (): Promise<IdentifierSet> =>
  (await identifiersFromRows(numbers.slice(0, 5).map((i) => row(i, `a${i}`)))).set;
/** Some by one identifier, some by both; where some are shared, one of the sender's people is two of the receiver's. */
const theirPeople = async (shared: Scenario): Promise<IdentifierSet> => {
  const rows = numbers.map((i) =>
    isShared(shared, i)
      ? row(i, i % 2 === 0 ? `a${i}` : `b${i}`)
      : { phone: `+1628555010${i}`, email: `b${i}@example.com` },
  );
  if (shared === 'some') rows[3] = row(3, 'a1');
  return (await identifiersFromRows(rows)).set;
};

async function run<R, S>(
  line: Line,
  receiver: PsiMachine<R>,
  sender: PsiMachine<S>,
): Promise<{ receiver: R; sender: S }> {
  const results = await exchange(receiver, sender, line.onFrame);
  line.onFrame('receiver', new Uint8Array());
  return results;
}

type Run = (shared: Scenario, line: Line) => Promise<number | undefined>;

const of = (role: Role, line: Line) => ({
  backend: line.backends[role],
  random: line.random(role === 'receiver' ? 5 : 3),
});

const psi =
  (options: Omit<PartyOptions, 'backend'>): Run =>
  async (shared, line) => {
    const all = { chunkSize: 2, ...options };
    const receiver = psiReceiver(ours, { ...all, ...of('receiver', line) });
    return (await run(line, receiver, psiSender(theirs(shared), { ...all, ...of('sender', line) }))).receiver
      .size;
  };

const sum =
  (options: Omit<SumPartyOptions, 'backend'>): Run =>
  async (shared, line) => {
    const all = { chunkSize: 2, acceptChosenValues: true, ...options };
    const [own, other] = options.people
      ? [await ourPeople(), await theirPeople(shared)]
      : [ours, theirs(shared)];
    const values = numbers.map((i) => (isShared(shared, i) ? WORTH[i as 0] : 7));
    const sender = sumSender(other, values, { ...all, ...of('sender', line) });
    const results = await run(line, sumReceiver(own, { ...all, ...of('receiver', line) }), sender);
    return results.receiver.size;
  };

const modes: Readonly<Record<string, Run>> = {
  intersection: psi({}),
  'intersection, multiplicative': psi({ blinding: 'multiplicative' }),
  'intersection, to both': psi({ to: 'both' }),
  'intersection, verifiable': psi({ verifiable: true }),
  'intersection, to both, verifiable': psi({ to: 'both', verifiable: true }),
  cardinality: psi({ reveal: 'cardinality' }),
  'cardinality, to both': psi({ reveal: 'cardinality', to: 'both' }),
  'cardinality, to both, coarse': psi({ reveal: 'cardinality', coarse: { step: 2, atLeast: 2 }, to: 'both' }),
  'sum, to the receiver': sum({ to: 'receiver' }),
  'sum, to the sender': sum({ to: 'sender' }),
  'sum of people, to the receiver': sum({ to: 'receiver', people: true }),
  'sum of people, to the sender': sum({ to: 'sender', people: true }),
  async people(shared, line) {
    const receiver = peopleReceiver(await ourPeople(), { chunkSize: 2, ...of('receiver', line) });
    const sender = peopleSender(await theirPeople(shared), { chunkSize: 2, ...of('sender', line) });
    return (await run(line, receiver, sender)).receiver.size;
  },
  async 'join ids'(shared, line) {
    const receiver = joinIdsReceiver(ours, { chunkSize: 2, ...of('receiver', line) });
    const sender = joinIdsSender(theirs(shared), { chunkSize: 2, ...of('sender', line) });
    return (await run(line, receiver, sender)).receiver.size;
  },
  async 'contact discovery'(shared, line) {
    const keys = await generateContactKeys({ backend: kernel });
    const name = { setId: 'members', epoch: 1 };
    const published = await publishSet(theirs(shared), { ...name, keys, backend: kernel });
    const directory = await openPublishedSet(published, {
      ...name,
      pin: { signer: signingPublicKey(keys.signingKey) },
    });
    for (const what of Object.keys(work)) delete work[what];
    const { has } = directory;
    vi.spyOn(directory, 'has').mockImplementation((tag) => {
      note('members looked up', 1);
      return has.call(directory, tag);
    });
    const client = contactClient(ours, directory, { chunkSize: 2, ...of('receiver', line) });
    const served = [{ ...name, secretKey: keys.secretKey, size: directory.size }];
    return (await run(line, client, contactServer(served, of('sender', line)))).receiver.size;
  },
  async oprf(shared, line) {
    const { size, views } = await oprfProtocol.run(ours, theirs(shared), {
      backend: line.backends.receiver,
    });
    for (const { from, bytes } of views.outsider.transcript.messages)
      line.steps.push(`${from}: ${bytes.length} bytes`);
    // The protocol has no machines: what it did is counted as a whole.
    line.onFrame('receiver', new Uint8Array());
    return size;
  },
};

describe.each(Object.entries(modes))('%s', (title, mode) => {
  it('sends the same frames after the same work, whether the lists share nothing, one, some or all', async () => {
    const seen: Record<string, readonly string[]> = {};
    const sizes: (number | undefined)[] = [];
    for (const shared of scenarios) {
      const line = observed();
      sizes.push(await mode(shared, line));
      seen[shared] = line.steps;
    }
    // The control: they did share that, and work was counted.
    expect(new Set(sizes).size).toBeGreaterThan(2);
    expect(seen.none!.length).toBeGreaterThan(3);
    expect(seen.none!.join()).toMatch(/digests/);
    // Contacts are looked up when the run is over.
    if (title !== 'contact discovery') expect(seen.none!.join()).toMatch(/(records|bytes) compared/);
    for (const shared of scenarios) expect(seen[shared]).toEqual(seen.none);
  });

  // The protocol oprf runs in one process, by one backend: what its proofs catch is tested with them.
  if (title === 'oprf') return;

  it('a sender that spoils half of what it sends sees the same, whatever is shared', async () => {
    await expectAlike(mode, 'sender');
  });

  it('a receiver that blinds each element by itself sees the same, whatever is shared', async () => {
    await expectAlike(mode, 'receiver');
  });
});

/** That the line shows a party that deviates the same in every scenario, to the way in which the run ends. */
async function expectAlike(mode: Run, dishonest: Role): Promise<void> {
  const seen: (readonly string[])[] = [];
  for (const shared of scenarios) {
    const line = observed(dishonest);
    const size = await mode(shared, line).catch((error) => void line.steps.push(`ends with ${error.code}`));
    // The control: it did deviate, so that the result is wrong or there is none.
    if (shared === 'all') expect(size).not.toBe(SHARED.all.length);
    seen.push(line.steps);
  }
  expect(seen[0]!.length).toBeGreaterThan(3);
  for (const steps of seen) expect(steps).toEqual(seen[0]);
}

it('a client looks nothing up in the published set before somebody reads what it found', async () => {
  const line = observed();
  expect(await modes['contact discovery']!('all', line)).toBe(5);
  expect(line.steps.join()).not.toContain('members looked up');
  // The control: read, it was looked up.
  expect(work['members looked up']).toBe(5);
});

describe('the receiver of a sum', () => {
  const values = numbers.map(() => 1);
  const type = VALUES.type;

  /** The frames that the receiver sends, and how the run ends, where the sender has changed what it sends. */
  async function spoiled(
    shared: Scenario,
    options: Pick<SumPartyOptions, 'to'>,
    tamper: (frame: Uint8Array) => Uint8Array,
    own: ArrayLike<number> = values,
  ): Promise<string[]> {
    const sent: string[] = [];
    const all = { backend: kernel, acceptChosenValues: true, ...options };
    const set = theirs(shared);
    try {
      await record(
        (role) => (role === 'receiver' ? sumReceiver(ours, all) : sumSender(set, own, all)),
        (from, frame) => {
          if (from === 'receiver') sent.push(`type ${frame[0]}, ${frame.length} bytes`);
          return from === 'sender' && frame[0] === type ? tamper(frame.slice()) : frame;
        },
      );
    } catch (error) {
      sent.push((error as { code?: string }).code ?? String(error));
    }
    return sent;
  }

  it.each(['receiver', 'sender'] as const)(
    'refuses a value that is no encryption, whoever is shared, with a sum to the %s',
    async (to) => {
      for (const half of [0, 32]) {
        for (const which of numbers) {
          const broken = (frame: Uint8Array): Uint8Array => {
            const width = (frame.length - 5) / numbers.length;
            const at = 5 + (which + 1) * width - ciphertextBytes(ristretto255Suite.group) + half;
            return frame.fill(0xff, at, at + 32);
          };
          const ends = await Promise.all(scenarios.map((shared) => spoiled(shared, { to }, broken)));
          for (const end of ends) expect(end).toEqual(ends[0]);
          expect(ends[0]!.at(-1)).toBe('bad-element');
          expect(ends[0]!.some((line) => line.startsWith(`type ${TOTAL.type},`))).toBe(false);
        }
      }
    },
  );

  it('says Finish to a sender with a value out of range, whether that person is shared or not', async () => {
    const ends = await Promise.all(
      (['one', 'none'] as const).map((shared) =>
        spoiled(shared, { to: 'receiver' }, (frame) => frame, outOfRange()),
      ),
    );
    expect(ends[0]!.at(-1)).toMatch(/^type 5,/);
    expect(ends[0]).toEqual(ends[1]);
  });

  it('does no work after its Finish before somebody asks for the sum', async () => {
    const line = observed();
    const options = { backend: line.backends.receiver };
    const results = await run(line, sumReceiver(ours, options), sumSender(theirs('all'), values, options));
    expect(line.steps.at(-1)).toBe('receiver: type undefined, 0 bytes after ');
    expect(await results.receiver.opened!.solve()).toBe(5);
  });
});

/** Values of which the one of person 2 is in range when it is checked, and out of it when it is encrypted. */
function outOfRange(): ArrayLike<number> {
  let reads = 0;
  return new Proxy({ length: numbers.length } as Record<string, number>, {
    get: (target, name) => (name === 'length' ? target.length : name === '2' && ++reads === 2 ? 2 ** 45 : 1),
  }) as unknown as ArrayLike<number>;
}

it('a sum of some of many encryptions takes the same operations, whichever they are, and is the right one', async () => {
  const amounts = [1, 20, 300, 4_000, 50_000, 600_000];
  const secret = randomScalar();
  const ciphertexts = await encryptOwn(kernel, secret, amounts, secureRandom);
  const seen: unknown[] = [];
  for (const selected of [[], [2], [0, 2, 3, 5], [0, 1, 2, 3, 4, 5]]) {
    const calls: unknown[] = [];
    const weightedSum: GroupBackend['weightedSum'] = (elements, weights) => {
      calls.push('weightedSum', elements.length, bytesToHex(weights));
      return nobleBackend.weightedSum(elements, weights);
    };
    const add: GroupBackend['add'] = (a, b) => {
      calls.push('add', a.length, b.length);
      return nobleBackend.add(a, b);
    };
    const total = new CiphertextSum({ ...nobleBackend, weightedSum, add });
    await total.add(
      ciphertexts,
      Uint8Array.from(amounts, (_, i) => (selected.includes(i) ? 1 : 0)),
    );
    const sum = selected.reduce((sum, i) => sum + amounts[i]!, 0);
    expect(await new Logarithms(kernel).solve(await decryptAny(secret, total.total))).toBe(sum);
    seen.push(calls);
  }
  // All of them are decoded as they are, and all are added: weights of one, of whatever stands in their place.
  expect(seen[0]).toHaveLength(4 * 3 + 3);
  for (const calls of seen) expect(calls).toEqual(seen[0]);
});

/** The sum of nothing is no encryption that anybody would open: its first part is the identity. */
async function decryptAny(secret: Uint8Array, ciphertext: Uint8Array): Promise<Uint8Array> {
  return ciphertext.every((byte) => byte === 0)
    ? ciphertext.slice(0, 32)
    : decrypt(kernel, secret, ciphertext);
}
