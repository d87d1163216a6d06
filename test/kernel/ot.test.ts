// SPDX-License-Identifier: Apache-2.0
/** The steps of the kernel of `ot-psi`, each against vectors or against plain TypeScript. */

import { randomBytes } from 'node:crypto';
import { blake2s } from '@noble/hashes/blake2.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { ByteList, bytesToHex, utf8 } from '../../src/bytes.js';
import { checkRows, DISTANCE, encode, evaluate, generator, LENGTH, MESSAGE } from '../../src/kernel/bch.js';
import { compileKernel } from '../../src/kernel/build.js';
import {
  CODE_LENGTH,
  DELTA_BITS,
  DIGEST_BYTES,
  OtKernel,
  ROW_BYTES,
  WORD_BYTES,
} from '../../src/kernel/ot.js';
import {
  bitsOf,
  bytesOf,
  chachaBlock,
  codeWord,
  decode,
  Placed,
  readColumns,
  streamPart,
} from '../suites/reference-ot.js';
import { times } from '../support/effort.js';
import { TaintMachine } from '../support/taint.js';

/** What the package's module has, and the steps inside. */
const ENTRY = `export * from './ot/entry'; export { stream } from './ot/stream'; export { transpose } from './ot/transpose';
  export { encode, encodeDelta } from './ot/code'; export { lookUp } from './ot/table';
  export const ROOM: usize = memory.data(65536, 64);`;

let binary: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  binary = new Uint8Array(await compileKernel('integer', ENTRY));
});

interface Steps {
  readonly ROOM: WebAssembly.Global<'i32'>;
  stream(key: number, n: number, out: number): void;
  transpose(from: number, apart: number, out: number, outApart: number): void;
  encode(message: number, other: number, out: number): void;
  encodeDelta(message: number, out: number): void;
  lookUp(i: number, out: number): void;
}

function machine(): {
  kernel: OtKernel;
  steps: Steps;
  room: number;
  at: (address: number, length: number) => Uint8Array;
} {
  const kernel = new OtKernel(new WebAssembly.Module(binary));
  const steps = kernel.exports as unknown as Steps;
  const at = (address: number, length: number): Uint8Array =>
    new Uint8Array(kernel.exports.memory.buffer, address, length);
  return { kernel, steps, room: steps.ROOM.value, at };
}

const random = (length: number): Uint8Array => new Uint8Array(randomBytes(length));

describe('the stream', () => {
  it('is made of the block function of RFC 8439, section 2.3.2, with 20 rounds', () => {
    const key = Uint8Array.from({ length: 32 }, (_, i) => i);
    const nonce = Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 0x4a, 0, 0, 0, 0);
    expect(bytesToHex(chachaBlock(key, 1, nonce, 20))).toBe(
      '10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e' +
        'd2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e',
    );
  });

  it('is the same with 12 rounds in the kernel, four blocks at once', () => {
    const { steps, room, at } = machine();
    for (const n of [0, 1, 77, 2 ** 29]) {
      const key = random(32);
      at(room, 32).set(key);
      steps.stream(room, n, room + 64);
      expect(Buffer.from(at(room + 64, 256))).toEqual(streamPart(key, n));
    }
  });
});

describe('digests', () => {
  const key = Uint8Array.from({ length: 32 }, (_, i) => i);
  const digestsOf = (list: ByteList): Uint8Array[] => {
    const { kernel } = machine();
    kernel.keyDigests(key);
    const digests = kernel.digests(list.bytes, list.offsets, 0, list.length).slice();
    return Array.from({ length: list.length }, (_, i) => digests.subarray(32 * i, 32 * i + 32));
  };

  it('are those of the reference implementation of BLAKE2s (blake2-kat.json, keyed)', () => {
    const known = [
      '48a8997da407876b3d79c0d92325ad3b89cbb754d86ab71aee047ad345fd2c49',
      '40d15fee7c328830166ac3f918650f807e7e01e177258cdc0a39b11f598066f1',
    ];
    expect(digestsOf(ByteList.from([new Uint8Array(), Uint8Array.of(0)])).map(bytesToHex)).toEqual(known);
  });

  it('are those of noble for messages of all lengths, in any mixture', () => {
    const lengths = Array.from({ length: 210 }, (_, i) => (i * 89) % 210);
    const messages = [...lengths.map(random), random(65_535), random(3)];
    expect(digestsOf(ByteList.from(messages))).toEqual(messages.map((message) => blake2s(message, { key })));
  });

  it('are made of as many messages as fit', () => {
    const { kernel } = machine();
    const list = ByteList.from(Array.from({ length: 9 }, () => random(65_535)));
    expect(kernel.digestible(list.offsets, 0)).toBe(4);
    expect(kernel.digestible(list.offsets, 8)).toBe(1);
    const many = ByteList.from(Array.from({ length: 5000 }, (_, i) => utf8(String(i))));
    expect([kernel.digestible(many.offsets, 0), kernel.digestible(many.offsets, 4736)]).toEqual([4736, 264]);
  });
});

it('the transpose exchanges rows and columns of 128 x 128 bits', () => {
  const { steps, room, at } = machine();
  at(room, 4096).set(random(4096));
  const before = at(room, 4096).slice();
  steps.transpose(room, 32, room + 4096, 16);
  const after = at(room + 4096, 2048);
  for (let i = 0; i < 128; i++) {
    const row = bitsOf(before.subarray(32 * i, 32 * i + 16));
    const column = Array.from({ length: 128 }, (_, j) => (after[16 * j + (i >> 3)]! >> (i & 7)) & 1);
    expect(column.join('')).toBe(row.join(''));
  }
});

describe('the code', () => {
  const message = (): number[] => bitsOf(random(15), MESSAGE);

  it('has a generator with 42 zeros in a row, so that words differ in 43 coordinates (BCH bound)', () => {
    expect(generator).toHaveLength(LENGTH - MESSAGE + 1);
    // a^1 to a^42, where a generates the 255 units of GF(256): any sum of fewer than 43 columns of the check matrix is a
    // Vandermonde determinant, and not zero. A multiple of g has these zeros, too.
    expect(new Set(Array.from({ length: 255 }, (_, i) => evaluate([0, 1], i))).size).toBe(255);
    for (let i = 1; i < DISTANCE; i++) expect(evaluate(generator, i)).toBe(0);
    for (const [i, checks] of checkRows.entries()) {
      const word = [...checks, ...Array.from({ length: MESSAGE }, (_, j) => Number(i === j))];
      for (let zero = 1; zero < DISTANCE; zero++) expect(evaluate(word, zero)).toBe(0);
    }
    // Three bits of Delta for each coordinate in which two words differ.
    expect(DISTANCE * DELTA_BITS).toBeGreaterThanOrEqual(128);
  });

  it('is linear, and has no light word among many', () => {
    let least = LENGTH;
    for (let i = 0; i < times(100, 20_000); i++) {
      const [a, b] = [message(), message()];
      const [wordA, wordB] = [encode(a), encode(b)];
      const sum = encode(a.map((bit, j) => bit ^ b[j]!));
      expect(sum.join('')).toBe(wordA.map((bit, j) => bit ^ wordB[j]!).join(''));
      least = Math.min(
        least,
        wordA.reduce((x, y) => x + y),
      );
    }
    expect(least).toBeGreaterThanOrEqual(DISTANCE);
  });

  it('is the same as a division of polynomials', () => {
    for (let i = 0; i < 20; i++) {
      const bits = message();
      expect(encode(bits)).toEqual(codeWord(bits));
    }
  });

  it('encodes 128 messages at once', () => {
    const { kernel, steps, room, at } = machine();
    const messages = Array.from({ length: 128 }, message);
    const columns = Array.from({ length: MESSAGE }, (_, c) =>
      bytesOf(
        messages.map((bits) => bits[c]!),
        16,
      ),
    );
    for (const [c, column] of columns.entries()) at(room + 16 * c, 16).set(column);
    const delta = random(CODE_LENGTH).map((byte) => byte & 7);
    const vectors = kernel.view('DELTA', CODE_LENGTH * DELTA_BITS * WORD_BYTES);
    for (let i = 0; i < CODE_LENGTH * DELTA_BITS; i++)
      vectors.fill(-((delta[Math.floor(i / 3)]! >> (i % 3)) & 1), 16 * i, 16 * i + 16);
    steps.encode(room, room + 8192, room + 16_384);
    steps.encodeDelta(room, room + 24_576);
    const column = (start: number, c: number): number[] => bitsOf(at(start + 16 * c, 16));
    const words = messages.map(codeWord);
    for (let c = 0; c < LENGTH; c++) {
      const word = words.map((bits) => bits[c]!);
      expect(column(room + 16_384, c).join('')).toBe(word.join(''));
      for (let j = 0; j < 3; j++)
        expect(column(room + 24_576, 3 * c + j).join('')).toBe(
          word.map((bit) => bit & (delta[c]! >> j)).join(''),
        );
    }
  });
});

describe('the table', () => {
  /** Tables of random digests; how many were made, and how many of them needed elimination. */
  function tables(count: number, places: number, tries: number): { made: number; solved: number } {
    const { kernel, steps, room, at } = machine();
    const rows = Math.ceil((3 * places + 49) / 128) * 128;
    kernel.exports.shape(1, places);
    let [made, solved] = [0, 0];
    for (let i = 0; i < tries; i++) {
      const digests = kernel.view('DIGESTS', count * DIGEST_BYTES);
      digests.set(random(digests.length));
      if (!kernel.makeTable(count, random(32), i, rows)) continue;
      made++;
      if (kernel.exports.core.value > 0) solved++;
      for (let e = 0; e < count; e++) {
        steps.lookUp(e, room);
        const wanted = digests.slice(DIGEST_BYTES * e, DIGEST_BYTES * e + WORD_BYTES);
        wanted[14]! &= 7;
        wanted[15] = 0;
        expect(Buffer.from(at(room, WORD_BYTES)).equals(wanted)).toBe(true);
      }
    }
    return { made, solved };
  }
  const placesOf = (count: number): number => Math.ceil((13 * count) / 30);

  it('gives every digest its message, in the sizes of runs', () => {
    for (const count of [1, 2, 3, 5, 17, 60, 200]) expect(tables(count, placesOf(count), 10).made).toBe(10);
    expect(tables(4680, placesOf(4680), times(3, 200)).made).toBe(times(3, 200));
  });

  it('is found by elimination where places do not suffice, however much is left', () => {
    expect(tables(40, 1, 3)).toEqual({ made: 3, solved: 3 });
    const tight = tables(700, 260, 3);
    expect(tight).toEqual({ made: 3, solved: 3 });
  });

  it('is none where there are more elements than rows', () => {
    expect(tables(60, 1, 3).made).toBe(0);
  });
});

it('rows of the sender are those of the receiver and Delta times its words; the sender has not the stream of Delta', () => {
  const [receiver, sender] = [machine().kernel, machine().kernel];
  const keys = Array.from({ length: CODE_LENGTH }, () =>
    Array.from({ length: 8 }, () => Buffer.from(random(32))),
  );
  const delta = random(CODE_LENGTH).map((byte) => byte & 7);
  receiver.view('KEYS', CODE_LENGTH * 8 * 32).set(Buffer.concat(keys.flat()));
  const others = keys.map((own, c) => own.map((_, y) => (y === 0 ? Buffer.alloc(32) : own[y ^ delta[c]!]!)));
  sender.view('KEYS', CODE_LENGTH * 8 * 32).set(Buffer.concat(others.flat()));
  const vectors = sender.view('DELTA', CODE_LENGTH * DELTA_BITS * WORD_BYTES);
  for (let i = 0; i < CODE_LENGTH * DELTA_BITS; i++)
    vectors.fill(-((delta[Math.floor(i / 3)]! >> (i % 3)) & 1), 16 * i, 16 * i + 16);
  receiver.fillTable(random(32), 0, 256);
  receiver.exports.receiverRows(5, 256);
  const columns = receiver.view('FRAME', 32 * CODE_LENGTH);
  sender.view('FRAME', columns.length).set(columns);
  sender.exports.senderRows(5, 256);
  const plain = readColumns(keys, 5, columns);
  for (let r = 0; r < 256; r++) {
    const row = (kernel: OtKernel): number[] =>
      bitsOf(kernel.view('ROWS', 256 * ROW_BYTES).subarray(ROW_BYTES * r), 765);
    expect(row(receiver)).toEqual(plain.T[r]);
    expect(plain.words[r]).toEqual(codeWord(bitsOf(receiver.view('TABLE', 4096).subarray(16 * r), MESSAGE)));
    const wanted = plain.T[r]!.map(
      (bit, i) => bit ^ (plain.words[r]![Math.floor(i / 3)]! & (delta[Math.floor(i / 3)]! >> (i % 3))),
    );
    expect(row(sender)).toEqual(wanted);
  }
});

it('values are BLAKE2s of the sum of rows and the digest', () => {
  const { kernel } = machine();
  const shape = { bins: 3, places: 40 };
  kernel.exports.shape(shape.bins, shape.places);
  kernel.view('ROWS', 256 * ROW_BYTES).set(random(256 * ROW_BYTES));
  const rows = Array.from({ length: 256 }, (_, r) =>
    bitsOf(kernel.view('ROWS', 256 * ROW_BYTES).subarray(ROW_BYTES * r), 768),
  );
  const key = random(32);
  kernel.keyDigests(key);
  const elements = Array.from({ length: 131 }, (_, i) => utf8(`opaque:${i}`));
  const { bytes, offsets } = ByteList.from(elements);
  kernel.digests(bytes, offsets, 0, elements.length);
  kernel.exports.beginValues();
  kernel.exports.valuesOf(elements.length, false);
  for (const [i, element] of elements.entries()) {
    const placed = new Placed(element, key, shape);
    const value = blake2s(Buffer.concat([bytesOf(decode(rows, placed), ROW_BYTES), placed.digest]));
    expect(kernel.view('DIGESTS', 131 * 32).slice(32 * i, 32 * i + 32)).toEqual(value);
  }
});

describe('no branch, select or address depends on keys, Delta, tables or rows', () => {
  /** An interpreter runs it, slowly: one block of rows. */
  const secrets = (names: readonly [name: string, bytes: number][]): TaintMachine => {
    const kernel = new TaintMachine(binary);
    for (const [name, bytes] of names) kernel.write(kernel.address(name), random(bytes), true);
    kernel.run('shape', 1, 20);
    kernel.write(kernel.address('DIGESTS'), random(4096), false);
    return kernel;
  };

  it('in the rows of both parties', () => {
    const receiver = secrets([
      ['KEYS', 65_280],
      ['TABLE', 2048],
    ]);
    receiver.run('receiverRows', 1, 128);
    expect(receiver.leaks).toEqual([]);
    const sender = secrets([
      ['KEYS', 65_280],
      ['DELTA', 12_240],
    ]);
    sender.run('senderRows', 1, 128);
    expect(sender.leaks).toEqual([]);
  });

  it('in values and sums', () => {
    const kernel = secrets([
      ['ROWS', 24_576],
      ['DELTA', 12_240],
      ['TABLE', 4096],
    ]);
    // Not `addRows`: the interpreter does not know vectors, of which the challenge is made that says where rows are added.
    kernel.run('beginSums');
    kernel.run('beginValues');
    kernel.run('valuesOf', 5, 1);
    kernel.run('endSums');
    kernel.run('takeOffWords');
    expect(kernel.leaks).toEqual([]);
    const at = kernel.address('DIGESTS');
    expect(kernel.taint.subarray(at, at + 32).every((byte) => byte === 1)).toBe(true);
  });
});
