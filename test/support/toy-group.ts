// SPDX-License-Identifier: Apache-2.0
/**
 * The integers modulo L in the place of ristretto255: every protocol runs over them, proofs included, a thousand times as fast
 * and without a secret that would hold. It yields to the event loop as the noble backend does, through the same function.
 */

import type { ByteList } from '../../src/bytes.js';
import {
  type BatchOptions,
  badElement,
  ELEMENT_BYTES,
  GENERATOR,
  type GroupBackend,
  identityElement,
} from '../../src/group/group.js';
import { ristretto255 } from '../../src/group/ristretto255.js';
import { inChunks } from '../../src/group/unchecked-noble.js';

const L = 2n ** 252n + 27742317777372353535851937790883648493n;

/** @param spend is told of every group operation */
export function toyGroup(spend: () => void): GroupBackend {
  const at = (bytes: Uint8Array, i: number): bigint => {
    const view = new DataView(bytes.buffer, bytes.byteOffset + i * ELEMENT_BYTES, ELEMENT_BYTES);
    const word = (at: number): bigint => view.getBigUint64(8 * at, true);
    return word(0) | (word(1) << 64n) | (word(2) << 128n) | (word(3) << 192n);
  };
  const write = (value: bigint, result: Uint8Array, i: number): void => {
    const view = new DataView(result.buffer, i * ELEMENT_BYTES, ELEMENT_BYTES);
    const positive = ((value % L) + L) % L;
    for (let at = 0; at < 4; at++) view.setBigUint64(8 * at, positive >> BigInt(64 * at), true);
  };
  const generator = at(GENERATOR, 0) % L;
  const any = (elements: Uint8Array, i: number): bigint => {
    const value = at(elements, i);
    if (value === at(GENERATOR, 0)) return generator;
    if (value >= L) throw badElement(i);
    return value;
  };
  const element = (elements: Uint8Array, i: number): bigint => {
    const value = any(elements, i);
    if (value === 0n) throw identityElement(i);
    return value;
  };
  const hashed = (messages: ByteList, i: number): bigint => {
    let [low, high] = [7, 11];
    for (const byte of messages.at(i)) {
      low = Math.imul(low ^ byte, 0x01000193);
      high = Math.imul(high + byte, 0x9e3779b1) ^ (high >>> 15);
    }
    const wide = BigInt((high >>> 0) * 2 ** 21 + (low >>> 11)) * 0x9e3779b97f4a7c15f39cc0605cedc835n;
    return wide * wide + 1n;
  };
  const each = async (
    count: number,
    options: BatchOptions | undefined,
    value: (i: number) => bigint,
  ): Promise<Uint8Array> => {
    const result = new Uint8Array(count * ELEMENT_BYTES);
    await inChunks(count, options ?? {}, (i) => {
      spend();
      write(value(i), result, i);
    });
    return result;
  };
  const lengthOf = (bytes: Uint8Array): number => bytes.length / ELEMENT_BYTES;
  return {
    name: 'noble',
    group: ristretto255,
    constantTime: false,
    concurrency: 1,
    hashAndMultiply: (messages, _, scalar, options) =>
      each(messages.length, options, (i) => hashed(messages, i) * at(scalar, 0)),
    hashAndMultiplyEach: (messages, _, scalars, options) =>
      each(messages.length, options, (i) => hashed(messages, i) * at(scalars, i)),
    hashAndAddBase: (messages, _, scalars, options) =>
      each(messages.length, options, (i) => hashed(messages, i) + at(scalars, i) * generator),
    subtractHashAndMultiply: (elements, messages, _, scalar, options) =>
      each(messages.length, options, (i) => (element(elements, i) - hashed(messages, i)) * at(scalar, 0)),
    mapAndMultiply: (uniform, scalar, options) =>
      each(uniform.length / 64, options, (i) => (at(uniform, 2 * i) + 1n) * at(scalar, 0)),
    multiply: (elements, scalar, options) =>
      each(lengthOf(elements), options, (i) => element(elements, i) * at(scalar, 0)),
    multiplyEach: (elements, scalars, options) =>
      each(lengthOf(elements), options, (i) => element(elements, i) * at(scalars, i)),
    multiplyBase: (scalars, base = GENERATOR, options) =>
      each(lengthOf(scalars), options, (i) => any(base, 0) * at(scalars, i)),
    subtractBase: (elements, scalars, base, options) =>
      each(lengthOf(elements), options, (i) => element(elements, i) - any(base, 0) * at(scalars, i)),
    add: (a, b, options) => each(lengthOf(a), options, (i) => any(a, i) + any(b, i)),
    subtract: (a, b, options) => each(lengthOf(a), options, (i) => any(a, i) - any(b, i)),
    progression: (start, step, count, options) =>
      each(count, options, (i) => any(start, 0) + BigInt(i) * any(step, 0)),
    async weightedSum(elements, weights, options) {
      let sum = 0n;
      await inChunks(lengthOf(elements), options ?? {}, (i) => {
        spend();
        sum = (sum + any(elements, i) * at(weights, i)) % L;
      });
      const result = new Uint8Array(ELEMENT_BYTES);
      write(sum, result, 0);
      return result;
    },
    async dispose() {},
  };
}
