// SPDX-License-Identifier: Apache-2.0
/** What every `GroupBackend` must do, run once for each implementation. */

import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js';
import { numberToBytesLE } from '@noble/curves/utils.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ByteList, bytesToHex, concatBytes, hexToBytes, utf8 } from '../../src/bytes.js';
import type { VeilmatchError } from '../../src/errors.js';
import { ELEMENT_BYTES, type GroupBackend } from '../../src/group/group.js';
import rfc9496 from '../vectors/rfc9496-ristretto255.json' with { type: 'json' };

const { Point } = ristretto255;
const ORDER: bigint = Point.Fn.ORDER;
const DST: Uint8Array = utf8('veilmatch test ristretto255_XMD:SHA-512_R255MAP_RO_');
const MULTIPLES: readonly Uint8Array[] = rfc9496.generatorMultiples.map((hex) => hexToBytes(hex));
const IDENTITY: Uint8Array = MULTIPLES[0]!;
const GENERATOR: Uint8Array = MULTIPLES[1]!;

/** 32 bytes little-endian. */
export function scalarBytes(value: bigint): Uint8Array {
  return numberToBytesLE(value, 32);
}

/** `count` distinct elements, the same in every run: multiples of the generator from `first`. */
export function someElements(count: number, first = 1n): Uint8Array {
  const elements = new Uint8Array(count * ELEMENT_BYTES);
  let point = Point.BASE.multiply(first);
  for (let i = 0; i < count; i++) {
    elements.set(point.toBytes(), i * ELEMENT_BYTES);
    point = point.add(Point.BASE);
  }
  return elements;
}

/** Scalars of full length that differ in every digit, the same in every run. */
export function someScalars(count: number): Uint8Array {
  return concatBytes(
    ...Array.from({ length: count }, (_, i) =>
      scalarBytes(Point.Fn.create(0x9e3779b97f4a7c15f39cc0605cedc8341082276bf3a27251n ** BigInt(i + 2))),
    ),
  );
}

function records(bytes: Uint8Array): string[] {
  const hex = bytesToHex(bytes);
  return hex.match(/.{64}/g) ?? [];
}

function withRecord(bytes: Uint8Array, index: number, record: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  copy.set(record, index * ELEMENT_BYTES);
  return copy;
}

async function failure(promise: Promise<unknown>): Promise<VeilmatchError> {
  return promise.then(
    () => {
      throw new Error('The operation succeeded.');
    },
    (error: VeilmatchError) => error,
  );
}

/** Of all at once: every promise has its handler before any of them is waited for. */
async function failures(promises: readonly Promise<unknown>[]): Promise<VeilmatchError[]> {
  return Promise.all(promises.map(failure));
}

interface GroupBackendSuite {
  /** In the tests' names. */
  readonly name: string;
  readonly create: () => Promise<GroupBackend> | GroupBackend;
  /** The one-way map of RFC 9496, section 4.3.4, on n x 64 bytes; its vectors are skipped where it is not reachable. */
  readonly fromUniformBytes?: (uniform: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** So many elements take this backend more than one chunk. */
  readonly severalChunks: number;
}

export function testGroupBackend(suite: GroupBackendSuite): void {
  describe(`group backend ${suite.name}`, () => {
    let group: GroupBackend;

    beforeAll(async () => {
      group = await suite.create();
    });
    afterAll(() => group.dispose());

    describe('RFC 9496, appendix A', () => {
      test('A.1: the multiples of the generator', async () => {
        const scalars = MULTIPLES.slice(1).map((_, i) => scalarBytes(BigInt(i + 1)));
        const expected = rfc9496.generatorMultiples.slice(1);
        expect(records(await group.multiplyBase(concatBytes(...scalars)))).toEqual(expected);
        expect(records(await group.multiplyBase(concatBytes(...scalars), GENERATOR))).toEqual(expected);
        const generators = concatBytes(...scalars.map(() => GENERATOR));
        expect(records(await group.multiplyEach(generators, concatBytes(...scalars)))).toEqual(expected);
        for (const [i, scalar] of scalars.entries()) {
          expect(bytesToHex(await group.multiply(GENERATOR, scalar))).toBe(expected[i]);
        }
      });

      test('A.1: each is the one before plus the generator', async () => {
        const generators = concatBytes(...MULTIPLES.slice(1).map(() => GENERATOR));
        const before = concatBytes(...MULTIPLES.slice(0, -1));
        const after = concatBytes(...MULTIPLES.slice(1));
        expect(records(await group.add(before, generators))).toEqual(records(after));
        expect(records(await group.add(generators, before))).toEqual(records(after));
        expect(records(await group.subtract(after, generators))).toEqual(records(before));
      });

      test('A.2: every invalid encoding is rejected, at its position', async () => {
        const scalar = scalarBytes(3n);
        for (const [i, { encoding, reason }] of rfc9496.invalidEncodings.entries()) {
          const count = (i % 5) + 1;
          const position = i % count;
          const good = someElements(count);
          const bad = withRecord(good, position, hexToBytes(encoding));
          const scalars = someScalars(count);
          const attempts = {
            multiply: group.multiply(bad, scalar),
            multiplyEach: group.multiplyEach(bad, scalars),
            addLeft: group.add(bad, good),
            addRight: group.add(good, bad),
            subtractLeft: group.subtract(bad, good),
            subtractRight: group.subtract(good, bad),
            weightedSum: group.weightedSum(bad, scalars),
            subtractBase: group.subtractBase(bad, scalars, GENERATOR),
          };
          const operations = Object.keys(attempts);
          for (const [i, error] of (await failures(Object.values(attempts))).entries()) {
            const operation = operations[i];
            const { code, position: reported, message } = error;
            expect({ operation, reason, code, reported }).toEqual({
              operation,
              reason,
              code: 'bad-element',
              reported: position,
            });
            expect(message).not.toContain(encoding.slice(0, 16));
          }
          const base = await failure(group.multiplyBase(scalars, hexToBytes(encoding)));
          expect(base).toMatchObject({ code: 'bad-element', position: 0 });
          const subtracted = await failure(group.subtractBase(good, scalars, hexToBytes(encoding)));
          expect(subtracted).toMatchObject({ code: 'bad-element', position: undefined });
          expect(subtracted.message).toMatch(/^The base is/);
        }
      });

      test.runIf(suite.fromUniformBytes)('A.3: the one-way map', async () => {
        const inputs = concatBytes(...rfc9496.oneWayMap.map(({ input }) => hexToBytes(input)));
        const outputs = rfc9496.oneWayMap.map(({ output }) => output);
        expect(records(await suite.fromUniformBytes!(inputs))).toEqual(outputs);
        for (const { input, output } of rfc9496.oneWayMap) {
          expect(bytesToHex(await suite.fromUniformBytes!(hexToBytes(input)))).toBe(output);
        }
      });
    });

    describe('hash to group (RFC 9380, appendix B), against the hasher of @noble/curves', () => {
      const expected = (message: Uint8Array, dst: Uint8Array, scalar: bigint): string =>
        bytesToHex(ristretto255_hasher.hashToCurve(message, { DST: dst }).multiply(scalar).toBytes());

      test('messages around the block boundaries of SHA-512', async () => {
        const lengths = [0, 1, 3, 16, 60, 63, 64, 65, 110, 111, 112, 113, 127, 128, 129, 255, 256, 300];
        const messages = lengths.map((length) =>
          new Uint8Array(length).map((_, i) => (i * 7 + length) & 255),
        );
        for (const scalar of [1n, 2n, ORDER - 1n]) {
          const result = await group.hashAndMultiply(ByteList.from(messages), DST, scalarBytes(scalar));
          expect(records(result)).toEqual(messages.map((message) => expected(message, DST, scalar)));
        }
      });

      test('tags of 1, 255, 256 and 1,000 bytes', async () => {
        const message = utf8('tel:+14155550123');
        for (const length of [1, 2, 100, 254, 255, 256, 257, 1000]) {
          const dst = new Uint8Array(length).fill(0x41);
          const result = await group.hashAndMultiply(ByteList.from([message]), dst, scalarBytes(5n));
          expect(bytesToHex(result)).toBe(expected(message, dst, 5n));
        }
      });

      test('a slice of a larger list, whose offsets do not start at zero', async () => {
        const list = ByteList.from(['a', '', 'ccc', 'dd', 'e'].map((text) => utf8(text)));
        const whole = records(await group.hashAndMultiply(list, DST, scalarBytes(9n)));
        const part = records(await group.hashAndMultiply(list.slice(1, 4), DST, scalarBytes(9n)));
        expect(part).toEqual(whole.slice(1, 4));
      });

      test('an empty tag is rejected', async () => {
        const attempt = group.hashAndMultiply(ByteList.from([utf8('x')]), new Uint8Array(), scalarBytes(1n));
        expect(await failure(attempt)).toMatchObject({ code: 'argument' });
      });
    });

    describe('element derivation (RFC 9496, section 4.3.4)', () => {
      const inputs = rfc9496.oneWayMap.map(({ input }) => hexToBytes(input));

      test('A.3: what strings map to, times a scalar', async () => {
        expect(records(await group.mapAndMultiply(concatBytes(...inputs), scalarBytes(1n)))).toEqual(
          rfc9496.oneWayMap.map(({ output }) => output),
        );
        for (const scalar of [2n, ORDER - 1n]) {
          expect(records(await group.mapAndMultiply(concatBytes(...inputs), scalarBytes(scalar)))).toEqual(
            inputs.map((input) =>
              bytesToHex(ristretto255_hasher.deriveToCurve!(input).multiply(scalar).toBytes()),
            ),
          );
        }
      });

      test('batches of more than one chunk, and none', async () => {
        const count = suite.severalChunks + 1;
        const uniform = concatBytes(someElements(count), someScalars(count));
        const [last] = records(await group.mapAndMultiply(uniform.subarray(-64), scalarBytes(3n)));
        const all = records(await group.mapAndMultiply(uniform, scalarBytes(3n)));
        expect(all).toHaveLength(count);
        expect(all.at(-1)).toBe(last);
        expect(await group.mapAndMultiply(new Uint8Array(), scalarBytes(3n))).toHaveLength(0);
      });

      test('half a string and a scalar that is none are rejected', async () => {
        const half = group.mapAndMultiply(new Uint8Array(96), scalarBytes(3n));
        expect(await failure(half)).toMatchObject({ code: 'argument' });
        const zero = group.mapAndMultiply(new Uint8Array(64), new Uint8Array(32));
        expect(await failure(zero)).toMatchObject({ code: 'bad-scalar' });
      });
    });

    test('what is left of elements without the hashes of messages, multiplied', async () => {
      const count = suite.severalChunks + 1;
      const elements = someElements(count);
      const messages = ByteList.from(Array.from({ length: count }, (_, i) => utf8(`message ${i}`)));
      const hashes = await group.hashAndMultiply(messages, DST, scalarBytes(1n));
      for (const scalar of [1n, ORDER - 5n]) {
        const k = scalarBytes(scalar);
        const expected = await group.multiply(await group.subtract(elements, hashes), k);
        expect(await group.subtractHashAndMultiply(elements, messages, DST, k)).toEqual(expected);
      }
      const nothing = await group.subtractHashAndMultiply(hashes, messages, DST, scalarBytes(3n));
      expect(nothing).toEqual(new Uint8Array(32 * count));
      const bad = rfc9496.invalidEncodings[0]!.encoding;
      for (const [code, record] of [
        ['bad-element', hexToBytes(bad)],
        ['identity-element', IDENTITY],
      ] as const) {
        const attempt = group.subtractHashAndMultiply(
          withRecord(elements, count - 1, record),
          messages,
          DST,
          scalarBytes(3n),
        );
        expect(await failure(attempt)).toMatchObject({ code, position: count - 1 });
      }
      const tooFew = group.subtractHashAndMultiply(elements.subarray(32), messages, DST, scalarBytes(3n));
      expect(await failure(tooFew)).toMatchObject({ code: 'argument' });
    });

    test('the identity is rejected by the multiplications, at its position', async () => {
      for (const position of [0, 1, 4]) {
        const elements = withRecord(someElements(5), position, IDENTITY);
        for (const error of await failures([
          group.multiply(elements, scalarBytes(2n)),
          group.multiplyEach(elements, someScalars(5)),
        ])) {
          expect(error).toMatchObject({ code: 'identity-element', position });
        }
      }
      const base = group.multiplyBase(someScalars(2), IDENTITY);
      expect(await failure(base)).toMatchObject({ code: 'identity-element', position: 0 });
      const fromIdentity = group.subtractBase(
        withRecord(someElements(3), 1, IDENTITY),
        someScalars(3),
        GENERATOR,
      );
      expect(await failure(fromIdentity)).toMatchObject({ code: 'identity-element', position: 1 });
      const identityBase = group.subtractBase(someElements(2), someScalars(2), IDENTITY);
      expect(await failure(identityBase)).toMatchObject({ code: 'identity-element', position: undefined });
    });

    test('the identity is accepted by the sums, and can be their result', async () => {
      const elements = someElements(3);
      const identities = concatBytes(IDENTITY, IDENTITY, IDENTITY);
      expect(records(await group.add(elements, identities))).toEqual(records(elements));
      expect(records(await group.subtract(elements, identities))).toEqual(records(elements));
      expect(records(await group.subtract(elements, elements))).toEqual(records(identities));
      const negated = await group.subtract(identities, elements);
      expect(records(await group.add(elements, negated))).toEqual(records(identities));
      const weights = concatBytes(scalarBytes(0n), scalarBytes(7n), scalarBytes(ORDER - 1n));
      expect(bytesToHex(await group.weightedSum(identities, weights))).toBe(bytesToHex(IDENTITY));
    });

    test('scalars 1 and L - 1', async () => {
      const elements = someElements(4);
      expect(records(await group.multiply(elements, scalarBytes(1n)))).toEqual(records(elements));
      const negated = await group.multiply(elements, scalarBytes(ORDER - 1n));
      const zeros = concatBytes(IDENTITY, IDENTITY, IDENTITY, IDENTITY);
      expect(records(await group.add(elements, negated))).toEqual(records(zeros));
      expect(bytesToHex(await group.multiplyBase(scalarBytes(ORDER - 1n)))).toBe(
        bytesToHex(await group.multiply(GENERATOR, scalarBytes(ORDER - 1n))),
      );
    });

    test('scalars that are zero or not reduced are rejected, at their position', async () => {
      const elements = someElements(3);
      const tooLarge = [ORDER, ORDER + 1n, 2n ** 252n + 2n ** 251n, 2n ** 255n, 2n ** 256n - 1n];
      for (const value of [0n, ...tooLarge]) {
        const bad = scalarBytes(value);
        const scalars = withRecord(someScalars(3), 2, bad);
        for (const error of await failures([
          group.multiplyEach(elements, scalars),
          group.multiplyBase(scalars),
          group.subtractBase(elements, scalars, GENERATOR),
          group.hashAndAddBase(ByteList.from([utf8('x'), utf8('y'), utf8('z')]), DST, scalars),
          group.hashAndMultiplyEach(ByteList.from([utf8('x'), utf8('y'), utf8('z')]), DST, scalars),
        ])) {
          expect(error).toMatchObject({ code: 'bad-scalar', position: 2 });
        }
        for (const error of await failures([
          group.multiply(elements, bad),
          group.hashAndMultiply(ByteList.from([utf8('x')]), DST, bad),
        ])) {
          expect(error).toMatchObject({ code: 'bad-scalar', position: 0 });
        }
      }
      for (const value of tooLarge) {
        const weights = withRecord(someScalars(3), 1, scalarBytes(value));
        const attempt = group.weightedSum(elements, weights);
        expect(await failure(attempt)).toMatchObject({ code: 'bad-scalar', position: 1 });
      }
    });

    test('lengths that do not fit are rejected', async () => {
      const odd = new Uint8Array(33);
      const two = someElements(2);
      for (const error of await failures([
        group.multiply(odd, scalarBytes(1n)),
        group.multiply(two, new Uint8Array(31)),
        group.multiply(two, new Uint8Array(64)),
        group.hashAndMultiply(ByteList.from([utf8('x')]), DST, new Uint8Array(33)),
        group.multiplyEach(odd, odd),
        group.multiplyEach(two, scalarBytes(1n)),
        group.multiplyBase(new Uint8Array(33)),
        group.multiplyBase(scalarBytes(1n), two),
        group.hashAndAddBase(ByteList.from([utf8('x')]), DST, someScalars(2)),
        group.hashAndMultiplyEach(ByteList.from([utf8('x')]), DST, someScalars(2)),
        group.hashAndMultiplyEach(ByteList.from([utf8('x')]), new Uint8Array(), someScalars(1)),
        group.hashAndAddBase(ByteList.from([utf8('x')]), new Uint8Array(), someScalars(1)),
        group.subtractBase(two, scalarBytes(1n), GENERATOR),
        group.subtractBase(two, someScalars(2), two),
        group.add(odd, odd),
        group.add(two, GENERATOR),
        group.subtract(two, GENERATOR),
        group.weightedSum(two, scalarBytes(1n)),
      ])) {
        expect(error).toMatchObject({ code: 'argument' });
      }
    });

    test('an empty batch gives an empty result', async () => {
      const none = new Uint8Array();
      expect(await group.hashAndMultiply(ByteList.from([]), DST, scalarBytes(2n))).toHaveLength(0);
      expect(await group.multiply(none, scalarBytes(2n))).toHaveLength(0);
      expect(await group.multiplyEach(none, none)).toHaveLength(0);
      expect(await group.multiplyBase(none)).toHaveLength(0);
      expect(await group.hashAndAddBase(ByteList.from([]), DST, none)).toHaveLength(0);
      expect(await group.hashAndMultiplyEach(ByteList.from([]), DST, none)).toHaveLength(0);
      expect(await group.subtractBase(none, none, GENERATOR)).toHaveLength(0);
      expect(await group.add(none, none)).toHaveLength(0);
      expect(await group.subtract(none, none)).toHaveLength(0);
      expect(bytesToHex(await group.weightedSum(none, none))).toBe(bytesToHex(IDENTITY));
      expect(await group.progression(GENERATOR, GENERATOR, 0)).toHaveLength(0);
    });

    test('a progression is its start and what additions make of it, over several chunks', async () => {
      const count = suite.severalChunks;
      expect(await group.progression(IDENTITY, GENERATOR, count)).toEqual(
        concatBytes(IDENTITY, someElements(count - 1)),
      );
      expect(await group.progression(GENERATOR, IDENTITY, 5)).toEqual(
        concatBytes(...Array.from({ length: 5 }, () => GENERATOR)),
      );
      const [start, step] = [someElements(1, 12_345n), someElements(1, 777n)];
      const back = await group.subtract(IDENTITY, step);
      const up = await group.progression(start, step, 7);
      for (let i = 0, expected = start; i < 7; i++) {
        expect(up.slice(32 * i, 32 * i + 32)).toEqual(expected);
        expected = await group.add(expected, step);
      }
      // Whichever point of its coset stands for the identity.
      for (let far = 1n; far <= 8n; far++) {
        const to = await group.progression(someElements(1, far * 777n), back, 10);
        expect(bytesToHex(to.slice(32 * Number(far), 32 * Number(far) + 32))).toBe(bytesToHex(IDENTITY));
      }
      const down = await group.progression(up.slice(-32), back, 7);
      expect(records(down)).toEqual(records(up).reverse());
    });

    test('a progression refuses what is no element, no step and no length', async () => {
      const bad = new Uint8Array(32).fill(0xff);
      const errors = await failures([
        group.progression(bad, GENERATOR, 3),
        group.progression(GENERATOR, bad, 3),
        group.progression(GENERATOR.slice(1), GENERATOR, 3),
        group.progression(GENERATOR, concatBytes(GENERATOR, GENERATOR), 3),
        group.progression(GENERATOR, GENERATOR, -1),
        group.progression(GENERATOR, GENERATOR, 1.5),
      ]);
      expect(errors.map(({ code, position }) => [code, position])).toEqual([
        ['bad-element', 0],
        ['bad-element', 1],
        ...Array.from({ length: 4 }, () => ['argument', undefined]),
      ]);
    });

    test('the operations agree with each other', async () => {
      const count = 7;
      const elements = someElements(count, 11n);
      const scalars = someScalars(count);
      const each = await group.multiplyEach(elements, scalars);
      let sum: Uint8Array = IDENTITY;
      for (let i = 0; i < count; i++) {
        const record = (bytes: Uint8Array): Uint8Array => bytes.subarray(32 * i, 32 * i + 32);
        expect(await group.multiply(record(elements), record(scalars))).toEqual(record(each));
        expect(await group.multiplyBase(record(scalars), record(elements))).toEqual(record(each));
        sum = await group.add(sum, record(each));
      }
      expect(await group.weightedSum(elements, scalars)).toEqual(sum);
      const zeros = new Uint8Array(count * 32);
      expect(bytesToHex(await group.weightedSum(elements, zeros))).toBe(bytesToHex(IDENTITY));
    });

    test('hashes are multiplied each by its own; multiples of a base are added to them and taken off elements', async () => {
      const messages = ByteList.from(Array.from({ length: 9 }, (_, i) => utf8(`message ${i}`)));
      for (const count of [1, 2, 9]) {
        const list = messages.slice(0, count);
        const scalars = someScalars(count);
        const hashes = await group.hashAndMultiply(list, DST, scalarBytes(1n));
        const blinded = await group.hashAndAddBase(list, DST, scalars);
        expect(await group.hashAndMultiplyEach(list, DST, scalars)).toEqual(
          await group.multiplyEach(hashes, scalars),
        );
        expect(blinded).toEqual(await group.add(hashes, await group.multiplyBase(scalars)));
        // Under a key b, base B = b * G: b * (H + r * G) - r * B = b * H.
        const key = scalarBytes(0x1234567n);
        const base = await group.multiplyBase(key);
        const answers = await group.multiply(blinded, key);
        expect(await group.subtractBase(answers, scalars, base)).toEqual(await group.multiply(hashes, key));
      }
      const three = scalarBytes(3n);
      expect(bytesToHex(await group.subtractBase(MULTIPLES[3]!, three, GENERATOR))).toBe(
        bytesToHex(IDENTITY),
      );
    });

    test('neither the input nor an earlier result is changed', async () => {
      const elements = someElements(3);
      const scalars = someScalars(3);
      const copies = [elements.slice(), scalars.slice()];
      const first = await group.multiplyEach(elements, scalars);
      const copy = first.slice();
      await group.multiplyBase(scalars);
      expect([elements, scalars]).toEqual(copies);
      expect(first).toEqual(copy);
    });

    test('several calls at the same time do not disturb each other', async () => {
      const elements = someElements(suite.severalChunks);
      const [a, b] = [scalarBytes(3n), scalarBytes(5n)];
      const [first, second, third] = await Promise.all([
        group.multiply(elements, a),
        group.multiply(elements, b),
        group.multiplyBase(a),
      ]);
      expect(await group.multiply(elements, a)).toEqual(first);
      expect(await group.multiply(elements, b)).toEqual(second);
      expect(bytesToHex(third)).toBe(rfc9496.generatorMultiples[3]);
    });

    test('progress rises to the whole', async () => {
      const count = suite.severalChunks;
      const seen: number[] = [];
      const elements = someElements(count);
      await group.multiply(elements, scalarBytes(2n), {
        onProgress: (done, total) => {
          expect(total).toBe(count);
          seen.push(done);
        },
      });
      expect(seen.length).toBeGreaterThan(1);
      expect(seen.at(-1)).toBe(count);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
    });

    test('a signal that has fired already stops everything', async () => {
      const signal = AbortSignal.abort();
      const elements = someElements(2);
      const scalars = someScalars(2);
      for (const error of await failures([
        group.hashAndMultiply(ByteList.from([utf8('x')]), DST, scalarBytes(2n), { signal }),
        group.multiply(elements, scalarBytes(2n), { signal }),
        group.multiplyEach(elements, scalars, { signal }),
        group.multiplyBase(scalars, undefined, { signal }),
        group.hashAndAddBase(ByteList.from([utf8('x')]), DST, someScalars(1), { signal }),
        group.hashAndMultiplyEach(ByteList.from([utf8('x')]), DST, someScalars(1), { signal }),
        group.subtractBase(elements, scalars, GENERATOR, { signal }),
        group.add(elements, elements, { signal }),
        group.subtract(elements, elements, { signal }),
        group.weightedSum(elements, scalars, { signal }),
        group.progression(GENERATOR, GENERATOR, 2, { signal }),
      ])) {
        expect(error).toMatchObject({ code: 'aborted' });
      }
    });

    test('a signal stops a batch between two chunks, and the backend goes on working', async () => {
      const controller = new AbortController();
      const elements = someElements(suite.severalChunks);
      const attempt = group.multiply(elements, scalarBytes(2n), {
        signal: controller.signal,
        onProgress: () => controller.abort(),
      });
      expect(await failure(attempt)).toMatchObject({ code: 'aborted' });
      expect(bytesToHex(await group.multiply(GENERATOR, scalarBytes(2n)))).toBe(
        rfc9496.generatorMultiples[2],
      );
    });

    test('it says what it is', () => {
      expect(['noble', 'integer', 'fma']).toContain(group.name);
      expect(group.constantTime).toBe(group.name !== 'noble');
      expect(group.concurrency).toBeGreaterThanOrEqual(1);
    });
  });
}
