// SPDX-License-Identifier: Apache-2.0
/** That arguments are looked at once, however many backends stand behind one another. */

import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ByteList, utf8 } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { createBackend } from '../../src/group/select.js';
import { someElements, someScalars } from '../suites/group-backend.js';

const looks = vi.hoisted(() => ({ count: 0 }));
vi.mock('../../src/random.js', async (original) => {
  const random = await original<typeof import('../../src/random.js')>();
  const isNonZeroScalar = (scalar: Uint8Array): boolean => {
    looks.count++;
    return random.isNonZeroScalar(scalar);
  };
  return { ...random, isNonZeroScalar };
});

const [elements, scalars, scalar, element] = [
  someElements(3),
  someScalars(3),
  someScalars(1),
  someElements(1),
];
const [messages, tag] = [ByteList.from(['a', 'b', 'c'].map((text) => utf8(text))), utf8('tag')];

/** What each operation is given, and the scalars among it. */
const OPERATIONS: readonly [string, number, (group: GroupBackend) => Promise<Uint8Array>][] = [
  ['hashAndMultiply', 1, (group) => group.hashAndMultiply(messages, tag, scalar)],
  ['hashAndMultiplyEach', 3, (group) => group.hashAndMultiplyEach(messages, tag, scalars)],
  ['mapAndMultiply', 1, (group) => group.mapAndMultiply(new Uint8Array(192).fill(7), scalar)],
  ['subtractHashAndMultiply', 1, (group) => group.subtractHashAndMultiply(elements, messages, tag, scalar)],
  ['multiply', 1, (group) => group.multiply(elements, scalar)],
  ['multiplyEach', 3, (group) => group.multiplyEach(elements, scalars)],
  ['multiplyBase', 3, (group) => group.multiplyBase(scalars)],
  ['multiplyBase of another base', 3, (group) => group.multiplyBase(scalars, element)],
  ['hashAndAddBase', 3, (group) => group.hashAndAddBase(messages, tag, scalars)],
  ['subtractBase', 3, (group) => group.subtractBase(elements, scalars, element)],
  ['progression', 0, (group) => group.progression(element, element, 5)],
  ['weightedSum', 3, (group) => group.weightedSum(elements, scalars)],
];

describe.each(['integer', 'noble'] as const)('%s', (backend) => {
  describe.each([1, 2])('on %i threads', (concurrency) => {
    const created = createBackend({ backend, concurrency });
    afterAll(async () => (await created).dispose());
    beforeEach(() => {
      looks.count = 0;
    });

    it.each(OPERATIONS)('%s looks at each scalar once', async (_, count, run) => {
      await run(await created);
      expect(looks.count).toBe(count);
    });
  });
});
