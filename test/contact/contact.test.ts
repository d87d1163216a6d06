// SPDX-License-Identifier: Apache-2.0

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { numberingPlan } from '../../src/attack/index.js';
import { bytesToHex } from '../../src/bytes.js';
import { type ContactEnd, contactClient } from '../../src/contact/client.js';
import {
  addSegment,
  type ContactDirectory,
  type ContactKeys,
  discoverContacts,
  filterKinds,
  generateContactKeys,
  headerDigest,
  openPublishedSet,
  publishSet,
  type ServedSet,
} from '../../src/contact/index.js';
import { contactServer } from '../../src/contact/server.js';
import { contactTags } from '../../src/contact/suite.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { createBackend } from '../../src/group/select.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import { ristretto255Sha512, VOPRFClient, VOPRFServer } from '../../src/oprf/index.js';
import { admission, daysToEnumerate, defaultContactPolicy, memoryLedger } from '../../src/psi/index.js';
import { exchange } from '../../src/psi/run/both.js';
import { signingPublicKey } from '../../src/signing.js';
import { counting } from '../suites/counting-backend.js';
import { expectCode } from '../suites/errors.js';
import { chargesOf } from '../suites/ledger.js';
import { QUICK, times } from '../support/effort.js';

/** No false positive is to be expected in the lifetime of the project. */
const EXACT = 2 ** -40;

let keys: ContactKeys;
beforeAll(async () => {
  keys = await generateContactKeys({ backend });
});

const NAME = { setId: 'members', epoch: 3 } as const;
const strings = (names: readonly string[]): IdentifierSet => IdentifierSet.ofStrings(names);
const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `member ${from + i}`);

async function directoryOf(names: readonly string[], falsePositiveRate = EXACT): Promise<ContactDirectory> {
  const published = await publishSet(strings(names), { ...NAME, keys, backend, falsePositiveRate });
  return open(published);
}

function open(published: Parameters<typeof openPublishedSet>[0]): Promise<ContactDirectory> {
  return openPublishedSet(published, {
    setId: NAME.setId,
    pin: { signer: signingPublicKey(keys.signingKey) },
  });
}

const served = (size: number): ServedSet[] => [{ ...NAME, secretKey: keys.secretKey, size }];

async function ask(contacts: readonly string[], directory: ContactDirectory): Promise<ContactEnd> {
  const client = contactClient(strings(contacts), directory, { backend });
  await exchange(client, contactServer(served(directory.size), { backend }));
  return client.result;
}

describe('the result', () => {
  const list = fc.array(fc.integer({ min: 0, max: 12 }).map(String), { maxLength: 8 });

  it.each(filterKinds)(
    'is the plain intersection, for arbitrary lists with duplicates, with a filter of kind %s',
    async (kind) => {
      await fc.assert(
        fc.asyncProperty(list, list, async (contacts, members) => {
          const result = await discoverContacts(contacts, members, {
            backend,
            keys,
            kind,
            falsePositiveRate: EXACT,
          });
          const rows = [...contacts.keys()].filter((row) => members.includes(contacts[row]!));
          expect(result.matches).toEqual(rows);
          expect(result.size).toBe(new Set(rows.map((row) => contacts[row])).size);
        }),
        { numRuns: times(12, 200) },
      );
    },
  );

  it('is the same on the fastest backend, in chunks of any size', async () => {
    const fastest = await createBackend({ concurrency: 1 });
    const directory = await directoryOf(numbered(0, 200));
    for (const chunkSize of [1, 7, 32_000]) {
      const contacts = strings(numbered(190, 215));
      const client = contactClient(contacts, directory, { backend: fastest, chunkSize });
      const { receiver } = await exchange(client, contactServer(served(200), { backend: fastest }));
      expect(receiver.matched).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    await fastest.dispose();
  });

  it('has false positives at about the stated rate, and no false negative', async () => {
    const fastest = await createBackend({ concurrency: 1 });
    const members = numbered(0, 500);
    const contacts = numbered(0, 3500);
    const published = await publishSet(strings(members), {
      ...NAME,
      keys,
      backend: fastest,
      falsePositiveRate: 1 / 16,
    });
    const directory = await open(published);
    const client = contactClient(strings(contacts), directory, { backend: fastest });
    await exchange(client, contactServer(served(500), { backend: fastest }));
    const { matched, falsePositiveRate } = client.result;
    expect(falsePositiveRate).toBe(1 / 16);
    expect(matched.filter((i) => i < 500)).toHaveLength(500);
    // 3,000 trials at 1/16: 187.5 on average, and beyond six standard deviations less than once in 10^8 runs.
    const wrong = matched.length - 500;
    expect(wrong).toBeGreaterThan(187 - 80);
    expect(wrong).toBeLessThan(188 + 80);
    await fastest.dispose();
  });

  it('is empty for a client without contacts, or a server without members', async () => {
    expect(await ask([], await directoryOf(['a']))).toMatchObject({ size: 0, matched: [], peerSize: 1 });
    expect(await ask(['a'], await directoryOf([]))).toMatchObject({ size: 0, falsePositiveRate: 0 });
  });

  it('is refused for lists that can never match', async () => {
    const directory = await directoryOf(['a']);
    const { set } = await identifiersFromRows([{ phone: '+14155550123' }]);
    await expectCode('incompatible-lists', () => contactClient(set, directory, { backend }));
  });
});

describe('segments', () => {
  it('add elements, and their rates of false positives', async () => {
    const options = { ...NAME, keys, backend, falsePositiveRate: 2 ** -20 };
    const first = await publishSet(strings(['a', 'b']), options);
    const second = await addSegment(first, strings(['c']), { ...options, falsePositiveRate: 2 ** -10 });
    const third = await addSegment(second, strings(['d', 'a']), options);
    const directory = await open(third);
    expect(directory.size).toBe(5);
    expect(directory.falsePositiveRate).toBe(2 * 2 ** -20 + 2 ** -10);
    expect((await ask(['a', 'c', 'd', 'x'], directory)).matched).toEqual([0, 1, 2]);
    expect((await ask(['a', 'c', 'd', 'x'], await open(first))).matched).toEqual([0]);
    expect(third.filters.slice(0, 2)).toEqual(second.filters);
  });

  it('need the key, the set id and the epoch of the set, and its own signature', async () => {
    const options = { ...NAME, keys, backend };
    const published = await publishSet(strings(['a']), options);
    const { secretKey, signingKey } = await generateContactKeys({ backend });
    const add = (other: object) => addSegment(published, strings(['b']), { ...options, ...other });
    await expectCode('argument', () => add({ epoch: 4 }));
    await expectCode('argument', () => add({ setId: 'others' }));
    await expectCode('argument', () => add({ keys: { ...keys, secretKey } }));
    await expectCode('wrong-pin', () => add({ keys: { ...keys, signingKey } }));
  });

  it('show a client that kept its outputs which of its contacts came later, without another question', async () => {
    const options = { ...NAME, keys, backend, falsePositiveRate: EXACT };
    const first = await publishSet(strings(['a']), options);
    const later = await open(await addSegment(first, strings(['b']), options));
    const { tags, matched } = await keptTags(['a', 'b', 'c'], await open(first));
    expect(matched).toEqual([0]);
    expect(tags.map((tag) => later.has(tag))).toEqual([true, true, false]);
  });

  it('of a new epoch under the same key are open to kept outputs too; under a new key they are not', async () => {
    const outputs = (await keptTags(['a', 'b'], await directoryOf(['a']))).outputs;
    const options = { setId: NAME.setId, epoch: 4, backend, falsePositiveRate: EXACT };
    const sameKey = await open(await publishSet(strings(['b']), { ...options, keys }));
    const fresh = { ...(await generateContactKeys({ backend })), signingKey: keys.signingKey };
    const newKey = await open(await publishSet(strings(['b']), { ...options, keys: fresh }));
    const tags = contactTags(options, outputs);
    expect([0, 1].map((i) => sameKey.has(tags.slice(20 * i, 20 * i + 20)))).toEqual([false, true]);
    expect([0, 1].map((i) => newKey.has(tags.slice(20 * i, 20 * i + 20)))).toEqual([false, false]);
  });

  /** A client that keeps what it was told: the outputs of its contacts. */
  async function keptTags(contacts: readonly string[], directory: ContactDirectory) {
    const suite = ristretto255Sha512(backend);
    const voprf = new VOPRFClient(suite, directory.publicKey);
    const inputs = strings(contacts).elements;
    const blinding = await voprf.blind(inputs);
    const answer = await new VOPRFServer(suite, keys.secretKey).blindEvaluate(blinding.blindedElements);
    const outputs = await voprf.finalize(inputs, blinding, answer);
    const all = contactTags(directory, outputs);
    const tags = contacts.map((_, i) => all.slice(20 * i, 20 * i + 20));
    return { outputs, tags, matched: contacts.flatMap((_, i) => (directory.has(tags[i]!) ? [i] : [])) };
  }
});

describe('a change of keys', () => {
  it('is served in both epochs as long as the server likes', async () => {
    const fresh = { ...(await generateContactKeys({ backend })), signingKey: keys.signingKey };
    const old = await directoryOf(['a', 'b']);
    const next = await open(await publishSet(strings(['b']), { ...NAME, epoch: 4, keys: fresh, backend }));
    const both = [...served(2), { ...NAME, epoch: 4, secretKey: fresh.secretKey, size: 1 }];
    for (const [directory, expected] of [
      [old, [0, 1]],
      [next, [1]],
    ] as const) {
      const client = contactClient(strings(['a', 'b']), directory, { backend });
      expect((await exchange(client, contactServer(both, { backend }))).receiver.matched).toEqual(expected);
    }
    const late = contactClient(strings(['a']), old, { backend });
    await expectCode('incompatible-peer', () => exchange(late, contactServer(both.slice(1), { backend })));
  });
});

describe('the client', () => {
  it('works and sends in proportion to its contacts, whatever the size of the set', async () => {
    const costs: Array<{ bytes: object; counts: Record<string, number> }> = [];
    for (const members of [1, 40, 160]) {
      const directory = await directoryOf(numbered(0, members));
      const own = counting(backend);
      const bytes = { receiver: 0, sender: 0 };
      const client = contactClient(strings(numbered(0, 10)), directory, { backend: own.backend });
      await exchange(client, contactServer(served(members), { backend }), (from, frame) => {
        bytes[from] += frame.length;
      });
      expect(client.result.size).toBe(Math.min(10, members));
      costs.push({ bytes, counts: own.counts });
    }
    expect(costs[1]).toEqual(costs[0]);
    expect(costs[2]).toEqual(costs[0]);
    // Ten elements each way; a query, two indices and types, and one proof.
    const { bytes, counts } = costs[0]!;
    expect(bytes).toEqual({ receiver: 1 + 11 + 7 + 5 + 320, sender: 5 + 320 + 64 });
    // One multiplication to blind and one to finalize, both of a fixed base; two sums with public weights, of the list and of
    // two terms each.
    const { weightedSum, ...secret } = counts;
    expect(weightedSum).toBe(2 * 10 + 4);
    expect(secret).toEqual({ hashAndAddBase: 10, subtractBase: 10 });
  });

  it('sends nothing twice: two runs share no element', async () => {
    const directory = await directoryOf(['a']);
    const seen: string[] = [];
    for (let i = 0; i < 2; i++) {
      const client = contactClient(strings(['a', 'b']), directory, { backend });
      await exchange(client, contactServer(served(1), { backend }), (_, frame) => {
        if (frame[0] === 32) return;
        for (let at = 5; at + 32 <= frame.length; at += 32) seen.push(bytesToHex(frame.slice(at, at + 32)));
      });
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBe(2 * (2 + 2 + 2));
  });

  it('accepts a header that is pinned by its digest', async () => {
    const published = await publishSet(strings(['a']), { ...NAME, keys, backend });
    const pin = { digest: headerDigest(published.header) };
    expect((await openPublishedSet(published, { setId: NAME.setId, pin })).size).toBe(1);
  });

  it('takes chunks of 1 to 32,000', async () => {
    const directory = await directoryOf(['a']);
    for (const chunkSize of [0, 1.5, 32_001]) {
      await expectCode('argument', () => contactClient(strings(['a']), directory, { backend, chunkSize }));
    }
  });

  it('stops when the signal fires', async () => {
    const directory = await directoryOf(['a']);
    const client = contactClient(strings(['a']), directory, { backend, signal: AbortSignal.abort() });
    await expectCode('aborted', () => exchange(client, contactServer(served(1), { backend })));
    await expectCode('aborted', () =>
      publishSet(strings(['a']), { ...NAME, keys, backend, signal: AbortSignal.abort() }),
    );
  });
});

describe('the server', () => {
  it('charges what the client declares before it evaluates anything', async () => {
    const ledger = memoryLedger();
    const policy = { largestSet: 5, budgets: [{ hours: 24, elements: 6 }] };
    const admit = admission({ peer: 'account 7', ledger, policy });
    const directory = await directoryOf(['member 1']);
    const attempt = (contacts: readonly string[]) => {
      const own = counting(backend);
      const client = contactClient(strings(contacts), directory, { backend });
      return { own, done: exchange(client, contactServer(served(1), { backend: own.backend, admit })) };
    };
    expect((await attempt(numbered(0, 4)).done).receiver.matched).toEqual([1]);
    for (const contacts of [numbered(0, 6), numbered(0, 3)]) {
      const { own, done } = attempt(contacts);
      await expectCode('refused', () => done);
      expect(own.counts).toEqual({});
    }
    expect((await chargesOf(ledger, 'account 7')).map(({ elements }) => elements)).toEqual([4]);
  });

  it('publishes names and keys only that can be right', async () => {
    const publish = (other: object) => publishSet(strings(['a']), { ...NAME, keys, backend, ...other });
    await expectCode('argument', () => publish({ setId: '' }));
    await expectCode('argument', () => publish({ setId: 'x'.repeat(65) }));
    await expectCode('argument', () => publish({ epoch: -1 }));
    await expectCode('argument', () => publish({ epoch: 2 ** 32 }));
    await expectCode('argument', () => publish({ keys: { ...keys, signingKey: new Uint8Array(31) } }));
    await expectCode('bad-scalar', () => publish({ keys: { ...keys, secretKey: new Uint8Array(32) } }));
  });
});

it.skipIf(QUICK)(
  'an account that asks for ten thousand numbers is stopped by the defaults after half of them, for a day',
  async () => {
    const fastest = await createBackend({ concurrency: 1 });
    const plan = numberingPlan('US', { areaCodes: ['415555'] });
    const guesses = Array.from({ length: plan.size }, (_, i) => plan.at(i));
    const setOf = async (phones: readonly string[]) =>
      (await identifiersFromRows(phones.map((phone) => ({ phone })))).set;
    // Every five hundredth number is a member.
    const members = await setOf(guesses.filter((_, i) => i % 500 === 0));
    const directory = await open(await publishSet(members, { ...NAME, keys, backend: fastest }));
    const clock = { at: 0 };
    const policy = defaultContactPolicy;
    const admit = admission({ peer: 'account', ledger: memoryLedger(), policy, now: () => clock.at });
    let asked = 0;
    let found = 0;
    const ask = async (): Promise<void> => {
      const contacts = await setOf(guesses.slice(asked, asked + 1000));
      const client = contactClient(contacts, directory, { backend: fastest });
      await exchange(client, contactServer(served(members.size), { backend: fastest, admit }));
      asked += contacts.size;
      found += client.result.size;
    };
    for (let i = 0; i < 5; i++) await ask();
    await expectCode('refused', ask);
    expect({ asked, found }).toEqual({ asked: 5000, found: 10 });
    clock.at += 24 * 3_600_000 - 1;
    await expectCode('refused', ask);
    clock.at += 1;
    while (asked < plan.size) await ask();
    expect({ asked, found }).toEqual({ asked: 10_000, found: 20 });
    expect(clock.at / 86_400_000).toBe(daysToEnumerate(policy, plan.size));
    await fastest.dispose();
  },
  300_000,
);
