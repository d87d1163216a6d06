// SPDX-License-Identifier: Apache-2.0
/** What a client and a server of contact discovery refuse: bad frames, bad headers, and servers that mark their clients. */

import { ed25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { concatBytes, u32 } from '../../src/bytes.js';
import { contactClient } from '../../src/contact/client.js';
import { encodeEvaluated } from '../../src/contact/frames.js';
import {
  addSegment,
  type ContactKeys,
  generateContactKeys,
  headerDigest,
  openPublishedSet,
  type PublishedSet,
  publishSet,
  type ServedSet,
} from '../../src/contact/index.js';
import { contactServer } from '../../src/contact/server.js';
import { type ErrorCode, VeilmatchError } from '../../src/errors.js';
import { nobleBackend as backend } from '../../src/group/noble.js';
import { createBackend } from '../../src/group/select.js';
import { IdentifierSet } from '../../src/identifiers/set.js';
import type { PsiMachine } from '../../src/psi/index.js';
import { exchange } from '../../src/psi/run/both.js';
import { signingPublicKey } from '../../src/signing.js';
import { expectCode } from '../suites/errors.js';
import { SLOW, times } from '../support/effort.js';

/** Milliseconds. */
const TIMEOUT = SLOW ? 7_200_000 : 60_000;
const NAME = { setId: 'members', epoch: 3 } as const;
const members = IdentifierSet.ofStrings(['ada', 'grace']);
const contacts = IdentifierSet.ofStrings(['ada', 'hedy', 'joan']);

let keys: ContactKeys;
let published: PublishedSet;
/** Another key, and what a server would publish for one client that it wants to recognise. */
let markedKeys: ContactKeys;
let marked: PublishedSet;

beforeAll(async () => {
  keys = await generateContactKeys({ backend });
  published = await publishSet(members, { ...NAME, keys, backend });
  const { secretKey } = await generateContactKeys({ backend });
  markedKeys = { ...keys, secretKey };
  marked = await publishSet(members, { ...NAME, keys: markedKeys, backend });
});

const pin = () => ({ signer: signingPublicKey(keys.signingKey) });
const open = (set: PublishedSet, other: object = {}) =>
  openPublishedSet(set, { setId: NAME.setId, pin: pin(), ...other });
const served = (): ServedSet[] => [{ ...NAME, secretKey: keys.secretKey, size: 2 }];

async function drain(frames: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const list: Uint8Array[] = [];
  for await (const frame of frames) list.push(frame);
  return list;
}

/** A server that has started, and the frames of a client, two elements in the first chunk and one in the second. */
async function serverAndFrames() {
  const server = contactServer(served(), { backend });
  await drain(server.start());
  const client = contactClient(contacts, await open(published), { backend, chunkSize: 2 });
  const [query, blinded] = (await drain(client.start())) as [Uint8Array, Uint8Array];
  return { server, client, query, blinded };
}

describe('a server', () => {
  const changed = (frame: Uint8Array, at: number, value: number): Uint8Array => {
    const copy = frame.slice();
    copy[at] = value;
    return copy;
  };

  it.each<[string, ErrorCode, (query: Uint8Array) => Uint8Array]>([
    ['nothing', 'bad-message', () => new Uint8Array()],
    ['an unknown type', 'bad-message', (query) => changed(query, 0, 99)],
    ['a PSI frame', 'bad-message', (query) => changed(query, 0, 1)],
    [
      'elements before the query',
      'unexpected-message',
      () => concatBytes(Uint8Array.of(33), u32(0), new Uint8Array(32)),
    ],
    ['another version', 'incompatible-peer', (query) => changed(query, 2, 2)],
    ['another epoch', 'incompatible-peer', (query) => changed(query, 6, 4)],
    ['another set', 'incompatible-peer', (query) => changed(query, 12, 0x41)],
    ['a set id that is not UTF-8', 'bad-message', (query) => changed(query, 12, 0xff)],
    ['a cut query', 'bad-message', (query) => query.subarray(0, -1)],
    ['a query that goes on', 'bad-message', (query) => concatBytes(query, new Uint8Array(1))],
    ['a query of two bytes', 'bad-message', (query) => query.subarray(0, 2)],
    ['a set without a name', 'bad-message', (query) => changed(query.subarray(0, 12), 11, 0)],
    ['a frame beyond 1 MiB', 'bad-message', () => new Uint8Array(1_048_577).fill(32)],
  ])('refuses %s instead of a query', async (_, code, make) => {
    const { server, query } = await serverAndFrames();
    await expectCode(code, () => drain(server.receive(make(query))));
    await expectCode('unexpected-message', () => drain(server.receive(query)));
  });

  const element = (frame: Uint8Array, i: number): Uint8Array => frame.slice(5 + 32 * i, 37 + 32 * i);
  it.each<[string, ErrorCode, (blinded: Uint8Array, query: Uint8Array) => Uint8Array]>([
    ['a second query', 'unexpected-message', (_, query) => query],
    ['no element', 'bad-message', (blinded) => blinded.subarray(0, 5)],
    ['no index', 'bad-message', (blinded) => blinded.subarray(0, 3)],
    ['half an element', 'bad-message', (blinded) => blinded.subarray(0, -1)],
    ['elements out of order', 'bad-message', (blinded) => changed(blinded, 4, 1)],
    ['more than were declared', 'wrong-size', (b) => concatBytes(b, element(b, 0), element(b, 0))],
    ['the identity', 'identity-element', (b) => concatBytes(b.subarray(0, 37), new Uint8Array(32))],
    [
      'no element of the group',
      'bad-element',
      (b) => concatBytes(b.subarray(0, 37), new Uint8Array(32).fill(0xff)),
    ],
  ])('refuses %s instead of elements', async (_, code, make) => {
    const { server, query, blinded } = await serverAndFrames();
    await drain(server.receive(query));
    const error = await expectCode(code, () => drain(server.receive(make(blinded, query))));
    if (code.endsWith('-element')) expect(error.position).toBe(1);
    await expectCode('unexpected-message', () => drain(server.receive(blinded)));
  });

  it('answers no more than was declared, and has no result before that', async () => {
    const { server, client, query, blinded } = await serverAndFrames();
    await drain(server.receive(query));
    const [answer] = await drain(server.receive(blinded));
    await expectCode('unexpected-message', () => server.result);
    const [rest] = await drain(client.receive(answer!));
    const [last] = await drain(server.receive(rest!));
    expect(server.result).toEqual({ peerSize: 3 });
    await expectCode('unexpected-message', () => drain(server.receive(rest!)));
    await drain(client.receive(last!));
    expect(client.result.matched).toEqual([0]);
  });
});

describe('a client', () => {
  /** The first answer that the server owes. */
  async function answered() {
    const { server, client, query, blinded } = await serverAndFrames();
    await drain(server.receive(query));
    const [answer] = (await drain(server.receive(blinded))) as [Uint8Array];
    return { client, answer, blinded };
  }

  it.each<[string, ErrorCode, (answer: Uint8Array, blinded: Uint8Array) => Uint8Array]>([
    ['nothing', 'bad-message', () => new Uint8Array()],
    ['its own elements', 'unexpected-message', (_, blinded) => blinded],
    ['a missing proof', 'wrong-size', (answer) => answer.subarray(0, -64)],
    ['a cut proof', 'wrong-size', (answer) => answer.subarray(0, -1)],
    ['another element behind it', 'wrong-size', (answer) => concatBytes(answer, new Uint8Array(32))],
    [
      'an answer to other elements',
      'bad-message',
      (answer) => Uint8Array.of(34, 0, 0, 0, 2, ...answer.subarray(5)),
    ],
    [
      'swapped answers',
      'bad-proof',
      (a) => concatBytes(a.subarray(0, 5), a.subarray(37, 69), a.subarray(5, 37), a.subarray(69)),
    ],
    [
      'one answer twice',
      'bad-proof',
      (a) => concatBytes(a.subarray(0, 37), a.subarray(5, 37), a.subarray(69)),
    ],
    [
      'the identity',
      'identity-element',
      (a) => concatBytes(a.subarray(0, 5), new Uint8Array(32), a.subarray(37)),
    ],
    [
      'no element of the group',
      'bad-element',
      (a) => concatBytes(a.subarray(0, 5), new Uint8Array(32).fill(0xff), a.subarray(37)),
    ],
    ['a proof of zeros', 'bad-proof', (a) => concatBytes(a.subarray(0, -64), new Uint8Array(64))],
    [
      'a proof that is no scalars',
      'bad-proof',
      (a) => concatBytes(a.subarray(0, -64), new Uint8Array(64).fill(0xff)),
    ],
  ])('refuses %s', async (_, code, make) => {
    const { client, answer, blinded } = await answered();
    await expectCode(code, () => drain(client.receive(make(answer, blinded))));
    await expectCode('unexpected-message', () => client.result);
    await expectCode('unexpected-message', () => drain(client.receive(answer)));
  });

  it('refuses the answer of another run', async () => {
    const other = await answered();
    const { client } = await answered();
    await expectCode('bad-proof', () => drain(client.receive(other.answer)));
  });
});

describe('a server that would mark a client by its key', () => {
  it('is caught by the proof where it answers under another key than the published one', async () => {
    const client = contactClient(contacts, await open(published), { backend });
    const server = contactServer([{ ...NAME, secretKey: markedKeys.secretKey, size: 2 }], { backend });
    await expectCode('bad-proof', () => exchange(client, server));
  });

  it('is caught where it evaluates one element alone under another key', async () => {
    const client = contactClient(contacts, await open(published), { backend });
    const frames = await drain(client.start());
    const honest = contactServer(served(), { backend });
    const other = contactServer([{ ...NAME, secretKey: markedKeys.secretKey, size: 2 }], { backend });
    const answers: Uint8Array[] = [];
    for (const server of [honest, other]) {
      await drain(server.start());
      for (const frame of frames) answers.push(...(await drain(server.receive(frame))));
    }
    const [right, wrong] = answers as [Uint8Array, Uint8Array];
    const evaluatedElements = concatBytes(right.subarray(5, 69), wrong.subarray(69, 101));
    const mixed = encodeEvaluated(0, { evaluatedElements, proof: right.subarray(-64) });
    await expectCode('bad-proof', () => drain(client.receive(mixed)));
  });

  it('is caught by the pinned digest, where the set was published under another key', async () => {
    const digest = headerDigest(published.header);
    expect((await open(published, { pin: { digest } })).size).toBe(2);
    await expectCode('wrong-pin', () => open(marked, { pin: { digest } }));
  });

  it('is not caught by a pinned signer alone, who signed both: two clients that compare notes have the evidence', async () => {
    expect((await open(marked)).publicKey).not.toEqual((await open(published)).publicKey);
    expect(headerDigest(marked.header)).not.toEqual(headerDigest(published.header));
  });
});

describe('a published set', () => {
  it('is refused with the signature of another key, or with none', async () => {
    const other = await publishSet(members, {
      ...NAME,
      keys: await generateContactKeys({ backend }),
      backend,
    });
    await expectCode('wrong-pin', () => open(other));
    const unsigned = concatBytes(published.header.subarray(0, -64), new Uint8Array(64));
    await expectCode('wrong-pin', () => open({ ...published, header: unsigned }));
  });

  it('is refused where its filter was replaced, left out, added or moved', async () => {
    const options = { ...NAME, keys, backend };
    const more = await addSegment(published, IdentifierSet.ofStrings(['hedy']), options);
    const swapped = { ...more, filters: [...more.filters].reverse() };
    await expectCode('wrong-pin', () => open({ ...published, filters: marked.filters }));
    expect((await expectCode('wrong-pin', () => open(swapped))).position).toBe(0);
    await expectCode('bad-message', () => open({ ...more, filters: more.filters.slice(1) }));
    await expectCode('bad-message', () => open({ ...published, filters: more.filters }));
    const cut = published.filters[0]!.subarray(0, -1);
    await expectCode('wrong-pin', () => open({ ...published, filters: [cut] }));
  });

  it('is refused where it is another set, or older than one that was seen', async () => {
    await expectCode('incompatible-peer', () => open(published, { setId: 'others' }));
    await expectCode('incompatible-peer', () => open(published, { leastEpoch: 4 }));
    expect((await open(published, { leastEpoch: 3 })).epoch).toBe(3);
  });

  it('is refused where its signer states what is not so', async () => {
    const body = published.header.slice(0, -64);
    const resigned = (change: (body: Uint8Array) => Uint8Array): PublishedSet => {
      const changed = change(body.slice());
      const label = new TextEncoder().encode('veilmatch-contact-v1 header');
      const signature = ed25519.sign(concatBytes(label, changed), keys.signingKey);
      return { ...published, header: concatBytes(changed, signature) };
    };
    const set = (at: number, value: number) => (bytes: Uint8Array) => {
      bytes[at] = value;
      return bytes;
    };
    expect((await open(resigned((bytes) => bytes))).size).toBe(2);
    const id = 23 + NAME.setId.length;
    const segment = id + 4 + 32 + 2;
    await expectCode('bad-message', () => open(resigned(set(0, 0))));
    await expectCode('incompatible-peer', () => open(resigned(set(18, 2))));
    await expectCode('incompatible-peer', () => open(resigned(set(19, 2))));
    await expectCode('incompatible-peer', () => open(resigned(set(20, 1))));
    await expectCode('bad-message', () => open(resigned(set(21, 16))));
    await expectCode('bad-message', () => open(resigned(set(22, 0))));
    await expectCode('bad-message', () => open(resigned(set(22, 65))));
    await expectCode('bad-message', () => open(resigned(set(23, 0xff))));
    await expectCode('bad-message', () => open(resigned(set(segment - 1, 2))));
    await expectCode('bad-message', () => open(resigned(set(segment + 3, 3))));
    await expectCode('bad-message', () => open(resigned(set(segment + 8, 0))));
    await expectCode('bad-message', () => open(resigned(set(segment + 8, 41))));
    await expectCode('bad-message', () => open(resigned(set(segment + 8, 8))));
    await expectCode('bad-message', () => open(resigned((bytes) => concatBytes(bytes, new Uint8Array(1)))));
    await expectCode('bad-message', () => open(resigned((bytes) => bytes.subarray(0, -1))));
  });

  it('whose B is the identity or no element gives nothing', async () => {
    for (const [value, code] of [
      [0, 'identity-element'],
      [0xff, 'bad-element'],
    ] as const) {
      const body = published.header.slice(0, -64);
      body.fill(value, 27 + NAME.setId.length, 59 + NAME.setId.length);
      const label = new TextEncoder().encode('veilmatch-contact-v1 header');
      const header = concatBytes(body, ed25519.sign(concatBytes(label, body), keys.signingKey));
      const client = contactClient(contacts, await open({ ...published, header }), { backend });
      await expectCode(code, () => exchange(client, contactServer(served(), { backend })));
    }
  });

  it('has pins of 32 bytes', async () => {
    await expectCode('argument', () => open(published, { pin: { digest: new Uint8Array(31) } }));
    await expectCode('argument', () => open(published, { pin: { signer: new Uint8Array(33) } }));
  });
});

describe('a changed message', () => {
  /** Codes that a change may end in. */
  const TYPED: readonly ErrorCode[] = [
    'bad-message',
    'unexpected-message',
    'incompatible-peer',
    'wrong-size',
    'bad-element',
    'identity-element',
    'bad-proof',
    'wrong-pin',
  ];
  const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
  const apply = (bytes: Uint8Array, changes: ReadonlyArray<readonly [number, number]>): Uint8Array => {
    const other = bytes.slice();
    for (const [at, difference] of changes) other[at % other.length]! ^= difference;
    return other;
  };

  it('of the header or a filter is always noticed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.boolean(), change, async (ofHeader, one) => {
        const set: PublishedSet = ofHeader
          ? { ...published, header: apply(published.header, [one]) }
          : { ...published, filters: [apply(published.filters[0]!, [one])] };
        await expect(open(set)).rejects.toThrow(VeilmatchError);
      }),
      { numRuns: times(100, 2000) },
    );
  });

  it(
    'ends in a typed error or in the same result',
    async () => {
      const fastest = await createBackend({ concurrency: 1 });
      const directory = await open(published);
      await fc.assert(
        fc.asyncProperty(
          fc.nat(2),
          fc.array(change, { minLength: 1, maxLength: 3 }),
          async (which, changes) => {
            let sent = 0;
            const tampering = (machine: PsiMachine<unknown>): PsiMachine<never> =>
              new Proxy(machine, {
                get(target, name) {
                  const member: unknown = Reflect.get(target, name, target);
                  if (name !== 'receive') return typeof member === 'function' ? member.bind(target) : member;
                  return (frame: Uint8Array) =>
                    target.receive(sent++ === which ? apply(frame, changes) : frame);
                },
              }) as PsiMachine<never>;
            const client = contactClient(IdentifierSet.ofStrings(['ada']), directory, { backend: fastest });
            try {
              const { receiver } = await exchange(
                tampering(client),
                tampering(contactServer(served(), { backend: fastest })),
              );
              expect(receiver).toMatchObject({ matched: [0] });
            } catch (error) {
              expect(error).toBeInstanceOf(VeilmatchError);
              // A run that waits for a frame that never comes has no result either.
              expect(TYPED).toContain((error as VeilmatchError).code);
            }
          },
        ),
        { numRuns: times(60, 100_000) },
      );
      await fastest.dispose();
    },
    TIMEOUT,
  );
});
