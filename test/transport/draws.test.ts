// SPDX-License-Identifier: Apache-2.0
/**
 * What a party draws of its journal's seed, and in which order. A run that is resumed draws all of it again: with another order
 * or other sizes, what was begun under one version of this package could not go on under the next.
 */

import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { ByteList, utf8 } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { CommonOptions, PsiMachine } from '../../src/psi/index.js';
import { psiReceiver } from '../../src/psi/intersection/receiver.js';
import { psiSender } from '../../src/psi/intersection/sender.js';
import { joinIdsReceiver, joinIdsSender } from '../../src/psi/join-ids/join-ids.js';
import { peopleReceiver, peopleSender } from '../../src/psi/people/people.js';
import type { Role } from '../../src/psi/run/suite.js';
import { sumReceiver } from '../../src/psi/sum/receiver.js';
import { sumSender } from '../../src/psi/sum/sender.js';
import type { RandomSource } from '../../src/random.js';
import { type Journal, memoryJournal } from '../../src/transport/resume/journal.js';
import { journaledOptions } from '../../src/transport/resume/journaled.js';
import { seededRandom } from '../../src/transport/resume/seeded-random.js';
import { counting } from '../suites/counting-backend.js';
import { someElements, someScalars } from '../suites/group-backend.js';
import { countingRandom } from '../suites/machines.js';
import { exchangeThrough } from '../support/exchange.js';

const FIVE = IdentifierSet.ofStrings(['a', 'b', 'c', 'd', 'e']);
const THREE = IdentifierSet.ofStrings(['c', 'e', 'x']);
const VALUES = [3, 5, 8];
/** People of two identifiers and of one, who is padded to two. */
const peopleOf = async (...numbers: number[]): Promise<IdentifierSet> => {
  const rows = numbers.map((number, i) => ({
    phone: `+1415555${1000 + number}`,
    email: i === 0 ? null : `person${number}@example.com`,
  }));
  return (await identifiersFromRows(rows)).set;
};
let fivePeople: IdentifierSet;
let threePeople: IdentifierSet;
let plain: GroupBackend;
beforeAll(async () => {
  plain = await createBackend({ concurrency: 1 });
  [fivePeople, threePeople] = [await peopleOf(1, 2, 3, 4, 5), await peopleOf(3, 5, 9)];
});

/** Of one party. */
interface Party {
  readonly make: (options: CommonOptions) => PsiMachine<unknown>;
  /** What is drawn, and its bytes. */
  readonly draws: readonly (readonly [what: string, bytes: number])[];
  /** SHA-256 of its frames, shortened: what each draw is for, where several have the same size. */
  readonly frames: string;
}
type Case = Readonly<Record<Role, Party>>;

const NONCE = ['nonce', 32] as const;
const SCALAR = ['scalar', 32] as const;
const ADDITIVE: Party['draws'] = [
  NONCE,
  ['scalars of two', 64],
  ['scalars of two', 64],
  ['scalar of one', 32],
];

/** Of a receiver of five, in chunks of two, and a sender of three. */
const CASES: Readonly<Record<string, Case>> = {
  'an intersection, blinded additively': {
    receiver: {
      make: (options) => psiReceiver(FIVE, options),
      draws: ADDITIVE,
      frames: '6735e1be40ac5d3a',
    },
    sender: {
      make: (options) => psiSender(THREE, options),
      draws: [NONCE, SCALAR],
      frames: 'cca8a37be16c4b5e',
    },
  },
  'an intersection, blinded multiplicatively': {
    receiver: {
      make: (options) => psiReceiver(FIVE, { ...options, blinding: 'multiplicative' }),
      draws: [NONCE, SCALAR],
      frames: '64e0d39995ebfe6c',
    },
    sender: {
      make: (options) => psiSender(THREE, options),
      draws: [NONCE, SCALAR],
      frames: 'efb8302e618f959f',
    },
  },
  'an intersection, to both': {
    receiver: {
      make: (options) => psiReceiver(FIVE, { ...options, to: 'both' }),
      draws: [...ADDITIVE, ['records that confirm nothing', 48]],
      frames: '8bfcd2bbb0bf22ca',
    },
    sender: {
      make: (options) => psiSender(THREE, { ...options, to: 'both' }),
      draws: [NONCE, SCALAR],
      frames: 'b67ed6ba9a375d52',
    },
  },
  'a verifiable intersection': {
    receiver: {
      make: (options) => psiReceiver(FIVE, { ...options, verifiable: true }),
      draws: ADDITIVE,
      frames: 'c0544fcfbcc3fa01',
    },
    sender: {
      make: (options) => psiSender(THREE, { ...options, verifiable: true }),
      draws: [NONCE, SCALAR, ['for a proof', 32], ['for a proof', 32], ['for a proof', 32]],
      frames: 'edfa8c62bb20f0e5',
    },
  },
  'a count': {
    receiver: {
      make: (options) => psiReceiver(FIVE, { ...options, reveal: 'cardinality' }),
      draws: [NONCE, SCALAR],
      frames: '3525f315e56ba2f6',
    },
    sender: {
      make: (options) => psiSender(THREE, { ...options, reveal: 'cardinality' }),
      draws: [NONCE, SCALAR],
      frames: '97bdabf4897905ff',
    },
  },
  'a count, to both': {
    receiver: {
      make: (options) => psiReceiver(FIVE, { ...options, reveal: 'cardinality', to: 'both' }),
      draws: [NONCE, SCALAR, ['scalar that hides the count', 32]],
      frames: '8a65c00138b7305e',
    },
    sender: {
      make: (options) => psiSender(THREE, { ...options, reveal: 'cardinality', to: 'both' }),
      draws: [NONCE, SCALAR],
      frames: '0122338ddfc234f1',
    },
  },
  'a count of people': {
    receiver: {
      make: (options) => peopleReceiver(fivePeople, options),
      draws: [['padding', 32], NONCE, SCALAR],
      frames: '6b935ed9c1257f8b',
    },
    sender: {
      make: (options) => peopleSender(threePeople, options),
      draws: [['padding', 32], NONCE, SCALAR],
      frames: '31b5152cbc5f441f',
    },
  },
  'a sum, to the receiver': {
    receiver: {
      make: (options) => sumReceiver(FIVE, options),
      draws: [NONCE, SCALAR, ['mask of the sum', 32], ['for the fresh ciphertext', 32]],
      frames: '3a10c16679fc712c',
    },
    sender: {
      make: (options) => sumSender(THREE, VALUES, options),
      draws: [NONCE, SCALAR, ['key of the values', 32], ['one for each value', 96]],
      frames: 'e8b248346fd2e89e',
    },
  },
  'a sum, to the sender': {
    receiver: {
      make: (options) => sumReceiver(FIVE, { ...options, to: 'sender', acceptChosenValues: true }),
      draws: [NONCE, SCALAR, ['for the fresh ciphertext', 32]],
      frames: '56d365c0f7079ec2',
    },
    sender: {
      make: (options) => sumSender(THREE, VALUES, { ...options, to: 'sender' }),
      draws: [NONCE, SCALAR, ['key of the values', 32], ['one for each value', 96]],
      frames: '16f01219e94ea056',
    },
  },
  'a sum over people': {
    receiver: {
      make: (options) => sumReceiver(fivePeople, { ...options, people: true }),
      draws: [['padding', 32], NONCE, SCALAR, ['mask of the sum', 32], ['for the fresh ciphertext', 32]],
      frames: 'c341c281c509a27e',
    },
    sender: {
      make: (options) => sumSender(threePeople, VALUES, { ...options, people: true }),
      draws: [['padding', 32], NONCE, SCALAR, ['key of the values', 32], ['one for each value', 96]],
      frames: '600f6e03730f452c',
    },
  },
  'join ids': {
    receiver: {
      make: (options) => joinIdsReceiver(FIVE, options),
      draws: [['first scalar', 32], ['second scalar', 32], NONCE],
      frames: 'd4dd22ed74922ac2',
    },
    sender: {
      make: (options) => joinIdsSender(THREE, options),
      draws: [['first scalar', 32], ['second scalar', 32], NONCE],
      frames: 'bf61c575c3f72b06',
    },
  },
};

/** What one party drew, and the digest of what it sent. */
interface Drawn {
  readonly bytes: readonly number[];
  readonly frames: string;
}

const emptyJournal = (): Journal =>
  memoryJournal({ runId: '0123456789abcdef', peer: 'the other', terms: {} });

/** A run of two parties that go by these journals. */
async function drawn(
  parties: Case,
  journals: Readonly<Record<Role, Journal>>,
  backend: GroupBackend,
): Promise<Record<Role, Drawn>> {
  const bytes: Record<Role, number[]> = { receiver: [], sender: [] };
  const sent = { receiver: createHash('sha256'), sender: createHash('sha256') };
  const party = (role: Role): PsiMachine<unknown> => {
    const source = countingRandom(role === 'receiver' ? 1 : 2);
    const random = (length: number): Uint8Array => {
      bytes[role].push(length);
      return source(length);
    };
    const options = journaledOptions({ backend, chunkSize: 2 }, journals[role]);
    return parties[role].make({ ...options, random });
  };
  const [receiver, sender] = [party('receiver'), party('sender')];
  await exchangeThrough(receiver, sender, (from, frame) => {
    sent[from].update(frame);
    return [frame];
  });
  expect([receiver.done, sender.done]).toEqual([true, true]);
  const of = (role: Role): Drawn => ({
    bytes: bytes[role],
    frames: sent[role].digest('hex').slice(0, 16),
  });
  return { receiver: of('receiver'), sender: of('sender') };
}

describe('what is drawn of the seed', () => {
  it.each(Object.entries(CASES))('is the same in every run of %s', async (_, parties) => {
    const of = ({ draws, frames }: Party): Drawn => ({ bytes: draws.map(([, bytes]) => bytes), frames });
    const expected = { receiver: of(parties.receiver), sender: of(parties.sender) };
    const journals = { receiver: emptyJournal(), sender: emptyJournal() };
    expect(await drawn(parties, journals, plain)).toEqual(expected);
    // Also where all that takes long is there already, and comes in another order.
    const { backend, counts } = counting(plain);
    expect(await drawn(parties, journals, backend)).toEqual(expected);
    expect(counts).toEqual({});
  });

  it('is drawn of it, whatever source the caller has', () => {
    const journal = emptyJournal();
    const random: RandomSource = () => {
      throw new Error('nobody asks');
    };
    const source = journaledOptions({ backend: plain, random }, journal).random;
    const again = seededRandom(journal.seed);
    for (const length of [32, 64, 96, 7]) expect(source(length)).toEqual(again(length));
  });
});

describe('the backend of a journaled run', () => {
  const message = ByteList.from([utf8('message')]);
  const [tag, element, scalar] = [utf8('tag'), someElements(1), someScalars(1)];
  const ask: { readonly [Name in keyof GroupBackend]: (group: GroupBackend) => unknown } = {
    name: ({ name }) => name,
    group: ({ group }) => group,
    constantTime: ({ constantTime }) => constantTime,
    concurrency: ({ concurrency }) => concurrency,
    hashAndMultiply: (group) => group.hashAndMultiply(message, tag, scalar),
    hashAndMultiplyEach: (group) => group.hashAndMultiplyEach(message, tag, scalar),
    mapAndMultiply: (group) => group.mapAndMultiply(new Uint8Array(64).fill(7), scalar),
    multiply: (group) => group.multiply(element, scalar),
    multiplyEach: (group) => group.multiplyEach(element, scalar),
    multiplyBase: (group) => group.multiplyBase(scalar),
    hashAndAddBase: (group) => group.hashAndAddBase(message, tag, scalar),
    subtractBase: (group) => group.subtractBase(element, scalar, element),
    subtractHashAndMultiply: (group) => group.subtractHashAndMultiply(element, message, tag, scalar),
    add: (group) => group.add(element, element),
    subtract: (group) => group.subtract(element, element),
    progression: (group) => group.progression(element, element, 3),
    weightedSum: (group) => group.weightedSum(element, scalar),
    dispose: () => undefined,
  };

  it.each(Object.keys(ask) as (keyof GroupBackend)[])('has %s, and asks once', async (name) => {
    const { backend, counts } = counting(plain);
    const group = journaledOptions({ backend }, emptyJournal()).backend;
    const expected = await ask[name](plain);
    expect(await ask[name](group)).toEqual(expected);
    const asked = { ...counts };
    expect(await ask[name](group)).toEqual(expected);
    // What a logarithm asks for when the run is over is kept by nobody.
    expect(counts).toEqual(name === 'progression' ? { progression: 2 } : asked);
    expect(Object.keys(asked)).toEqual(typeof plain[name] === 'function' && name !== 'dispose' ? [name] : []);
  });

  it('tells how far it is and stops when it is told to, also where the journal has the result', async () => {
    const group = journaledOptions({ backend: plain }, emptyJournal()).backend;
    await group.multiply(element, scalar);
    const seen: number[] = [];
    await group.multiply(element, scalar, { onProgress: (done, total) => seen.push(done, total) });
    expect(seen).toEqual([1, 1]);
    const signal = AbortSignal.abort();
    await expect(group.multiply(element, scalar, { signal })).rejects.toMatchObject({ code: 'aborted' });
  });
});
