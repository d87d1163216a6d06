// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { intersect } from '../../src/psi/index.js';

it('works', async () => {
  const result = await intersect(['a', 'b', 'c', 'b'], ['b', 'd']);
  expect(result.matches).toEqual([1, 3]);
  expect(result.size).toBe(1);
  expect(await intersect(['a', 'b', 'c', 'b'], ['b', 'd'], { reveal: 'cardinality' })).toEqual({ size: 1 });
});
