// SPDX-License-Identifier: Apache-2.0
/** A backend on the caller's thread lets the event loop have its turn, after as many elements on every machine. */

import { describe, expect, it } from 'vitest';
import { ByteList, concatBytes, u32, utf8 } from '../../src/bytes.js';
import type { BackendName, BatchOptions, GroupBackend } from '../../src/group/group.js';
import { serialBackend } from '../../src/group/serial.js';
import { someElements, someScalars } from '../suites/group-backend.js';
import { testableBackends } from '../support/backends.js';

/** Elements between two turns: some 20 ms of noble's, some 10 ms of a kernel's. */
const MOST: Readonly<Record<BackendName, number>> = { noble: 8, integer: 256, fma: 256 };

/** The most elements that an operation does between two turns of the event loop, by its own count. */
async function mostBetweenTurns(run: (options: BatchOptions) => Promise<Uint8Array>): Promise<number> {
  let [done, before, most] = [0, 0, 0];
  let running = true;
  const tick = (): void => {
    before = done;
    if (running) setImmediate(tick);
  };
  setImmediate(tick);
  await run({
    onProgress: (now) => {
      done = now;
      most = Math.max(most, done - before);
    },
  });
  running = false;
  return most;
}

describe.each(testableBackends)('%s', (name) => {
  const count = name === 'noble' ? 40 : 1_000;
  const elements = someElements(count);
  const scalars = someScalars(count);
  const messages = ByteList.from(Array.from({ length: count }, (_, i) => u32(i)));
  const [one, dst] = [scalars.subarray(0, 32), utf8('tag')];
  const first = elements.subarray(0, 32);

  it.each<[string, (backend: GroupBackend, options: BatchOptions) => Promise<Uint8Array>]>([
    ['hashAndMultiply', (backend, options) => backend.hashAndMultiply(messages, dst, one, options)],
    [
      'hashAndMultiplyEach',
      (backend, options) => backend.hashAndMultiplyEach(messages, dst, scalars, options),
    ],
    [
      'mapAndMultiply',
      (backend, options) => backend.mapAndMultiply(concatBytes(elements, scalars), one, options),
    ],
    [
      'subtractHashAndMultiply',
      (backend, options) => backend.subtractHashAndMultiply(elements, messages, dst, one, options),
    ],
    ['multiply', (backend, options) => backend.multiply(elements, one, options)],
    ['multiplyEach', (backend, options) => backend.multiplyEach(elements, scalars, options)],
    ['multiplyBase', (backend, options) => backend.multiplyBase(scalars, undefined, options)],
    ['hashAndAddBase', (backend, options) => backend.hashAndAddBase(messages, dst, scalars, options)],
    ['subtractBase', (backend, options) => backend.subtractBase(elements, scalars, first, options)],
    ['add', (backend, options) => backend.add(elements, elements, options)],
    ['subtract', (backend, options) => backend.subtract(elements, elements, options)],
    ['progression', (backend, options) => backend.progression(first, first, count, options)],
    ['weightedSum', (backend, options) => backend.weightedSum(elements, scalars, options)],
  ])('%s yields in time', async (_, operation) => {
    const backend = await serialBackend(name);
    const most = await mostBetweenTurns((options) => operation(backend, options));
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(MOST[name]);
    await backend.dispose();
  });
});
