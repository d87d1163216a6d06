// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesToHex, concatBytes, sortRecords } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { nobleBackend } from '../../src/group/noble.js';
import { multiplyScalars } from '../../src/group/scalar.js';
import { createBackend } from '../../src/group/select.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { createJoinIds } from '../../src/psi/index.js';
import { JOIN_IDS_FRAMES } from '../../src/psi/join-ids/frames.js';
import { type JoinIdsEnd, joinIdsReceiver, joinIdsSender } from '../../src/psi/join-ids/join-ids.js';
import { ristretto255Suite } from '../../src/psi/run/ciphersuite.js';
import { decodeFrame, encodeRecords } from '../../src/psi/run/frames.js';
import type { Role } from '../../src/psi/run/suite.js';
import { randomScalar, replayedRandom, secureRandom } from '../../src/random.js';
import { expectCode } from '../suites/errors.js';
import { countingRandom, feed, indexOfType, record, testBadMessages } from '../suites/machines.js';
import { times } from '../support/effort.js';

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});

const list = fc.array(fc.integer({ min: 0, max: 9 }).map(String), { maxLength: 8 });

describe('createJoinIds', () => {
  it('asks the backend for no more at a time than a frame holds, which is what a journal keeps in one piece', async () => {
    let most = 0;
    const told = (outcome: Uint8Array): Uint8Array => {
      most = Math.max(most, outcome.length / 32);
      return outcome;
    };
    // Where every scalar is 1, nothing takes long.
    const idle = new Proxy(backend, {
      get(target, name, receiver) {
        if (name === 'multiply') return async (elements: Uint8Array) => told(elements.slice());
        if (name !== 'hashAndMultiply') return Reflect.get(target, name, receiver);
        return async (identifiers: { readonly length: number; at(i: number): Uint8Array }) => {
          const elements = new Uint8Array(32 * identifiers.length);
          for (let i = 0; i < identifiers.length; i++) elements.set(identifiers.at(i), 32 * i);
          return told(elements);
        };
      },
    });
    const names = Array.from({ length: 33_000 }, (_, i) => `person ${i}`);
    const { size } = await createJoinIds(names, names.slice(1), { backend: idle });
    expect(size).toBe(32_999);
    expect(most).toBeLessThan(2 ** 15);
  });

  it('joins two tables as their names would, whatever the lists, their duplicates and the chunks', async () => {
    await fc.assert(
      fc.asyncProperty(list, list, fc.integer({ min: 1, max: 4 }), async (own, other, chunkSize) => {
        const { size, receiver, sender } = await createJoinIds(own, other, { backend, chunkSize });
        const pairs = (a: readonly unknown[], b: readonly unknown[]): string[] =>
          a.flatMap((x, i) => b.flatMap((y, j) => (x === y ? [`${i} ${j}`] : [])));
        expect(pairs(receiver, sender)).toEqual(pairs(own, other));
        expect(pairs(receiver, receiver)).toEqual(pairs(own, own));
        expect(pairs(sender, sender)).toEqual(pairs(other, other));
        expect(size).toBe(new Set(own.filter((name) => other.includes(name))).size);
        for (const id of [...receiver, ...sender]) expect(id).toMatch(/^[0-9a-f]{32}$/);
      }),
      { numRuns: times(30) },
    );
  });

  it('tells both parties the sizes and the size of the overlap', async () => {
    const sets = {
      receiver: IdentifierSet.ofStrings(['a', 'b', 'c']),
      sender: IdentifierSet.ofStrings(['c', 'd']),
    };
    const parties = {
      receiver: joinIdsReceiver(sets.receiver, { backend }),
      sender: joinIdsSender(sets.sender, { backend }),
    };
    await record((role) => parties[role]);
    expect(parties.receiver.result).toMatchObject({ size: 1, peerSize: 2 });
    expect(parties.sender.result).toMatchObject({ size: 1, peerSize: 3 });
  });

  it('gives other pseudonyms in every run', async () => {
    const seen = new Set<string | undefined>();
    for (let run = 0; run < 4; run++) {
      const { receiver, sender } = await createJoinIds(['a', 'b'], ['b', 'c'], { backend });
      for (const id of [...receiver, ...sender]) seen.add(id);
    }
    expect(seen.size).toBe(4 * 3);
  });

  it('leaves a row without an identifier without a pseudonym, and refuses rows with several', async () => {
    const { set } = await identifiersFromRows([
      { email: 'ada@example.com' },
      {},
      { email: 'ADA@example.com' },
    ]);
    const { receiver, sender } = await createJoinIds(set, set, { backend });
    expect(receiver).toEqual(sender);
    expect(receiver[1]).toBeUndefined();
    expect(receiver[2]).toBe(receiver[0]);
    const rows = [{ phone: '+14155550123', email: 'ada@example.com' }];
    const several = (await identifiersFromRows(rows)).set;
    await expectCode('argument', () => createJoinIds(several, set, { backend }));
    await expectCode('argument', () => createJoinIds(set, several, { backend }));
  });

  it('joins people with several identifiers by any of them, in a run for each kind', async () => {
    // Ada is known by both, Grace by her number to one and her address to the other, Hedy by one each, Joan here alone.
    const here = [
      { phone: '+14155550123', email: 'ada@example.com' },
      { phone: '+14155550124', email: 'grace@example.com' },
      { phone: '+14155550125' },
      { phone: '+14155550126', email: 'joan@example.com' },
    ];
    const there = [
      { email: 'hedy@example.com' },
      { phone: '+14155550123', email: 'ada@example.com' },
      { phone: '+14155550199', email: 'grace@example.com' },
      { phone: '+14155550125', email: 'lamarr@example.com' },
    ];
    const { set } = await identifiersFromRows(here);
    const error = await expectCode('argument', () => createJoinIds(set, set, { backend }));
    expect(error.message).toContain('one column and run once for each');

    const pairs = new Set<string>();
    for (const kind of ['phone', 'email'] as const) {
      const only = async (rows: readonly { phone?: string; email?: string }[]): Promise<IdentifierSet> =>
        (await identifiersFromRows(rows.map((row) => ({ [kind]: row[kind] })))).set;
      const { receiver, sender } = await createJoinIds(await only(here), await only(there), { backend });
      for (const [row, pseudonym] of receiver.entries()) {
        const other = pseudonym === undefined ? -1 : sender.indexOf(pseudonym);
        if (other >= 0) pairs.add(`${row} ${other}`);
      }
    }
    expect([...pairs].sort()).toEqual(['0 1', '1 2', '2 3']);
  });

  it('sends messages whose lengths depend on the sizes alone', async () => {
    const lengths = async (own: string[], other: string[]): Promise<string[]> => {
      const seen: string[] = [];
      const onFrame = (from: string, frame: Uint8Array): void => void seen.push(`${from} ${frame.length}`);
      await createJoinIds(own, other, { backend, onFrame });
      return seen;
    };
    expect(await lengths(['a', 'b', 'a much longer identifier'], ['a', 'b'])).toEqual(
      await lengths(['1', '2', '3'], ['4', '5']),
    );
  });

  it('works through noble as it does through a kernel', async () => {
    const { size, receiver, sender } = await createJoinIds(['a', 'b'], ['b'], { backend: nobleBackend });
    expect(size).toBe(1);
    expect(receiver.indexOf(sender[0])).toBe(1);
  });

  it('asks the sender before it says anything, and stops when the signal fires', async () => {
    const seen: unknown[] = [];
    const admit = async (run: unknown): Promise<void> => void seen.push(run);
    await createJoinIds(['a', 'b'], ['a'], { backend, admit });
    expect(seen).toMatchObject([{ peerSize: 2, ownSize: 1, learns: 'join-ids' }]);
    await expectCode('aborted', () => createJoinIds(['a'], ['a'], { backend, signal: AbortSignal.abort() }));
  });
});

describe('what a party sees of the other', () => {
  const names = { receiver: ['ada', 'grace', 'hedy'], sender: ['hedy', 'joan', 'ada', 'lise'] };
  const scalars = {
    receiver: [randomScalar(), randomScalar()] as const,
    sender: [randomScalar(), randomScalar()] as const,
  };
  const elements: Record<Role, Record<string, Uint8Array>> = { receiver: {}, sender: {} };
  let results: Record<Role, JoinIdsEnd>;

  const hashed = (role: Role, ...factors: readonly Uint8Array[]): Promise<Uint8Array> =>
    backend.hashAndMultiply(
      IdentifierSet.ofStrings(names[role]).elements,
      ristretto255Suite.dst,
      factors.reduce((product, factor) => multiplyScalars(product, factor)),
    );

  beforeAll(async () => {
    const make = (role: Role) => {
      const random = replayedRandom([...scalars[role], secureRandom(32)]);
      const set = IdentifierSet.ofStrings(names[role]);
      return role === 'receiver'
        ? joinIdsReceiver(set, { backend, random })
        : joinIdsSender(set, { backend, random });
    };
    const parties = { receiver: make('receiver'), sender: make('sender') };
    await record(
      (role) => parties[role],
      (from, frame) => {
        const { name, body } = decodeFrame(frame, JOIN_IDS_FRAMES);
        if (name !== 'hello' && name !== 'finish') elements[from][name] = body.slice(4);
        return frame;
      },
    );
    results = { receiver: parties.receiver.result, sender: parties.sender.result };
  });

  it('lists that are compared are permuted by the other: both come sorted, whatever the order of the sets', async () => {
    const [a] = scalars.receiver;
    const [b] = scalars.sender;
    for (const role of ['receiver', 'sender'] as const) {
      const other = role === 'receiver' ? 'sender' : 'receiver';
      const own = role === 'receiver' ? a : b;
      expect(elements[role].blinded).toEqual(sortRecords(await hashed(role, own), 32));
      expect(elements[other].evaluated).toEqual(sortRecords(await hashed(role, a, b), 32));
    }
  });

  it('pseudonyms carry all four scalars: what is sent of them lacks the one that the owner puts to it', async () => {
    const [[a, c], [b, d]] = [scalars.receiver, scalars.sender];
    const sent = new Set(
      Object.values(elements).flatMap((lists) =>
        Object.values(lists).flatMap((bytes) => bytesToHex(bytes).match(/.{64}/g)!),
      ),
    );
    const ids = { receiver: await hashed('receiver', a, b, d), sender: await hashed('sender', a, b, c) };
    for (const role of ['receiver', 'sender'] as const) {
      const other = role === 'receiver' ? 'sender' : 'receiver';
      expect(sortRecords(elements[other].ids!, 32)).toEqual(sortRecords(ids[role], 32));
      const complete = bytesToHex(await hashed(role, a, b, c, d)).match(/.{64}/g)!;
      for (const element of complete) expect(sent.has(element)).toBe(false);
    }
    expect(results.receiver.size).toBe(2);
  });

  it('whoever holds a map re-identifies the other’s table', () => {
    const idOf = (role: Role, index: number): string =>
      bytesToHex(results[role].pseudonyms.slice(16 * index, 16 * index + 16));
    // The sender's table as a third party would get it, in the hands of the receiver, who has a map.
    const table = new Map(names.sender.map((_, i) => [idOf('sender', i), `diagnosis ${i}`]));
    const read = names.receiver.map((name, i) => [name, table.get(idOf('receiver', i))]);
    expect(read).toEqual([
      ['ada', 'diagnosis 2'],
      ['grace', undefined],
      ['hedy', 'diagnosis 0'],
    ]);
  });
});

const make = (role: Role) => {
  const set = IdentifierSet.ofStrings(['ada', 'grace', 'hedy']);
  const options = { backend, chunkSize: 2, random: countingRandom(role === 'sender' ? 3 : 5) };
  return role === 'sender' ? joinIdsSender(set, options) : joinIdsReceiver(set, options);
};
testBadMessages('join ids', make);

describe('a party that deviates', () => {
  const shared = [1, 3];
  const own = ['ada', 'grace', 'hedy', 'joan', 'lise'];
  const theirs = ['radia', ...shared.map((i) => own[i]!), 'katherine'];

  it.each(['receiver', 'sender'] as const)(
    'as the %s, with a scalar for each element, sorts out which of its elements are shared, by n^2 trials',
    async (role) => {
      const scalars = own.map(() => randomScalar());
      const curious: GroupBackend = {
        ...nobleBackend,
        hashAndMultiply: (messages, dst) =>
          nobleBackend.hashAndMultiplyEach(messages, dst, concatBytes(...scalars.slice(0, messages.length))),
      };
      const other = role === 'receiver' ? 'sender' : 'receiver';
      const seen: Partial<Record<string, Uint8Array>> = {};
      const parties = {
        [role]: role === 'receiver' ? joinIdsReceiver : joinIdsSender,
        [other]: other === 'receiver' ? joinIdsReceiver : joinIdsSender,
      } as Record<Role, typeof joinIdsReceiver>;
      await record(
        (who) =>
          parties[who](IdentifierSet.ofStrings(who === role ? own : theirs), {
            backend: who === role ? curious : backend,
          }),
        (from, frame) => {
          const { name, body } = decodeFrame(frame, JOIN_IDS_FRAMES);
          if (from === other && (name === 'blinded' || name === 'evaluated')) seen[name] = body.slice(4);
          return frame;
        },
      );
      // The other's answers are b * a[i] * H(x[i]), sorted; its own elements b * H(y). One times a[i] is the other where they are alike.
      const answers = new Set(bytesToHex(seen.evaluated!).match(/.{64}/g));
      const found: number[] = [];
      for (const [i, scalar] of scalars.entries()) {
        const trials = bytesToHex(await backend.multiply(seen.blinded!, scalar)).match(/.{64}/g)!;
        if (trials.some((trial) => answers.has(trial))) found.push(i);
      }
      expect(found).toEqual(shared);
    },
  );
});

describe('what a message of a run for join ids may hold', () => {
  const identity = new Uint8Array(32);
  const bad = new Uint8Array(32).fill(0xff);
  let given: Awaited<ReturnType<typeof record>>;
  beforeAll(async () => {
    given = await record(make);
  });
  const give = (role: Role, type: number, ...elements: Uint8Array[]) => {
    const at = indexOfType(given[role], type);
    const sent = JOIN_IDS_FRAMES.find((each) => each.type === type)!;
    return feed(make, role, given, at, encodeRecords(sent, 0, concatBytes(...elements)));
  };
  const elementsOf = (role: Role, type: number): Uint8Array[] => {
    const frame = given[role][indexOfType(given[role], type)]!;
    return [0, 1, 2].map((i) => frame.slice(5 + 32 * i, 37 + 32 * i));
  };

  it.each(['receiver', 'sender'] as const)('to the %s', async (role) => {
    const blinded = elementsOf(role, 2);
    await expectCode('bad-message', () => give(role, 2, blinded[1]!, blinded[0]!));
    await expectCode('bad-message', () => give(role, 2, blinded[0]!, blinded[0]!));
    await expectCode('identity-element', () => give(role, 2, identity));
    expect((await expectCode('bad-element', () => give(role, 2, blinded[0]!, bad))).position).toBe(1);
    const evaluated = elementsOf(role, 3);
    await expectCode('bad-message', () => give(role, 3, evaluated[2]!, evaluated[1]!));
    const [one, two, three] = elementsOf(role, 20);
    expect((await expectCode('repeated-element', () => give(role, 20, one!, two!, one!))).position).toBe(2);
    await expectCode('wrong-size', () => give(role, 20, one!, two!, three!, identity));
  });

  it('ids that are no elements, or the identity, give no result', async () => {
    const [one, two] = elementsOf('sender', 20);
    await expectCode('bad-element', () => give('sender', 20, one!, two!, bad));
    await expectCode('identity-element', () => give('sender', 20, one!, two!, identity));
  });
});
