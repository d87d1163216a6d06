// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { hexToBytes } from '../src/bytes.js';
import { halfSipHash, sipKey } from '../src/siphash.js';

const vectors: { readonly key: string; readonly hashes: readonly string[] } = JSON.parse(
  readFileSync(new URL('./vectors/halfsiphash-1-3.json', import.meta.url), 'utf8'),
);
const hex = (hash: number): string => (hash >>> 0).toString(16).padStart(8, '0');

describe('HalfSipHash-1-3', () => {
  const key = sipKey(hexToBytes(vectors.key));
  const message = Uint8Array.from({ length: vectors.hashes.length }, (_, i) => i);

  it('gives the vectors of its reference', () => {
    expect(vectors.hashes).toHaveLength(64);
    expect(vectors.hashes.map((_, length) => hex(halfSipHash(key, message, 0, length)))).toEqual(
      vectors.hashes,
    );
  });

  it('hashes a part of an array as it does that part alone', () => {
    const shifted = Uint8Array.from([9, 9, 9, ...message, 9]);
    for (const [length, hash] of vectors.hashes.entries()) {
      expect(hex(halfSipHash(key, shifted, 3, 3 + length))).toBe(hash);
    }
  });

  it('reads its key wherever it lies in a buffer', () => {
    const inside = Uint8Array.from([1, ...hexToBytes(vectors.key), 2]).subarray(1, 9);
    expect(sipKey(inside)).toEqual(key);
  });
});
