// SPDX-License-Identifier: Apache-2.0
/** `veilmatch-worker-v1` in this process: what each operation answers, and what becomes of questions that are none. */

import { randomBytes } from 'node:crypto';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteList, bytesToHex, utf8 } from '../../src/bytes.js';
import { scalarFrom, scalarsOf } from '../../src/datasets/secrets.js';
import { campaignKey, keyed } from '../../src/hashing/index.js';
import { hashRows } from '../../src/identifiers/hash-rows.js';
import { identifiersFromRows } from '../../src/identifiers/rows.js';
import {
  answersTo,
  errorIn,
  frameOf,
  initOf,
  KEY,
  LISTS,
  listOf,
  type Message,
  OP,
  partsIn,
  recordsOf,
  SCALAR,
  SEED,
  scalarOf,
} from '../suites/worker.js';

const BIND = ['ab'.repeat(64)];
const OTHER_BIND = ['cd'.repeat(64)];
const ELEMENT = ristretto255.Point.BASE.toBytes();

const told = (items: readonly Uint8Array[]): string[] => items.map((item) => Buffer.from(item).toString());
const hex = (items: readonly Uint8Array[]): string[] => items.map(bytesToHex);
const numbers = (items: readonly Buffer[]): number[][] =>
  items.map((item) => Array.from({ length: item.length / 4 }, (_, i) => item.readUInt32LE(4 * i)));
const last = async (...questions: readonly Buffer[]): Promise<Message> =>
  (await answersTo(Buffer.concat(questions))).at(-1)!;
const codeOf = async (...questions: readonly Buffer[]): Promise<string> =>
  errorIn(await last(...questions)).code;

const rows = (fields: object = {}, secret?: Uint8Array): Buffer =>
  initOf({ protocol: 1, stage: 'rows', country: 'US', ...fields }, secret);
const receiver = (fields: object = {}, secret = SEED): Buffer =>
  initOf({ protocol: 1, stage: 'receiver', reveal: 'intersection', ...fields }, secret);
const sender = (fields: object = {}, secret = SCALAR): Buffer =>
  initOf({ protocol: 1, stage: 'sender', reveal: 'intersection', ...fields }, secret);

const TABLE = [
  { phone: '(415) 555-0123; +49 30 123456', email: 'Ada@Example.com' },
  { phone: '4.1555E+09', email: '' },
  { phone: '', email: 'bücher@example.com' },
  { phone: '030 123456', email: '', country: 'DE' },
  {},
];
const columns = [
  listOf(TABLE.map(({ phone }) => phone ?? '')),
  listOf(
    TABLE.map(({ email }) => email ?? ''),
    40,
  ),
  listOf(TABLE.map(({ country }) => country ?? '')),
];

describe('rows', () => {
  it('become the canonical bytes that the library makes of them, with what was rejected', async () => {
    const [about, answer] = await answersTo(Buffer.concat([rows(), frameOf(OP.identify, ...columns)]));
    const { codes, fields, kinds } = JSON.parse(about!.body.toString());
    const [elements, owners, kindsOf, rejected, ambiguous] = partsIn(answer!.body, ['l', 4, 1, 16, 12]);
    const expected = await identifiersFromRows(TABLE, { country: 'US' });
    expect([...new Set(told(elements!))]).toEqual(told([...expected.set.elements]));
    expect(numbers(owners!).flat()).toEqual([0, 0, 0, 2, 3]);
    expect(kindsOf!.map(([kind]) => kinds[kind!])).toEqual(
      told(elements!).map((text) => (text.startsWith('tel:') ? 'phone' : 'email')),
    );
    const words = numbers(rejected!).map(([row, field, code, value]) => ({
      row,
      ...(field && { field: fields[field] }),
      code: codes[code!],
      ...(value && { value }),
    }));
    expect(words).toEqual(expected.rejected);
    expect(ambiguous).toEqual([]);
  });

  it('are rejected one by one where a cell is longer than any identifier, and the others are read', async () => {
    const long = '1'.repeat(70_000);
    const table = [
      { phone: long, email: 'ada@example.com' },
      { email: `${long}@example.com` },
      { phone: '030 123456', country: long },
      { phone: '030 123456', country: 'DE' },
    ];
    const columnsOf = (['phone', 'email', 'country'] as const).map((name) =>
      listOf(table.map((row) => (row as Record<string, string>)[name] ?? '')),
    );
    const [about, identified, read] = await answersTo(
      Buffer.concat([rows(), frameOf(OP.identify, ...columnsOf), frameOf(OP.normalize, ...columnsOf)]),
    );
    const { codes } = JSON.parse(about!.body.toString());
    const [elements, owners, , rejected] = partsIn(identified!.body, ['l', 4, 1, 16, 12]);
    expect(told(elements!)).toEqual(['mailto:ada@example.com', 'tel:+4930123456']);
    expect(numbers(owners!).flat()).toEqual([0, 3]);
    const notes = numbers(rejected!).map(([row, , code]) => ({ row, code: codes[code!] }));
    const expected = await identifiersFromRows(table, { country: 'US' });
    expect(notes).toEqual(expected.rejected.map(({ row, code }) => ({ row, code })));
    expect(notes.map(({ row }) => row)).toEqual([0, 1, 2]);
    const [phone] = partsIn(read!.body, ['l', 'l', 16, 12]);
    expect(told(phone!)).toEqual(['', '', '', '+4930123456']);
  });

  it('become texts and keyed hashes, cell for cell', async () => {
    const { token } = keyed({ key: campaignKey(KEY, 'spring') });
    const answers = await answersTo(
      Buffer.concat([
        rows({ hash: 'keyed', campaign: 'spring' }, KEY),
        frameOf(OP.normalize, ...columns),
        frameOf(OP.hash, ...columns),
      ]),
    );
    const [phone, email] = partsIn(answers[1]!.body, ['l', 'l', 16, 12]);
    expect(told(phone!)).toEqual(['+14155550123;+4930123456', '', '', '+4930123456', '']);
    expect(told(email!)).toEqual(['ada@example.com', '', 'bücher@example.com', '', '']);
    const [phoneTokens] = partsIn(answers[2]!.body, ['l', 'l', 16, 12]);
    expect(told(phoneTokens!)[3]).toBe(token('+4930123456'));
    expect(told(phoneTokens!)[0]).toBe(`${token('+14155550123')};${token('+4930123456')}`);
  });

  it('become the tokens of a platform', async () => {
    const one = TABLE.slice(2, 4);
    const answer = await last(
      rows({ profile: 'meta' }),
      frameOf(OP.hash, listOf(['', '030 123456']), listOf([one[0]!.email!, '']), listOf(['', 'DE'])),
    );
    const [phone, email] = partsIn(answer.body, ['l', 'l', 16, 12]);
    const { tokens } = hashRows(one, { profile: 'meta', country: 'US' });
    expect([told(email!)[0], told(phone!)[1]]).toEqual(tokens.map(({ token }) => token));
  });
});

describe('blinding scalars', () => {
  const each = (text: string): Uint8Array => {
    const bytes = utf8(text);
    return scalarOf('veilmatch-dataset-v1 blinding', SEED, Uint8Array.of(0, bytes.length), bytes);
  };

  it('are the hash of a secret and the identifier', () => {
    const identifiers = ByteList.from(LISTS.receiver.map((text) => utf8(text)));
    expect(bytesToHex(scalarsOf(SEED, identifiers))).toBe(hex(LISTS.receiver.map(each)).join(''));
    expect(bytesToHex(scalarFrom(SEED))).toBe(bytesToHex(scalarOf('veilmatch-dataset-v1 scalar', SEED)));
  });

  it('give each identifier its own element whatever the order and the cuts of the list', async () => {
    const identifiers = LISTS.receiver.map((text) => utf8(text));
    const whole = partsIn((await last(receiver(), frameOf(OP.blind, listOf(identifiers)))).body, [32])[0]!;
    const reversed = [...identifiers].reverse();
    const cut = await answersTo(
      Buffer.concat([
        receiver(),
        frameOf(OP.blind, listOf(reversed.slice(0, 2), 8)),
        frameOf(OP.blind, listOf(reversed.slice(2))),
        frameOf(OP.blind, listOf([])),
      ]),
    );
    const pieces = cut.slice(1).flatMap(({ body }) => partsIn(body, [32])[0]!);
    expect(hex([...pieces].reverse())).toEqual(hex(whole));
    const r = each(LISTS.receiver[0]);
    const H = ristretto255_hasher.hashToCurve(identifiers[0]!, {
      DST: 'veilmatch-psi-v1-with-ristretto255_XMD:SHA-512_R255MAP_RO_',
    });
    const rG = ristretto255.Point.BASE.multiply(BigInt(`0x${bytesToHex(r.reverse())}`));
    expect(bytesToHex(whole[0]!)).toBe(H.add(rG).toHex());
  });

  it('differ with what a key is bound to, and are never those of the key itself', async () => {
    const blinded = async (init: Buffer): Promise<string> =>
      bytesToHex(partsIn((await last(init, frameOf(OP.blind, listOf(['opaque:1'])))).body, [32])[0]![0]!);
    const found = [
      await blinded(receiver({ bind: BIND }, KEY)),
      await blinded(receiver({ bind: OTHER_BIND }, KEY)),
      await blinded(receiver({}, KEY)),
    ];
    expect(new Set(found).size).toBe(3);
    const publicKey = async (fields: object): Promise<string> =>
      JSON.parse((await last(sender(fields, KEY))).body.toString()).publicKey;
    expect(await publicKey({ bind: BIND })).toBe(await publicKey({ bind: BIND }));
    expect(await publicKey({ bind: BIND })).not.toBe(await publicKey({ bind: OTHER_BIND }));
  });
});

describe.each(['intersection', 'cardinality'] as const)('a run of %s', (reveal) => {
  it('has the tags of what both lists share in common, and no others', async () => {
    const ordered = reveal === 'intersection';
    const sid = randomBytes(32).toString('hex');
    const sizes = [LISTS.receiver.length, LISTS.sender.length];
    const asked = await last(receiver({ reveal }), frameOf(OP.blind, listOf(LISTS.receiver)));
    const answers = await answersTo(
      Buffer.concat([
        sender({ reveal, sid, sizes }),
        frameOf(OP.evaluate, asked.body),
        frameOf(OP.tag, listOf(LISTS.sender)),
      ]),
    );
    const { publicKey, tagBytes } = JSON.parse(answers[0]!.body.toString());
    const theirs = hex(partsIn(answers[2]!.body, [tagBytes])[0]!);
    const evaluated = partsIn(answers[1]!.body, [32])[0]!;
    // In the shuffled mode nobody knows which is whose.
    if (!ordered) evaluated.sort(Buffer.compare);
    const finished = await last(
      receiver({ reveal, sid, sizes, ...(ordered && { publicKey }) }),
      frameOf(
        OP.unblindAndTag,
        recordsOf(Buffer.concat(evaluated)),
        ...(ordered ? [listOf(LISTS.receiver)] : []),
      ),
    );
    const own = hex(partsIn(finished.body, [tagBytes])[0]!);
    const shared = own.map((tag) => theirs.includes(tag));
    const wanted = LISTS.receiver.map((text) => (LISTS.sender as readonly string[]).includes(text));
    if (ordered) expect(shared).toEqual(wanted);
    expect(shared.filter(Boolean)).toHaveLength(wanted.filter(Boolean).length);
  });
});

describe('a question that is none', () => {
  it.each([
    ['an element that is none', [ELEMENT, new Uint8Array(32).fill(0xff)], 'bad-element', 1],
    ['the identity', [ELEMENT, ELEMENT, new Uint8Array(32)], 'identity-element', 2],
  ] as const)(
    '%s is refused with its position, and the next one is answered',
    async (_, elements, code, position) => {
      const [, refused, answered] = await answersTo(
        Buffer.concat([
          sender(),
          frameOf(OP.evaluate, recordsOf(Buffer.concat(elements))),
          frameOf(OP.evaluate, recordsOf(ELEMENT)),
        ]),
      );
      expect(errorIn(refused!)).toMatchObject({ code, position });
      expect(answered!.operation).toBe(OP.evaluate);
    },
  );

  it('names the row of a cell that is no UTF-8, and not what is in it', async () => {
    const bad = Buffer.concat([Buffer.from('secret'), Buffer.of(0xff)]);
    const columnsOf = [listOf(['1', bad]), listOf(['', '']), listOf(['', ''])];
    const { code, position, message } = errorIn(await last(rows(), frameOf(OP.normalize, ...columnsOf)));
    expect({ code, position }).toEqual({ code: 'argument', position: 1 });
    expect(message).not.toContain('secret');
  });

  it('names the position of an identifier that is too long', async () => {
    const list = listOf(['opaque:1', Buffer.alloc(65_536, 'a')]);
    expect(errorIn(await last(receiver(), frameOf(OP.blind, list)))).toMatchObject({
      code: 'argument',
      position: 1,
    });
  });

  const words = (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i);
    return bytes;
  };
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['more items than bytes', words(2 ** 32 - 1, 0)],
    ['more bytes than there are', words(1, 2 ** 31, 0, 2 ** 31)],
    ['offsets that descend', words(2, 8, 0, 8, 4, 0, 0, 0)],
    ['offsets that end elsewhere', words(1, 8, 0, 4, 0, 0)],
    ['an offset behind the data', words(2, 4, 0, 9, 4, 0, 0, 0)],
    ['padding that is not zero', words(0, 0, 0, 1)],
    ['something behind it', Buffer.concat([listOf(['opaque:1']), Buffer.alloc(8)])],
  ])('a list with %s is malformed', async (_, body) => {
    expect(await codeOf(receiver(), frameOf(OP.blind, body))).toBe('bad-message');
  });

  /** A list of so many empty items. */
  const emptyItems = (count: number): Buffer =>
    Buffer.concat([words(count, 0), Buffer.alloc(8 * Math.ceil((count + 1) / 2))]);
  const session = { sid: 'ab'.repeat(32), sizes: [2 ** 32 - 1, 2 ** 32 - 1], bind: BIND };
  it.each([
    ['blind', [receiver()], OP.blind, [emptyItems(2 ** 21)]],
    ['tag', [sender(session)], OP.tag, [emptyItems(2 ** 23)]],
  ] as const)(
    'with an answer that is longer than a frame is refused: %s',
    async (_, init, operation, body) => {
      const answers = await answersTo(
        Buffer.concat([
          ...init,
          frameOf(operation, ...body),
          frameOf(operation, ...body.map(() => emptyItems(0))),
        ]),
      );
      expect(errorIn(answers[1]!)).toMatchObject({
        code: 'argument',
        message: expect.stringMatching(/fewer rows/),
      });
      expect(answers[2]!.operation).toBe(operation);
    },
  );

  it('that was answered with more than a frame holds is refused, too', async () => {
    const { serveStages } = await import('../../src/stage/serve.js');
    const { nobleBackend } = await import('../../src/group/noble.js');
    const backend = { ...nobleBackend, hashAndMultiply: async () => new Uint8Array(2 ** 26) };
    const written: Uint8Array[] = [];
    const questions = [receiver({ reveal: 'cardinality' }), frameOf(OP.blind, listOf(['opaque:1']))];
    await serveStages(questions, async (bytes) => void written.push(bytes), { backend });
    expect([written[1]![4], Buffer.from(written[1]!).toString('latin1')]).toEqual([
      OP.error,
      expect.stringMatching(/argument.*fewer rows/s),
    ]);
  });

  it.each([
    ['before the first frame', [frameOf(OP.blind, listOf([]))], 'unexpected-message'],
    ['of another stage', [rows(), frameOf(OP.blind, listOf([]))], 'unexpected-message'],
    ['of tags without a session', [sender(), frameOf(OP.tag, listOf([]))], 'unexpected-message'],
    ['of hashes without a way', [rows(), frameOf(OP.hash, ...columns)], 'unexpected-message'],
    ['of no operation', [rows(), frameOf(99)], 'bad-message'],
    [
      'with columns of two lengths',
      [rows(), frameOf(OP.identify, ...columns.slice(0, 2), listOf([]))],
      'bad-message',
    ],
    [
      'with records of another width',
      [sender(), frameOf(OP.evaluate, recordsOf(ELEMENT, 16))],
      'bad-message',
    ],
  ] as const)('a question %s is refused', async (_, questions, code) => {
    expect(await codeOf(...questions)).toBe(code);
  });

  it.each([
    ['of another protocol', initOf({ protocol: 2, stage: 'rows' }), 'argument'],
    ['of no stage', initOf({ protocol: 1 }), 'argument'],
    ['with a field that means nothing', rows({ reveal: 'intersection' }), 'argument'],
    ['with a country that is none', rows({ country: 'XX' }), 'argument'],
    ['with a secret for nothing', rows({}, KEY), 'argument'],
    ['with a short key', receiver({ bind: BIND }, KEY.slice(1)), 'argument'],
    ['bound to less than a digest', receiver({ bind: ['ab'] }, KEY), 'argument'],
    ['with a short seed', receiver({}, SEED.slice(1)), 'argument'],
    ['with a scalar that is zero', sender({}, new Uint8Array(32)), 'bad-scalar'],
    ['with half a session', sender({ sid: 'ab'.repeat(32) }), 'argument'],
    [
      'with a session and no key of the sender',
      receiver({ sid: 'ab'.repeat(32), sizes: [1, 1] }),
      'argument',
    ],
    [
      'with the identity for a key',
      receiver({ sid: 'ab'.repeat(32), sizes: [1, 1], publicKey: '00'.repeat(32) }),
      'identity-element',
    ],
    ['that is no JSON', frameOf(OP.init, words(2), Buffer.from('{"')), 'bad-message'],
    ['that is cut off', frameOf(OP.init, words(99), Buffer.from('{}')), 'bad-message'],
  ])('a first frame %s is refused, and leaves no stage', async (_, init, code) => {
    const answers = await answersTo(
      Buffer.concat([sender(), init, frameOf(OP.evaluate, recordsOf(ELEMENT))]),
    );
    expect(answers.slice(1).map((answer) => errorIn(answer).code)).toEqual([code, 'unexpected-message']);
  });

  it.each([
    ['no length', Buffer.alloc(4)],
    ['a length above the limit', Buffer.from('7fffffff', 'hex')],
    ['an end in its middle', frameOf(OP.blind, listOf(['opaque:1'])).subarray(0, -1)],
  ])('a frame with %s ends it, when it was told', async (_, frame) => {
    const written: Uint8Array[] = [];
    const { serveStages } = await import('../../src/stage/serve.js');
    const { nobleBackend: backend } = await import('../../src/group/noble.js');
    const write = async (bytes: Uint8Array): Promise<void> => void written.push(bytes);
    await expect(serveStages([receiver(), frame], write, { backend })).rejects.toMatchObject({
      code: 'bad-message',
      offset: receiver().length,
    });
    expect(Buffer.from(written.at(-1)!)[4]).toBe(OP.error);
  });

  it('is any bytes at all, and gets one answer, an error or not', async () => {
    const operation = fc.constantFrom(...Object.values(OP), 77);
    const body = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 4 }).map((items) => listOf(items)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(operation, body), { maxLength: 4 }), async (frames) => {
        const questions = [sender(), ...frames.map(([op, bytes]) => frameOf(op, bytes))];
        expect(await answersTo(Buffer.concat(questions))).toHaveLength(questions.length);
      }),
    );
  });
});

describe('frames', () => {
  it('are told apart however the stream is cut', async () => {
    const stream = Buffer.concat([
      receiver(),
      frameOf(OP.blind, listOf(['opaque:1'])),
      frameOf(OP.blind, listOf([])),
    ]);
    const whole = await answersTo(stream);
    for (const size of [1, 3, 7, 64]) {
      const cut = Array.from({ length: Math.ceil(stream.length / size) }, (_, i) =>
        stream.subarray(i * size, (i + 1) * size),
      );
      expect(await answersTo(cut)).toEqual(whole);
    }
  });

  it('bring no secret where it came another way', async () => {
    const without = initOf({ protocol: 1, stage: 'sender', reveal: 'intersection' });
    const [given] = await answersTo(without, SCALAR);
    expect(given).toEqual((await answersTo(sender()))[0]);
    expect(errorIn((await answersTo(without))[0]!).code).toBe('argument');
  });
});
