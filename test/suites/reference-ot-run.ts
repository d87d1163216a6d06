// SPDX-License-Identifier: Apache-2.0
/** A whole run of `ot-psi` by the second implementation, with fixed draws, step by step: what `test/vectors/veilmatch-ot-psi-v1.json` holds. */

import { createHash } from 'node:crypto';
import {
  bitsOf,
  bytesOf,
  challengeOf,
  codeWord,
  commitmentOf,
  confirmationOf,
  decode,
  identifierKeyOf,
  Placed,
  type ReadColumns,
  readColumns,
  senderRows,
  senderValue,
  sessionOf,
  shapeOf,
  streamPart,
  sumsOf,
  transfers,
  trees,
  uint,
  valueFrom,
} from './reference-ot.js';

type Party = 'receiver' | 'sender';
const STRINGS: Readonly<Record<Party, readonly string[]>> = {
  receiver: ['ada', 'grace', 'hedy'],
  sender: ['grace', 'joan', 'hedy', 'karen'],
};

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const sha512 = (...parts: Uint8Array[]): Buffer => createHash('sha512').update(Buffer.concat(parts)).digest();
const range = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Draw number k of a party: blocks of 32 bytes, the upper half of each last byte cleared, so that a block is a scalar as well. */
export function drawOf(party: Party, k: number, length: number): Buffer {
  const blocks = range(Math.ceil(length / 32), (j) => {
    const block = sha512(ascii(`veilmatch ot vectors ${party}`), uint(4, k), uint(4, j)).subarray(0, 32);
    block[31]! &= 0x0f;
    return block;
  });
  return Buffer.concat(blocks).subarray(0, length);
}

const canonical = (text: string): Buffer => Buffer.from(`opaque:${text}`);

function hello(role: number, size: number, nonce: Uint8Array): Buffer {
  return Buffer.concat([
    ascii('veilmatch-psi'),
    uint(2, 1),
    Buffer.from([role, 1, 5, 2, 2, 8, 0, 0, 0]),
    uint(4, size),
    uint(4, 2 ** 24),
    nonce,
    Buffer.alloc(32),
  ]);
}

/** Random rows changed in as few places as it takes for every element to decode to its message. */
function tableOf(elements: readonly Placed[], random: readonly (readonly number[])[]): number[][] {
  const number = (bits: readonly number[]): bigint =>
    bits.reduce((sum, bit, i) => sum | (BigInt(bit) << BigInt(i)), 0n);
  const rows = random.map(number);
  // An equation: rows that it takes, a bit for each, and what their changes have to add up to.
  const solved: { readonly pivot: bigint; taken: bigint; sum: bigint }[] = [];
  for (const { rows: places, message } of elements) {
    let taken = places.reduce((sum, row) => sum ^ (1n << BigInt(row)), 0n);
    let sum = places.reduce((total, row) => total ^ rows[row]!, number(message));
    for (const other of solved) {
      if ((taken & other.pivot) === 0n) continue;
      taken ^= other.taken;
      sum ^= other.sum;
    }
    const pivot = taken & -taken;
    for (const other of solved) {
      if ((other.taken & pivot) === 0n) continue;
      other.taken ^= taken;
      other.sum ^= sum;
    }
    solved.push({ pivot, taken, sum });
  }
  for (const { pivot, sum } of solved) rows[pivot.toString(2).length - 1]! ^= sum;
  return rows.map((row) => range(115, (i) => Number((row >> BigInt(i)) & 1n)));
}

/** The columns of rows, and T of them. */
function columnsOf(
  keys: readonly Buffer[][],
  span: number,
  table: readonly (readonly number[])[],
): { readonly columns: Buffer; readonly read: ReadColumns } {
  const columns = Buffer.alloc((table.length / 8) * 255);
  const words = table.map((message) => codeWord([...message]));
  const { T, words: masks } = readColumns(keys, span, columns);
  for (const [r, word] of words.entries()) {
    for (const [c, bit] of word.entries()) {
      const at = Math.floor(r / 128) * 255 * 16 + 16 * c + ((r % 128) >> 3);
      columns[at]! |= (bit ^ masks[r]![c]!) << (r & 7);
    }
  }
  return { columns, read: { T, words } };
}

const messagesOf = (key: Uint8Array, part: number, rows: number): number[][] => {
  const bytes = Buffer.concat(range(rows / 16, (n) => streamPart(key, part + n)));
  return range(rows, (r) => bitsOf(bytes.subarray(16 * r, 16 * r + 16), 115));
};

interface OtFrame {
  readonly from: Party;
  readonly frame: Buffer;
}

/** Every step of the run. */
interface OtRun {
  readonly frames: readonly OtFrame[];
  readonly sid: Buffer;
  readonly key: Buffer;
  readonly delta: Buffer;
  readonly ot: ReturnType<typeof transfers>;
  readonly planted: ReturnType<typeof trees>;
  readonly placed: readonly Placed[];
  readonly theirs: readonly Placed[];
  readonly hidingMessages: readonly (readonly number[])[];
  readonly table: readonly (readonly number[])[];
  readonly challenge: readonly (readonly number[])[];
  readonly values: Readonly<Record<Party, readonly Buffer[]>>;
}

function referenceOtRun(): OtRun {
  const draw = (party: Party, k: number, length: number): Buffer => drawOf(party, k, length);
  const [opening, a, tableKey] = range(3, (k) => draw('receiver', k, 32)) as [Buffer, Buffer, Buffer];
  const delta = Buffer.from(draw('sender', 1, 255).map((byte) => byte & 7));
  const scalars = (k: number): Buffer[] => {
    const drawn = draw('sender', k, 765 * 32);
    return range(765, (i) => drawn.subarray(32 * i, 32 * i + 32));
  };
  const [b, others] = [scalars(2), scalars(3)];
  const sizes = { receiver: STRINGS.receiver.length, sender: STRINGS.sender.length };
  const helloR = hello(1, sizes.receiver, commitmentOf(opening));
  const helloS = hello(2, sizes.sender, draw('sender', 0, 32));
  const sid = sessionOf(helloR, helloS);
  const key = identifierKeyOf(sid, opening);
  const shape = shapeOf(sizes.receiver);

  const ot = transfers({ sid, delta, b, others, a });
  const planted = trees(ot.pairs);
  const placed = STRINGS.receiver.map((text) => new Placed(canonical(text), key, shape));
  const digests = draw('receiver', 3, 32 * shape.capacity);
  if (placed.length < shape.capacity)
    throw new Error(`${digests.length} bytes of filling: one bin has none.`);
  const hidingMessages = messagesOf(tableKey, 0, 256);
  const hiding = columnsOf(planted.keys, 0, hidingMessages);
  const table = tableOf(placed, messagesOf(tableKey, Math.ceil(shape.rows / 16), shape.rows));
  const bin = columnsOf(planted.keys, 1, table);

  const typed = (type: number, ...body: Uint8Array[]): Buffer =>
    Buffer.concat([Buffer.from([type]), ...body]);
  const frames: OtFrame[] = [];
  const send = (from: Party, frame: Buffer): void => void frames.push({ from, frame });
  const sentBy = (from: Party): Buffer[] =>
    frames.filter((sent) => sent.from === from).map(({ frame }) => frame);
  send('receiver', typed(1, helloR));
  send('sender', typed(1, helloS));
  send('sender', typed(32, ot.choices));
  send('receiver', typed(33, opening, ot.A, planted.sent));
  send('receiver', typed(34, uint(4, 0), hiding.columns));
  send('receiver', typed(34, uint(4, 1), bin.columns));
  const challenge = challengeOf(sid, sentBy('receiver'), shape.rows);
  const sums = sumsOf(sid, hiding.read, [{ ...bin.read, challenge }]);
  send('receiver', typed(35, sums));

  const Q = senderRows(bin.read, delta);
  const theirs = STRINGS.sender.map((text) => new Placed(canonical(text), key, shape));
  const values = {
    receiver: placed.map((element) => valueFrom(decode(bin.read.T, element), element.digest)),
    sender: theirs.map((element) => senderValue(Q, element, delta)),
  };
  const tags = values.sender.map((value) => value.subarray(0, 16)).sort(Buffer.compare);
  send('sender', typed(4, uint(4, 0), ...tags));
  const logOf = (party: Party): Buffer =>
    sha512(...sentBy(party).flatMap((frame) => [uint(4, frame.length), frame]));
  const finish = (role: number): Buffer =>
    sha512(
      ...[ascii('veilmatch-psi-v1 finish'), sid, Buffer.from([role]), logOf('receiver'), logOf('sender')],
    ).subarray(0, 32);
  const finishS = typed(5, finish(2));
  const matched = values.receiver.filter((value) => values.sender.some((other) => other.equals(value)));
  const filling = draw('receiver', 4, 16 * Math.min(sizes.receiver, sizes.sender));
  const records = [
    ...matched.map((value) => confirmationOf(sid, value)),
    ...range(Math.min(sizes.receiver, sizes.sender) - matched.length, (i) =>
      filling.subarray(16 * i, 16 * i + 16),
    ),
  ].sort(Buffer.compare);
  send('receiver', typed(7, uint(4, 0), ...records));
  const finishR = typed(5, finish(1));
  frames.splice(-1, 0, { from: 'sender', frame: finishS });
  send('receiver', finishR);
  return {
    frames,
    sid,
    key,
    delta,
    ot,
    planted,
    placed,
    theirs,
    hidingMessages,
    table,
    challenge,
    values,
  };
}

const placedOf = (text: string, receiverSize: number, key: Uint8Array) => {
  const shape = shapeOf(receiverSize);
  const { digest, message, bin, rows } = new Placed(canonical(text), key, shape);
  const [bins, places] = [shape.bins, shape.places];
  return {
    ...{
      receiverSize,
      bins,
      capacity: shape.capacity,
      places,
      rows: shape.rows,
      string: text,
      key: hex(key),
    },
    ...{ digest: hex(digest), message: hex(bytesOf(message, 16)), bin, sparse: rows.slice(0, 3) },
    dense: rows.slice(3).map((row) => row - 3 * places),
  };
};

/** Frames of more bytes than that are told by their digest: they follow from the draws. */
const LONG_FRAME = 5000;

/** The text of the file. */
export function otVectorText(): string {
  const run = referenceOtRun();
  const { frames, sid, key, delta, ot, planted, placed, theirs, hidingMessages, table, challenge, values } =
    run;
  const message = (i: number): number[] => bitsOf(drawOf('receiver', 1000 + i, 16), 115);
  const messages = [
    range(115, (i) => Number(i === 0)),
    range(115, (i) => Number(i === 114)),
    message(0),
    message(1),
  ];
  const streamKey = drawOf('receiver', 2000, 32);
  const rowsOf = (bits: readonly (readonly number[])[], bytes: number): string[] =>
    bits.map((row) => hex(bytesOf(row, bytes)));
  const file = {
    source:
      'docs/protocol.md, computed by test/suites/reference-ot.ts, an implementation of that text over @noble/curves that shares no code with the package; npm run vectors writes it',
    draws:
      'block j of draw k of a party is SHA-512("veilmatch ot vectors receiver" or "... sender" || u32 k || u32 j)[32] with its last byte modulo 16, and a draw is its blocks, cut off: the receiver draws its opening, a, the key of its tables, what fills up its bin, and what fills up Confirm; the sender its nonce, 255 bytes of which Delta is the lowest three bits each, and 765 scalars b and b prime. Bits are counted from the lowest of the first byte',
    codeWords: messages.map((bits) => ({
      message: hex(bytesOf(bits, 16)),
      word: hex(bytesOf(codeWord(bits), 32)),
    })),
    streams: [0, 1, 70_000].map((part) => ({
      key: hex(streamKey),
      part,
      bytes: hex(streamPart(streamKey, part)),
    })),
    places: [1, 4680, 4681, 1_000_000].flatMap((size) =>
      ['ada', ''].map((text) => placedOf(text, size, drawOf('receiver', 2001, 32))),
    ),
    run: {
      whoLearns: 'both',
      receiver: STRINGS.receiver,
      sender: STRINGS.sender,
      sid: hex(sid),
      key: hex(key),
      delta: hex(delta),
      transfers: [0, 1, 2, 764].map((i) => ({
        i,
        elements: [0, 1].map((e) => hex(ot.choices.subarray(64 * i + 32 * e, 64 * i + 32 * e + 32))),
        keys: ot.pairs[i]!.map(hex),
      })),
      trees: [0, 254].map((coordinate) => ({
        coordinate,
        keys: planted.keys[coordinate]!.map(hex),
        sent: hex(planted.sent.subarray(160 * coordinate, 160 * coordinate + 160)),
      })),
      elements: {
        receiver: placed.map(({ digest }, i) => ({ digest: hex(digest), value: hex(values.receiver[i]!) })),
        sender: theirs.map(({ digest }, i) => ({ digest: hex(digest), value: hex(values.sender[i]!) })),
      },
      hidingMessages: rowsOf(hidingMessages.slice(0, 4), 16),
      table: rowsOf(table, 16),
      challenge: rowsOf(challenge.slice(0, 4), 20),
      frames: frames.map(({ from, frame }) => ({
        from,
        bytes: frame.length,
        ...(frame.length > LONG_FRAME ? { sha512: hex(sha512(frame)) } : { hex: hex(frame) }),
      })),
      matches: { receiver: [1, 2], sender: [0, 2] },
    },
  };
  return `${JSON.stringify(file, null, 1)}\n`;
}
