// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { seededRandom } from '../../src/transport/resume/seeded-random.js';

const seed = new Uint8Array(32).fill(7);

it('is the same again from the same seed, and another from another', () => {
  const [a, b, c] = [seededRandom(seed), seededRandom(seed), seededRandom(new Uint8Array(32))];
  for (const length of [32, 32, 1, 200, 64]) {
    const draw = a(length);
    expect(draw).toHaveLength(length);
    expect(b(length)).toEqual(draw);
    expect(c(length)).not.toEqual(draw);
  }
});

it('is made of the blocks that its description names, none of them twice', () => {
  const block = (i: number): Buffer =>
    createHash('sha512')
      .update('veilmatch-seeded-random-v1')
      .update(seed)
      .update(Buffer.from([0, 0, 0, i]))
      .digest();
  const random = seededRandom(seed);
  expect(Buffer.from(random(100))).toEqual(Buffer.concat([block(0), block(1)]).subarray(0, 100));
  expect(Buffer.from(random(32))).toEqual(block(2).subarray(0, 32));
});
