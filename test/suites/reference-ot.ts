// SPDX-License-Identifier: Apache-2.0
/**
 * `ot-psi` a second time, straight from docs/protocol.md, in plain TypeScript over noble: no code of the package is used. Bits are arrays
 * of numbers here, and nothing is fast.
 */

import { createHash } from 'node:crypto';
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { bytesToNumberLE } from '@noble/curves/utils.js';
import { blake2s } from '@noble/hashes/blake2.js';

const { Point } = ristretto255;
type Element = InstanceType<typeof Point>;
type Bits = readonly number[];

const ascii = (text: string): Buffer => Buffer.from(text, 'latin1');
const sha512 = (...parts: Uint8Array[]): Buffer => createHash('sha512').update(Buffer.concat(parts)).digest();
const sha512Of32 = (...parts: Uint8Array[]): Buffer => sha512(...parts).subarray(0, 32);
const range = <T>(count: number, make: (i: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const add = (a: Bits, b: Bits): number[] => a.map((bit, i) => bit ^ b[i]!);
const addBytes = (a: Uint8Array, b: Uint8Array): Buffer => Buffer.from(a.map((byte, i) => byte ^ b[i]!));

export function uint(bytes: number, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

/** Little-endian: bit i of byte i / 8. */
export const bitsOf = (bytes: Uint8Array, count: number = 8 * bytes.length): number[] =>
  range(count, (i) => (bytes[i >> 3]! >> (i & 7)) & 1);
export function bytesOf(bits: Bits, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (const [i, bit] of bits.entries()) bytes[i >> 3]! |= bit << (i & 7);
  return bytes;
}

/** RFC 8439, section 2.3, with any even number of rounds. */
export function chachaBlock(key: Uint8Array, counter: number, nonce: Uint8Array, rounds: number): Buffer {
  const view = (bytes: Uint8Array): number[] =>
    range(bytes.length / 4, (i) => Buffer.from(bytes).readUInt32LE(4 * i));
  const initial = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...view(key), counter, ...view(nonce)];
  const x = Uint32Array.from(initial);
  const turn = (a: number, b: number, by: number): number => {
    const value = x[a]! ^ x[b]!;
    return (value << by) | (value >>> (32 - by));
  };
  const quarter = (a: number, b: number, c: number, d: number): void => {
    for (const [one, two] of [
      [16, 12],
      [8, 7],
    ] as const) {
      x[a]! += x[b]!;
      x[d] = turn(d, a, one);
      x[c]! += x[d]!;
      x[b] = turn(b, c, two);
    }
  };
  for (let round = 0; round < rounds; round += 2) {
    for (let i = 0; i < 4; i++) quarter(i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++) quarter(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
  }
  const out = Buffer.alloc(64);
  for (let i = 0; i < 16; i++) out.writeUInt32LE((x[i]! + initial[i]!) >>> 0, 4 * i);
  return out;
}

/** Part n of the stream of a key, 256 bytes: word 0 of four blocks, word 1 of the four, and so on. */
export function streamPart(key: Uint8Array, n: number): Buffer {
  const blocks = range(4, (i) => chachaBlock(key, 4 * n + i, new Uint8Array(12), 12));
  return Buffer.concat(
    range(16, (word) => Buffer.concat(blocks.map((block) => block.subarray(4 * word, 4 * word + 4)))),
  );
}

/** The code: a polynomial over GF(2) as a bigint, bit i the coefficient of x^i. */
const generator = ((): bigint => {
  // GF(256) by repeated multiplication alone.
  const times = (a: number, b: number): number => {
    let [product, x, y] = [0, a, b];
    for (; y > 0; y >>= 1) {
      if (y & 1) product ^= x;
      x <<= 1;
      if (x > 255) x ^= 0x11d;
    }
    return product;
  };
  const power = (i: number): number => range(i, () => 2).reduce(times, 1);
  const exponents = new Set(range(42, (i) => i + 1).flatMap((i) => range(8, (n) => (i * 2 ** n) % 255)));
  let g = [1];
  for (const exponent of exponents) {
    const zero = power(exponent);
    g = range(g.length + 1, (i) => (g[i - 1] ?? 0) ^ times(g[i] ?? 0, zero));
  }
  return g.reduce((sum, bit, i) => sum | (BigInt(bit) << BigInt(i)), 0n);
})();

/** The word of 115 bits: 255. */
export function codeWord(message: Bits): number[] {
  let rest = message.reduce((sum, bit, i) => sum | (BigInt(bit) << BigInt(i + 140)), 0n);
  for (let i = 254; i >= 140; i--) if ((rest >> BigInt(i)) & 1n) rest ^= generator << BigInt(i - 140);
  return [...message, ...range(140, (j) => Number((rest >> BigInt(j)) & 1n))];
}

/** Delta times a word: 765 bits. */
const timesDelta = (word: Bits, delta: Uint8Array): number[] =>
  word.flatMap((bit, c) => range(3, (j) => bit & (delta[c]! >> j)));

/** The sizes of a run. */
export function shapeOf(receiverSize: number): {
  bins: number;
  capacity: number;
  places: number;
  rows: number;
} {
  const bins = receiverSize <= 4680 ? 1 : Math.ceil(receiverSize / 4096);
  const capacity = bins === 1 ? Math.max(1, receiverSize) : 4680;
  const places = Math.ceil((13 * capacity) / 30);
  return { bins, capacity, places, rows: 128 * Math.ceil((3 * places + 49) / 128) };
}

/** What an element is in a session. */
export class Placed {
  readonly digest: Buffer;
  readonly message: Bits;
  readonly bin: number;
  /** Rows that it adds up. */
  readonly rows: readonly number[];

  constructor(
    element: Uint8Array,
    key: Uint8Array,
    { bins, places }: { readonly bins: number; readonly places: number },
  ) {
    this.digest = Buffer.from(blake2s(element, { key }));
    const bits = bitsOf(this.digest);
    this.message = bits.slice(0, 115);
    const word = (i: number): bigint => BigInt(this.digest.readUInt32LE(4 * i));
    const [B, T] = [BigInt(bins), BigInt(places)];
    this.bin = Number((word(4) * B) >> 32n);
    const first = Number((((word(4) * B) % 2n ** 32n) * T) >> 32n);
    const second = Number((word(5) * T) >> 32n);
    const third = [...bits.slice(115, 128), ...bits.slice(241, 256)].reduce(
      (sum, bit, i) => sum + bit * 2 ** i,
      0,
    );
    const last = Number((BigInt(third) * T) >> 28n);
    const dense = range(49, (i) => i).filter((i) => bits[192 + i] === 1);
    this.rows = [first, places + second, 2 * places + last, ...dense.map((i) => 3 * places + i)];
  }
}

/** Both halves of a value. */
export function valueFrom(row: Bits, digest: Uint8Array): Buffer {
  return Buffer.from(blake2s(Buffer.concat([bytesOf(row, 96), digest])));
}

/** A message that is hashed to the group for branch c of transfer i. */
const hashed = (sid: Uint8Array, i: number, c: number, other: Uint8Array): Element =>
  ristretto255_hasher.hashToCurve(Buffer.concat([sid, uint(2, i), Buffer.from([c]), other]), {
    DST: ascii('veilmatch-psi-v1-with-ristretto255_XMD:SHA-512_R255MAP_RO_ot'),
  }) as Element;

/** What a party of the reference needs of the other and of its own secrets. */
interface Transfers {
  readonly sid: Uint8Array;
  /** 765 scalars each. */
  readonly b: readonly Uint8Array[];
  readonly others: readonly Uint8Array[];
  readonly delta: Uint8Array;
  readonly a: Uint8Array;
}

const scalar = (bytes: Uint8Array): bigint => bytesToNumberLE(bytes);
/** Bit of Delta that transfer i is about. */
const deltaBit = (delta: Uint8Array, i: number): number => (delta[Math.floor(i / 3)]! >> (2 - (i % 3))) & 1;

/** The sender's `Choices`, both keys of each transfer, and the one that the sender has of every 31st. */
export function transfers({ sid, b, others, delta, a }: Transfers): {
  readonly choices: Buffer;
  readonly A: Buffer;
  readonly pairs: readonly (readonly [Buffer, Buffer])[];
  readonly chosen: readonly { readonly i: number; readonly branch: number; readonly key: Buffer }[];
} {
  const A = Buffer.from(Point.BASE.multiply(scalar(a)).toBytes());
  const hashes = new Map<number, Element>();
  const sent = range(765, (i) => {
    const c = 1 ^ deltaBit(delta, i);
    const other = Buffer.from(Point.BASE.multiply(scalar(others[i]!)).toBytes());
    const hash = hashed(sid, i, c, other);
    hashes.set(2 * i + c, hash);
    const own = Buffer.from(hash.add(Point.BASE.multiply(scalar(b[i]!))).toBytes());
    return c === 0 ? ([own, other] as const) : ([other, own] as const);
  });
  const keyOf = (i: number, c: number, exchanged: Element): Buffer =>
    sha512Of32(
      ascii('veilmatch-psi-v1 ot transfer'),
      sid,
      uint(2, i),
      Buffer.from([c]),
      ...sent[i]!,
      A,
      exchanged.toBytes(),
    );
  const pairs = sent.map((pair, i) => {
    const [zero, one] = [0, 1].map((c) => {
      const hash = hashes.get(2 * i + c) ?? hashed(sid, i, c, pair[1 - c]!);
      return keyOf(i, c, Point.fromBytes(pair[c]!).subtract(hash).multiplyUnsafe(scalar(a)));
    });
    return [zero!, one!] as const;
  });
  const theirs = Point.fromBytes(A);
  const chosen = range(25, (n) => 31 * n).map((i) => {
    const branch = 1 ^ deltaBit(delta, i);
    return { i, branch, key: keyOf(i, branch, theirs.multiplyUnsafe(scalar(b[i]!))) };
  });
  return { choices: Buffer.concat(sent.flat()), A, pairs, chosen };
}

/** The receiver's trees: 8 keys of each coordinate, and what it sends of them. */
export function trees(pairs: readonly (readonly [Buffer, Buffer])[]): {
  readonly keys: readonly Buffer[][];
  readonly sent: Buffer;
} {
  const sent: Buffer[] = [];
  const halves: Buffer[] = [];
  const keys = range(255, (c) => {
    let nodes: Buffer[] = [...pairs[3 * c]!];
    for (const level of [1, 2]) {
      nodes = nodes.flatMap((node) => {
        const both = sha512(ascii('veilmatch-psi-v1 ot node'), node);
        return [both.subarray(0, 32), both.subarray(32)];
      });
      for (const side of [0, 1])
        sent.push(nodes.filter((_, x) => (x & 1) === side).reduce(addBytes, pairs[3 * c + level]![side]!));
    }
    const leaves = nodes.map((node) => sha512(ascii('veilmatch-psi-v1 ot leaf'), node));
    const second = leaves.map((leaf) => leaf.subarray(32));
    halves.push(...second);
    sent.push(second.reduce(addBytes));
    return leaves.map((leaf) => leaf.subarray(0, 32));
  });
  sent.push(sha512Of32(ascii('veilmatch-psi-v1 ot leaves'), ...halves));
  return { keys, sent: Buffer.concat(sent) };
}

/** What the receiver's columns mean, for somebody who has its keys. */
export interface ReadColumns {
  /** Rows of T, 765 bits each. */
  readonly T: readonly Bits[];
  /** What was encoded into each row: a code word, of an honest receiver. */
  readonly words: readonly Bits[];
}

/** @param columns of blocks of 128 rows: 255 x 16 bytes each */
export function readColumns(keys: readonly Buffer[][], span: number, columns: Uint8Array): ReadColumns {
  const rows = (columns.length / 255) * 8;
  const T = range(rows, () => new Array<number>(765).fill(0));
  const words = range(rows, () => new Array<number>(255).fill(0));
  for (let c = 0; c < 255; c++) {
    for (let s = 0; 2048 * s < rows; s++) {
      const streams = keys[c]!.map((key) => streamPart(key, span + s));
      for (let r = 2048 * s; r < Math.min(rows, 2048 * (s + 1)); r++) {
        const bits = streams.map((stream) => (stream[(r % 2048) >> 3]! >> (r & 7)) & 1);
        for (let j = 0; j < 3; j++)
          T[r]![3 * c + j] = bits.reduce((sum, bit, x) => sum ^ (bit & (x >> j)), 0);
        const at = Math.floor(r / 128) * 255 * 16 + 16 * c + ((r % 128) >> 3);
        words[r]![c] = bits.reduce((sum, bit) => sum ^ bit, (columns[at]! >> (r & 7)) & 1);
      }
    }
  }
  return { T, words };
}

/** The sender's rows: T + Delta times what was encoded, which is what its own streams give it. */
export const senderRows = ({ T, words }: ReadColumns, delta: Uint8Array): Bits[] =>
  T.map((row, i) => add(row, timesDelta(words[i]!, delta)));

/** The sum of the rows of an element. */
export const decode = (rows: readonly Bits[], { rows: places }: Placed): Bits =>
  places.map((place) => rows[place]!).reduce(add);

/** The sender's value of an element. */
export function senderValue(Q: readonly Bits[], placed: Placed, delta: Uint8Array): Buffer {
  return valueFrom(add(decode(Q, placed), timesDelta(codeWord(placed.message), delta)), placed.digest);
}

/** The challenge of a bin: for each row, which of the 160 sums it is in. */
export function challengeOf(sid: Uint8Array, framesSoFar: readonly Uint8Array[], rows: number): Bits[] {
  const log = sha512(...framesSoFar.flatMap((frame) => [uint(4, frame.length), frame]));
  const key = sha512Of32(ascii('veilmatch-psi-v1 ot challenge'), sid, log);
  const bytes = Buffer.concat(range(8 * 20 * Math.ceil(rows / 2048), (n) => streamPart(key, n)));
  return range(rows, (r) => {
    const at = 2048 * 20 * Math.floor(r / 2048) + (r % 2048);
    return range(20, (g) => bitsOf(bytes.subarray(at + 2048 * g, at + 2048 * g + 1))).flat();
  });
}

/** The receiver's `Sums`. */
export function sumsOf(
  sid: Uint8Array,
  hiding: ReadColumns,
  bins: readonly (ReadColumns & { readonly challenge: readonly Bits[] })[],
): Buffer {
  const T = hiding.T.slice(0, 160).map((row) => [...row]);
  const words = hiding.words.slice(0, 160).map((word) => word.slice(0, 115));
  for (const bin of bins) {
    for (const [r, sums] of bin.challenge.entries()) {
      for (const [j, inIt] of sums.entries()) {
        if (inIt === 0) continue;
        for (let p = 0; p < 765; p++) T[j]![p]! ^= bin.T[r]![p]!;
        for (let i = 0; i < 115; i++) words[j]![i]! ^= bin.words[r]![i]!;
      }
    }
  }
  const digest = sha512Of32(ascii('veilmatch-psi-v1 ot sums'), sid, ...T.map((row) => bytesOf(row, 96)));
  return Buffer.concat([...words.map((word) => bytesOf(word, 16)), digest]);
}

export const commitmentOf = (opening: Uint8Array): Buffer =>
  sha512Of32(ascii('veilmatch-psi-v1 ot opening'), opening);
export const identifierKeyOf = (sid: Uint8Array, opening: Uint8Array): Buffer =>
  sha512Of32(ascii('veilmatch-psi-v1 ot key'), sid, opening);
export const sessionOf = (receiver: Uint8Array, sender: Uint8Array): Buffer =>
  sha512Of32(ascii('veilmatch-psi-v1 session'), uint(4, 96), receiver, uint(4, 96), sender);
export const confirmationOf = (sid: Uint8Array, value: Uint8Array): Buffer =>
  sha512(ascii('veilmatch-psi-v1 confirm'), sid, value.subarray(16)).subarray(0, 16);
