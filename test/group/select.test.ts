// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createBackend } from '../../src/group/select.js';
import { fmaSupport } from '../../src/kernel/probe.js';
import { someScalars } from '../suites/group-backend.js';
import { fmaTestable } from '../support/relaxed-simd.js';

describe('createBackend', () => {
  afterEach(() => void vi.unstubAllGlobals());

  test("'auto' takes the fastest that works", async () => {
    const group = await createBackend({ concurrency: 1 });
    expect(group.name).toBe(fmaTestable ? 'fma' : 'integer');
    expect(group.constantTime).toBe(true);
  });

  test.each(['integer', 'noble'] as const)("'%s' can be forced", async (backend) => {
    expect((await createBackend({ backend, concurrency: 1 })).name).toBe(backend);
  });

  test('without WebAssembly, auto falls back and forcing says why it cannot', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    const group = await createBackend({ concurrency: 1 });
    expect(group.name).toBe('noble');
    expect(group.constantTime).toBe(false);
    for (const backend of ['fma', 'integer'] as const) {
      await expect(createBackend({ backend })).rejects.toMatchObject({
        code: 'unsupported',
        message: expect.stringContaining(`'${backend}' cannot run here`),
      });
    }
  });

  test('where the multiply-add is not fused, auto takes integer', async () => {
    class UnfusedInstance {
      readonly exports = { f: (a: number, b: number, c: number): number => a * b + c };
    }
    const { WebAssembly: real } = globalThis;
    vi.stubGlobal('WebAssembly', {
      validate: () => true,
      compile: real.compile,
      Module: class {},
      Instance: UnfusedInstance,
    });
    expect(fmaSupport()).toBe('unfused');
    await expect(createBackend({ backend: 'fma' })).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining('rounds twice'),
    });
  });

  test.each([0, -1, 1.5, Number.NaN])('a concurrency of %s is rejected', async (concurrency) => {
    await expect(createBackend({ concurrency })).rejects.toMatchObject({ code: 'argument' });
  });

  test('where no worker can be started, the work stays here unless threads were asked for', async () => {
    // These are the sources, and there is no worker.js among them.
    const scalars = someScalars(1100);
    const group = await createBackend({ backend: 'integer' });
    const multiples = await group.multiplyBase(scalars);
    expect(group.concurrency).toBe(1);
    const alone = await createBackend({ backend: 'integer', concurrency: 1 });
    expect(multiples).toEqual(await alone.multiplyBase(scalars));
    const threads = await createBackend({ backend: 'integer', concurrency: 2 });
    await expect(threads.multiplyBase(scalars)).rejects.toMatchObject({ code: 'worker-failed' });
    await Promise.all([group, threads].map((each) => each.dispose()));
  });

  test('an unknown name is rejected', async () => {
    const attempt = createBackend({ backend: 'fast' as never });
    await expect(attempt).rejects.toMatchObject({ code: 'argument' });
  });
});
