// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Marks } from '../src/marks.js';

it('marks what a set of numbers would hold, whether the room was told or not', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(200)), fc.option(fc.nat(200)), (indices, count) => {
      const marks = count === null ? new Marks() : new Marks(count);
      const held = new Set<number>();
      for (const index of indices) {
        expect(marks.add(index)).toBe(!held.has(index));
        held.add(index);
      }
      for (let index = 0; index <= 201; index++) expect(marks.has(index)).toBe(held.has(index));
    }),
  );
});

it('holds more than a set of numbers can, beyond 2^31 too', () => {
  const marks = Marks.of([2 ** 24 + 1, 2 ** 31 + 9]);
  expect([2 ** 24, 2 ** 24 + 1, 2 ** 31 + 8, 2 ** 31 + 9].map((index) => marks.has(index))).toEqual([
    ...[false, true, false, true],
  ]);
});
