// SPDX-License-Identifier: Apache-2.0
/** Every frame of a run against a second implementation of docs/protocol.md, which knows both parties' secrets. */

import { beforeAll, describe, expect, it } from 'vitest';
import { serialBackend } from '../../../src/group/serial.js';
import { IdentifierSet } from '../../../src/identifiers/set.js';
import { otIntersection, runBoth } from '../../../src/psi/index.js';
import { type RandomSource, secureRandom } from '../../../src/random.js';
import {
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
  sumsOf,
  transfers,
  trees,
  uint,
  valueFrom,
} from '../../suites/reference-ot.js';

const texts = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `person ${first + i}`);
const [RECEIVER, SENDER] = [texts(0, 20), texts(13, 15)];
const SHARED = 7;

/** The platform's, but no scalar is drawn twice; noted. */
function noted(draws: Buffer[]): RandomSource {
  return (length) => {
    const bytes = secureRandom(length).map((byte, i) => (i % 32 === 31 ? byte & 0x0f : byte));
    draws.push(Buffer.from(bytes));
    return bytes;
  };
}
const scalars = (drawn: Buffer): Buffer[] =>
  Array.from({ length: 765 }, (_, i) => drawn.subarray(32 * i, 32 * i + 32));
const canonical = (list: readonly string[]): Buffer[] => list.map((text) => Buffer.from(`opaque:${text}`));

describe('the second implementation', () => {
  const frames: { readonly from: string; readonly frame: Buffer }[] = [];
  const of = (from: string, type: number): Buffer[] =>
    frames
      .filter((sent) => sent.from === from && sent.frame[0] === type)
      .map(({ frame }) => frame.subarray(1));
  const draws = { receiver: [] as Buffer[], sender: [] as Buffer[] };
  let sid: Buffer;
  let delta: Buffer;
  let ot: ReturnType<typeof transfers>;
  let planted: ReturnType<typeof trees>;
  let hiding: ReadColumns;
  let bin: ReadColumns;
  const shape = shapeOf(RECEIVER.length);

  beforeAll(async () => {
    const own = {
      receiver: { set: IdentifierSet.ofStrings(RECEIVER) },
      sender: { set: IdentifierSet.ofStrings(SENDER) },
    };
    const random = { receiver: noted(draws.receiver), sender: noted(draws.sender) };
    const backend = await serialBackend('auto');
    const told = await runBoth(otIntersection, own, {
      ...{ backend, random, to: 'both' as const },
      onFrame: (from, frame) => frames.push({ from, frame: Buffer.from(frame) }),
    });
    expect(told.receiver.size).toBe(SHARED);
    sid = sessionOf(of('receiver', 1)[0]!, of('sender', 1)[0]!);
    delta = Buffer.from(draws.sender[1]!.map((byte) => byte & 7));
    const [b, others] = [scalars(draws.sender[2]!), scalars(draws.sender[3]!)];
    ot = transfers({ sid, delta, b, others, a: draws.receiver[1]! });
    planted = trees(ot.pairs);
    const [first, second] = of('receiver', 34);
    hiding = readColumns(planted.keys, 0, first!.subarray(4));
    bin = readColumns(planted.keys, 1, second!.subarray(4));
  });

  it('has the same frames in the same order', () => {
    expect(frames.map(({ from, frame }) => `${from} ${frame[0]}`)).toEqual([
      ...['receiver 1', 'sender 1', 'sender 32', 'receiver 33', 'receiver 34', 'receiver 34', 'receiver 35'],
      ...['sender 4', 'sender 5', 'receiver 7', 'receiver 5'],
    ]);
  });

  it('commits to the opening in Hello, and gives it with the trees', () => {
    const hello = of('receiver', 1)[0]!;
    expect(hello.subarray(32, 64)).toEqual(commitmentOf(draws.receiver[0]!));
    expect([hello[17], hello[18]]).toEqual([5, 2]);
    expect(of('receiver', 33)[0]!.subarray(0, 32)).toEqual(draws.receiver[0]);
  });

  it('chooses in the transfers, and has keys in common', () => {
    expect(of('sender', 32)).toEqual([ot.choices]);
    for (const { i, branch, key } of ot.chosen) expect(key).toEqual(ot.pairs[i]![branch]);
    expect(of('receiver', 33)[0]!.subarray(32, 64)).toEqual(ot.A);
  });

  it('sends the same of its trees', () => {
    expect(of('receiver', 33)[0]!.subarray(64)).toEqual(planted.sent);
  });

  it('encodes code words into every row, and messages that every element decodes to', () => {
    const columns = of('receiver', 34);
    expect(columns.map((body) => [body.readUInt32BE(0), body.length - 4])).toEqual([
      [0, (256 / 8) * 255],
      [1, (shape.rows / 8) * 255],
    ]);
    for (const word of [...hiding.words, ...bin.words]) expect(word).toEqual(codeWord(word.slice(0, 115)));
    const key = identifierKeyOf(sid, draws.receiver[0]!);
    for (const element of canonical(RECEIVER)) {
      const placed = new Placed(element, key, shape);
      expect(placed.bin).toBe(0);
      expect(decode(bin.words, placed)).toEqual(codeWord(placed.message));
    }
  });

  it('answers the challenge with the same sums', () => {
    const sent = frames.filter(({ from }) => from === 'receiver').slice(0, 4);
    const challenge = challengeOf(
      sid,
      sent.map(({ frame }) => frame),
      shape.rows,
    );
    expect(of('receiver', 35)).toEqual([sumsOf(sid, hiding, [{ ...bin, challenge }])]);
  });

  it('makes the same tags from either side', () => {
    const key = identifierKeyOf(sid, draws.receiver[0]!);
    const Q = senderRows(bin, delta);
    const values = canonical(SENDER).map((element) => senderValue(Q, new Placed(element, key, shape), delta));
    const tags = values.map((value) => value.subarray(0, 16)).sort(Buffer.compare);
    expect(of('sender', 4)).toEqual([Buffer.concat([uint(4, 0), ...tags])]);
    const own = canonical(RECEIVER).map((element) => {
      const placed = new Placed(element, key, shape);
      return valueFrom(decode(bin.T, placed), placed.digest);
    });
    const both = own.filter((value) => values.some((other) => other.equals(value)));
    expect(both).toHaveLength(SHARED);
    const records = of('receiver', 7)[0]!.subarray(4);
    const confirmed = Array.from({ length: 15 }, (_, i) => records.toString('hex', 16 * i, 16 * i + 16));
    expect(confirmed).toEqual([...confirmed].sort());
    for (const value of both) expect(confirmed).toContain(confirmationOf(sid, value).toString('hex'));
  });
});
