// SPDX-License-Identifier: Apache-2.0
/**
 * What each protocol's `leakage` says, shown by attacking it: offline from what the receiver, the sender and an outsider
 * saw, and with the secrets that would open it, so that a failure of the attack means something.
 */
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { attackTranscript, type Knowledge, NumberList, numberingPlan } from '../../src/attack/index.js';
import { concatBytes } from '../../src/bytes.js';
import { type MatchOutcome, type ProtocolId, protocols, type View } from '../../src/compare/index.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend } from '../../src/group/noble.js';
import { multiplyScalars } from '../../src/group/scalar.js';
import { serialBackend } from '../../src/group/serial.js';
import { type IdentifierSet, identifiersFromRows } from '../../src/identifiers/index.js';
import { isNonZeroScalar, randomScalar, randomScalars } from '../../src/random.js';
import { times } from '../support/effort.js';

/** Ten thousand numbers, of which the lists and the attacker's guesses are taken. */
const block = numberingPlan('US', { areaCodes: ['415555'] });
const numbers = Array.from({ length: 40 }, (_, i) => block.at(i * 250));
const OWN = numbers.slice(0, 8);
const SHARED = numbers.slice(8, 12);
const THEIRS = numbers.slice(12, 22);
/** Every right answer is among the guesses: if the attack fails, it is not for want of the right guess. */
const guesses = NumberList.from(numbers);

const cheap = { cost: { function: 'scrypt', logN: 1, r: 1, p: 1 } } as const;

async function setOf(list: readonly string[]): Promise<IdentifierSet> {
  return (await identifiersFromRows(list.map((phone) => ({ phone })))).set;
}

async function runOf(id: ProtocolId, backend: GroupBackend = nobleBackend): Promise<MatchOutcome> {
  const protocol = protocols.find((candidate) => candidate.id === id)!;
  return protocol.run(await setOf([...OWN, ...SHARED]), await setOf([...SHARED, ...THEIRS]), {
    ...cheap,
    backend,
  });
}

async function recovered(
  { transcript }: View,
  knowledge: Knowledge,
  backend?: GroupBackend,
): Promise<string[]> {
  const result = await attackTranscript(transcript, knowledge, guesses, { concurrency: 1, backend });
  expect(result.candidatesTried).toBe(numbers.length);
  return [...result.recovered].sort();
}

const ofReceiver = [...OWN, ...SHARED].sort();
const ofSender = [...SHARED, ...THEIRS].sort();
const ofBoth = [...OWN, ...SHARED, ...THEIRS].sort();

describe.each(['plain', 'salted', 'slow'] as const)('%s', (id) => {
  it('gives the whole list of the sender to the receiver and to an outsider', async () => {
    const { views } = await runOf(id);
    expect(await recovered(views.receiver, views.receiver.knowledge)).toEqual(ofSender);
    expect(await recovered(views.outsider, views.outsider.knowledge)).toEqual(ofSender);
    expect(await recovered(views.sender, views.sender.knowledge)).toEqual([]);
  });
});

it.each(['salted', 'slow'] as const)(
  '%s gives nothing to somebody who does not know the salt',
  async (id) => {
    const { views } = await runOf(id);
    expect(await recovered(views.outsider, {})).toEqual([]);
    expect(await recovered(views.outsider, { salts: [new Uint8Array(16)] })).toEqual([]);
  },
);

it('keyed gives the whole list to whoever holds the key, and nothing to an outsider', async () => {
  const { views } = await runOf('keyed');
  expect(await recovered(views.receiver, views.receiver.knowledge)).toEqual(ofSender);
  expect(await recovered(views.outsider, views.outsider.knowledge)).toEqual([]);
  expect(await recovered(views.outsider, { keys: [new Uint8Array(32)] })).toEqual([]);
  expect(await recovered(views.outsider, views.receiver.knowledge)).toEqual(ofSender);
});

describe.each([
  'oprf',
  'contact-discovery',
  'ecdh-psi',
  'ecdh-psi-cardinality',
  'ecdh-psi-sum',
  'join-ids',
] as const)('%s', (id) => {
  let views: MatchOutcome['views'];
  /** A scalar, or where the blinding is additive one for each element. */
  let receiverSecrets: Knowledge;
  let senderScalar: Uint8Array;

  beforeAll(async () => {
    views = (await runOf(id)).views;
    receiverSecrets = views.receiver.knowledge;
    senderScalar = views.sender.knowledge.scalars![0]!;
  });

  it('gives the receiver nothing offline that is not on its own list', async () => {
    expect(await recovered(views.receiver, views.receiver.knowledge)).toEqual(ofReceiver);
  });

  it('gives an outsider nothing', async () => {
    expect(await recovered(views.outsider, views.outsider.knowledge)).toEqual([]);
  });

  it('gives the sender nothing that is not on its own list', async () => {
    expect(await recovered(views.sender, views.sender.knowledge)).toEqual(ofSender);
  });

  it("control: the sender's scalar opens all of the sender's list", async () => {
    expect(await recovered(views.outsider, { scalars: [senderScalar] })).toEqual(ofSender);
  });

  it("control: the receiver's secrets open all of the receiver's list", async () => {
    expect(await recovered(views.outsider, receiverSecrets)).toEqual(ofReceiver);
  });

  it("control: both parties' secrets open both lists", async () => {
    const scalars = [...(receiverSecrets.scalars ?? []), senderScalar];
    expect(await recovered(views.outsider, { ...receiverSecrets, scalars })).toEqual(ofBoth);
  });

  it('control: wrong secrets open nothing', async () => {
    expect(await recovered(views.outsider, { scalars: [randomScalar()] })).toEqual([]);
    // With join ids both parties ask, and nobody blinds by adding.
    if (id === 'join-ids') return;
    const blinds = randomScalars(ofReceiver.length);
    expect(await recovered(views.outsider, { blinds })).toEqual([]);
  });

  it('control: a group hash of the form h(x) * G would give an outsider all of the sender’s list', async () => {
    const log = (message: Uint8Array): Uint8Array => {
      const scalar = sha512(message).slice(0, 32);
      scalar[31]! &= 0x0f;
      expect(isNonZeroScalar(scalar)).toBe(true);
      return scalar;
    };
    const broken: GroupBackend = {
      ...nobleBackend,
      async hashAndMultiply(messages, _dst, scalar, options) {
        const scalars = Array.from(messages, (message) => multiplyScalars(log(message), scalar));
        return nobleBackend.multiplyBase(concatBytes(...scalars), undefined, options);
      },
      async hashAndMultiplyEach(messages, _dst, scalars, options) {
        const hashes = await nobleBackend.multiplyBase(concatBytes(...Array.from(messages, log)));
        return nobleBackend.multiplyEach(hashes, scalars, options);
      },
      async hashAndAddBase(messages, _dst, scalars, options) {
        const hashes = await nobleBackend.multiplyBase(concatBytes(...Array.from(messages, log)));
        return nobleBackend.add(hashes, await nobleBackend.multiplyBase(scalars), options);
      },
    };
    const outcome = await runOf(id, broken);
    expect(outcome.size).toBe(SHARED.length);
    expect(await recovered(outcome.views.outsider, { discreteLog: log }, broken)).toEqual(ofSender);
    // The same knowledge is worth nothing against the real hash.
    expect(await recovered(views.outsider, { discreteLog: log })).toEqual([]);
  });
});

describe('pair', () => {
  let views: MatchOutcome['views'];
  beforeAll(async () => {
    views = (await runOf('pair')).views;
  });

  it('gives neither party nor an outsider a telephone number offline', async () => {
    for (const view of Object.values(views)) expect(await recovered(view, view.knowledge)).toEqual([]);
  });

  it('control: a key and the salt open the list that was encrypted with them, and either alone nothing', async () => {
    const { salts } = views.sender.knowledge;
    for (const [party, list] of [
      ['receiver', ofReceiver],
      ['sender', ofSender],
    ] as const) {
      const { scalars } = views[party].knowledge;
      expect(await recovered(views.outsider, { salts, scalars })).toEqual(list);
      expect(await recovered(views.outsider, { scalars })).toEqual([]);
      expect(await recovered(views.outsider, { salts, scalars: [randomScalar()] })).toEqual([]);
    }
    expect(await recovered(views.outsider, { salts })).toEqual([]);
    // The advertiser has the salt: with the publisher's key it reads the publisher's list.
    const scalars = [...views.receiver.knowledge.scalars!, ...views.sender.knowledge.scalars!];
    expect(await recovered(views.receiver, { salts, scalars })).toEqual(ofBoth);
  });
});

describe('ot-psi', () => {
  let views: MatchOutcome['views'];
  /** The receiver's scalar, and the sender's Delta. */
  let scalars: readonly Uint8Array[];
  let delta: Uint8Array;

  beforeAll(async () => {
    views = (await runOf('ot-psi', await serialBackend('auto'))).views;
    scalars = views.receiver.knowledge.scalars!;
    delta = views.sender.knowledge.delta!;
  });

  it('gives the receiver nothing offline that is not on its own list', async () => {
    expect(await recovered(views.receiver, views.receiver.knowledge)).toEqual([...SHARED].sort());
  });

  it('gives an outsider nothing, and the sender nothing', async () => {
    expect(await recovered(views.outsider, views.outsider.knowledge)).toEqual([]);
    expect(await recovered(views.sender, views.sender.knowledge)).toEqual([]);
  });

  it("control: a receiver that is handed Delta reads all of the sender's list", async () => {
    expect(await recovered(views.receiver, { scalars, delta })).toEqual(ofSender);
  });

  it('control: with another Delta, or another scalar, it does not', async () => {
    const wrong = delta.map((byte) => byte ^ 7);
    expect(await recovered(views.receiver, { scalars, delta: wrong })).toEqual([...SHARED].sort());
    expect(await recovered(views.outsider, { scalars: [randomScalar()], delta })).toEqual([]);
  });
});

it('every number of a plan is read back from its plain token, for lists of any size', async () => {
  const plain = protocols.find(({ id }) => id === 'plain')!;
  const lists = fc.uniqueArray(fc.nat(block.size - 1), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(lists, async (indices) => {
      const list = indices.map((index) => block.at(index));
      const { views } = await plain.run(await setOf([]), await setOf(list));
      const { transcript, knowledge } = views.outsider;
      const result = await attackTranscript(transcript, knowledge, block, { concurrency: 1 });
      expect([...result.recovered].sort()).toEqual(list.sort());
    }),
    { numRuns: times(8) },
  );
});

it.each([
  'oprf',
  'contact-discovery',
  'ecdh-psi',
  'ecdh-psi-cardinality',
  'ecdh-psi-sum',
  'join-ids',
] as const)('%s: for arbitrary lists, nobody recovers offline what is not on their own list', async (id) => {
  const protocol = protocols.find((candidate) => candidate.id === id)!;
  const few = numbers.slice(0, 8);
  const lists = fc.subarray(few);
  await fc.assert(
    fc.asyncProperty(lists, lists, async (own, theirs) => {
      const { views } = await protocol.run(await setOf(own), await setOf(theirs), {
        backend: nobleBackend,
      });
      const attack = async ({ transcript }: View, knowledge: Knowledge): Promise<string[]> => {
        const result = await attackTranscript(transcript, knowledge, NumberList.from(few));
        return [...result.recovered].sort();
      };
      expect(await attack(views.receiver, views.receiver.knowledge)).toEqual([...own].sort());
      expect(await attack(views.outsider, views.outsider.knowledge)).toEqual([]);
      expect(await attack(views.outsider, views.sender.knowledge)).toEqual([...theirs].sort());
    }),
    { numRuns: times(10) },
  );
});
