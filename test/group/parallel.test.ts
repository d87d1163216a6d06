// SPDX-License-Identifier: Apache-2.0
/** On the built package: from the sources there is no worker file. */

import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type BackendName, createBackend } from 'veilmatch/group';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ByteList, utf8 } from '../../src/bytes.js';
import type { GroupBackend } from '../../src/group/group.js';
import { someElements, someScalars, testGroupBackend } from '../suites/group-backend.js';
import { fmaTestable } from '../support/relaxed-simd.js';

const NAMES: BackendName[] = fmaTestable ? ['fma', 'integer', 'noble'] : ['integer', 'noble'];

for (const name of NAMES) {
  testGroupBackend({
    name: `${name}, on two threads`,
    create: () => createBackend({ backend: name, concurrency: 2 }),
    severalChunks: name === 'noble' ? 40 : 1300,
  });
}

describe('a parallel backend', () => {
  let parallel: GroupBackend;
  let serial: GroupBackend;

  beforeAll(async () => {
    parallel = await createBackend({ concurrency: 3 });
    serial = await createBackend({ concurrency: 1 });
  });
  afterAll(() => parallel.dispose());

  const COUNT = 2345;

  test('gives what one thread gives, in order', async () => {
    const elements = someElements(COUNT);
    const scalars = await distinctScalars(COUNT);
    const scalar = someScalars(1);
    expect(await parallel.multiply(elements, scalar)).toEqual(await serial.multiply(elements, scalar));
    const each = await parallel.multiplyEach(elements, scalars);
    expect(each).toEqual(await serial.multiplyEach(elements, scalars));
    expect(await parallel.multiplyBase(scalars)).toEqual(await serial.multiplyBase(scalars));
    const list = ByteList.from(Array.from({ length: COUNT }, (_, i) => utf8(`message ${i}`)));
    const tag = utf8('tag');
    const blinded = await parallel.hashAndAddBase(list, tag, scalars);
    expect(blinded).toEqual(await serial.hashAndAddBase(list, tag, scalars));
    expect(await parallel.hashAndMultiplyEach(list, tag, scalars)).toEqual(
      await serial.hashAndMultiplyEach(list, tag, scalars),
    );
    const base = elements.subarray(0, 32);
    expect(await parallel.subtractBase(blinded, scalars, base)).toEqual(
      await serial.subtractBase(blinded, scalars, base),
    );
    expect(await parallel.subtractHashAndMultiply(elements, list, tag, scalars.subarray(0, 32))).toEqual(
      await serial.subtractHashAndMultiply(elements, list, tag, scalars.subarray(0, 32)),
    );
    expect(await parallel.add(elements, each)).toEqual(await serial.add(elements, each));
    expect(await parallel.subtract(elements, each)).toEqual(await serial.subtract(elements, each));
    expect(await parallel.weightedSum(elements, scalars)).toEqual(
      await serial.weightedSum(elements, scalars),
    );
    const [start, step] = [elements.slice(0, 32), each.slice(0, 32)];
    for (const count of [0, 5, 40_000]) {
      expect(await parallel.progression(start, step, count)).toEqual(
        await serial.progression(start, step, count),
      );
    }
  });

  test('reports the position in the batch, not in the chunk', async () => {
    const elements = someElements(COUNT);
    elements.fill(0xff, 2000 * 32, 2001 * 32);
    const scalars = await distinctScalars(COUNT);
    const attempts = [
      parallel.multiply(elements, someScalars(1)),
      parallel.add(elements, elements),
      parallel.weightedSum(elements, scalars),
      parallel.subtractBase(elements, scalars, someElements(1)),
    ];
    await Promise.all(
      attempts.map((attempt) =>
        expect(attempt).rejects.toMatchObject({ code: 'bad-element', position: 2000 }),
      ),
    );
    elements.fill(0, 2000 * 32, 2001 * 32);
    await expect(parallel.multiplyEach(elements, scalars)).rejects.toMatchObject({
      code: 'identity-element',
      position: 2000,
    });
    const base = new Uint8Array(32).fill(0xff);
    await expect(parallel.multiplyBase(scalars, base)).rejects.toMatchObject({ position: 0 });
    await expect(parallel.subtractBase(someElements(COUNT), scalars, base)).rejects.toMatchObject({
      code: 'bad-element',
      position: undefined,
    });
  });

  test('a batch that is stopped does not hold up the next one', async () => {
    const controller = new AbortController();
    const attempt = parallel.multiply(someElements(COUNT), someScalars(1), { signal: controller.signal });
    controller.abort();
    await expect(attempt).rejects.toMatchObject({ code: 'aborted' });
    expect(await parallel.multiply(someElements(2), someScalars(1))).toHaveLength(64);
  });

  test('a worker that dies gives an error', async () => {
    const workers: Worker[] = [];
    const group = await createBackend({
      concurrency: 2,
      worker: () => {
        const worker = new Worker(new URL(import.meta.resolve('veilmatch/worker')));
        workers.push(worker);
        return worker;
      },
    });
    const attempt = group.multiply(someElements(20_000), someScalars(1), {
      onProgress: () => void workers[0]!.terminate(),
    });
    await expect(attempt).rejects.toMatchObject({ code: 'worker-failed' });
    await group.dispose();
  });

  test('a worker that is no worker of ours gives an error', async () => {
    const group = await createBackend({
      concurrency: 2,
      worker: () => new Worker('throw new TypeError("not today")', { eval: true }),
    });
    const attempt = group.multiply(someElements(COUNT), someScalars(1));
    await expect(attempt).rejects.toMatchObject({ code: 'worker-failed' });
    await group.dispose();
  });

  test('a worker that was told no backend takes none of its own choice', async () => {
    const worker = new Worker(new URL(import.meta.resolve('veilmatch/worker')));
    try {
      const chunk = { operation: 'multiply', elements: someElements(1), scalar: someScalars(1) };
      worker.postMessage({ job: 'chunk', payload: { from: 0, chunk } });
      const [answer] = await once(worker, 'message');
      expect(answer).toMatchObject({ ok: false, failure: { code: 'worker-failed' } });
    } finally {
      await worker.terminate();
    }
  });

  test('a worker wipes what it was given, whether it came to a result or not', async () => {
    const worker = new Worker(new URL(import.meta.resolve('veilmatch/worker')));
    try {
      const ask = async (job: string, payload: unknown): Promise<{ ok: boolean }> => {
        worker.postMessage({ job, payload });
        return (await once(worker, 'message'))[0];
      };
      expect(await ask('backend', { name: 'noble' })).toMatchObject({ ok: true });
      // Memory that both threads see.
      const shared = (bytes: Uint8Array): Uint8Array => {
        const array = new Uint8Array(new SharedArrayBuffer(bytes.length));
        array.set(bytes);
        return array;
      };
      for (const [element, ok] of [
        [someElements(1), true] as const,
        [new Uint8Array(32).fill(0xff), false] as const,
      ]) {
        const [elements, scalar] = [shared(element), shared(someScalars(1))];
        const chunk = { operation: 'multiply', elements, scalar };
        expect(await ask('chunk', { from: 0, chunk })).toMatchObject({ ok });
        expect(scalar).toEqual(new Uint8Array(32));
        expect(elements).toEqual(new Uint8Array(32));
      }
    } finally {
      await worker.terminate();
    }
  });

  test('after dispose nothing works any more', async () => {
    const group = await createBackend({ concurrency: 2 });
    await group.dispose();
    const large = group.multiply(someElements(COUNT), someScalars(1));
    await expect(large).rejects.toMatchObject({ code: 'worker-failed' });
    await expect(group.multiply(someElements(1), someScalars(1))).rejects.toThrow();
  });

  test('idle workers let the process end', () => {
    const script = `
      import { createBackend, randomScalar } from 'veilmatch/group';
      const group = await createBackend({ concurrency: 2 });
      const scalars = new Uint8Array(2000 * 32);
      for (let i = 0; i < 2000; i++) scalars.set(randomScalar(), 32 * i);
      console.log((await group.multiplyBase(scalars)).length);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      timeout: 30_000,
    });
    expect(output.toString()).toBe('64000\n');
  });
});

async function distinctScalars(count: number): Promise<Uint8Array> {
  const { randomScalar } = await import('veilmatch/group');
  const scalars = new Uint8Array(count * 32);
  for (let i = 0; i < count; i++) scalars.set(randomScalar(), i * 32);
  return scalars;
}
