// SPDX-License-Identifier: Apache-2.0
/** PAIR against what the Go program of Optable makes of the same inputs, in both roles, and what it refuses. */

import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { base64ToBytes, bytesToHex, concatBytes, hexToBytes, recordsOf } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { identifiersFromRows } from '../../src/identifiers/index.js';
import {
  createPairKey,
  createPairSalt,
  decryptPairIds,
  encryptMatchKeys,
  matchPairIds,
  type PairSecret,
  pairIdsFromTexts,
  pairIdsToTexts,
  pairMatchKeys,
  pairMatchRate,
  pairSecretFromBytes,
  pairSecretToBytes,
  ROTATION_DAYS,
  reencryptPairIds,
  requireFreshSecret,
} from '../../src/pair/index.js';
import { admission } from '../../src/policy/admission.js';
import { memoryLedger } from '../../src/policy/ledger.js';
import { randomScalar, secureRandom } from '../../src/random.js';
import { sortRecords } from '../../src/sorting.js';
import { expectCode } from '../suites/errors.js';
import { someElements } from '../suites/group-backend.js';
import vectors from '../vectors/pair.json' with { type: 'json' };

const DAY = 86_400_000;
const now = Date.now();
const secret = (kind: PairSecret['kind'], text: string): PairSecret => ({
  ...{ kind, bytes: base64ToBytes(text)!, createdAt: now },
});
const salt = secret('salt', vectors.salt);
const advertiser = secret('key', vectors.advertiserKey);
const publisher = secret('key', vectors.publisherKey);
const sha256 = (text: string): Uint8Array => createHash('sha256').update(text).digest();
const linesDigest = (elements: Uint8Array): string =>
  bytesToHex(
    sha256(
      pairIdsToTexts(elements)
        .map((text) => `${text}\n`)
        .join(''),
    ),
  );

let backend: GroupBackend;
beforeAll(async () => {
  backend = await createBackend({ concurrency: 1 });
});
afterAll(() => backend.dispose());

describe('the vectors of the Go program', () => {
  /** Twenty are too few for a list: others stand behind them. */
  const filler = Array.from({ length: 1000 }, (_, i) => sha256(`filler ${i}`));
  const keys = concatBytes(...vectors.rows.map(({ matchKey }) => hexToBytes(matchKey)), ...filler);
  const firstOf = (elements: Uint8Array): string[] => pairIdsToTexts(elements).slice(0, vectors.rows.length);
  const column = (name: keyof (typeof vectors.rows)[number]): string[] =>
    vectors.rows.map((row) => row[name]);

  it('hash: the match keys of e-mail addresses and telephone numbers', async () => {
    const rows = column('identifier').map((text) =>
      text.startsWith('+') ? { phone: text } : { email: text.toUpperCase() },
    );
    const { set } = await identifiersFromRows(rows);
    const own = await pairMatchKeys(set);
    expect(Array.from(recordsOf(own, 32), bytesToHex)).toEqual(column('matchKey'));
  });

  it('encrypt, as advertiser and as publisher', async () => {
    expect(firstOf(await encryptMatchKeys(keys, salt, advertiser, { backend }))).toEqual(
      column('advertiser'),
    );
    expect(firstOf(await encryptMatchKeys(keys, salt, publisher, { backend }))).toEqual(column('publisher'));
  });

  it('re-encrypt and decrypt, as either', async () => {
    const theirs = someElements(1000);
    for (const [from, key, to] of [
      ['advertiser', publisher, 'advertiserThenPublisher'],
      ['publisher', advertiser, 'publisherThenAdvertiser'],
    ] as const) {
      const list = concatBytes(pairIdsFromTexts(column(from)), theirs);
      const texts = pairIdsToTexts(await reencryptPairIds(list, key, { backend }));
      expect(texts).toHaveLength(1020);
      expect(texts).toEqual(expect.arrayContaining(column(to)));
    }
    const decrypted = await decryptPairIds(pairIdsFromTexts(column('publisherThenAdvertiser')), advertiser, {
      backend,
    });
    expect(pairIdsToTexts(decrypted)).toEqual(column('decryptedByAdvertiser'));
    expect(column('decryptedByAdvertiser')).toEqual(column('publisher'));
  });

  it('every step of ten thousand', async () => {
    const { count, encryptedByAdvertiser, reEncryptedByPublisher, decryptedByAdvertiser } = vectors.many;
    const many = concatBytes(...Array.from({ length: count }, (_, i) => sha256(`person${i}@example.com`)));
    const encrypted = await encryptMatchKeys(many, salt, advertiser, { backend });
    expect(linesDigest(encrypted)).toBe(encryptedByAdvertiser);
    // In the order of the list, which re-encryption does not keep.
    const inOrder = await backend.multiply(encrypted, publisher.bytes);
    expect(linesDigest(inOrder)).toBe(reEncryptedByPublisher);
    expect(linesDigest(await decryptPairIds(inOrder, advertiser, { backend }))).toBe(decryptedByAdvertiser);
  }, 60_000);
});

describe('two parties', () => {
  it('find what they share, and the advertiser the Publisher Identifiers of it', async () => {
    const keysOf = (from: number, to: number): Uint8Array =>
      concatBytes(...Array.from({ length: to - from }, (_, i) => sha256(`person ${from + i}`)));
    const [ours, theirs] = [keysOf(0, 1200), keysOf(800, 2400)];
    const [Ka, Kp, Ks] = [createPairKey(), createPairKey(), createPairSalt()];
    const advertiserIds = await encryptMatchKeys(ours, Ks, Ka, { backend });
    const publisherIds = await encryptMatchKeys(theirs, Ks, Kp, { backend });
    const match = await matchPairIds(
      await reencryptPairIds(advertiserIds, Kp, { backend }),
      await reencryptPairIds(publisherIds, Ka, { backend }),
    );
    expect(match).toMatchObject({ size: 400, advertiserRate: '33%', publisherRate: '25%' });
    const shared = await decryptPairIds(match.matched, Ka, { backend });
    expect(sortRecords(shared, 32)).toEqual(sortRecords(publisherIds.subarray(0, 400 * 32), 32));
  });
});

describe('re-encryption', () => {
  const list = someElements(1000);
  const key = createPairKey();
  const refusing = async (): Promise<void> => expect.unreachable();

  it('keeps nothing of an order', async () => {
    const order = Array.from({ length: 1000 }, (_, i) => (i * 7) % 1000);
    const shuffled = concatBytes(...order.map((i) => list.subarray(32 * i, 32 * (i + 1))));
    const answer = await reencryptPairIds(list, key, { backend });
    expect(await reencryptPairIds(shuffled, key, { backend })).toEqual(answer);
    expect(answer).toEqual(sortRecords(answer, 32));
  });

  it.each([
    ['the identity', new Uint8Array(32), 'identity-element'],
    ['what is no element', new Uint8Array(32).fill(255), 'bad-element'],
    ['an element twice', list.subarray(0, 32), 'repeated-element'],
  ] as const)('refuses %s before anything is charged', async (_, element, code) => {
    for (const position of [1, 999]) {
      const bad = list.slice();
      bad.set(element, 32 * position);
      const error = await expectCode(code, () => reencryptPairIds(bad, key, { backend, admit: refusing }));
      expect(error.position).toBe(position);
    }
  });

  it('charges a partner for each element, and refuses what its budget does not reach', async () => {
    const policy = { smallestSet: 1000, budgets: [{ hours: 24, elements: 1500 }] };
    const admit = admission({ peer: 'acme', ledger: memoryLedger(), policy });
    await reencryptPairIds(list, key, { backend, admit });
    await expectCode('refused', () => reencryptPairIds(list, key, { backend, admit }));
  });

  it('refuses less than a thousand, and old keys', async () => {
    await expectCode('wrong-size', () => reencryptPairIds(list.subarray(32), key, { backend }));
    const later = (): number => key.createdAt + 181 * DAY;
    await expectCode('refused', () => reencryptPairIds(list, key, { backend, now: later }));
    await expectCode('refused', () => decryptPairIds(list, key, { backend, now: later }));
  });
});

describe('a list of one’s own', () => {
  const keys = concatBytes(...Array.from({ length: 1000 }, (_, i) => sha256(`${i}`)));

  it('is not encrypted with an old salt, too few or repeated keys, or a key in the place of a salt', async () => {
    const [Ks, Ka] = [createPairSalt(), createPairKey()];
    const inDays = (days: number) => ({ backend, now: () => Ks.createdAt + days * DAY });
    await expectCode('refused', () => encryptMatchKeys(keys, Ks, Ka, inDays(31)));
    expect(await encryptMatchKeys(keys, Ks, Ka, inDays(30))).toHaveLength(keys.length);
    await expectCode('wrong-size', () => encryptMatchKeys(keys.subarray(32), Ks, Ka, { backend }));
    const twice = keys.slice();
    twice.copyWithin(32 * 5, 0, 32);
    const error = await expectCode('repeated-element', () => encryptMatchKeys(twice, Ks, Ka, { backend }));
    expect(error.position).toBe(5);
    await expectCode('argument', () => encryptMatchKeys(keys, Ka, Ks, { backend }));
  });
});

describe('salts and keys', () => {
  it.each(['salt', 'key'] as const)('a %s is as it was written', (kind) => {
    const made = kind === 'salt' ? createPairSalt() : createPairKey();
    expect(pairSecretFromBytes(pairSecretToBytes(made), kind)).toEqual(made);
    expect(() => pairSecretFromBytes(pairSecretToBytes(made), kind === 'salt' ? 'key' : 'salt')).toThrow(
      expect.objectContaining({ code: 'bad-file' }),
    );
  });

  it('nothing of a file is in an error about it', () => {
    const written = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
    const text = Buffer.from(secureRandom(32)).toString('base64');
    const createdAt = new Date().toISOString();
    for (const value of [
      text,
      null,
      [text],
      { pair: 'key', secret: text },
      { pair: 'key', secret: `${text}A`, createdAt },
      { pair: 'key', secret: text, createdAt: text },
      { pair: 'key', secret: Buffer.alloc(32, 255).toString('base64'), createdAt },
      { pair: 'key', secret: Buffer.alloc(32).toString('base64'), createdAt },
    ]) {
      try {
        pairSecretFromBytes(written(value), 'key', 'our.key');
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ code: 'bad-file' });
        expect((error as Error).message).not.toContain(text);
      }
    }
  });

  it('are fresh for as long as the specification says', () => {
    for (const [kind, made] of [
      ['salt', createPairSalt()],
      ['key', createPairKey()],
    ] as const) {
      const end = made.createdAt + ROTATION_DAYS[kind] * DAY;
      requireFreshSecret(made, kind, end);
      for (const time of [end + 1, made.createdAt - 2 * DAY])
        expect(() => requireFreshSecret(made, kind, time)).toThrow(
          expect.objectContaining({ code: 'refused' }),
        );
    }
    expect(ROTATION_DAYS).toEqual({ salt: 30, key: 180 });
  });
});

describe('match rates', () => {
  it('are whole per cents, and >85% above that', () => {
    expect(pairMatchRate(0, 1000)).toBe('0%');
    expect(pairMatchRate(850, 1000)).toBe('85%');
    expect(pairMatchRate(8501, 10_000)).toBe('>85%');
    expect(pairMatchRate(1000, 1000)).toBe('>85%');
    expect(() => pairMatchRate(2, 1)).toThrow(expect.objectContaining({ code: 'argument' }));
    fc.assert(
      fc.property(fc.nat(10_000), fc.nat(10_000), (a, b) => {
        const [matched, total] = [Math.min(a, b), Math.max(a, b)];
        const rate = pairMatchRate(matched, total);
        if (matched * 100 > total * 85) expect(rate).toBe('>85%');
        else
          expect(
            Math.abs(Number.parseInt(rate, 10) - (total && (100 * matched) / total)),
          ).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it('are those of a plain intersection, and lists that repeat or are short are refused', async () => {
    const ids = secureRandom(32 * 1500);
    const [a, b] = [ids.subarray(0, 32 * 1100), ids.subarray(32 * 400)];
    const match = await matchPairIds(a, b);
    expect(match).toMatchObject({ size: 700, advertiserRate: '64%', publisherRate: '64%' });
    expect(match.matched).toEqual(sortRecords(ids.subarray(32 * 400, 32 * 1100), 32));
    await expectCode('wrong-size', () => matchPairIds(a, b.subarray(0, 32 * 999)));
    const twice = b.slice();
    twice.copyWithin(0, 32 * 9, 32 * 10);
    await expectCode('repeated-element', () => matchPairIds(a, twice));
  });
});

describe('texts of identifiers', () => {
  it('are read back, and nothing else is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const [text] = pairIdsToTexts(bytes);
        expect(text).toBe(Buffer.from(bytes).toString('base64'));
        expect(pairIdsFromTexts([text!])).toEqual(bytes);
      }),
    );
    const good = pairIdsToTexts(new Uint8Array(32))[0]!;
    for (const bad of [
      '',
      good.slice(1),
      `${good}=`,
      `${good.slice(0, 42)}B=`,
      good.replace('A', '-'),
      `${good}\n`,
    ]) {
      expect(() => pairIdsFromTexts([good, bad], 10)).toThrow(
        expect.objectContaining({ code: 'bad-element', position: 11 }),
      );
    }
  });
});

describe('what PAIR gives away', () => {
  const people = Array.from({ length: 1000 }, (_, i) => sha256(`person ${i}`));
  const keys = concatBytes(...people);

  it('a publisher knows the advertiser’s identifiers again in every run of a salt and a key', async () => {
    const [Ks, Ka] = [createPairSalt(), createPairKey()];
    const first = new Set(pairIdsToTexts(await encryptMatchKeys(keys, Ks, Ka, { backend })));
    const later = concatBytes(keys.subarray(32), sha256('a new customer'));
    const seen = pairIdsToTexts(await encryptMatchKeys(later, Ks, Ka, { backend }));
    // Who came and how many left is plain, though not who they are.
    expect(seen.filter((id) => !first.has(id))).toHaveLength(1);
    const other = pairIdsToTexts(await encryptMatchKeys(later, createPairSalt(), Ka, { backend }));
    expect(other.filter((id) => first.has(id))).toEqual([]);
  });

  it('two advertisers join their lists by the Publisher Identifiers of those who match', async () => {
    const [Ks, Kp, A, B] = [createPairSalt(), createPairKey(), createPairKey(), createPairKey()];
    const ids = await encryptMatchKeys(keys, Ks, Kp, { backend });
    const learnt = await Promise.all(
      [A, B].map(async (key) =>
        pairIdsToTexts(await decryptPairIds(await reencryptPairIds(ids, key, { backend }), key, { backend })),
      ),
    );
    expect(learnt[0]!.toSorted()).toEqual(learnt[1]!.toSorted());
  });

  it('an advertiser tests a guess by having it re-encrypted, whatever the order of the answer', async () => {
    const [Ks, Kp] = [createPairSalt(), createPairKey()];
    const list = new Set(pairIdsToTexts(await encryptMatchKeys(keys, Ks, Kp, { backend })));
    // Guesses under a key of its own, one of them in two multiples: the pair that belongs together is in the answer, too.
    const Ka = createPairKey();
    const guesses = concatBytes(
      people[0]!,
      ...Array.from({ length: 998 }, (_, i) => sha256(`nobody ${i}`)),
      sha256('x'),
    );
    const asked = await encryptMatchKeys(guesses, Ks, Ka, { backend });
    const two = backend.group.scalars.of(2);
    const double = await backend.multiply(asked.subarray(0, 32), two);
    const answer = await decryptPairIds(
      await reencryptPairIds(concatBytes(asked, double), Kp, { backend }),
      Ka,
      { backend },
    );
    const doubles = new Set(pairIdsToTexts(await backend.multiply(answer, two)));
    const twice = pairIdsToTexts(answer).filter((id) => doubles.has(id));
    const single = pairIdsToTexts(
      await backend.multiply(pairIdsFromTexts(twice), backend.group.scalars.invert(two)),
    );
    // The one that was tagged is told from all others, and is in the publisher's list.
    expect(single).toHaveLength(1);
    expect(list.has(single[0]!)).toBe(true);
  });

  it('nobody without the publisher’s key reads its list, and whoever has it and the salt does', async () => {
    const [Ks, Kp] = [createPairSalt(), createPairKey()];
    const list = new Set(pairIdsToTexts(await encryptMatchKeys(keys, Ks, Kp, { backend })));
    const guess = (key: PairSecret, Ks: PairSecret) => encryptMatchKeys(keys, Ks, key, { backend });
    const hits = async (key: PairSecret, with_: PairSecret): Promise<number> =>
      pairIdsToTexts(await guess(key, with_)).filter((id) => list.has(id)).length;
    expect(await hits({ ...Kp, bytes: randomScalar() }, Ks)).toBe(0);
    expect(await hits(Kp, createPairSalt())).toBe(0);
    expect(await hits(Kp, Ks)).toBe(1000);
  });
});
