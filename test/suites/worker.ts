// SPDX-License-Identifier: Apache-2.0
/** The other side of `veilmatch-worker-v1`, written from docs/wire.md: questions, answers, and the sessions of the test vectors. */

import { createHash } from 'node:crypto';
import { ristretto255 } from '@noble/curves/ed25519.js';
import { utf8 } from '../../src/bytes.js';
import { nobleBackend } from '../../src/group/noble.js';
import { serveStages } from '../../src/stage/serve.js';

export const OP = {
  error: 0,
  init: 1,
  normalize: 2,
  hash: 3,
  identify: 4,
  blind: 5,
  evaluate: 6,
  tag: 7,
  unblindAndTag: 8,
} as const;

export interface Message {
  readonly operation: number;
  readonly body: Buffer;
}

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const filled = (bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((8 - (bytes.length % 8)) % 8)]);

/** @param before bytes of a column that the list is a slice of */
export function listOf(items: readonly (string | Uint8Array)[], before = 0): Buffer {
  const data = items.map((item) => Buffer.from(item as string));
  const offsets = [u32(before)];
  let end = before;
  for (const { length } of data) {
    end += length;
    offsets.push(u32(end));
  }
  return Buffer.concat([
    u32(items.length),
    u32(end - before),
    filled(Buffer.concat(offsets)),
    filled(Buffer.concat(data)),
  ]);
}

export function recordsOf(records: Uint8Array, width = 32): Buffer {
  return Buffer.concat([u32(records.length / width), u32(records.length), filled(records)]);
}

export function frameOf(operation: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length + 1);
  head[4] = operation;
  return Buffer.concat([head, body]);
}

export function initOf(settings: object, secret: Uint8Array = new Uint8Array()): Buffer {
  const json = utf8(JSON.stringify(settings));
  return frameOf(OP.init, u32(json.length), json, secret);
}

/** The frames of a stream that is there as a whole. */
export function messagesIn(stream: Uint8Array): Message[] {
  const bytes = Buffer.from(stream);
  const found: Message[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at);
    found.push({ operation: bytes[at + 4]!, body: bytes.subarray(at + 5, end) });
    at = end;
  }
  return found;
}

/** The parts of an answer, which of them are lists said by `shape`: 'l' or the width of records. */
export function partsIn(body: Buffer, shape: readonly ('l' | number)[]): Buffer[][] {
  let at = 0;
  const take = (length: number): Buffer => {
    const taken = body.subarray(at, at + length);
    at += Math.ceil(length / 8) * 8;
    return taken;
  };
  const parts = shape.map((width) => {
    const head = take(8);
    const [items, bytes] = [head.readUInt32LE(0), head.readUInt32LE(4)];
    if (width !== 'l') {
      const data = take(bytes);
      return Array.from({ length: items }, (_, i) => data.subarray(i * width, (i + 1) * width));
    }
    const offsets = take(4 * (items + 1));
    const data = take(bytes);
    return Array.from({ length: items }, (_, i) =>
      data.subarray(offsets.readUInt32LE(4 * i), offsets.readUInt32LE(4 * i + 4)),
    );
  });
  if (at !== body.length) throw new Error(`The answer goes on behind byte ${at}.`);
  return parts;
}

export function errorIn({ operation, body }: Message): {
  readonly code: string;
  readonly position: number | undefined;
  readonly message: string;
} {
  if (operation !== OP.error) throw new Error('This is no error.');
  const position = body.readUInt32LE(0);
  const end = 5 + body[4]!;
  return {
    position: position === 0xffffffff ? undefined : position,
    code: body.subarray(5, end).toString(),
    message: body.subarray(end).toString(),
  };
}

/** What a worker answers to a stream, in this process. */
export async function answersTo(
  stream: Uint8Array | Iterable<Uint8Array>,
  secret?: Uint8Array,
): Promise<Message[]> {
  const written: Uint8Array[] = [];
  const questions = stream instanceof Uint8Array ? [stream] : stream;
  await serveStages(
    questions,
    async (bytes) => {
      written.push(bytes);
    },
    { backend: nobleBackend, secret },
  );
  return messagesIn(Buffer.concat(written));
}

/** SHA-512 of all parts, as a number modulo the order of the group, 32 bytes little-endian. */
export function scalarOf(...parts: readonly (string | Uint8Array)[]): Uint8Array {
  const hash = createHash('sha512');
  for (const part of parts) hash.update(part);
  let scalar = BigInt(`0x${hash.digest().reverse().toString('hex')}`) % ristretto255.Point.Fn.ORDER;
  return Uint8Array.from({ length: 32 }, () => {
    const byte = Number(scalar & 0xffn);
    scalar >>= 8n;
    return byte;
  });
}

export const SEED: Uint8Array = new Uint8Array(createHash('sha256').update('a seed').digest());
export const KEY: Uint8Array = new Uint8Array(createHash('sha256').update('a key').digest());
export const SCALAR: Uint8Array = scalarOf('a scalar');
const SID = createHash('sha256').update('a session').digest('hex');

/** Canonical identifiers of both parties, of which three are shared. */
export const LISTS = {
  receiver: [
    'tel:+14155550123',
    'mailto:ada@example.com',
    'opaque:42',
    'mailto:bücher@example.com',
    'tel:+4930123456',
  ],
  sender: ['mailto:bücher@example.com', 'opaque:43', 'tel:+14155550123', 'opaque:42'],
} as const;

interface Session {
  readonly title: string;
  readonly questions: readonly Buffer[];
}

const ROWS = [
  listOf(['(415) 555-0123', '', '4.1555E+09', '']),
  listOf(['Ada@Example.com', 'bücher@example.com', '', '']),
  listOf(['', '', '', 'DE']),
];

const rows = { protocol: 1, stage: 'rows', country: 'US' };

/** What the vectors hold the answers to. @param publicKey of the sender, in hexadecimal */
async function sessions(): Promise<Session[]> {
  const sizes = [LISTS.receiver.length, LISTS.sender.length];
  const found: Session[] = [
    {
      title: 'rows: texts, canonical bytes and keyed hashes',
      questions: [
        initOf({ ...rows, hash: 'keyed', campaign: 'spring' }, KEY),
        ...[OP.normalize, OP.identify, OP.hash].map((operation) => frameOf(operation, ...ROWS)),
      ],
    },
    {
      title: 'rows: tokens of a platform',
      questions: [initOf({ ...rows, profile: 'meta' }), frameOf(OP.hash, ...ROWS)],
    },
  ];
  for (const reveal of ['intersection', 'cardinality'] as const) {
    const run = { protocol: 1, reveal, sid: SID, sizes };
    const blinding = [
      initOf({ protocol: 1, stage: 'receiver', reveal }, SEED),
      frameOf(OP.blind, listOf(LISTS.receiver)),
    ];
    const blinded = partsIn((await answersTo(Buffer.concat(blinding)))[1]!.body, [32])[0]!;
    const answering = [
      initOf({ ...run, stage: 'sender' }, SCALAR),
      frameOf(OP.evaluate, recordsOf(Buffer.concat(blinded))),
      frameOf(OP.tag, listOf(LISTS.sender)),
    ];
    const [begun, evaluated] = await answersTo(Buffer.concat(answering));
    const { publicKey } = JSON.parse(begun!.body.toString());
    const ordered = reveal === 'intersection';
    const finishing = [
      initOf({ ...run, stage: 'receiver', ...(ordered && { publicKey }) }, SEED),
      frameOf(OP.unblindAndTag, evaluated!.body, ...(ordered ? [listOf(LISTS.receiver)] : [])),
    ];
    found.push({ title: `the receiver asks, ${reveal}`, questions: blinding });
    found.push({ title: `the sender answers, ${reveal}`, questions: answering });
    found.push({ title: `the receiver finishes, ${reveal}`, questions: finishing });
  }
  const digests = ['a list', 'a manifest'].map((text) => createHash('sha512').update(text).digest('hex'));
  const bound = { protocol: 1, reveal: 'intersection' };
  found.push({
    title: 'the receiver asks, bound to its list',
    questions: [
      initOf({ ...bound, stage: 'receiver', bind: digests.slice(0, 1) }, KEY),
      frameOf(OP.blind, listOf(LISTS.receiver)),
    ],
  });
  found.push({
    title: 'the sender, bound to a request and its list',
    questions: [initOf({ ...bound, stage: 'sender', bind: digests.reverse() }, KEY)],
  });
  return found;
}

/** The text of `test/vectors/veilmatch-worker-v1.json`. */
export async function workerVectorText(): Promise<string> {
  const told = ({ operation, body }: Message): object => ({ operation, body: body.toString('hex') });
  const vectors = [];
  for (const { title, questions } of await sessions()) {
    const answers = await answersTo(Buffer.concat(questions));
    vectors.push({
      title,
      exchanges: questions.map((question, i) => ({
        question: told(messagesIn(question)[0]!),
        answer: told(answers[i]!),
      })),
    });
  }
  return `${JSON.stringify({ protocol: 'veilmatch-worker-v1', description: 'Every operation: what a worker is asked, and what it answers. Bodies are in hexadecimal; docs/wire.md says what they are made of.', sessions: vectors }, null, 2)}\n`;
}
